import Link from "next/link";
import { journeyWords as words } from "./journey-words.ts";

/** To the whole board of an order, with its filters. */
export function PropagationLink({ orderId }: { orderId: string }) {
  return (
    <Link prefetch={false} href={`/verifiers/propagation?order=${orderId}`}>
      {words.wholeBoard}
    </Link>
  );
}
