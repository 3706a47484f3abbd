"use client";

import { Button } from "@mantine/core";
import { IconArchive, IconFolderOpen } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { type IncidentDetail, STEP_WORDS } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

/** Closes a case that is written up, after saying what of it is not done, or opens it again. */
export function CloseCase({ incident }: { incident: IncidentDetail }) {
  const router = useRouter();
  const request = useSend();
  const [isAsking, setIsAsking] = useState(false);
  const address = `/api/v1/incidents/${incident.number}`;
  const open = incident.steps.filter(({ step, doneAt }) => doneAt === null && step !== "report");

  async function openAgain() {
    await request.send("PATCH", address, { version: incident.version, state: "open" });
    router.refresh();
  }
  async function close() {
    const body = { version: incident.version, state: "closed" };
    try {
      await requestJson(address, { method: "PATCH", body });
    } finally {
      router.refresh();
    }
  }

  if (incident.state === "closed")
    return (
      <>
        <Button leftSection={<IconFolderOpen size={16} />} loading={request.isBusy} onClick={openAgain}>
          {words.openAgain}
        </Button>
        <ProblemAlert error={request.problem} />
      </>
    );
  return (
    <>
      <Button leftSection={<IconArchive size={16} />} onClick={() => setIsAsking(true)}>
        {words.closeCase}…
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={words.closeTitle}
        act={words.closeCase}
        onConfirm={close}
      >
        <p>{words.closeText}</p>
        {incident.state === "contained" ? null : (
          <p>{incident.state === "held" ? words.closeHeld : words.closeNotContained}</p>
        )}
        {open.length === 0 ? null : (
          <>
            <p>{words.closeNotDone}</p>
            <ul>
              {open.map(({ step }) => (
                <li key={step}>
                  {STEP_WORDS[step].name}: {STEP_WORDS[step].asks}
                </li>
              ))}
            </ul>
          </>
        )}
      </ConfirmDialog>
    </>
  );
}
