"use client";

import { Button, Group, Stack, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { PASSKEY_NAME_MAX, type PasskeyRow } from "#lib/passkeys/model.ts";
import { accountWords as words } from "./words.ts";

const FIELDS = ["name"];

/** Another name for a passkey. */
export function RenamePasskey({ passkey, onClose }: { passkey: PasskeyRow; onClose: () => void }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [name, setName] = useState(passkey.name);

  async function save(event: FormEvent) {
    event.preventDefault();
    const saved = await request.send("PATCH", `/api/v1/me/passkeys/${passkey.id}`, { name });
    if (saved === undefined) return;
    onClose();
    notifications.show({ message: words.renamed, color: "green" });
    router.refresh();
  }

  return (
    <form onSubmit={save} aria-label={words.rename}>
      <Stack gap="md">
        <TextInput
          label={words.name}
          value={name}
          onChange={(event) => {
            request.touch("name");
            setName(event.currentTarget.value);
          }}
          error={request.faultOf("name")}
          maxLength={PASSKEY_NAME_MAX}
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
        />
        {request.faultOf("name") === undefined ? <ProblemAlert error={request.problem} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose} disabled={request.isBusy}>
            {words.cancel}
          </Button>
          <Button type="submit" variant="filled" loading={request.isBusy}>
            {words.save}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
