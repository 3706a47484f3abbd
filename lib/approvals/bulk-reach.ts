import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import type { AskedAgain } from "../step-up/require-step-up.ts";
import { ApprovalRequired } from "./approval-required.ts";
import { BULK_HOURS } from "./model.ts";
import { isBreakGlass } from "./pass.ts";
import { personOf } from "./person.ts";
import { isGuarded, readPolicy } from "./read-policy.ts";

/** What one order revokes. */
export type OrderReach = {
  tokens: number;
  isExact: boolean;
  /** Upon everything: whatever it comes to. */
  isEverything: boolean;
};

const SUM = `SELECT coalesce(sum(tokens), 0)::bigint AS tokens FROM bulk_reach WHERE person_id = $1::text AND at > $2::timestamptz`;

async function sumOf(db: Sql, person: string, now: Date): Promise<number> {
  const [row] = await db.query<{ tokens: bigint }>(SUM, [
    person,
    new Date(now.getTime() - BULK_HOURS * 3_600_000),
  ]);
  return Number(row?.tokens ?? 0);
}

const grouped = (count: number) => count.toLocaleString("en");

/** The rule, and where one stands by it. */
function whyBeyond({ tokens, isExact, isEverything }: OrderReach, used: number, most: number): string {
  if (isEverything) return "Revoking everything always takes two people here.";
  const rule = `One person may revoke ${grouped(most)} ${most === 1 ? "token" : "tokens"} within ${BULK_HOURS} hours here`;
  if (!isExact) return `${rule}, and how many this would be could not be counted: it takes a second person.`;
  return `${rule}. You have revoked ${grouped(used)}, and this would be ${grouped(tokens)} more: it takes a second person.`;
}

/**
 * Lets an order pass that, with what the same person revoked in the last 24 hours, stays within what one may revoke alone.
 *
 * @throws {ApprovalRequired} bulk
 */
export async function requireWithinReach(ctx: AskedAgain, reach: OrderReach): Promise<void> {
  const person = personOf(ctx.actor);
  const isDone = ctx.pass?.isTrial === false;
  if (person === null || (isDone && !isBreakGlass(ctx))) return;
  const policy = await readPolicy(ctx.db);
  if (!isGuarded(policy, "bulk")) return;
  const used = await sumOf(ctx.db, person, ctx.now);
  const isWithin = !reach.isEverything && reach.isExact && reach.tokens + used <= policy.bulkTokens;
  if (isWithin) return;
  if (ctx.pass === undefined)
    throw new ApprovalRequired("bulk", { why: whyBeyond(reach, used, policy.bulkTokens) });
  ctx.pass.kinds.add("bulk");
}

// a person's row is written only while it could be asked for
const NOTE = `
  WITH policy AS (SELECT bulk_tokens FROM approval_policy WHERE id = 1 AND 'bulk' = ANY (kinds)),
    gone AS (DELETE FROM bulk_reach WHERE person_id = $2::text AND at <= $5::timestamptz),
    noted AS (INSERT INTO bulk_reach (id, person_id, at, tokens) SELECT $1::uuid, $2::text, $3::timestamptz, $4::int FROM policy)
  SELECT bulk_tokens AS "bulkTokens" FROM policy`;

/**
 * Notes what an order revoked, in its own transaction and under the lock of the feed's head: of two at once the second sees the first. What a second person approved does not
 * count. What `neverWaits`, and what was done without a second person who was wanted, counts, and is done.
 *
 * @throws {ApprovalRequired} bulk, where it is more than one may revoke alone by now
 */
export async function noteReach(
  ctx: AskedAgain,
  reach: OrderReach,
  { neverWaits }: { neverWaits: boolean },
): Promise<void> {
  const person = personOf(ctx.actor);
  if (person === null || (ctx.pass !== undefined && !isBreakGlass(ctx))) return;
  const since = new Date(ctx.now.getTime() - BULK_HOURS * 3_600_000);
  const [policy] = await ctx.db.query<{ bulkTokens: number }>(NOTE, [
    uuidv7(ctx.now),
    person,
    ctx.now,
    Math.min(reach.tokens, 1_000_000_000),
    since,
  ]);
  if (policy === undefined || neverWaits || isBreakGlass(ctx)) return;
  // this order among them
  const used = await sumOf(ctx.db, person, ctx.now);
  if (used <= policy.bulkTokens) return;
  if (isGuarded(await readPolicy(ctx.db), "bulk"))
    throw new ApprovalRequired("bulk", { why: whyBeyond(reach, used - reach.tokens, policy.bulkTokens) });
}
