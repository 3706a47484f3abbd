import { mkdirSync } from "node:fs";
import path from "node:path";
import { migrate } from "#lib/db/migrate.ts";
import type { Env } from "#lib/env.ts";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { readCertificate } from "#server/tls/certificate.ts";
import { waitForAnswer } from "./answers.ts";
import { BoundedLog } from "./bounded-log.ts";
import { type BackOff, DEFAULT_BACK_OFF, type SupervisedChild, superviseChild } from "./child-process.ts";
import { CHILD_NAMES, type ChildEntries, type ChildName, childSpec, findHealthUrl } from "./children.ts";
import { checkIssuer } from "./issuer.ts";
import { isForTerminal, splitLines } from "./log-line.ts";
import { ensureMasterKey, finishRewrap, masterKeyWarning } from "./master-key.ts";
import { requireFreePorts } from "./ports.ts";
import { isRestored } from "./restore.ts";

const LOG_BYTES = 20 * 1024 * 1024;
const GRACE_MS = 10_000;
const STILL_WAITING_MS = 30_000;

export interface SupervisorOptions {
  env: Env;
  entries: ChildEntries;
  /** Returns the one-time link for the first owner, or null when there is an owner. */
  ensureFirstOwner: (env: Env, databaseUrl: string) => Promise<string | null>;
  say: (line: string) => void;
  backOff?: BackOff;
}

export interface Supervisor {
  /** Stops the children, then the database; a second call hastens. */
  stop(): Promise<void>;
}

interface Running {
  child: SupervisedChild;
  ready: Promise<void>;
}

function startChild(
  name: ChildName,
  options: SupervisorOptions,
  { databaseUrl, databaseDir }: { databaseUrl: string; databaseDir: string | undefined },
  metricsPort: number,
  signal: AbortSignal,
): Running {
  const { env, say } = options;
  const log = new BoundedLog(path.join(env.dataDir, `logs/${name}.log`), LOG_BYTES);
  const saidReady = Promise.withResolvers<void>();
  const child = superviseChild(
    childSpec(name, options.entries[name], env, databaseUrl, metricsPort, databaseDir),
    {
      onLine: (line, stream) => {
        log.writeLine(line);
        if (isForTerminal(line, stream, env.logLevelIsSet)) process.stderr.write(`[${name}] ${line}\n`);
      },
      onReady: saidReady.resolve,
      onCrash: (reason, restartInMs) =>
        say(`· ${name} ${reason}; it is started again in ${restartInMs / 1000} s`),
    },
    splitLines,
    options.backOff ?? DEFAULT_BACK_OFF,
  );
  const url = findHealthUrl(name, env);
  return { child, ready: url ? waitForAnswer(url, signal) : saidReady.promise };
}

async function untilReady(
  running: Record<ChildName, Running>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const waiting = new Set<ChildName>(CHILD_NAMES);
  const timer = setInterval(() => say(`· still waiting for ${[...waiting].join(", ")}`), STILL_WAITING_MS);
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    const all = CHILD_NAMES.map((name) => running[name].ready.then(() => waiting.delete(name)));
    await Promise.race([Promise.all(all), aborted]);
  } finally {
    clearInterval(timer);
  }
}

/** The steps of the start that need undoing when a later one fails or a signal comes. */
interface Started {
  database?: EmbeddedDatabase;
  children: SupervisedChild[];
}

async function undo(started: Started, hasten: AbortSignal): Promise<void> {
  hasten.addEventListener("abort", () => {
    for (const child of started.children) child.kill();
  });
  await Promise.all(started.children.map((child) => child.stop(GRACE_MS)));
  await started.database?.stop();
}

async function start(options: SupervisorOptions, started: Started, signal: AbortSignal): Promise<void> {
  const { env, say } = options;
  if (env.tls) readCertificate(env.tls);
  const { metricsPort } = await requireFreePorts(env);
  mkdirSync(path.join(env.dataDir, "logs"), { recursive: true, mode: 0o700 });
  if (!env.databaseUrl) {
    started.database = await startEmbeddedDatabase({
      dataDir: env.dataDir,
      log: (line) => say(`· ${line}`),
      restarts: true,
    });
  }
  const databaseUrl = started.database?.url ?? env.databaseUrl ?? "";
  const database = { databaseUrl, databaseDir: started.database?.clusterDir };
  await migrate(databaseUrl, { log: (line) => say(`· ${line}`) });
  await ensureMasterKey(env, databaseUrl);
  await finishRewrap(env, databaseUrl);
  await checkIssuer(env, databaseUrl);
  const warning = masterKeyWarning(env);
  if (warning) say(`· ${warning}`);
  signal.throwIfAborted();

  if (await isRestored(env, databaseUrl))
    say(
      `tokenwarden sealed · the database is older than the checkpoints in ${env.checkpointFile}; nothing is served until an owner confirms that it was restored: ${env.consoleUrl}/restored, or npx tokenwarden restore confirm`,
    );

  const running = {} as Record<ChildName, Running>;
  for (const name of CHILD_NAMES) {
    running[name] = startChild(name, options, database, metricsPort, signal);
    started.children.push(running[name].child);
  }
  await untilReady(running, say, signal);
  const link = await options.ensureFirstOwner(env, databaseUrl);
  const setUp = link ? ` · set up: ${link}` : "";
  say(`tokenwarden ready · console ${env.consoleUrl} · authority ${env.authorityIssuer}${setUp}`);
  if (env.demo) started.children.push(startChild("demo", options, database, metricsPort, signal).child);
}

/**
 * Starts the database, migrates it, keeps console, authority and worker running, and says when all of them answer.
 *
 * @throws {StartRefusal | EnvError | MigrationError | MasterKeyError} with one line for a person; whatever was started is stopped.
 */
export async function runSupervisor(
  options: SupervisorOptions,
  onSupervisor: (supervisor: Supervisor) => void,
): Promise<void> {
  const started: Started = { children: [] };
  const stopping = new AbortController();
  const hasten = new AbortController();
  let starting: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | undefined;
  const stop = () => {
    if (stopped) hasten.abort();
    stopping.abort();
    stopped ??= starting.catch(() => {}).then(() => undo(started, hasten.signal));
    return stopped;
  };
  starting = start(options, started, stopping.signal);
  onSupervisor({
    stop() {
      if (stopped) return stop();
      options.say("· stopping");
      return stop().then(() => options.say("· stopped"));
    },
  });
  try {
    await starting;
  } catch (error) {
    if (stopping.signal.aborted) return;
    await stop();
    throw error;
  }
}
