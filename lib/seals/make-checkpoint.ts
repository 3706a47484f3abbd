import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { createJwtSigner } from "../keys/jwt-signer.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { openPrivateKey } from "../keys/open-private-key.ts";
import {
  CHECKPOINT_TYP,
  type ChainHead,
  checkpointClaims,
  checkpointHash,
  NO_CHECKPOINT,
} from "./checkpoint.ts";
import { ADMIN_CHAIN } from "./seal.ts";

/** Seconds from one checkpoint to the next, idle or not. */
export const CHECKPOINT_SECONDS = 60;
/** How long before the last checkpoint a seal may say that it was made and be committed after it: clocks differ, transactions take their time. */
const LATE_MINUTES = 10;

/** Whoever holds it knows that no checkpoint is being made. */
export const CHECKPOINT_LOCK = "SELECT pg_advisory_xact_lock(hashtext('tokenwarden.checkpoint'))::text";
/** A last checkpoint that is further ahead than this was signed while the clock was: how old it is says nothing. */
const AHEAD_SECONDS = CHECKPOINT_SECONDS;
const LAST = `SELECT number, at, jws, number <= (SELECT "after" FROM checkpoint_wish) AS "isWanted" FROM checkpoint ORDER BY number DESC LIMIT 1`;

// newest of each chain that a checkpoint may not have yet; saying a head again does no harm
const USES = `
  SELECT DISTINCT ON (chain) chain::text, sequence, encode(hash, 'hex') AS hash FROM seal
  WHERE sealed_at >= $1::timestamptz - make_interval(mins => ${LATE_MINUTES}) ORDER BY chain, sequence DESC`;
// where the clock went back: since the last checkpoint that was signed before it went on, of a day at the most
const SINCE_BEFORE = `
  SELECT greatest($1::timestamptz - interval '1 day', (SELECT at FROM checkpoint WHERE at <= $1::timestamptz ORDER BY number DESC LIMIT 1)) AS at`;
const ADMIN = `SELECT chained AS sequence, encode(hash, 'hex') AS hash FROM audit_chain WHERE id = 'admin' AND chained > 0`;
const KEY = `SELECT kid, algorithm, private_wrapped AS "privateWrapped" FROM signing_key WHERE purpose = 'checkpoint' AND state = 'active'`;

type Last = { number: bigint; at: Date; jws: string; isWanted: boolean | null };
/** Whether the clock went back behind the last checkpoint: the time of the next says nothing of when it is due. */
function isAhead(last: { at: Date } | undefined, now: Date): boolean {
  return last !== undefined && last.at.getTime() - now.getTime() > AHEAD_SECONDS * 1_000;
}

type Key = { kid: string; algorithm: string; privateWrapped: Buffer | null };

async function sealedSince(tx: Sql, last: Last | undefined, now: Date): Promise<Date> {
  if (last === undefined) return new Date(0);
  if (!isAhead(last, now)) return last.at;
  const [since] = await tx.query<{ at: Date }>(SINCE_BEFORE, [now]);
  return since?.at ?? now;
}

/** Whether the last checkpoint was signed while the clock was ahead of where it is now. */
export async function isClockBehind(db: Sql, now: Date): Promise<boolean> {
  const [last] = await db.query<Last>(LAST);
  return isAhead(last, now);
}

/**
 * Signs the heads of all chains, if the last checkpoint is old enough or the next one is wanted at once (`cover-records.ts`); of several workers one does. No entry of the admin log: a checkpoint is evidence itself.
 *
 * Where the clock went back behind the last one, it is signed at once, with the time right after that: whoever calls keeps the pace (`isClockBehind`).
 *
 * @param everySeconds since the last one.
 * @returns its number, or null where none was due or no key signs checkpoints yet.
 * @throws {DomainError} SEALED where the master key does not open the key.
 */
export async function makeCheckpoint(
  ctx: SqlContext,
  wrapper: KeyWrapper,
  everySeconds = CHECKPOINT_SECONDS,
): Promise<bigint | null> {
  const isEarly = (last: Last | undefined, at: Date) =>
    last !== undefined &&
    last.isWanted !== true &&
    !isAhead(last, ctx.now) &&
    at.getTime() - last.at.getTime() < everySeconds * 1_000;
  const [newest] = await ctx.db.query<Last>(LAST);
  if (isEarly(newest, ctx.now)) return null;
  return ctx.db.transaction(async (tx) => {
    await tx.query(CHECKPOINT_LOCK);
    const [last] = await tx.query<Last>(LAST);
    const at = new Date(Math.max(ctx.now.getTime(), (last?.at.getTime() ?? 0) + 1));
    if (isEarly(last, at)) return null;
    const [key] = await tx.query<Key>(KEY);
    if (key === undefined) return null;
    const uses = await tx.query<ChainHead>(USES, [await sealedSince(tx, last, ctx.now)]);
    const admin = await tx.query<Omit<ChainHead, "chain">>(ADMIN);
    const number = (last?.number ?? 0n) + 1n;
    const privateJwk = await openPrivateKey(key, wrapper);
    const sign = await createJwtSigner(privateJwk, { alg: key.algorithm, typ: CHECKPOINT_TYP, kid: key.kid });
    const previous = last === undefined ? NO_CHECKPOINT : checkpointHash(last.jws);
    const heads = [...admin.map((head) => ({ ...head, chain: ADMIN_CHAIN })), ...uses];
    const jws = await sign(checkpointClaims({ number, at, previous, heads }));
    await tx.query(
      "INSERT INTO checkpoint (number, at, kid, jws) VALUES ($1::bigint, $2::timestamptz, $3::text, $4::text)",
      [number, at, key.kid, jws],
    );
    return number;
  });
}
