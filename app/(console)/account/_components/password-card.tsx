"use client";

import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { useDone } from "#components/form/use-done.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import type { Factors } from "#lib/passkeys/model.ts";
import { PasswordForm } from "./password-form.tsx";
import { accountWords as words } from "./words.ts";

function useWords({ use }: Factors["password"], provider: string | null): string {
  if (use === "signs_in") return words.passwordUse;
  if (use !== "by_provider") return words.passwordNoUse[use];
  return words.passwordNoUse.by_provider(provider ?? words.aProvider);
}

/** How old one's password is, and another one; or why there is none to change. */
export function PasswordCard({
  password,
  provider,
}: {
  password: Factors["password"];
  /** The name of the provider that they came in by; null for an account of this console. */
  provider: string | null;
}) {
  const done = useDone();
  const [isOpen, setIsOpen] = useState(false);
  const canChange = password.use === "signs_in";
  return (
    <Card title={words.password}>
      <Stack gap="sm" align="flex-start">
        <Text>{useWords(password, provider)}</Text>
        {canChange ? (
          <>
            <Text c="dimmed">
              <Instant at={password.setAt} prefix={words.passwordSet} none={words.passwordUnknown} />
            </Text>
            <Button onClick={() => setIsOpen(true)}>{words.passwordChange}</Button>
          </>
        ) : null}
      </Stack>
      <OnDemandDialog
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        title={words.passwordChange}
        size={480}
        closeOnClickOutside={false}
      >
        <PasswordForm
          onCancel={() => setIsOpen(false)}
          onDone={() => {
            setIsOpen(false);
            done(words.passwordChanged);
          }}
        />
      </OnDemandDialog>
    </Card>
  );
}
