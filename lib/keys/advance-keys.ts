import { recordEntries, recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { activateStandby } from "./activate-standby.ts";
import { keyOf, keyTarget, readRing } from "./key-standing.ts";

const DUE = `SELECT kid FROM signing_key WHERE state = 'standby' AND activates_at <= clock_timestamp() ORDER BY activates_at, kid LIMIT 1`;

/** A token that no order has ended counts as one that lives: it is looked for among those that have not expired alone. */
const OUT = `
  SELECT k.kid FROM signing_key k, organisation o
  WHERE o.id = 1 AND k.state = 'retiring' AND k.retires_at <= clock_timestamp() AND NOT (k.purpose = 'access_token' AND EXISTS (
    SELECT FROM token t WHERE t.signing_kid = k.kid AND t.expires_at > clock_timestamp() - make_interval(secs => o.clock_skew_seconds + o.jwks_cache_seconds)))
  ORDER BY k.retires_at, k.kid LIMIT 1`;

/** @returns whether a key was activated: another worker may have come first. */
async function activateDue(ctx: SqlContext, kid: string): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const ring = await readRing(tx, { kid }, true);
    const key = keyOf(ring, kid);
    const isDue = key.state === "standby" && key.isReady && key.activatesAt !== null;
    if (!isDue) return false;
    const { acts } = await activateStandby(tx, ring, key);
    await recordEntries(
      tx,
      ctx,
      acts.map((act) => ({ ...act, note: "As planned: every cache can have the new key." })),
    );
    return true;
  });
}

async function retire(ctx: SqlContext, kid: string): Promise<boolean> {
  return ctx.db.transaction(async (tx) => {
    const key = keyOf(await readRing(tx, { kid }, true), kid);
    if (key.state !== "retiring") return false;
    await tx.query(
      "UPDATE signing_key SET state = 'retired', retired_at = clock_timestamp() WHERE id = $1::uuid",
      [key.id],
    );
    await recordEntry(tx, ctx, {
      act: "key.retired",
      target: keyTarget(key),
      note: "Nothing that it signed lives, and the caches are out.",
      before: { state: "retiring" },
      after: { state: "retired" },
    });
    return true;
  });
}

/**
 * One step of the rotations that are under way: a standby key whose time has come signs, or a retiring one leaves the JWKS. Each step is one
 * transaction, whoever dies in it: the next look finds it done or not begun. By the database's clock, which wrote the times.
 *
 * @returns true where something was done, and there may be more.
 */
export async function advanceKeys(ctx: SqlContext): Promise<boolean> {
  const [due] = await ctx.db.query<{ kid: string }>(DUE);
  if (due !== undefined) return activateDue(ctx, due.kid);
  const [out] = await ctx.db.query<{ kid: string }>(OUT);
  return out === undefined ? false : retire(ctx, out.kid);
}
