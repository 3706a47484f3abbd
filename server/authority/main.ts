import { pino } from "pino";
import { watchSchema } from "#lib/db/schema-version.ts";
import { getEnv } from "#lib/env.ts";
import { openMasterKeys } from "#lib/keys/master-keys.ts";
import { watchRestore } from "#lib/restore/watch-restore.ts";
import { holdWhileRestored, RESTORE_WORDS } from "#server/restore-hold.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { openClosedDoor } from "./closed-door.ts";
import { type RunningAuthority, startAuthority } from "./start.ts";

const OUTDATED = "This authority is being replaced by a newer version. Ask again.";

let running: RunningAuthority | null = null;
const supervisor = attachToSupervisor({ onStop: async () => running?.stop() });

try {
  const env = getEnv();
  const log = pino({ name: "authority", level: env.logLevel });
  if (env.databaseUrl === undefined)
    throw new Error("DATABASE_URL must be set when the authority is started alone");
  await holdWhileRestored({
    databaseUrl: env.databaseUrl,
    checkpointFile: env.checkpointFile,
    log,
    onHold: () => openClosedDoor(env, RESTORE_WORDS),
  });
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
      running?.refuse(OUTDATED);
      void supervisor.stop(1);
    },
  });
  // it starts again, and waits
  await watchRestore(running.services.db, () => {
    log.error(RESTORE_WORDS);
    running?.refuse(RESTORE_WORDS);
    void supervisor.stop(1);
  });
  supervisor.ready();
  log.info({ issuer: env.authorityIssuer, port: running.port }, "authority ready");
} catch (error) {
  process.stderr.write(`authority: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
