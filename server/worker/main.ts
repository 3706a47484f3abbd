import { pino } from "pino";
import { watchSchema } from "#lib/db/schema-version.ts";
import { getEnv } from "#lib/env.ts";
import { openMasterKeys } from "#lib/keys/master-keys.ts";
import { createOutbound } from "#lib/outbound/outbound.ts";
import { watchRestore } from "#lib/restore/watch-restore.ts";
import { holdWhileRestored, RESTORE_WORDS } from "#server/restore-hold.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { type RunningWorker, startWorker } from "./start.ts";

let running: RunningWorker | null = null;
const supervisor = attachToSupervisor({ onStop: async () => running?.stop() });

try {
  const env = getEnv();
  const log = pino({ name: "worker", level: env.logLevel });
  if (env.databaseUrl === undefined)
    throw new Error("DATABASE_URL must be set when the worker is started alone");
  await holdWhileRestored({ databaseUrl: env.databaseUrl, checkpointFile: env.checkpointFile, log });
  running = await startWorker({
    databaseUrl: env.databaseUrl,
    databaseDir: env.databaseDir,
    log,
    checkpointFile: env.checkpointFile,
    signals: {
      issuer: env.authorityIssuer,
      masterKeys: openMasterKeys(env),
      outbound: createOutbound({ allow: env.outboundAllow }),
    },
  });
  watchSchema({
    db: running.db,
    onRefusal: ({ message }) => {
      process.stderr.write(`worker: ${message}\n`);
      void supervisor.stop(1);
    },
  });
  // it starts again, and waits
  await watchRestore(running.db, () => {
    log.error(RESTORE_WORDS);
    void supervisor.stop(1);
  });
  supervisor.ready();
  log.info("worker ready");
} catch (error) {
  process.stderr.write(`worker: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
