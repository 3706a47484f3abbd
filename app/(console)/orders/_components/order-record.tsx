import Link from "next/link";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { SettlingProgress } from "#components/revocation/settling-progress.tsx";
import { type OrderDetail, type OrderRow, reasonWords } from "#lib/revocations/model.ts";
import { orderVerbWords } from "#lib/revocations/order-words.ts";
import { TargetName } from "./target-name.tsx";
import { STANDING_WORDS, orderWords as words } from "./words.ts";

const BEGINS: Partial<Record<OrderRow["standing"], string>> = {
  scheduled: "Begins",
  cancelled: "Would have begun",
};

function settlingWords(order: OrderRow): string {
  if (order.standing !== "in_force") return words.settlingOver;
  return order.size === null ? words.settling : words.settlingSelection;
}

/** One order, whole. A detail also says how many tokens it holds. */
export function OrderRecord({ order }: { order: OrderRow | OrderDetail }) {
  const reached = "reached" in order ? order.reached : null;
  const items: KeyValueItem[] = [
    {
      key: orderVerbWords(order),
      value: <TargetName target={order.target} />,
    },
    { key: "Stands", value: STANDING_WORDS[order.standing] },
    ...(order.cancels
      ? [
          {
            key: "Calls off",
            value: (
              <Link prefetch={false} href={`/orders/${order.cancels}`}>
                the order
              </Link>
            ),
          },
        ]
      : []),
    { key: "Reason", value: reasonWords(order.reason, order.actor.kind) },
    { key: "Note", value: order.note || <span className="faint">none</span> },
    { key: "By", value: <ActorName actor={order.actor} /> },
    {
      key: BEGINS[order.standing] ?? "In force from",
      value: <Instant at={order.effectiveFrom} show="exact" focusable />,
    },
    ...(order.cutoff
      ? [
          {
            key: "Cutoff",
            word: "cutoff" as const,
            value: (
              <>
                tokens rooted until <Instant at={order.cutoff} show="exact" focusable />
              </>
            ),
          },
        ]
      : []),
    ...(order.expiresAt
      ? [{ key: "Until", value: <Instant at={order.expiresAt} show="exact" focusable /> }]
      : []),
    ...(reached && order.standing !== "cancelled"
      ? [
          {
            key: "Reaches",
            value:
              order.size !== null && !reached.isExact ? (
                `the ${groupedNumber(order.size)} tokens that were frozen`
              ) : (
                <>
                  {groupedNumber(reached.value)}
                  {reached.isExact ? "" : " or more"}{" "}
                  {reached.value === 1 ? "token that has" : "tokens that have"} not expired{" "}
                  <span className="muted">{words.reachedHelp}</span>
                </>
              ),
          },
        ]
      : []),
    {
      key: "Written down",
      value: ["scheduled", "cancelled"].includes(order.standing) ? (
        <span className="faint">
          {order.standing === "cancelled" ? "nothing: it never began" : "nothing: it has not begun"}
        </span>
      ) : order.settledAt ? (
        <>
          {groupedNumber(order.settledCount)} {order.settledCount === 1 ? "token" : "tokens"},{" "}
          <Instant at={order.settledAt} focusable />{" "}
          {order.verb === "restore" || order.verb === "cancel" ? null : (
            <span className="muted">{order.verb === "revoke" ? words.revokedHelp : words.suspendedHelp}</span>
          )}
        </>
      ) : (
        <>
          <SettlingProgress order={order} />
          <span className="muted">{settlingWords(order)}</span>
        </>
      ),
    },
    { key: "Position", value: <span className="mono">{order.position}</span> },
    { key: "Order", value: <IdText id={order.id} what="order id" head={8} /> },
  ];
  return (
    <>
      <KeyValue items={items} />
      {order.verb === "revoke" && order.standing === "in_force" ? (
        <p className="muted" style={{ marginTop: 16 }}>
          {words.noUndo}
        </p>
      ) : null}
    </>
  );
}
