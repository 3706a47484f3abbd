"use client";

import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { browserSupportsWebAuthn, startRegistration } from "@simplewebauthn/browser";
import { IconAlertCircle } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { passkeyFault } from "#components/step-up/words.ts";
import { PASSKEY_NAME_MAX } from "#lib/passkeys/model.ts";
import { accountWords as words } from "./words.ts";

type Offer = { options: Parameters<typeof startRegistration>[0]["optionsJSON"]; challenge: string };

const FIELDS = ["name"];

/** A name, then what the browser asks: the passkey is added with its answer. */
export function AddPasskey({ onClose }: { onClose: () => void }) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [name, setName] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [isAtBrowser, setIsAtBrowser] = useState(false);

  async function make({ options, challenge }: Offer): Promise<object | null> {
    setIsAtBrowser(true);
    try {
      const { id, rawId, type, response } = await startRegistration({ optionsJSON: options });
      const { clientDataJSON, attestationObject, transports = [] } = response;
      return {
        challenge,
        name,
        passkey: { id, rawId, type, response: { clientDataJSON, attestationObject, transports } },
      };
    } catch (error) {
      setFault(passkeyFault(error));
      return null;
    } finally {
      setIsAtBrowser(false);
    }
  }

  async function add(event: FormEvent) {
    event.preventDefault();
    setFault(null);
    const offer = await request.send<Offer>("POST", "/api/v1/me/passkeys/options");
    const made = offer === undefined ? null : await make(offer);
    if (made === null || (await request.send("POST", "/api/v1/me/passkeys", made)) === undefined) return;
    onClose();
    notifications.show({ message: words.added, color: "green" });
    router.refresh();
  }

  if (!browserSupportsWebAuthn()) return <Text>{words.notThisBrowser}</Text>;
  const isBusy = request.isBusy || isAtBrowser;
  return (
    <form onSubmit={add} aria-label={words.addTitle}>
      <Stack gap="md">
        <Text c="dimmed">{words.addText}</Text>
        <TextInput
          label={words.name}
          description={words.nameExample}
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
        {fault === null ? null : (
          <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert">
            {fault}
          </Alert>
        )}
        {request.faultOf("name") === undefined ? <ProblemAlert error={request.problem} /> : null}
        <Group justify="flex-end" gap="xs">
          <Button onClick={onClose} disabled={isBusy}>
            {words.cancel}
          </Button>
          <Button type="submit" variant="filled" loading={isBusy}>
            {words.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
