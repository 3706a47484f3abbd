"use client";

import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCalendarOff, IconPlayerPlay } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { OrderRow } from "#lib/revocations/model.ts";
import { ReasonDialog } from "../overlay/reason-dialog.tsx";
import { sendCancel, sendRestore } from "./order-requests.ts";
import type { MayRevoke } from "./revocable-by.ts";

type Act = "cancel" | "restore" | null;

/** What can still be done about an order: one to come is called off, a suspension given back. A revocation has neither. */
export function OrderActions({ order, may }: { order: OrderRow; may: MayRevoke }) {
  const router = useRouter();
  const [act, setAct] = useState<Act>(null);
  const isAllowed = may[order.target.kind];
  const canCancel = order.standing === "scheduled";
  const canRestore = order.verb === "suspend" && order.standing === "in_force";
  if (!canCancel && !canRestore) return null;

  function done(message: string) {
    setAct(null);
    notifications.show({ message, color: "green" });
    router.refresh();
  }

  return (
    <>
      <Group gap="xs">
        {canCancel ? (
          <Button
            leftSection={<IconCalendarOff size={16} />}
            disabled={!isAllowed}
            onClick={() => setAct("cancel")}
          >
            Call off…
          </Button>
        ) : null}
        {canRestore ? (
          <Button
            leftSection={<IconPlayerPlay size={16} />}
            disabled={!isAllowed}
            onClick={() => setAct("restore")}
          >
            Restore…
          </Button>
        ) : null}
        {isAllowed ? null : <span className="muted">Your role does not allow it.</span>}
      </Group>
      <ReasonDialog
        isOpen={act === "cancel"}
        onClose={() => setAct(null)}
        title="Call the order off"
        act="Call it off"
        onConfirm={async (because) => {
          await sendCancel(order.id, because);
          done("The order was called off: it will not begin.");
        }}
      >
        <p>
          <strong>{order.target.name}</strong>: no token is{" "}
          {order.verb === "revoke" ? "revoked" : "suspended"} by this order. It stays on record. Five seconds
          before its time it can be called off no more.
        </p>
      </ReasonDialog>
      <ReasonDialog
        isOpen={act === "restore"}
        onClose={() => setAct(null)}
        title="Restore"
        act="Restore"
        onConfirm={async (because) => done((await sendRestore(order.id, because)).says)}
      >
        <p>
          <strong>{order.target.name}</strong>: every suspension by this target ends, those to come too, and
          so do those that were placed with it, as of a group's members. What another suspension holds stays
          suspended, what was revoked stays revoked, and sign-in sessions that ended stay ended.
        </p>
      </ReasonDialog>
    </>
  );
}
