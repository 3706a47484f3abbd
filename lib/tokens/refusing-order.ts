import type { StandingOrder } from "./model.ts";

const VERBS: Record<string, StandingOrder["verb"]> = { revoked: "revoke", suspended: "suspend" };

/** Whether a use was refused because of an order. */
export function isRefusedByOrder(use: { refusal: string | null }): boolean {
  return use.refusal !== null && Object.hasOwn(VERBS, use.refusal);
}

/**
 * The order because of which a use of a token was refused, of those that reach it in the order they were placed: the first revocation that was in
 * force, the last suspension that was; or null.
 */
export function findRefusingOrder(
  orders: readonly StandingOrder[],
  use: { refusal: string | null; receivedAt: string },
): StandingOrder | null {
  const verb = use.refusal === null ? undefined : VERBS[use.refusal];
  const inForce = orders.filter((order) => order.verb === verb && order.effectiveFrom <= use.receivedAt);
  return (verb === "suspend" ? inForce.at(-1) : inForce[0]) ?? null;
}
