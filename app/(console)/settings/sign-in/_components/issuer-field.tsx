"use client";

import { Alert, Button, Group, TextInput } from "@mantine/core";
import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { IssuerCheck } from "#lib/sign-in-providers/model.ts";
import { signInSettingWords as words } from "./words.ts";

const FIELDS = ["issuer"];

/** The issuer with the button that asks it. */
export function IssuerField({
  value,
  isFixed,
  onChange,
  error,
}: {
  value: string;
  isFixed: boolean;
  onChange: (issuer: string) => void;
  error: string | undefined;
}) {
  const testing = useSend(FIELDS);
  const [found, setFound] = useState<IssuerCheck | null>(null);
  async function test() {
    setFound(null);
    const answer = await testing.send<IssuerCheck>("POST", "/api/v1/sign-in-providers/test", {
      issuer: value.trim(),
    });
    if (answer) setFound(answer);
  }
  return (
    <>
      <Group align="flex-end" gap="xs" wrap="nowrap">
        <TextInput
          label={words.issuer}
          description={isFixed ? words.issuerStays : words.issuerHelp}
          value={value}
          onChange={(event) => {
            testing.clear();
            setFound(null);
            onChange(event.currentTarget.value);
          }}
          readOnly={isFixed}
          error={error ?? testing.faultOf("issuer")}
          inputMode="url"
          autoComplete="off"
          maxLength={512}
          required
          flex={1}
          styles={{ input: { fontFamily: "var(--tw-mono)" } }}
        />
        <Button loading={testing.isBusy} disabled={value.trim() === ""} onClick={() => void test()}>
          {words.test}
        </Button>
      </Group>
      {testing.problem && testing.faultOf("issuer") === undefined ? (
        <ProblemAlert error={testing.problem} />
      ) : null}
      {found === null ? null : (
        <Alert color="green" icon={<IconCircleCheck size={18} />} role="status">
          {words.tested(found.keys, found.algorithms)}{" "}
          {found.namesItself ? words.namesItself : words.namesNobody}
        </Alert>
      )}
    </>
  );
}
