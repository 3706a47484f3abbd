import type { Sql } from "../db/sql.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { tokensOfTarget } from "../revocations/order-tokens.ts";
import { type Branch, T_ISSUED } from "./branch.ts";
import { countFew, SOME } from "./few-leads.ts";
import type { TokenState } from "./model.ts";
import { type PendingOrders, reachedBy } from "./state-sql.ts";

// LIMIT keeps the planner from taking the join apart: it reads the narrow table in order and looks each token up
const ITS_TOKEN = sql`CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = uuid_extract_timestamp(d.token_id) AND x.id = d.token_id LIMIT 1) t`;
const ONLY_STANDING = sql`token_standing d ${ITS_TOKEN}`;
const ONLY_CONSUMED = sql`refresh_consumption d ${ITS_TOKEN}`;

/** More pending orders than these are looked at row by row. */
const PENDING_BRANCHES_MAX = 10;

/** Whether `token_standing` does not tell everything yet. */
export const isAnyPending = (pending: PendingOrders) =>
  pending.revokes.length > 0 || pending.suspends.length > 0 || !pending.countsSettledSuspensions;

/** Revoked tokens: the settled ones, and for each pending order those of its target that neither are settled nor reached by one before. */
function revokedBranches(pending: PendingOrders, settled: Branch): Branch[] | null {
  if (pending.revocations.length > PENDING_BRANCHES_MAX) return null;
  const unsettled = pending.revocations.map(({ targetKind, targetId, cutoff }, index) => {
    const { from, where } = tokensOfTarget(targetKind, targetId);
    const conditions: Fragment[] = [
      where,
      sql`${cutoff}::timestamptz IS NULL OR t.rooted_at <= ${cutoff}::timestamptz`,
      sql`NOT EXISTS (SELECT FROM token_standing z WHERE z.token_id = t.id AND z.revoked_at IS NOT NULL)`,
    ];
    if (index > 0) conditions.push(sql`NOT ${reachedBy(pending.revokes.slice(0, index))}`);
    return { from, where: conditions, issuedAt: T_ISSUED, id: sql`t.id`, isOrdered: false };
  });
  return [settled, ...unsettled];
}

/**
 * Branches for a state that few tokens are in, read from the narrow table that has them: they are of that state and need no other look. Null
 * where the register must be walked. The order of states is `token_state`'s; the property test of the lists holds them together.
 */
export function stateBranches(
  states: readonly TokenState[],
  pending: PendingOrders,
  now: Date,
): Branch[] | null {
  if (states.length !== 1) return null;
  const places = { issuedAt: null, id: sql`d.token_id`, isOrdered: true };
  if (states[0] === "revoked")
    return revokedBranches(pending, {
      from: ONLY_STANDING,
      where: [sql`d.revoked_at IS NOT NULL`],
      ...places,
      countFrom: sql`token_standing d`,
    });
  if (isAnyPending(pending)) return null;
  if (states[0] === "consumed") {
    const isRevoked = sql`EXISTS (SELECT FROM token_standing z WHERE z.token_id = d.token_id AND z.revoked_at IS NOT NULL)`;
    return [
      {
        from: ONLY_CONSUMED,
        where: [sql`NOT ${isRevoked}`],
        ...places,
        countFrom: sql`refresh_consumption d`,
      },
    ];
  }
  if (states[0] === "suspended") return [{ from: ONLY_STANDING, where: isSuspended(now), ...places }];
  return null;
}

const isSuspended = (now: Date) => [
  sql`d.suspended_order_id IS NOT NULL AND d.revoked_at IS NULL`,
  sql`d.suspended_until IS NULL OR d.suspended_until > ${now}::timestamptz`,
  sql`t.expires_at > ${now}::timestamptz`,
  sql`NOT EXISTS (SELECT FROM refresh_consumption z WHERE z.token_id = d.token_id)`,
];

// OFFSET keeps the planner from walking all that stands in the order of ids
const FEW_SUSPENDED = sql`(SELECT * FROM token_standing x WHERE x.suspended_order_id IS NOT NULL OFFSET 0) d ${ITS_TOKEN}`;

/** The branch of suspended tokens, read and sorted, where they are few; null where they are not, or an order is pending. */
export async function fewSuspended(
  db: Sql,
  states: readonly TokenState[],
  pending: PendingOrders,
  now: Date,
): Promise<Branch[] | null> {
  if (states.length !== 1 || states[0] !== "suspended" || isAnyPending(pending)) return null;
  const count = await countFew(db, sql`token_standing x`, sql`x.suspended_order_id IS NOT NULL`, SOME);
  if (count === null) return null;
  return [
    {
      from: FEW_SUSPENDED,
      where: isSuspended(now),
      // by the id alone: those of before any that lives are not looked up
      issuedAt: null,
      id: sql`d.token_id`,
      isOrdered: false,
    },
  ];
}
