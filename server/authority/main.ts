import { readFileSync } from "node:fs";
import { pino } from "pino";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { systemContext } from "#lib/context.ts";
import { checkDurability } from "#lib/db/check-durability.ts";
import { openDatabase } from "#lib/db/database.ts";
import { getEnv } from "#lib/env.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { getMasterKey } from "#lib/keys/master-key.ts";
import { buildAuthority } from "./app.ts";
import { createEngineHost, type EngineHost } from "./engine/host.ts";
import { createMetrics } from "./metrics.ts";
import { type Services, startServices } from "./services.ts";

/** Starts one authority: several may run on one database. */
async function start(): Promise<() => Promise<void>> {
  const env = getEnv();
  const log = pino({ name: "authority", level: env.logLevel });
  if (env.databaseUrl === undefined) throw new Error("DATABASE_URL must be set when the authority is started alone");
  const masterKey = getMasterKey(env);
  const db = openDatabase({ url: env.databaseUrl, role: "app", maxConnections: 16, applicationName: "tokenwarden authority" });
  await checkDurability(db);
  await ensureKeys(systemContext(db, "authority"), createKeyWrapper(masterKey));

  let engine: EngineHost | null = null;
  let services: Services | null = null;
  services = await startServices({ env, db, databaseUrl: env.databaseUrl, log, onRegistry: () => engine?.refresh() });
  const running = services;
  engine = createEngineHost({
    env,
    db,
    log,
    masterKey,
    registry: () => running.follower.registry,
    register: running.register,
    orders: () => running.follower.book,
    isStale: () => running.follower.isStale,
    writer: running.writer,
    findToken: (value) => running.reader.read(value),
    clientIp: (req) => running.addresses.of(req),
    countUses: (rows) => running.usage.count(rows),
  });
  const metrics = createMetrics(() => ({
    stalenessMs: () => running.follower.stalenessMs,
    position: () => running.follower.book.position,
    orders: () => running.follower.book.size,
    cachedTokens: () => running.reader.size,
  }));
  const tls = env.tls && { cert: readFileSync(env.tls.certPath), key: readFileSync(env.tls.keyPath) };
  const app = buildAuthority({ services: running, engine, metrics, tls });
  const metricsServer = await metrics.listen(env.metricsPort);
  await app.listen({ port: env.authorityPort, host: "::" }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EAFNOSUPPORT") throw error;
    await app.listen({ port: env.authorityPort, host: "0.0.0.0" });
  });
  log.info({ issuer: env.authorityIssuer, port: env.authorityPort }, "authority ready");
  return async () => {
    await app.close();
    metricsServer.close();
    metricsServer.closeAllConnections();
    await running.stop();
    await db.end();
  };
}

try {
  const stop = await start();
  attachToSupervisor({ onStop: stop });
} catch (error) {
  process.stderr.write(`authority: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
