"use client";

import { Button, Group } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBan, IconCalendarOff, IconPlayerPlay } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useState } from "react";
import type { PlanTargetInput } from "#lib/order-plans/model.ts";
import type { OrderRow } from "#lib/revocations/model.ts";
import { useHeldKeys } from "../on-demand/use-held-keys.ts";
import { useWasEver } from "../on-demand/use-was-ever.ts";
import { ReasonDialog } from "../overlay/reason-dialog.tsx";
import { sendCancel, sendRestore } from "./order-requests.ts";
import type { MayRevoke } from "./revocable-by.ts";
import { RevokeDialog } from "./revoke-dialog.tsx";

const CancelTogetherDialog = dynamic(
  () => import("./cancel-together-dialog.tsx").then((module) => module.CancelTogetherDialog),
  { ssr: false },
);

type Act = "cancel" | "cancel-together" | "restore" | "again" | null;

/** The same target, of a selection what lives of it. */
function againOf({ kind, id }: OrderRow["target"]): PlanTargetInput {
  return kind === "selection" ? { kind, id } : { kind, id };
}

/**
 * What can still be done about an order: one to come is called off, alone or with all that came from its plan, a suspension given back, and what a suspension or an order that was called off was
 * upon taken back for good. A revocation leaves nothing to do.
 */
export function OrderActions({ order, may }: { order: OrderRow; may: MayRevoke }) {
  const router = useRouter();
  const [act, setAct] = useState<Act>(null);
  const wasTogether = useWasEver(act === "cancel-together");
  useHeldKeys(act === "cancel-together", () => setAct(null));
  const isAllowed = may[order.target.kind];
  const canCancel = order.standing === "scheduled";
  const canRestore = order.verb === "suspend" && order.standing === "in_force";
  const canRepeat =
    order.standing !== "scheduled" && (order.verb === "suspend" || order.standing === "cancelled");
  if (!canCancel && !canRestore && !canRepeat) return null;

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
        {canCancel && order.isOfSeveral ? (
          <Button
            leftSection={<IconCalendarOff size={16} />}
            disabled={!isAllowed}
            onClick={() => setAct("cancel-together")}
          >
            Call off all of its plan…
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
        {canRepeat ? (
          <Button
            variant="outline"
            color="red"
            leftSection={<IconBan size={16} />}
            disabled={!isAllowed}
            onClick={() => setAct("again")}
          >
            {canRestore ? "Revoke…" : "Revoke or suspend again…"}
          </Button>
        ) : null}
        {isAllowed ? null : <span className="muted">Your role does not allow it.</span>}
      </Group>
      <RevokeDialog target={act === "again" ? againOf(order.target) : null} onClose={() => setAct(null)} />
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
      {wasTogether ? (
        <CancelTogetherDialog
          order={act === "cancel-together" ? order : null}
          onClose={() => setAct(null)}
          onDone={done}
        />
      ) : null}
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
