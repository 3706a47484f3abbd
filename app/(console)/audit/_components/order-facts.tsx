import Link from "next/link";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import type { KeyValueItem } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";

type Facts = Record<string, unknown>;

const ORDERS: Record<string, string> = { orderId: "Order", withOrderId: "Placed with", cancels: "Calls off" };
const INSTANTS: Record<string, string> = {
  effectiveFrom: "Begins",
  begunBy: "Had begun by",
  suspendedUntil: "Suspended until",
};
const COUNTS: Record<string, string> = {
  members: "Members",
  orders: "Orders placed",
  revokedTokens: "Live tokens then",
};

function orderLink(id: string) {
  return <IdText id={id} what="order id" href={`/orders/${id}`} head={8} />;
}

function itemOf(key: string, value: unknown, facts: Facts): KeyValueItem | null {
  if (typeof value === "string") {
    if (ORDERS[key]) return { key: ORDERS[key], value: orderLink(value) };
    if (INSTANTS[key]) return { key: INSTANTS[key], value: <Instant at={value} show="exact" focusable /> };
    if (key === "planId") return { key: "Plan", value: <IdText id={value} what="plan id" head={8} /> };
    if (key === "memberOf")
      return {
        key: "As a member of",
        value: (
          <Link prefetch={false} href={`/groups?q=${encodeURIComponent(value)}`}>
            {value}
          </Link>
        ),
      };
  }
  if (typeof value === "number") {
    if (COUNTS[key]) return { key: COUNTS[key], value: groupedNumber(value) };
    if (key === "liveTokens")
      return {
        key: "Live tokens then",
        value: `${groupedNumber(value)}${facts.liveTokensIsExact === false ? " or more" : ""}`,
      };
  }
  if (key === "endedOrderIds" && Array.isArray(value) && value.length > 0)
    return { key: "Suspensions ended", value: groupedNumber(value.length) };
  return null;
}

/** What an act of an order has on record, in words, and what is left of it for the list of changes. */
export function orderFacts(facts: Facts | null): { items: KeyValueItem[]; rest: Facts | null } {
  if (facts === null || typeof facts.orderId !== "string") return { items: [], rest: facts };
  const items: KeyValueItem[] = [];
  const rest: Facts = {};
  for (const [key, value] of Object.entries(facts)) {
    const item = itemOf(key, value, facts);
    if (item !== null) items.push(item);
    else if (key !== "liveTokensIsExact") rest[key] = value;
  }
  return { items, rest: Object.keys(rest).length > 0 ? rest : null };
}
