"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import type { ApiTokenRow } from "#lib/api-tokens/model.ts";
import { NameField, NetworksField } from "./api-token-fields.tsx";
import { networksOf } from "./networks-of.ts";
import { apiTokenWords as words } from "./words.ts";

const FIELDS = ["name", "networks"];

/** Changes an API token's name and where it may come from. */
export function EditApiToken({ token }: { token: ApiTokenRow }) {
  const done = useDone();
  const request = useSend(FIELDS);
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState(token.name);
  const [networks, setNetworks] = useState("");

  function open() {
    setName(token.name);
    setNetworks(token.networks.join("\n"));
    request.clear();
    setIsOpen(true);
  }

  async function save() {
    const body = { version: token.version, name, networks: networksOf(networks) };
    const url = `/api/v1/api-tokens/${token.id}`;
    const saved = await request.send<ApiTokenRow>("PATCH", url, body);
    if (saved === undefined) return;
    setIsOpen(false);
    done(words.saved(saved.name));
  }

  return (
    <>
      <Button onClick={open}>{words.edit}</Button>
      <FormDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.editTitle(token.name)}
        act={words.save}
        isReady={name.trim() !== ""}
        isBusy={request.isBusy}
        problem={request.problem}
        fields={FIELDS}
        onSubmit={save}
        guarded="api-tokens"
      >
        <p className="muted">{words.editText}</p>
        <NameField request={request} value={name} onType={setName} />
        <NetworksField request={request} value={networks} onType={setNetworks} />
      </FormDialog>
    </>
  );
}
