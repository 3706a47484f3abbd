"use client";

import { Button } from "@mantine/core";
import { IconCircleCheck, IconCircleOff, IconKey, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { LinkButton } from "#components/display/link-button.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useToldSend } from "#components/form/use-told-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { RotateSecretDialog } from "#components/overlay/rotate-secret-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { ScannerDetail } from "#lib/scanners/model.ts";
import { scannerWords as words } from "./words.ts";

/** What may be done with a scanner. */
export function ScannerActions({ scanner }: { scanner: ScannerDetail }) {
  const done = useDone();
  const request = useToldSend();
  const [dialog, setDialog] = useState<"stop" | "rotate" | null>(null);
  const url = `/api/v1/scanners/${scanner.id}`;

  async function turn(way: "disable" | "enable") {
    await requestJson(`${url}/${way}`, { method: "POST" });
    done(words.switched(scanner.name, way === "enable"));
  }

  return (
    <>
      {scanner.state === "disabled" ? (
        <Button
          leftSection={<IconCircleCheck size={16} />}
          loading={request.isBusy}
          onClick={() => void request.run(() => turn("enable"))}
        >
          {words.start}
        </Button>
      ) : (
        <Button leftSection={<IconCircleOff size={16} />} onClick={() => setDialog("stop")}>
          {words.stop}
        </Button>
      )}
      <Button leftSection={<IconKey size={16} />} onClick={() => setDialog("rotate")}>
        {words.rotate}
      </Button>
      <LinkButton href={`/settings/scanners/${scanner.id}/edit`} leftSection={<IconPencil size={16} />}>
        {words.edit}
      </LinkButton>
      <ConfirmDialog
        isOpen={dialog === "stop"}
        onClose={() => setDialog(null)}
        title={words.stopTitle(scanner.name)}
        act={words.stopAct}
        isDanger
        onConfirm={() => turn("disable")}
      >
        {words.stopText}
      </ConfirmDialog>
      <RotateSecretDialog
        title={words.rotateTitle(scanner.name)}
        url={`${url}/rotate-secret`}
        words={{ ...words, secretDone: words.done }}
        isOpen={dialog === "rotate"}
        onClose={() => setDialog(null)}
      />
    </>
  );
}
