"use client";

import { TextInput } from "@mantine/core";
import type { Ref } from "react";
import { signInWords as words } from "./words.ts";

type FactorFieldProps = {
  /** The code of an authenticator app, or a recovery code that stands in for one. */
  kind: "code" | "recovery";
  fieldRef: Ref<HTMLInputElement>;
  value: string;
  onType: (text: string) => void;
};

/** What is asked for beside the password. */
export function FactorField({ kind, fieldRef, value, onType }: FactorFieldProps) {
  const common = {
    ref: fieldRef,
    value,
    onChange: (event: { currentTarget: { value: string } }) => onType(event.currentTarget.value),
    required: true,
    withAsterisk: false,
  };
  if (kind === "recovery")
    return (
      <TextInput
        {...common}
        name="recoveryCode"
        label={words.recoveryCode}
        description={words.recoveryHelp}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        maxLength={40}
        styles={{ input: { fontFamily: "var(--tw-mono)" } }}
      />
    );
  return (
    <TextInput
      {...common}
      name="code"
      label={words.code}
      description={words.codeHelp}
      autoComplete="one-time-code"
      inputMode="numeric"
      pattern="[0-9 ]{6,7}"
      title={words.codeShape}
      maxLength={7}
      styles={{ input: { fontFamily: "var(--tw-mono)", letterSpacing: "0.3em" } }}
    />
  );
}
