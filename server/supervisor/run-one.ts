import { EnvError, getEnv, parseEnv } from "#lib/env.ts";
import { findFreePort } from "#server/embedded-database/free-port.ts";
import { findEmbeddedDatabaseUrl } from "#server/embedded-database/start.ts";
import { StartRefusal } from "#server/start-refusal.ts";
import { CHILD_NAMES, ENTRIES } from "./children.ts";

/** One part of the product as this process; on the database of a running `npm start` when there is no other. */
async function runOne(name: string | undefined): Promise<void> {
  const part = CHILD_NAMES.find((known) => known === name);
  if (!part) throw new StartRefusal(`there is no part ${name}; it is one of ${CHILD_NAMES.join(", ")}`);
  Object.assign(process.env, { NODE_ENV: "production" });
  const env = parseEnv(process.env);
  if (!env.databaseUrl) {
    const url = findEmbeddedDatabaseUrl(env.dataDir);
    if (!url) {
      throw new StartRefusal(
        `${part} needs DATABASE_URL, or the database of an npm start that runs on ${env.dataDir}`,
      );
    }
    process.env.DATABASE_URL = url;
  }
  // A second authority on one machine: the port of metrics is a default, not a promise.
  if (!env.metricsPortIsSet) process.env.METRICS_PORT = String(await findFreePort(env.metricsPort));
  getEnv();
  await import(ENTRIES[part]);
}

try {
  await runOne(process.argv[2]);
} catch (error) {
  const isForPeople = error instanceof EnvError || error instanceof StartRefusal;
  process.stderr.write(`tokenwarden: ${isForPeople ? error.message : (error as Error).stack}\n`);
  process.exit(error instanceof EnvError ? 2 : 1);
}
