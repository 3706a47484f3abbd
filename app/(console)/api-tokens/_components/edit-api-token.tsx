"use client";

import { Button } from "@mantine/core";
import { useState } from "react";
import { TextField, TextLinesField } from "#components/form/text-field.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { API_TOKEN_NAME_MAX, type ApiTokenRow } from "#lib/api-tokens/model.ts";
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
      >
        <p className="muted">{words.editText}</p>
        <TextField
          request={request}
          path="name"
          label={words.name}
          value={name}
          onType={setName}
          maxLength={API_TOKEN_NAME_MAX}
          required
        />
        <TextLinesField
          request={request}
          path="networks"
          label={words.networks}
          description={words.networksHelp}
          placeholder={words.networksExample}
          autosize
          minRows={2}
          maxRows={8}
          value={networks}
          onType={setNetworks}
          classNames={{ input: "mono" }}
          spellCheck={false}
        />
      </FormDialog>
    </>
  );
}
