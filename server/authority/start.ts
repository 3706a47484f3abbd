import "./runtime-release.ts";
import type { Server as TlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { systemContext } from "#lib/context.ts";
import { checkDurability } from "#lib/db/check-durability.ts";
import { requireKnownSchema } from "#lib/db/schema-version.ts";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import type { Env } from "#lib/env.ts";
import { keepIssuer } from "#lib/issuer/keep-issuer.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { MasterKeys } from "#lib/keys/master-keys.ts";
import { openRootSecret, readKeyIdInForce } from "#lib/keys/root-secret.ts";
import { openCountryDatabase } from "#lib/places/country-database.ts";
import { ourCountryDatabase } from "#lib/places/our-database.ts";
import { letGo } from "#server/let-go.ts";
import { readCertificate, TLS_POLICY } from "#server/tls/certificate.ts";
import { followCertificate } from "#server/tls/renewal.ts";
import { buildAuthority } from "./app.ts";
import { answerClosed } from "./closed-door.ts";
import { ExchangeGate } from "./engine/exchange-gate.ts";
import { createEngineHost, type EngineHost } from "./engine/host.ts";
import { createStatusLists } from "./make-status-lists.ts";
import { createMasterKeyWatch } from "./master-key-watch.ts";
import { createMetrics } from "./metrics.ts";
import { type Services, startServices } from "./services.ts";
import { noticeUnknown } from "./unknown-tokens.ts";

export type AuthorityOptions = {
  env: Env;
  databaseUrl: string;
  masterKeys: MasterKeys;
  log: Logger;
  /** Null: no metrics port. */
  metricsPort: number | null;
  /** How far the clock may be off; the organisation's tolerance unless told. */
  clockToleranceMs?: number | undefined;
  /** Milliseconds that a stream of the feed may lie unread before it is cut off. */
  unreadMs?: number | undefined;
};

export type RunningAuthority = {
  port: number;
  services: Services;
  /** From now on nothing is answered but 503, with why. */
  refuse(description: string): void;
  stop(): Promise<void>;
};

/** Starts one authority: several may run on one database, in one process or in many. */
export async function startAuthority(options: AuthorityOptions): Promise<RunningAuthority> {
  const { env, databaseUrl, masterKeys, log, metricsPort, clockToleranceMs, unreadMs } = options;
  const certificate = env.tls && readCertificate(env.tls);
  const { countryOf, builtAt } = openCountryDatabase(env.countryDatabase ?? ourCountryDatabase());
  await requireKnownSchema(databaseUrl);
  const db = openSqlDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 16,
    applicationName: "tokenwarden authority",
    // as long as orders may go unheard of: whoever waits is told 503 rather than to go on waiting
    maxSilenceMs: 5_000,
  });
  const wrapper = createKeyWrapper(masterKeys, () => readKeyIdInForce(db));
  let root: Buffer;
  try {
    await checkDurability(db);
    await ensureKeys(systemContext(db, "authority"), wrapper);
    root = await openRootSecret(db, wrapper);
    await keepIssuer(systemContext(db, "authority"), env.authorityIssuer);
  } catch (error) {
    await db.end();
    throw error;
  }
  let engine: EngineHost | null = null;
  const watchMasterKey = createMasterKeyWatch(masterKeys, log);
  const onRegistry = () => {
    // before there is one, what the endpoints share is not there either
    if (engine === null) return;
    engine.refresh();
    watchMasterKey(services.follower.registry.keys);
  };
  const services = await startServices({
    env,
    db,
    databaseUrl,
    log,
    onRegistry,
    unreadMs,
    clockToleranceMs,
    countryOf,
    wrapper,
  });
  log.info({ countriesAt: builtAt }, "addresses have the countries of this date");
  const { follower } = services;
  engine = createEngineHost({
    env,
    db,
    log,
    wrapper,
    root,
    masterKeys,
    registry: () => follower.registry,
    register: services.register,
    statuses: services.statuses,
    usedIds: services.usedIds,
    orders: () => follower.book,
    isStale: () => follower.isStale || services.disk.isFull,
    writer: services.writer,
    gate: new ExchangeGate(),
    findToken: (value) => services.reader.read(value),
    noticeUnknown: (reading, from) =>
      noticeUnknown(services, reading, { ...from, askerId: "nobody", source: "userinfo", verifierId: null }),
    clientIp: (req) => services.addresses.of(req),
    countryOf: services.countryOf,
    clientKeys: services.clientKeys,
    showedSecret: (secretId, at) => services.sightings.clientShowed(secretId, at),
    countUses: (rows) => services.usage.count(rows),
    bounds: services.bounds,
    reading: services.reading,
    countRefusal: (askerId, ip, refusal) => services.refusals.count(askerId, ip, refusal, new Date()),
  });
  const lists = createStatusLists({ env, databaseUrl, services });
  const metrics = createMetrics(() => ({
    stalenessMs: () => follower.stalenessMs,
    position: () => follower.book.position,
    orders: () => follower.book.size,
    cachedTokens: () => services.reader.size,
    clockOffsetMs: () => follower.clockOffsetMs,
    isDiskFull: () => services.disk.isFull,
    waiting: () => services.bounds.turnstile.waiting,
    throttled: () => services.bounds.throttled,
    subscribers: () => services.feed.subscribers,
    batches: () => services.feed.publisher.batches,
    cutOff: () => services.feed.cutOff,
  }));
  const tls = certificate && { ...TLS_POLICY, cert: certificate.cert, key: certificate.key };
  const app = buildAuthority({ services, engine, statusLists: lists.keeper, metrics, tls });
  const metricsServer = metricsPort === null ? null : await metrics.listen(metricsPort);
  await app.listen({ port: env.authorityPort, host: "::" }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EAFNOSUPPORT") throw error;
    await app.listen({ port: env.authorityPort, host: "0.0.0.0" });
  });
  const renewal =
    certificate &&
    env.tls &&
    followCertificate({ server: app.server as TlsServer, paths: env.tls, current: certificate, log });
  return {
    port: (app.server.address() as AddressInfo).port,
    services,
    refuse(description) {
      services.feed.end();
      app.server.removeAllListeners("request");
      app.server.on("request", answerClosed(description, 1));
    },
    async stop() {
      renewal?.stop();
      // streams have no end of their own
      services.feed.end();
      await letGo(app.server, () => app.close());
      metricsServer?.close();
      metricsServer?.closeAllConnections();
      await lists.stop();
      await services.stop();
      await db.end();
    },
  };
}
