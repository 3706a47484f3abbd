"use client";

import { Button } from "@mantine/core";
import { IconBan, IconCircleCheck, IconCircleOff, IconKey, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { TurnDialogs } from "#app/(console)/_components/turn-dialogs.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { RotateSecretDialog } from "#components/overlay/rotate-secret-dialog.tsx";
import { RevokeDialog } from "#components/revocation/revoke-dialog.tsx";
import type { ClientDetail } from "#lib/clients/model.ts";
import { clientWords as words } from "./words.ts";

type Dialog = "revoke" | "disable" | "enable" | "secret" | null;

/** What may be done with a client. What a role may not do is not offered; the server refuses it all the same. */
export function ClientActions({
  client,
  canWrite,
  canRevoke,
}: {
  client: ClientDetail;
  canWrite: boolean;
  canRevoke: boolean;
}) {
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/clients/${client.id}`;

  return (
    <>
      {canWrite ? (
        <>
          <MoreMenu
            label={words.more}
            items={[
              client.authMethod === "client_secret"
                ? { word: words.rotate, icon: IconKey, act: () => setDialog("secret") }
                : null,
              client.state === "disabled"
                ? { word: words.enable, icon: IconCircleCheck, act: () => setDialog("enable") }
                : {
                    word: words.disable,
                    icon: IconCircleOff,
                    isDanger: true,
                    act: () => setDialog("disable"),
                  },
            ]}
          />
          <LinkButton href={`/clients/${client.id}/edit`} leftSection={<IconPencil size={16} />}>
            {words.edit}
          </LinkButton>
        </>
      ) : null}
      {canRevoke ? (
        <Button
          variant="outline"
          color="red"
          leftSection={<IconBan size={16} />}
          onClick={() => setDialog("revoke")}
        >
          {words.revokeAll}
        </Button>
      ) : null}
      <RevokeDialog target={dialog === "revoke" ? { kind: "client", id: client.id } : null} onClose={close} />
      <RotateSecretDialog
        title={words.rotateTitle(client.name)}
        url={`${url}/rotate-secret`}
        words={words}
        isOpen={dialog === "secret"}
        onClose={close}
      />
      <TurnDialogs
        open={dialog === "disable" || dialog === "enable" ? dialog : null}
        onClose={close}
        url={url}
        name={client.name}
        words={words}
        disableText={words.disableText(client.liveTokens)}
        enableText={words.enableText(client.liveTokens)}
      />
    </>
  );
}
