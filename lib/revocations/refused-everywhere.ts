import { answerWithin } from "../approvals/pass.ts";
import type { Context } from "../context.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { LIFETIME_RANGES } from "../organisation/model.ts";
import type { FoundTarget } from "./find-target.ts";
import type { RevocationResult } from "./model.ts";
import type { OrderRecord } from "./order-row.ts";

/** How long the answer waits for the last expiry; where it takes longer, the bound that no access token outlives stands for it. */
const WAIT_MS = 700;

/** When the last access token that an order took back expires, of some on `token t`; null where none is left that has not. */
export async function lastExpiryOf(
  ctx: Context,
  which: Fragment,
  order: { cutoff: Date | null; effectiveFrom: Date },
  from: Fragment = sql`token t`,
): Promise<{ at: Date | null; isExact: boolean }> {
  const rows = await withinTime<{ at: Date | null }>(
    ctx.db,
    sql`SELECT max(t.expires_at) AS at FROM ${from} WHERE ${which} AND t.kind = 'access' AND t.expires_at > ${ctx.now}::timestamptz
      AND (${order.cutoff}::timestamptz IS NULL OR t.rooted_at <= ${order.cutoff}::timestamptz)`,
    answerWithin(ctx, WAIT_MS),
  );
  if (rows !== null) return { at: rows[0]?.at ?? null, isExact: true };
  const longestMs = LIFETIME_RANGES.accessTokenTtlMaxSeconds.max * 1_000;
  const bound = new Date(order.effectiveFrom.getTime() + longestMs);
  return bound > ctx.now ? { at: bound, isExact: false } : { at: null, isExact: true };
}

/** Who refuses what an order took back, and until when something that decides by itself can still accept it. */
export async function readRefusedEverywhere(
  ctx: Context,
  target: FoundTarget,
  order: OrderRecord,
): Promise<RevocationResult["refusedEverywhere"]> {
  const asks = "Every verifier that asks the authority refuses from this moment on.";
  const { at, isExact } = await lastExpiryOf(ctx, sql`${target.tokens} AND t.format = 'jwt'`, order);
  if (at === null)
    return { at: null, isExact, says: `${asks} No JWT is left that anything else could accept by itself.` };
  const what = target.kind === "token" ? "the JWT until it expires" : "a JWT of these until it expires";
  return {
    at: at.toISOString(),
    isExact,
    says: `${asks} An application that only checks signatures by itself accepts ${what}.`,
  };
}
