import "./runtime-release.ts";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { systemContext } from "#lib/context.ts";
import { checkDurability } from "#lib/db/check-durability.ts";
import { openDatabase } from "#lib/db/database.ts";
import type { Env } from "#lib/env.ts";
import { keepIssuer } from "#lib/issuer/keep-issuer.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { buildAuthority } from "./app.ts";
import { createEngineHost, type EngineHost } from "./engine/host.ts";
import { createMetrics } from "./metrics.ts";
import { type Services, startServices } from "./services.ts";
import { noticeUnknown } from "./unknown-tokens.ts";

export type AuthorityOptions = {
  env: Env;
  databaseUrl: string;
  masterKey: Buffer;
  log: Logger;
  /** Null: no metrics port. */
  metricsPort: number | null;
};

export type RunningAuthority = { port: number; services: Services; stop(): Promise<void> };

/** Starts one authority: several may run on one database, in one process or in many. */
export async function startAuthority(options: AuthorityOptions): Promise<RunningAuthority> {
  const { env, databaseUrl, masterKey, log, metricsPort } = options;
  const db = openDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 16,
    applicationName: "tokenwarden authority",
  });
  try {
    await checkDurability(db);
    await ensureKeys(systemContext(db, "authority"), createKeyWrapper(masterKey));
    await keepIssuer(systemContext(db, "authority"), env.authorityIssuer);
  } catch (error) {
    await db.end();
    throw error;
  }
  let engine: EngineHost | null = null;
  const services = await startServices({ env, db, databaseUrl, log, onRegistry: () => engine?.refresh() });
  const { follower } = services;
  engine = createEngineHost({
    env,
    db,
    log,
    masterKey,
    registry: () => follower.registry,
    register: services.register,
    orders: () => follower.book,
    isStale: () => follower.isStale,
    writer: services.writer,
    findToken: (value) => services.reader.read(value),
    noticeUnknown: (reading, from) =>
      noticeUnknown(services, reading, { ...from, askerId: "nobody", source: "userinfo", verifierId: null }),
    clientIp: (req) => services.addresses.of(req),
    countUses: (rows) => services.usage.count(rows),
  });
  const metrics = createMetrics(() => ({
    stalenessMs: () => follower.stalenessMs,
    position: () => follower.book.position,
    orders: () => follower.book.size,
    cachedTokens: () => services.reader.size,
  }));
  const tls = env.tls && { cert: readFileSync(env.tls.certPath), key: readFileSync(env.tls.keyPath) };
  const app = buildAuthority({ services, engine, metrics, tls });
  const metricsServer = metricsPort === null ? null : await metrics.listen(metricsPort);
  await app.listen({ port: env.authorityPort, host: "::" }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EAFNOSUPPORT") throw error;
    await app.listen({ port: env.authorityPort, host: "0.0.0.0" });
  });
  return {
    port: (app.server.address() as AddressInfo).port,
    services,
    async stop() {
      // ends idle keep-alive connections at once; requests under way are answered
      app.server.closeIdleConnections();
      await app.close();
      metricsServer?.close();
      metricsServer?.closeAllConnections();
      await services.stop();
      await db.end();
    },
  };
}
