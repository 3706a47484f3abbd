"use client";

import { useState } from "react";
import { TextField } from "#components/form/text-field.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { PASSKEY_NAME_MAX, type PasskeyRow } from "#lib/passkeys/model.ts";
import { accountWords as words } from "./words.ts";

const FIELDS = ["name"];

/** Another name for a passkey. */
export function RenamePasskey({
  passkey,
  isOpen,
  onClose,
}: {
  passkey: PasskeyRow;
  isOpen: boolean;
  onClose: () => void;
}) {
  const done = useDone();
  const request = useSend(FIELDS);
  const [name, setName] = useState(passkey.name);

  function close() {
    setName(passkey.name);
    request.clear();
    onClose();
  }

  async function save() {
    const saved = await request.send("PATCH", `/api/v1/me/passkeys/${passkey.id}`, { name });
    if (saved === undefined) return;
    onClose();
    done(words.renamed);
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={words.renameOne(passkey.name)}
      size={440}
      act={words.save}
      cancel={words.cancel}
      isBusy={request.isBusy}
      problem={request.problem}
      fields={FIELDS}
      onSubmit={() => void save()}
    >
      <TextField
        request={request}
        path="name"
        label={words.name}
        value={name}
        onType={setName}
        maxLength={PASSKEY_NAME_MAX}
        required
        withAsterisk={false}
        data-autofocus
      />
    </FormDialog>
  );
}
