"use client";

import { PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { faultWords } from "#components/form/fault-words.ts";
import { FormButtons } from "#components/form/form-buttons.tsx";
import { tooShort } from "#components/form/too-short.ts";
import { useSend } from "#components/form/use-send.ts";
import { ADMIN_PASSWORD_MAX, ADMIN_PASSWORD_MIN } from "#lib/admins/model.ts";
import { accountWords as words } from "./words.ts";

const FIELDS = ["currentPassword", "password"];

/** The password that one has, and the one that is to be. */
export function PasswordForm({ onCancel, onDone }: { onCancel: () => void; onDone: () => void }) {
  const request = useSend(FIELDS);
  const [currentPassword, setCurrentPassword] = useState("");
  const [password, setPassword] = useState("");
  const isShort = password !== "" && password.length < ADMIN_PASSWORD_MIN;

  async function save(event: FormEvent) {
    event.preventDefault();
    if (password.length < ADMIN_PASSWORD_MIN) return request.refuse("password", tooShort(ADMIN_PASSWORD_MIN));
    const body = { currentPassword, password };
    if ((await request.send("PUT", "/api/v1/me/password", body)) !== undefined) onDone();
  }

  return (
    <form method="post" onSubmit={save}>
      <Stack gap="md">
        <Text c="dimmed">{words.passwordEffect}</Text>
        <PasswordInput
          label={words.passwordNow}
          description={words.passwordForgotten}
          autoComplete="current-password"
          value={currentPassword}
          onChange={(event) => {
            request.touch("currentPassword");
            setCurrentPassword(event.currentTarget.value);
          }}
          maxLength={ADMIN_PASSWORD_MAX}
          error={request.faultOf("currentPassword")}
          required
          withAsterisk={false}
          data-autofocus
        />
        <PasswordInput
          label={words.passwordNew}
          description={words.passwordHelp(ADMIN_PASSWORD_MIN)}
          autoComplete="new-password"
          value={password}
          onChange={(event) => {
            request.touch("password");
            setPassword(event.currentTarget.value);
          }}
          maxLength={ADMIN_PASSWORD_MAX}
          error={
            request.faultOf("password") ?? (isShort ? faultWords(tooShort(ADMIN_PASSWORD_MIN)) : undefined)
          }
          required
          withAsterisk={false}
        />
        <ProblemAlert error={request.problem} fields={FIELDS} />
        <FormButtons act={words.passwordChange} isBusy={request.isBusy} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
