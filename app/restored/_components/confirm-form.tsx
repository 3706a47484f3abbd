"use client";

import { Alert, Button, Radio, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { CONFIRM_RESTORE_WORD, type ConfirmedRestore } from "#lib/restore/model.ts";
import { restoredWords as words } from "./words.ts";

/** The owner's word that the database was restored on purpose, and what becomes of the tokens from before. */
export function ConfirmForm() {
  const request = useSend();
  const [tokens, setTokens] = useState("revoke");
  const [typed, setTyped] = useState("");
  const [isDone, setIsDone] = useState(false);
  const isTyped = typed.trim() === CONFIRM_RESTORE_WORD;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!isTyped || request.isBusy) return;
    const body = { revokesTokens: tokens === "revoke", confirm: CONFIRM_RESTORE_WORD };
    if ((await request.send<ConfirmedRestore>("POST", "/api/v1/restore/confirm", body)) !== undefined)
      setIsDone(true);
  }

  if (isDone)
    return (
      <Alert color="green" role="status">
        <p>{words.done}</p>
        {/* a page of its own: what was rendered before is of a console that served nothing */}
        <a href="/">{words.onward}</a>
      </Alert>
    );
  return (
    <form method="post" onSubmit={submit} aria-label={words.confirm}>
      <Stack gap="md">
        <Radio.Group label={words.choose} value={tokens} onChange={setTokens}>
          <Stack gap="xs" mt={6}>
            <Radio value="revoke" label={words.revoke} description={words.revokeHelp} />
            <Radio value="keep" label={words.keep} description={words.keepHelp} />
          </Stack>
        </Radio.Group>
        <TextInput
          label={words.type(CONFIRM_RESTORE_WORD)}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <ProblemAlert error={request.problem} title="It was not confirmed" />
        <Button type="submit" variant="filled" color="red" disabled={!isTyped} loading={request.isBusy}>
          {words.confirm}
        </Button>
      </Stack>
    </form>
  );
}
