import { type BadgeState, StateBadge } from "#components/display/state-badge.tsx";
import type { OrderRow, Verb } from "#lib/revocations/model.ts";
import { orderVerbWords } from "#lib/revocations/order-words.ts";

const BADGES: Record<Verb, BadgeState> = {
  revoke: "revoked",
  suspend: "suspended",
  restore: "active",
  cancel: "expired",
};

/** One that has not begun, or is over, is not shown as if it held. */
function badgeOf(order: OrderRow): BadgeState {
  if (order.standing === "scheduled") return "not_yet_valid";
  return order.standing === "in_force" ? BADGES[order.verb] : "expired";
}

/** What an order does, or did, by icon, colour and word. */
export function OrderBadge({ order, children }: { order: OrderRow; children?: string }) {
  return <StateBadge state={badgeOf(order)}>{children ?? orderVerbWords(order)}</StateBadge>;
}
