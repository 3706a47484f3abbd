"use client";

import { ActionIcon, Button, Menu } from "@mantine/core";
import { IconBan, IconCircleCheck, IconCircleOff, IconDots, IconKey, IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { LinkButton } from "#components/display/link-button.tsx";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { RotateSecretDialog } from "#components/overlay/rotate-secret-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
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
  const done = useDone();
  const [dialog, setDialog] = useState<Dialog>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/clients/${client.id}`;
  const isDisabled = client.state === "disabled";

  async function turn(way: "disable" | "enable") {
    await requestJson(`${url}/${way}`, { method: "POST" });
    done(way === "disable" ? words.disabled(client.name) : words.enabled(client.name));
  }

  return (
    <>
      {canWrite ? (
        <>
          <Menu width={220}>
            <Menu.Target>
              <ActionIcon variant="default" size={32} aria-label={words.more}>
                <IconDots size={17} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {client.authMethod === "client_secret" ? (
                <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setDialog("secret")}>
                  {words.rotate}
                </Menu.Item>
              ) : null}
              {isDisabled ? (
                <Menu.Item leftSection={<IconCircleCheck size={16} />} onClick={() => setDialog("enable")}>
                  {words.enable}
                </Menu.Item>
              ) : (
                <Menu.Item
                  color="red"
                  leftSection={<IconCircleOff size={16} />}
                  onClick={() => setDialog("disable")}
                >
                  {words.disable}
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
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
        url={`/api/v1/clients/${client.id}/rotate-secret`}
        words={words}
        isOpen={dialog === "secret"}
        onClose={close}
      />
      <ConfirmDialog
        isOpen={dialog === "disable"}
        onClose={close}
        title={words.disableTitle(client.name)}
        act={words.disableAct}
        isDanger
        onConfirm={() => turn("disable")}
      >
        {words.disableText(client.liveTokens)}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={dialog === "enable"}
        onClose={close}
        title={words.enableTitle(client.name)}
        act={words.enableAct}
        onConfirm={() => turn("enable")}
      >
        {words.enableText(client.liveTokens)}
      </ConfirmDialog>
    </>
  );
}
