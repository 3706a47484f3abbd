import Link from "next/link";
import { ActorName } from "#app/(console)/_components/actor-name.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { type OrderDetail, type OrderRow, reasonWords } from "#lib/revocations/model.ts";
import { targetWords, VERB_WORDS } from "#lib/revocations/target-words.ts";
import { targetHref } from "./target-href.ts";
import { orderWords as words } from "./words.ts";

/** One order, whole. A detail also says how many tokens it holds. */
export function OrderRecord({ order }: { order: OrderRow | OrderDetail }) {
  const reached = "reached" in order ? order.reached : null;
  const target = targetWords(order.target);
  const items: KeyValueItem[] = [
    {
      key: VERB_WORDS[order.verb],
      value: (
        <>
          {target.lead}{" "}
          <Link prefetch={false} href={targetHref(order.target)} title={order.target.name}>
            {target.name}
          </Link>
        </>
      ),
    },
    { key: "Reason", value: reasonWords(order.reason, order.actor.kind) },
    { key: "Note", value: order.note || <span className="faint">none</span> },
    { key: "By", value: <ActorName actor={order.actor} /> },
    { key: "In force from", value: <Instant at={order.effectiveFrom} show="exact" focusable /> },
    ...(order.cutoff
      ? [
          {
            key: "Cutoff",
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
    ...(reached
      ? [
          {
            key: "Reaches",
            value: `${groupedNumber(reached.value)}${reached.isExact ? "" : " or more"} ${reached.value === 1 ? "token" : "tokens"} that have not expired`,
          },
        ]
      : []),
    {
      key: "Written down",
      value: order.settledAt ? (
        <>
          {groupedNumber(order.settledCount)} {order.settledCount === 1 ? "token" : "tokens"},{" "}
          <Instant at={order.settledAt} focusable />
        </>
      ) : (
        words.settling
      ),
    },
    { key: "Position", value: <span className="mono">{order.position}</span> },
    { key: "Order", value: <IdText id={order.id} what="order id" head={8} /> },
  ];
  return (
    <>
      <KeyValue items={items} />
      {order.verb === "revoke" ? (
        <p className="muted" style={{ marginTop: 16 }}>
          {words.noUndo}
        </p>
      ) : null}
    </>
  );
}
