"use client";

import { IconCircleCheck, IconCircleOff, IconKey, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { LinkButton } from "#components/display/link-button.tsx";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { RotateSecretDialog } from "#components/overlay/rotate-secret-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { VerifierDetail } from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

/** What may be done with a verifier. */
export function VerifierActions({ verifier }: { verifier: VerifierDetail }) {
  const done = useDone();
  const [dialog, setDialog] = useState<"disable" | "enable" | "secret" | null>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/verifiers/${verifier.id}`;

  async function turn(way: "disable" | "enable") {
    await requestJson(`${url}/${way}`, { method: "POST" });
    const message = way === "disable" ? words.disabled(verifier.name) : words.enabled(verifier.name);
    done(message);
  }

  return (
    <>
      <MoreMenu
        label={words.more}
        items={[
          { word: words.rotate, icon: IconKey, act: () => setDialog("secret") },
          verifier.state === "disabled"
            ? { word: words.enable, icon: IconCircleCheck, act: () => setDialog("enable") }
            : { word: words.disable, icon: IconCircleOff, isDanger: true, act: () => setDialog("disable") },
        ]}
      />
      <LinkButton href={`/verifiers/${verifier.id}/edit`} leftSection={<IconPencil size={16} />}>
        {words.edit}
      </LinkButton>
      <RotateSecretDialog
        title={words.rotateTitle(verifier.name)}
        url={`${url}/rotate-secret`}
        words={words}
        isOpen={dialog === "secret"}
        onClose={close}
      />
      <ConfirmDialog
        isOpen={dialog === "disable"}
        onClose={close}
        title={words.disableTitle(verifier.name)}
        act={words.disableAct}
        isDanger
        onConfirm={() => turn("disable")}
      >
        {words.disableText(verifier)}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={dialog === "enable"}
        onClose={close}
        title={words.enableTitle(verifier.name)}
        act={words.enableAct}
        onConfirm={() => turn("enable")}
      >
        {words.enableText}
      </ConfirmDialog>
    </>
  );
}
