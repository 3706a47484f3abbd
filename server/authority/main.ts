import { pino } from "pino";
import { watchSchema } from "#lib/db/schema-version.ts";
import { getEnv } from "#lib/env.ts";
import { openMasterKeys } from "#lib/keys/master-keys.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { type RunningAuthority, startAuthority } from "./start.ts";

let running: RunningAuthority | null = null;
const supervisor = attachToSupervisor({ onStop: async () => running?.stop() });

try {
  const env = getEnv();
  const log = pino({ name: "authority", level: env.logLevel });
  if (env.databaseUrl === undefined)
    throw new Error("DATABASE_URL must be set when the authority is started alone");
  running = await startAuthority({
    env,
    databaseUrl: env.databaseUrl,
    masterKeys: openMasterKeys(env),
    log,
    metricsPort: env.metricsPort,
  });
  watchSchema({
    db: running.services.db,
    onRefusal: ({ message }) => {
      process.stderr.write(`authority: ${message}\n`);
      running?.refuse();
      void supervisor.stop(1);
    },
  });
  supervisor.ready();
  log.info({ issuer: env.authorityIssuer, port: running.port }, "authority ready");
} catch (error) {
  process.stderr.write(`authority: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
