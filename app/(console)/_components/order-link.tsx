import Link from "next/link";
import { orderLine } from "#lib/revocations/target-words.ts";
import type { StandingOrder } from "#lib/tokens/model.ts";

/** An order that reaches a token, in one line, leading to it. */
export function OrderLink({ order }: { order: StandingOrder }) {
  const { id, verb, targetKind: kind, targetName: name } = order;
  return (
    <Link prefetch={false} href={`/orders/${id}`} title={name}>
      {orderLine({ verb, target: { kind, name } })}
    </Link>
  );
}
