import type { SqlContext } from "../context.ts";
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
const LAST = `SELECT number, at, jws, number <= (SELECT "after" FROM checkpoint_wish) AS "isWanted" FROM checkpoint ORDER BY number DESC LIMIT 1`;

// newest of each chain that a checkpoint may not have yet; saying a head again does no harm
const USES = `
  SELECT DISTINCT ON (chain) chain::text, sequence, encode(hash, 'hex') AS hash FROM seal
  WHERE sealed_at >= $1::timestamptz - make_interval(mins => ${LATE_MINUTES}) ORDER BY chain, sequence DESC`;
const ADMIN = `SELECT chained AS sequence, encode(hash, 'hex') AS hash FROM audit_chain WHERE id = 'admin' AND chained > 0`;
const KEY = `SELECT kid, algorithm, private_wrapped AS "privateWrapped" FROM signing_key WHERE purpose = 'checkpoint' AND state = 'active'`;

type Last = { number: bigint; at: Date; jws: string; isWanted: boolean | null };
type Key = { kid: string; algorithm: string; privateWrapped: Buffer | null };

/**
 * Signs the heads of all chains, if the last checkpoint is old enough or the next one is wanted at once (`cover-records.ts`); of several workers one does. No entry of the admin log: a checkpoint is evidence itself.
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
    last !== undefined && last.isWanted !== true && at.getTime() - last.at.getTime() < everySeconds * 1_000;
  const [newest] = await ctx.db.query<Last>(LAST);
  if (isEarly(newest, ctx.now)) return null;
  return ctx.db.transaction(async (tx) => {
    await tx.query(CHECKPOINT_LOCK);
    const [last] = await tx.query<Last>(LAST);
    const at = new Date(Math.max(ctx.now.getTime(), (last?.at.getTime() ?? 0) + 1));
    if (isEarly(last, at)) return null;
    const [key] = await tx.query<Key>(KEY);
    if (key === undefined) return null;
    const uses = await tx.query<ChainHead>(USES, [last?.at ?? new Date(0)]);
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
