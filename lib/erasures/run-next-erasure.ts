import { recordEntry } from "../audit/record-entry.ts";
import { readClock } from "../clocks/read-clock.ts";
import { systemContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { ERASED, type ErasedRows } from "../seals/erasures.ts";
import { forgetDays } from "../use-rollups/busy-days.ts";
import { ActsSearch } from "./acts-search.ts";
import { eraseActs } from "./erase-acts.ts";
import { eraseRecords } from "./erase-records.ts";
import { countErasedUses, eraseSomeTokens, eraseSomeUses } from "./erase-uses.ts";
import { ERASURE_COLUMNS, type ErasureRecord } from "./erasure-row.ts";
import { readMentions } from "./mentions.ts";
import { ERASED_NAME, type Erased } from "./model.ts";

const DAY_MS = 86_400_000;
/** One that was not heard of for so long lost its worker, or failed: another goes on with it. */
const SILENT_SECONDS = 60;
/** A clock may be so far ahead. */
const AHEAD_MS = 3_600_000;
const PROBLEM_MAX = 300;

const TAKE = `
  UPDATE erasure SET state = 'running', began_at = coalesce(began_at, clock_timestamp()), seen_at = clock_timestamp() WHERE id = (
    SELECT id FROM erasure WHERE state = 'waiting' OR (state = 'running' AND seen_at < clock_timestamp() - make_interval(secs => $1::int))
    ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING ${ERASURE_COLUMNS}`;
const NOTE = "UPDATE erasure SET seen_at = clock_timestamp(), done = done + $2::bigint WHERE id = $1::uuid";
const FAILED = "UPDATE erasure SET problem = $2::text WHERE id = $1::uuid";
const END = `
  UPDATE erasure SET state = 'done', ended_at = $2::timestamptz, problem = NULL, found = $3::jsonb WHERE id = $1::uuid AND state = 'running' RETURNING 1`;

/** From the day of the first use that is there to the one that is to come: whole days, so that a partition is looked at once. */
async function readDays(db: Sql): Promise<Date[]> {
  const [row] = await db.query<{ first: Date | null }>("SELECT min(received_at) AS first FROM token_use");
  if (row?.first == null) return [];
  const end = (await readClock(db)).getTime() + AHEAD_MS;
  const days: Date[] = [];
  for (let at = Math.floor(row.first.getTime() / DAY_MS) * DAY_MS; at <= end; at += DAY_MS)
    days.push(new Date(at));
  return days;
}

async function eraseUsesOfDay(sql: Sql, userId: string, day: Date): Promise<number> {
  return eraseSomeUses(sql, userId, day, new Date(day.getTime() + DAY_MS));
}

async function eraseInBatches(
  db: SqlDatabase,
  { id, userId }: ErasureRecord,
  signal?: AbortSignal,
): Promise<void> {
  const batches = async (erase: () => Promise<number>) => {
    for (;;) {
      signal?.throwIfAborted();
      const erased = await erase();
      if (erased === 0) return;
      await db.query(NOTE, [id, erased]);
    }
  };
  for (const day of await readDays(db)) await batches(() => eraseUsesOfDay(db, userId, day));
  await batches(() => eraseSomeTokens(db, userId));
  await db.query(NOTE, [id, 0]);
}

/** The acts that are theirs, before the last transaction: that one holds what others wait for. */
async function searchActs(
  db: SqlDatabase,
  { id, userId }: ErasureRecord,
  signal?: AbortSignal,
): Promise<ActsSearch> {
  const search = new ActsSearch(userId, await readMentions(db, userId));
  await search.goOn(db, async () => {
    signal?.throwIfAborted();
    await db.query(NOTE, [id, 0]);
  });
  return search;
}

/** What came while the batches ran, what is no log, and the act that says which rows there are: together. */
async function finish(
  db: SqlDatabase,
  { id, userId, reason }: ErasureRecord,
  search: ActsSearch,
): Promise<void> {
  const now = await readClock(db);
  await db.transaction(async (tx) => {
    await tx.query("SELECT FROM user_account WHERE id = $1::uuid FOR UPDATE", [userId]);
    for (const day of (await readDays(tx)).slice(-2)) while ((await eraseUsesOfDay(tx, userId, day)) > 0);
    while ((await eraseSomeTokens(tx, userId)) > 0);
    const mentions = await readMentions(tx, userId);
    // somebody gave them a name meanwhile
    if (mentions.pattern !== search.pattern) throw new Error("what they are called has changed meanwhile");
    await search.goOn(tx);
    const { acts, unproved } = await eraseActs(tx, userId, search);
    const records = await eraseRecords(tx, userId, mentions, now);
    const days = await countErasedUses(tx, userId);
    const [tokens] = await tx.query<{ count: bigint }>(
      "SELECT count(*) AS count FROM token WHERE user_id = $1::uuid",
      [userId],
    );
    // counts by address hold what was theirs
    await forgetDays(
      tx,
      Object.keys(days).map((day) => new Date(`${day}T00:00:00Z`)),
    );
    const counts = Object.values(days);
    const bare = counts.reduce((sum, [, ofBare]) => sum + ofBare, 0);
    const found: Erased = {
      uses: counts.reduce((sum, [erased]) => sum + erased, bare),
      unproved: bare + unproved,
      tokens: Number(tokens?.count ?? 0),
      acts: Object.keys(acts).length,
      records,
    };
    const ended = await tx.query(END, [id, now, JSON.stringify(found)]);
    // another worker took it for left alone and was quicker
    if (ended.length === 0) throw new Error("the erasure is done already");
    await recordEntry(tx, systemContext(db, "worker", now), {
      act: ERASED,
      target: { kind: "user", id: userId, name: ERASED_NAME },
      reason,
      after: { ...found, ...({ erasure: id, days, acts } satisfies ErasedRows) },
    });
  });
}

/**
 * Does the next erasure that waits, or that lost its worker: uses and tokens in batches, day by day, the acts looked for in stretches, then the rest with the act `user.erased` in one transaction. One that was
 * killed goes on where it was: what is erased is passed over. One that fails says why and is tried again a minute later.
 *
 * @param db with the retention role.
 * @returns whether there was one.
 */
export async function runNextErasure(
  db: SqlDatabase,
  { signal, silentSeconds = SILENT_SECONDS }: { signal?: AbortSignal; silentSeconds?: number } = {},
): Promise<boolean> {
  const [erasure] = await db.query<ErasureRecord>(TAKE, [silentSeconds]);
  if (erasure === undefined) return false;
  try {
    await eraseInBatches(db, erasure, signal);
    await finish(db, erasure, await searchActs(db, erasure, signal));
  } catch (error) {
    // whoever stops leaves it to the next worker
    if (signal?.aborted === true) return false;
    await db.query(FAILED, [
      erasure.id,
      (error instanceof Error ? error.message : String(error)).slice(0, PROBLEM_MAX),
    ]);
    throw error;
  }
  return true;
}
