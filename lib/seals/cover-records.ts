import { setTimeout as wait } from "node:timers/promises";
import type { Database } from "../db/database.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { CHECKPOINT_LOCK, CHECKPOINT_SECONDS } from "./make-checkpoint.ts";
import type { ActToProve } from "./prove-acts.ts";
import type { UseToProve } from "./prove-uses.ts";
import { ADMIN_CHAIN } from "./seal.ts";

/** Workers listen on it. */
export const CHECKPOINT_WANTED = "tokenwarden_checkpoint";

/** What was received so long before a checkpoint was made is under it, or its writer is behind. */
const SEALED_WITHIN_MS = 10_000;
/** Nobody signs. */
const GONE_AFTER_MS = 3 * CHECKPOINT_SECONDS * 1_000;
/** A seal comes about a second after its rows. */
const SEALS_WITHIN_MS = 3_000;
const CHECKPOINT_WITHIN_MS = 3_000;
const LOOK_MS = 100;

/** Each checkpoint names the chains that moved in the ten minutes before it. */
const NEWEST =
  "SELECT number, at, jws, clock_timestamp() AS now FROM checkpoint ORDER BY number DESC LIMIT 1";
const SEALS = `
  SELECT k.writer::text AS chain, (SELECT min(sequence) FROM seal WHERE chain = k.writer AND sealed_at >= k.at AND last_flush >= k.flush
    AND NOT k.flush = ANY (open_flushes)) AS sequence FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) AS k(writer, flush, at)`;
const WISH = `
  UPDATE checkpoint_wish SET "after" = coalesce((SELECT max(number) FROM checkpoint), 0)
  RETURNING "after", pg_notify('${CHECKPOINT_WANTED}', '')::text`;

async function lookUntil(isThere: () => Promise<boolean>, withinMs: number): Promise<void> {
  const endsAt = performance.now() + withinMs;
  while (!(await isThere()) && performance.now() < endsAt) await wait(LOOK_MS);
}

type Place = { chain: string; sequence: bigint | null };

/**
 * Has the worker sign a checkpoint over uses and acts that are newer than the last one, and waits for it: some tenths of a second after the seal of the newest
 * use, six seconds at most. Without a worker that signs, at once: what is not covered then cannot be proved yet.
 */
export async function coverRecords(
  db: Database,
  { uses, acts }: { uses: readonly UseToProve[]; acts: readonly ActToProve[] },
): Promise<void> {
  const [newest] = await db.query<{ at: Date; jws: string; now: Date }>(NEWEST);
  if (newest === undefined || newest.now.getTime() - newest.at.getTime() > GONE_AFTER_MS) return;
  const since = new Date(newest.at.getTime() - SEALED_WITHIN_MS);
  const fresh = uses.filter(({ receivedAt }) => receivedAt >= since);
  const keys = [
    fresh.map(({ writer }) => writer),
    fresh.map(({ flush }) => flush),
    fresh.map(({ receivedAt }) => receivedAt),
  ];
  const heads = new Map(readCheckpoint(newest.jws)?.heads.map(({ chain, sequence }) => [chain, sequence]));
  const isUnder = ({ chain, sequence }: Place) =>
    sequence !== null && (heads.get(chain) ?? 0n) >= BigInt(sequence);
  const places = await db.query<Place>(SEALS, keys);
  if (places.every(isUnder) && acts.every(({ sequence }) => isUnder({ chain: ADMIN_CHAIN, sequence })))
    return;
  await lookUntil(async () => {
    const sealed = await db.query<Place>(SEALS, keys);
    return sealed.every(({ sequence }) => sequence !== null);
  }, SEALS_WITHIN_MS);
  const after = await db.transaction(async (tx) => {
    await tx.query(CHECKPOINT_LOCK);
    const [row] = await tx.query<{ after: bigint }>(WISH);
    return row?.after ?? 0n;
  });
  await lookUntil(async () => {
    const [row] = await db.query<{ number: bigint }>(NEWEST);
    return row !== undefined && row.number > after;
  }, CHECKPOINT_WITHIN_MS);
}
