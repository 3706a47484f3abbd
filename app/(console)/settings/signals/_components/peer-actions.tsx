"use client";

import { Button, Group, Modal, Stack } from "@mantine/core";
import { IconCircleCheck, IconCircleOff, IconKey, IconPencil } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useToldSend } from "#components/form/use-told-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { CreatedReceiver, ReceiverDetail } from "#lib/signal-receivers/model.ts";
import { signalWords as words } from "./words.ts";

/** What may be done with a peer. */
export function PeerActions({ peer }: { peer: ReceiverDetail }) {
  const router = useRouter();
  const done = useDone();
  const request = useToldSend();
  const [dialog, setDialog] = useState<"disable" | "secret" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/signal-receivers/${peer.id}`;

  async function turn(way: "disable" | "enable") {
    await requestJson(`${url}/${way}`, { method: "POST" });
    done(words.switched(peer.name, way === "enable"));
  }

  return (
    <>
      <MoreMenu
        label={words.more}
        items={[
          { word: words.rotate, icon: IconKey, act: () => setDialog("secret") },
          peer.state === "disabled"
            ? {
                word: words.startPeer,
                icon: IconCircleCheck,
                act: () => void request.run(() => turn("enable")),
              }
            : { word: words.stopPeer, icon: IconCircleOff, isDanger: true, act: () => setDialog("disable") },
        ]}
      />
      <LinkButton href={`/settings/signals/peers/${peer.id}/edit`} leftSection={<IconPencil size={16} />}>
        {words.edit}
      </LinkButton>
      <ConfirmDialog
        isOpen={dialog === "disable"}
        onClose={close}
        title={words.stopPeerTitle(peer.name)}
        act={words.stopPeerAct}
        isDanger
        onConfirm={() => turn("disable")}
        guarded="streams"
      >
        {words.stopPeerText}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={dialog === "secret"}
        onClose={close}
        title={words.rotateTitle(peer.name)}
        act={words.rotateAct}
        isDanger
        onConfirm={async () => {
          setSecret((await requestJson<CreatedReceiver>(`${url}/rotate-secret`, { method: "POST" })).secret);
        }}
        guarded="streams"
      >
        {words.rotateText}
      </ConfirmDialog>
      <Modal
        opened={secret !== null}
        onClose={() => {
          setSecret(null);
          router.refresh();
        }}
        title={words.secret}
        size={560}
        closeOnClickOutside={false}
        closeOnEscape={false}
      >
        <Stack gap="md">
          {secret === null ? null : <SecretOnce name={words.secret} value={secret} />}
          <p className="muted">{words.secretHelp}</p>
          <Group justify="flex-end">
            <Button
              variant="filled"
              onClick={() => {
                setSecret(null);
                router.refresh();
              }}
            >
              {words.done}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
