import "./runtime-release.ts";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { systemContext } from "#lib/context.ts";
import { checkDurability } from "#lib/db/check-durability.ts";
import { openDatabase } from "#lib/db/database.ts";
import type { Env } from "#lib/env.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { buildAuthority } from "./app.ts";
import { createEngineHost, type EngineHost } from "./engine/host.ts";
import { createMetrics } from "./metrics.ts";
import { type Services, startServices } from "./services.ts";

export type AuthorityOptions = {
  env: Env;
  databaseUrl: string;
  masterKey: Buffer;
  log: Logger;
  /** Null: no metrics port. */
  metricsPort: number | null;
  /** How far the clock may be off; the organisation's tolerance unless told. */
  clockToleranceMs?: number | undefined;
};

export type RunningAuthority = { port: number; services: Services; stop(): Promise<void> };

/** Starts one authority: several may run on one database, in one process or in many. */
export async function startAuthority(options: AuthorityOptions): Promise<RunningAuthority> {
  const { env, databaseUrl, masterKey, log, metricsPort, clockToleranceMs } = options;
  const db = openDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 16,
    applicationName: "tokenwarden authority",
  });
  try {
    await checkDurability(db);
    await ensureKeys(systemContext(db, "authority"), createKeyWrapper(masterKey));
  } catch (error) {
    await db.end();
    throw error;
  }
  let engine: EngineHost | null = null;
  const onRegistry = () => engine?.refresh();
  const services = await startServices({ env, db, databaseUrl, log, onRegistry, clockToleranceMs });
  const { follower } = services;
  engine = createEngineHost({
    env,
    db,
    log,
    masterKey,
    registry: () => follower.registry,
    register: services.register,
    orders: () => follower.book,
    isStale: () => follower.isStale || services.disk.isFull,
    writer: services.writer,
    findToken: (value) => services.reader.read(value),
    clientIp: (req) => services.addresses.of(req),
    countUses: (rows) => services.usage.count(rows),
    bounds: services.bounds,
    countRefusal: (askerId, ip, refusal) => services.refusals.count(askerId, ip, refusal, new Date()),
  });
  const metrics = createMetrics(() => ({
    stalenessMs: () => follower.stalenessMs,
    position: () => follower.book.position,
    orders: () => follower.book.size,
    cachedTokens: () => services.reader.size,
    clockOffsetMs: () => follower.clockOffsetMs,
    isDiskFull: () => services.disk.isFull,
    waiting: () => services.bounds.turnstile.waiting,
    throttled: () => services.bounds.throttled,
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
