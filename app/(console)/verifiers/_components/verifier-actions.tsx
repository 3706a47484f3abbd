"use client";

import { IconCircleCheck, IconCircleOff, IconKey, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { TurnDialogs } from "#app/(console)/_components/turn-dialogs.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { RotateSecretDialog } from "#components/overlay/rotate-secret-dialog.tsx";
import type { VerifierDetail } from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

/** What may be done with a verifier. */
export function VerifierActions({ verifier }: { verifier: VerifierDetail }) {
  const [dialog, setDialog] = useState<"disable" | "enable" | "secret" | null>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/verifiers/${verifier.id}`;

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
      <TurnDialogs
        open={dialog === "disable" || dialog === "enable" ? dialog : null}
        onClose={close}
        url={url}
        name={verifier.name}
        words={words}
        disableText={words.disableText(verifier)}
        enableText={words.enableText}
      />
    </>
  );
}
