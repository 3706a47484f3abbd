"use client";

import { Button, Stack } from "@mantine/core";
import { IconAlertOctagon, IconPlayerPlay, IconTrash, IconX } from "@tabler/icons-react";
import { useState } from "react";
import { Instant } from "#components/display/instant.tsx";
import { useDone } from "#components/form/use-done.ts";
import { ReasonDialog } from "#components/overlay/reason-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { KeyRow } from "#lib/keys/model.ts";
import { EmergencyDialog } from "./emergency-dialog.tsx";
import { RotateButton } from "./rotate-button.tsx";
import { keyWords as words } from "./words.ts";

/** Acts that take a reason alone. */
const ACTS = {
  activate: {
    title: words.activateTitle,
    text: words.activateText,
    act: words.activateAct,
    done: words.activated,
  },
  cancel: { title: words.cancelTitle, text: words.cancelText, act: words.cancelAct, done: words.cancelled },
  destroy: {
    title: words.destroyTitle,
    text: words.destroyText,
    act: words.destroyAct,
    done: words.destroyed,
  },
} as const;
type ActName = keyof typeof ACTS;

/** What may be done with a key in its state. */
export function KeyActions({ row, may }: { row: KeyRow; may: { rotate: boolean; declare: boolean } }) {
  const done = useDone();
  const [dialog, setDialog] = useState<ActName | "emergency" | null>(null);
  const { kid, state } = row;
  const isStandby = state === "standby";
  const isSpent = state === "retired" || state === "compromised";
  const canBeDeclared = state !== "compromised" && state !== "destroyed";
  const shown = dialog === null || dialog === "emergency" ? null : dialog;

  async function confirm(name: ActName, because: { reason: string; note: string }) {
    await requestJson(`/api/v1/keys/${kid}/${name}`, { method: "POST", body: because });
    setDialog(null);
    done(ACTS[name].done(kid));
  }

  return (
    <>
      {state === "active" && may.rotate ? <RotateButton signing={[row]} variant="default" /> : null}
      {isStandby && may.rotate ? (
        <>
          <Button leftSection={<IconPlayerPlay size={16} />} onClick={() => setDialog("activate")}>
            {words.activate}
          </Button>
          <Button leftSection={<IconX size={16} />} onClick={() => setDialog("cancel")}>
            {words.cancel}
          </Button>
        </>
      ) : null}
      {isSpent && may.declare ? (
        <Button leftSection={<IconTrash size={16} />} onClick={() => setDialog("destroy")}>
          {words.destroy}
        </Button>
      ) : null}
      {canBeDeclared && may.declare ? (
        <Button
          variant="outline"
          color="red"
          leftSection={<IconAlertOctagon size={16} />}
          onClick={() => setDialog("emergency")}
        >
          {words.emergency}
        </Button>
      ) : null}
      {(["activate", "cancel", "destroy"] as const).map((name) => (
        <ReasonDialog
          key={name}
          isOpen={shown === name}
          onClose={() => setDialog(null)}
          title={ACTS[name].title}
          act={ACTS[name].act}
          isDanger={name !== "activate"}
          onConfirm={(because) => confirm(name, because)}
          guarded="keys"
        >
          <Stack gap="xs">
            <p>{ACTS[name].text}</p>
            {name === "activate" && row.readiness !== null ? <p>{row.readiness}</p> : null}
            {name === "activate" && row.readyAt !== null ? (
              <p>
                It is refused {words.isNotReady} <Instant at={row.readyAt} show="exact" focusable />
              </p>
            ) : null}
          </Stack>
        </ReasonDialog>
      ))}
      <EmergencyDialog kid={dialog === "emergency" ? kid : null} onClose={() => setDialog(null)} />
    </>
  );
}
