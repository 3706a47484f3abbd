import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { resetSettings, setForLoading } from "#bench/inventory/seed/loading-settings.ts";
import { indexClosedDays } from "#lib/audit/index-closed-days.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { countBusyDays } from "#lib/use-rollups/busy-days.ts";
import { countCallDays } from "#lib/use-rollups/call-days.ts";
import { rollUpAll } from "#lib/use-rollups/roll-up-uses.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { measureRollup, type RollupReport } from "./measure-rollup.ts";
import { type SeededUses, seedUses } from "./seed-uses.ts";
import type { Settings } from "./settings.ts";

/** How the log came to be: of this run, or of the one that made it. */
export type MadeLog = {
  seed: SeededUses;
  rollup: RollupReport;
  /** The indexes of its closed days by address, user and client. */
  indexes: { seconds: number; bytes: number };
  /** The counts of its closed days by who is busy in them. */
  busy: { seconds: number; bytes: number; rows: number };
  /** The same by path and by user agent. */
  calls: { seconds: number; bytes: number; rows: number };
};

export type Log = MadeLog & { dataDir: string; url: string /** As the application. */; db: Database };

function dataDirOf({ keepDir }: Settings, stack: AsyncDisposableStack): string {
  const dataDir = keepDir ?? mkdtempSync(path.join(tmpdir(), "tokenwarden-audit-"));
  mkdirSync(dataDir, { recursive: true });
  // the database's own account passes through it
  chmodSync(dataDir, 0o711);
  if (keepDir === null) stack.defer(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  return dataDir;
}

/** Indexes and counts the days that are over as the worker does, without its rests. */
async function closeDays(url: string): Promise<Pick<MadeLog, "indexes" | "busy" | "calls">> {
  const db = openSqlDatabase({
    url,
    role: "retention",
    maxConnections: 1,
    applicationName: "tokenwarden bench",
  });
  try {
    const startedAt = performance.now();
    await indexClosedDays(db);
    const seconds = (performance.now() - startedAt) / 1_000;
    const [size] = await db.query<{ bytes: bigint | null }>(
      "SELECT sum(pg_relation_size(i.oid))::bigint AS bytes FROM pg_class i WHERE i.relkind = 'i' AND i.relname ~ '^token_use_[0-9]{8}_of_'",
    );
    const indexes = { seconds, bytes: Number(size?.bytes ?? 0) };
    const counted = async (table: "busy_use" | "call_use", count: () => Promise<number>) => {
      const countingAt = performance.now();
      await count();
      const countedIn = (performance.now() - countingAt) / 1_000;
      const [kept] = await db.query<{ bytes: bigint; rows: bigint }>(
        `SELECT pg_total_relation_size('${table}') AS bytes, (SELECT count(*) FROM ${table}) AS rows`,
      );
      return { seconds: countedIn, bytes: Number(kept?.bytes), rows: Number(kept?.rows) };
    };
    const busy = await counted("busy_use", () => countBusyDays(db));
    const calls = await counted("call_use", () => countCallDays(db));
    return { indexes, busy, calls };
  } finally {
    await db.end();
  }
}

/** Starts the product's own database on a folder, and fills its log with synthetic uses unless it holds them already. */
export async function openLog(
  settings: Settings,
  { log, stack }: { log(line: string): void; stack: AsyncDisposableStack },
): Promise<Log> {
  const dataDir = dataDirOf(settings, stack);
  const file = path.join(dataDir, "audit.json");
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as MadeLog) : null;
  if (before !== null && Math.abs(before.seed.rows - settings.rows) > settings.days)
    throw new Error(
      `${file} tells of ${before.seed.rows} uses, not ${settings.rows}: name another folder, or remove it`,
    );
  let server = await startEmbeddedDatabase({ dataDir });
  stack.defer(() => server.stop());
  const startAgain = async () => {
    await server.stop();
    server = await startEmbeddedDatabase({ dataDir });
  };
  await migrate(server.url);
  let seed = before?.seed;
  if (seed === undefined) {
    await setForLoading(server.adminUrl, { max_wal_size: "2GB" });
    await startAgain();
    seed = await seedUses(server.url, { ...settings, log });
    await resetSettings(server.adminUrl);
    await startAgain();
  }
  log(`${seed.rows} uses in ${seed.seconds.toFixed(0)} s, ${(seed.bytes / seed.rows).toFixed(0)} bytes each`);
  const { url } = server;
  const db = openDatabase({ url, role: "app", maxConnections: 8, applicationName: "tokenwarden bench" });
  stack.defer(() => db.end());
  if (before !== null) {
    // what was written to it since then
    await rollUpAll(db);
    const { calls } = await closeDays(url);
    // a log that was made before there were these has them only now
    return { ...before, calls: before.calls ?? calls, dataDir, url, db };
  }
  const rollup = await measureRollup(db, seed.rows);
  log(`rolled up in ${rollup.seconds.toFixed(0)} s, ${(rollup.bytes / 1e6).toFixed(0)} MB`);
  const { indexes, busy, calls } = await closeDays(url);
  log(`closed days indexed in ${indexes.seconds.toFixed(0)} s, ${(indexes.bytes / 1e6).toFixed(0)} MB`);
  log(
    `the busy ones counted in ${busy.seconds.toFixed(0)} s, ${busy.rows} days of theirs, ${(busy.bytes / 1e6).toFixed(0)} MB`,
  );
  log(
    `paths and user agents counted in ${calls.seconds.toFixed(0)} s, ${calls.rows} of a day, ${(calls.bytes / 1e6).toFixed(0)} MB`,
  );
  const made: MadeLog = { seed, rollup, indexes, busy, calls };
  if (settings.keepDir !== null) writeFileSync(file, JSON.stringify(made));
  return { ...made, dataDir, url, db };
}
