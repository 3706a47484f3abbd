import { pino } from "pino";
import { getEnv } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { credentialsFile } from "./credentials-file.ts";
import { seedDemo, startDemoTraffic } from "./start.ts";

const stopping = new AbortController();
const { ready } = attachToSupervisor({ onStop: () => stopping.abort() });
/** Stays, with nothing to do, until it is told to stop: ending would only have it started again. */
const idle = setInterval(() => {}, 60_000);
stopping.signal.addEventListener("abort", () => clearInterval(idle), { once: true });

try {
  const env = getEnv();
  const log = pino({ name: "demo", level: env.logLevel });
  if (!env.demo) throw new Error("the demo runs only with DEMO=1");
  if (env.databaseUrl === undefined)
    throw new Error("DATABASE_URL must be set when the demo is started alone");
  const demo = await seedDemo(env.databaseUrl, env.dataDir);
  log.info(demo.seeded, "sample organisation loaded");
  process.stderr.write(
    `sample organisation ready · sign in at the authority as ${demo.credentials.user.email}, the password is in ${credentialsFile(env.dataDir)}\n`,
  );
  ready();
  await startDemoTraffic({ env, demo, log, signal: stopping.signal });
} catch (error) {
  if (error instanceof DomainError && error.code === "CONFLICT") {
    process.stderr.write(`${error.message}\n`);
    ready();
  } else if (!stopping.signal.aborted) {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
