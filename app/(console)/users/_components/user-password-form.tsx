"use client";

import { PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { FormButtons } from "#components/form/form-buttons.tsx";
import { tooShort } from "#components/form/too-short.ts";
import { useSend } from "#components/form/use-send.ts";
import { USER_PASSWORD_MAX, USER_PASSWORD_MIN, type UserDetail } from "#lib/users/model.ts";
import { userWords as words } from "./words.ts";

const FIELDS = ["password"];

type UserPasswordFormProps = { user: UserDetail; onCancel: () => void; onDone: () => void };

/** A new password of a user. */
export function UserPasswordForm({ user, onCancel, onDone }: UserPasswordFormProps) {
  const request = useSend(FIELDS);
  const [password, setPassword] = useState("");
  async function save(event: FormEvent) {
    event.preventDefault();
    if (password.length < USER_PASSWORD_MIN) return request.refuse("password", tooShort(USER_PASSWORD_MIN));
    if ((await request.send("PUT", `/api/v1/users/${user.id}/password`, { password })) !== undefined)
      onDone();
  }
  return (
    <form onSubmit={save}>
      <Stack gap="md">
        <Text c="dimmed">{words.passwordEffect}</Text>
        <PasswordInput
          label={words.newPassword}
          description={words.passwordHelp}
          autoComplete="new-password"
          value={password}
          onChange={(event) => {
            request.touch("password");
            setPassword(event.currentTarget.value);
          }}
          maxLength={USER_PASSWORD_MAX}
          error={request.faultOf("password")}
          required
          data-autofocus
        />
        <ProblemAlert error={request.problem} fields={FIELDS} />
        <FormButtons act={words.saveChange} isBusy={request.isBusy} onCancel={onCancel} />
      </Stack>
    </form>
  );
}
