import type { Sql } from "../db/sql.ts";
import { merkleRoot } from "./merkle.ts";
import { NOTHING_BEFORE, type Seal, sealHash } from "./seal.ts";
import type { FlushToSeal } from "./seal-ledger.ts";
import { SEAL_COLUMNS, type SealRecord, sealOf } from "./seal-record.ts";

/** The end of a chain that the next seal builds upon. */
export type ChainEnd = Pick<Seal, "sequence" | "hash" | "lastFlush" | "openFlushes" | "sealedAt">;

export const NEW_CHAIN: ChainEnd = {
  sequence: 0n,
  hash: NOTHING_BEFORE,
  lastFlush: 0n,
  openFlushes: [],
  sealedAt: new Date(0),
};

function latest(times: readonly Date[]): Date {
  return new Date(times.reduce((last, time) => Math.max(last, time.getTime()), Number.NEGATIVE_INFINITY));
}

/**
 * The next seal of a chain, over flushes in ascending order.
 *
 * @param end where the chain ends.
 * @param reach the last flush that it speaks for, and those up to it whose rows are not in it yet.
 */
export function nextSeal(
  end: ChainEnd,
  flushes: readonly FlushToSeal[],
  about: Pick<Seal, "chain" | "sealedBy" | "lastFlush" | "openFlushes"> & { now: Date },
): Seal {
  const { now, ...said } = about;
  const receivedTo = latest(flushes.map((one) => one.receivedTo));
  const seal: Omit<Seal, "hash"> = {
    ...said,
    sequence: end.sequence + 1n,
    sealedAt: latest([now, receivedTo, end.sealedAt]),
    firstFlush: end.lastFlush + 1n,
    receivedFrom: new Date(
      flushes.reduce((first, one) => Math.min(first, one.receivedFrom.getTime()), Number.POSITIVE_INFINITY),
    ),
    receivedTo,
    count: flushes.reduce((sum, one) => sum + one.count, 0),
    root: merkleRoot(flushes.map((one) => one.leaf)),
    previous: end.hash,
  };
  return { ...seal, hash: sealHash(seal) };
}

const APPEND = `
  INSERT INTO seal (chain, sequence, sealed_at, sealed_by, first_flush, last_flush, open_flushes, received_from, received_to, count, root, previous, hash)
  VALUES ($1::uuid, $2::bigint, $3::timestamptz, $4::text, $5::bigint, $6::bigint, $7::bigint[], $8::timestamptz, $9::timestamptz, $10::bigint, $11::bytea,
    $12::bytea, $13::bytea)
  ON CONFLICT (chain, sequence) DO NOTHING RETURNING 1`;

/** @returns false where the chain has a seal of that sequence already. */
export async function appendSeal(sql: Sql, seal: Seal): Promise<boolean> {
  const rows = await sql.query(APPEND, [
    seal.chain,
    seal.sequence,
    seal.sealedAt,
    seal.sealedBy,
    seal.firstFlush,
    seal.lastFlush,
    seal.openFlushes,
    seal.receivedFrom,
    seal.receivedTo,
    seal.count,
    seal.root,
    seal.previous,
    seal.hash,
  ]);
  return rows.length > 0;
}

/** The newest seal of a chain, or null. */
export async function readLastSeal(sql: Sql, chain: string): Promise<Seal | null> {
  const [record] = await sql.query<SealRecord>(
    `SELECT ${SEAL_COLUMNS} FROM seal WHERE chain = $1::uuid ORDER BY sequence DESC LIMIT 1`,
    [chain],
  );
  return record === undefined ? null : sealOf(record);
}
