"use client";

import { Alert, Text } from "@mantine/core";
import { browserSupportsWebAuthn, startRegistration } from "@simplewebauthn/browser";
import { IconAlertCircle } from "@tabler/icons-react";
import { useState } from "react";
import { TextField } from "#components/form/text-field.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { passkeyFault } from "#components/step-up/words.ts";
import { PASSKEY_NAME_MAX } from "#lib/passkeys/model.ts";
import { accountWords as words } from "./words.ts";

type Offer = { options: Parameters<typeof startRegistration>[0]["optionsJSON"]; challenge: string };

const FIELDS = ["name"];

/** A name, then what the browser asks: the passkey is added with its answer. */
export function AddPasskey({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const done = useDone();
  const request = useSend(FIELDS);
  const [name, setName] = useState("");
  const [fault, setFault] = useState<string | null>(null);
  const [isAtBrowser, setIsAtBrowser] = useState(false);

  function close() {
    setName("");
    setFault(null);
    request.clear();
    onClose();
  }

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

  async function add() {
    setFault(null);
    const offer = await request.send<Offer>("POST", "/api/v1/me/passkeys/options");
    const made = offer === undefined ? null : await make(offer);
    if (made === null || (await request.send("POST", "/api/v1/me/passkeys", made)) === undefined) return;
    close();
    done(words.added);
  }

  const canAdd = isOpen && browserSupportsWebAuthn();
  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={words.addTitle}
      size={440}
      act={words.create}
      cancel={words.cancel}
      isReady={canAdd}
      isBusy={request.isBusy || isAtBrowser}
      problem={request.problem}
      fields={FIELDS}
      onSubmit={() => void add()}
    >
      <Text c="dimmed">{canAdd ? words.addText : words.notThisBrowser}</Text>
      {canAdd ? (
        <TextField
          request={request}
          path="name"
          label={words.name}
          description={words.nameExample}
          value={name}
          onType={setName}
          maxLength={PASSKEY_NAME_MAX}
          required
          withAsterisk={false}
          data-autofocus
        />
      ) : null}
      {fault === null ? null : (
        <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert">
          {fault}
        </Alert>
      )}
    </FormDialog>
  );
}
