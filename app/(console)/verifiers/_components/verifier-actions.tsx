"use client";

import { ActionIcon, Button, Group, Menu, Modal, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconCircleCheck, IconCircleOff, IconDots, IconKey, IconPencil } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { CreatedVerifier, VerifierDetail } from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

/** What may be done with a verifier. */
export function VerifierActions({ verifier }: { verifier: VerifierDetail }) {
  const router = useRouter();
  const [dialog, setDialog] = useState<"disable" | "enable" | "secret" | null>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/verifiers/${verifier.id}`;

  async function turn(way: "disable" | "enable") {
    await requestJson(`${url}/${way}`, { method: "POST" });
    const message = way === "disable" ? words.disabled(verifier.name) : words.enabled(verifier.name);
    notifications.show({ message, color: "green" });
    router.refresh();
  }

  return (
    <>
      <Menu width={200}>
        <Menu.Target>
          <ActionIcon variant="default" size={32} aria-label={words.more}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconKey size={16} />} onClick={() => setDialog("secret")}>
            {words.rotate}
          </Menu.Item>
          {verifier.state === "disabled" ? (
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
      <LinkButton href={`/verifiers/${verifier.id}/edit`} leftSection={<IconPencil size={16} />}>
        {words.edit}
      </LinkButton>
      <SecretDialog verifier={verifier} isOpen={dialog === "secret"} onClose={close} />
      <ConfirmDialog
        isOpen={dialog === "disable"}
        onClose={close}
        title={words.disableTitle(verifier.name)}
        act={words.disableAct}
        isDanger
        onConfirm={() => turn("disable")}
      >
        {words.disableText}
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

function SecretDialog({
  verifier,
  isOpen,
  onClose,
}: {
  verifier: VerifierDetail;
  isOpen: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend();
  const [secret, setSecret] = useState<string | null>(null);

  function close() {
    if (request.isBusy) return;
    if (secret !== null) router.refresh();
    setSecret(null);
    request.clear();
    onClose();
  }

  async function rotate() {
    const made = await request.send<CreatedVerifier>(
      "POST",
      `/api/v1/verifiers/${verifier.id}/rotate-secret`,
    );
    if (made) setSecret(made.secret);
  }

  return (
    <Modal
      opened={isOpen}
      onClose={close}
      title={words.rotateTitle(verifier.name)}
      size={560}
      closeOnClickOutside={secret === null}
    >
      <Stack gap="md">
        {secret === null ? (
          <>
            <Text>{words.rotateText}</Text>
            <ProblemAlert error={request.problem} />
            <Group justify="flex-end" gap="xs">
              <Button onClick={close} disabled={request.isBusy} data-autofocus>
                {words.cancel}
              </Button>
              <Button variant="filled" color="red" loading={request.isBusy} onClick={rotate}>
                {words.rotateAct}
              </Button>
            </Group>
          </>
        ) : (
          <>
            <SecretOnce name={words.secret} value={secret} />
            <Group justify="flex-end">
              <Button variant="filled" onClick={close}>
                {words.secretDone}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
