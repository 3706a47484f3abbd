import { useEffect, useState } from "react";
import type { OrderRow } from "#lib/revocations/model.ts";
import { countedNumber } from "../display/number-text.tsx";
import { ReasonDialog } from "../overlay/reason-dialog.tsx";
import { askOrder, sendCancelTogether } from "./order-requests.ts";

type Count = { value: number; isExact: boolean };

/** How many orders of its plan are still to come; null until that is known. */
function useToCome(id: string | null): Count | null {
  const [toCome, setToCome] = useState<Count | null>(null);
  useEffect(() => {
    setToCome(null);
    if (id === null) return;
    const stop = new AbortController();
    // the act does not wait for the number: the server counts for itself
    askOrder(id, stop.signal)
      .then((order) => setToCome(order.toCome))
      .catch(() => {});
    return () => stop.abort();
  }, [id]);
  return toCome;
}

function whatOf(toCome: Count | null): string {
  if (toCome === null) return "every order that is left";
  return `${countedNumber(toCome)} ${toCome.value === 1 ? "order" : "orders"}`;
}

/** Asks before everything that one plan has set for later is called off. */
export function CancelTogetherDialog({
  order,
  onClose,
  onDone,
}: {
  order: OrderRow | null;
  onClose: () => void;
  onDone: (says: string) => void;
}) {
  const toCome = useToCome(order?.id ?? null);
  return (
    <ReasonDialog
      isOpen={order !== null}
      onClose={onClose}
      title="Call off all orders of the plan"
      act={toCome === null ? "Call them off" : `Call ${whatOf(toCome)} off`}
      onConfirm={async (because) => {
        if (order !== null) onDone((await sendCancelTogether(order.id, because)).says);
      }}
    >
      <p>
        <strong>{order?.target.name}</strong>, and all others of the same plan: {whatOf(toCome)} will not
        begin. No token is {order?.verb === "suspend" ? "suspended" : "revoked"} by them. They stay on record.
        Five seconds before their time they can be called off no more.
      </p>
    </ReasonDialog>
  );
}
