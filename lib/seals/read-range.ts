import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { ChainedEntry } from "./entry-leaf.ts";
import { ERASED, ERASURE_BEGUN } from "./erasures.ts";
import { ENTRIES, jwsOf, mapped, rowsOf, slicesOf } from "./read-evidence.ts";
import { ADMIN_CHAIN, type Seal } from "./seal.ts";
import { SEAL_COLUMNS, type SealRecord, sealOf } from "./seal-record.ts";
import type { EvidenceSource } from "./verification.ts";

/** Beyond the end of a range: a seal comes about a second after its rows, and its checkpoint within a minute. */
const MARGIN_MS = 10 * 60_000;

export type EvidenceRange = {
  source: EvidenceSource;
  /** As of when it is verified: what should have been sealed by then. */
  at: Date;
  /** Uses that its seals are over. */
  uses: number;
  /** Numbers of the checkpoints that belong to it; `to` null: all there are. */
  checkpoints: { after: bigint; to: bigint | null };
};

type Bound = { number: bigint; at: Date; jws: string };

const headsOf = (jws: string | undefined) => (jws === undefined ? [] : (readCheckpoint(jws)?.heads ?? []));
const actsOf = (jws: string | undefined): bigint =>
  headsOf(jws).find(({ chain }) => chain === ADMIN_CHAIN)?.sequence ?? 0n;

const later = (one: bigint, other: bigint) => (one > other ? one : other);

/** The seal before the first one of each chain that is read; of a chain that a checkpoint around the beginning names and that has none here, the one that it names or the last before. */
async function readBases(db: Sql, from: Date, end: Date): Promise<Map<string, Seal>> {
  // each names the chains of its last minutes: also some of which nothing was sealed since
  const first = await db.query<Bound>(
    `SELECT number, at, jws FROM checkpoint WHERE at >= $1::timestamptz - make_interval(secs => $2::int) AND at < $1::timestamptz + make_interval(secs => $2::int)`,
    [from, (2 * MARGIN_MS) / 1_000],
  );
  const named = new Map<string, bigint>();
  for (const { chain, sequence } of first.flatMap(({ jws }) => headsOf(jws)))
    if (chain !== ADMIN_CHAIN && sequence > (named.get(chain) ?? 0n)) named.set(chain, sequence);
  const columns = SEAL_COLUMNS.split(", ")
    .map((column) => `s.${column.trim()}`)
    .join(", ");
  const records = await db.query<SealRecord>(
    `WITH begin AS (SELECT chain, min(sequence) AS sequence FROM seal WHERE sealed_at >= $1::timestamptz AND sealed_at < $2::timestamptz GROUP BY chain),
       named AS (SELECT n.chain, n.sequence FROM json_to_recordset($3::json) AS n(chain uuid, sequence bigint)
         WHERE NOT EXISTS (SELECT FROM begin b WHERE b.chain = n.chain))
     SELECT ${columns} FROM seal s JOIN begin b ON b.chain = s.chain AND s.sequence = b.sequence - 1
     UNION ALL SELECT ${columns} FROM named n JOIN LATERAL (
       SELECT * FROM seal WHERE seal.chain = n.chain AND seal.sequence <= n.sequence ORDER BY seal.sequence DESC LIMIT 1) s ON true`,
    [
      from,
      end,
      JSON.stringify([...named].map(([chain, sequence]) => ({ chain, sequence: Number(sequence) }))),
    ],
  );
  return new Map(records.map((record) => [record.chain, sealOf(record)]));
}

async function readErasures(db: SqlDatabase): Promise<ChainedEntry[]> {
  return db.query<ChainedEntry>(`${ENTRIES} WHERE act = ANY ($1::text[]) ORDER BY sequence`, [
    [ERASURE_BEGUN, ERASED],
  ]);
}

/**
 * The evidence of a span of time with what it builds upon, of a database that others go on writing to: uses by when they were sealed, acts between the checkpoints
 * around it. A little more is read than was asked for, so that its last seals have their checkpoint; that, and the acts and the checkpoint between the span and the checkpoints around it, are held against the rest and not counted.
 */
export async function readEvidenceRange(
  db: SqlDatabase,
  { from, until }: { from: Date; until: Date },
  now: Date,
): Promise<EvidenceRange> {
  const [before] = await db.query<Bound>(
    "SELECT number, at, jws FROM checkpoint WHERE at < $1::timestamptz ORDER BY number DESC LIMIT 1",
    [from],
  );
  const [after] = await db.query<Bound>(
    "SELECT number, at, jws FROM checkpoint WHERE at >= $1::timestamptz ORDER BY number LIMIT 1",
    [until],
  );
  const [newest] = await db.query<Bound>(
    "SELECT number, at, jws FROM checkpoint ORDER BY number DESC LIMIT 1",
  );
  const last = after ?? newest;
  const latest = Math.max(until.getTime(), last?.at.getTime() ?? 0) + MARGIN_MS;
  const end = new Date(Math.min(latest, now.getTime()));
  const [facts] = await db.query<{
    rowsFrom: Date | null;
    uses: bigint;
    begin: Date | null;
    gone: string | null;
    actsGone: bigint;
  }>(
    `SELECT min(received_from) AS "rowsFrom", coalesce(sum(count), 0)::bigint AS uses, (SELECT min(at) FROM checkpoint) AS begin,
       (SELECT to_char(max(day) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM purged_use_day) AS gone,
       (SELECT coalesce(max(through), 0)::bigint FROM purged_acts) AS "actsGone"
     FROM seal WHERE sealed_at >= $1::timestamptz AND sealed_at < $2::timestamptz`,
    [from, until],
  );
  const rowsFrom = new Date(Math.min(from.getTime(), facts?.rowsFrom?.getTime() ?? from.getTime()));
  const bounds = `number > ${before?.number ?? 0n} AND number <= ${last?.number ?? 0n}`;
  const acts = `sequence > ${actsOf(before?.jws)} AND sequence <= ${actsOf(last?.jws)}`;
  return {
    at: end,
    uses: Number(facts?.uses ?? 0),
    checkpoints: { after: before?.number ?? 0n, to: after?.number ?? null },
    source: {
      base: {
        from,
        until,
        checkpoint: before?.jws ?? null,
        begin: facts?.begin ?? null,
        seals: await readBases(db, from, end),
        usesGoneUntil: facts?.gone ?? null,
        actsBefore: later(actsOf(before?.jws), facts?.actsGone ?? 0n),
        erasures: await readErasures(db),
      },
      checkpoints: () =>
        mapped(
          rowsOf<{ jws: string }>(db, `SELECT jws FROM checkpoint WHERE ${bounds} ORDER BY number`),
          jwsOf,
        ),
      entries: () => rowsOf<ChainedEntry>(db, `${ENTRIES} WHERE ${acts} ORDER BY sequence`),
      slices: () => slicesOf(db, { seals: from, uses: rowsFrom, end }),
      // entries of a part end with a checkpoint
      async *entriesSince() {},
    },
  };
}
