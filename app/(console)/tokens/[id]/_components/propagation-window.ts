import { can } from "#lib/authz/require-permission.ts";
import type { Context } from "#lib/context.ts";
import { getOrderPropagation } from "#lib/propagation/get-order-propagation.ts";
import type { TokenDetail } from "#lib/tokens/model.ts";
import type { RefusedSpan } from "./refused-spans.ts";

/**
 * The order by which a token has been refused without a break up to now: that of the suspension, where it was revoked while it was suspended. Null where it works, and where its
 * own end came first, which every verifier reads in the token.
 */
export function refusingOrder(
  { orders }: Pick<TokenDetail, "orders">,
  refused: readonly RefusedSpan[],
): string | null {
  const holding = refused.find(({ until }) => until === null);
  if (holding?.why !== "suspended" && holding?.why !== "revoked") return null;
  const verb = holding.why === "suspended" ? "suspend" : "revoke";
  return (
    orders.find((order) => order.verb === verb && !order.isCancelled && order.effectiveFrom === holding.from)
      ?.id ?? null
  );
}

/** The time in which some verifier could still accept a token that was taken back: from when it was, until the last of them refused, or will. */
export async function readPropagationWindow(
  ctx: Context,
  token: TokenDetail,
  refused: readonly RefusedSpan[],
): Promise<{ from: string; to: string } | undefined> {
  const orderId = refusingOrder(token, refused);
  if (orderId === null || token.journey === null || token.journey.rows.length === 0) return undefined;
  if (token.journey.order.id !== orderId && !can(ctx, "verifier:read")) return undefined;
  const journey =
    token.journey.order.id === orderId ? token.journey : await getOrderPropagation(ctx, orderId);
  const from = journey.order.holdsFrom;
  const to = journey.everywhereAt ?? journey.lastTokenAt ?? token.expiresAt;
  return to > from ? { from, to } : undefined;
}
