"use client";

import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import { GuardedHint } from "#components/second-person/guarded-kinds.tsx";
import { leftOutWords, type SignInPolicy, stopWords } from "#lib/sign-in-providers/model.ts";
import { signInSettingWords as words } from "./words.ts";

const URL = "/api/v1/sign-in-policy";

/** The switch of sign-in without a provider, with what stands in its way. */
export function LocalCard({ policy, hasProviders }: { policy: SignInPolicy; hasProviders: boolean }) {
  const done = useDone();
  const request = useSend();
  const [isAsked, setIsAsked] = useState(false);
  const { version, localSignIn } = policy;
  const obstacle = !policy.isProven
    ? words.notProven
    : policy.breakGlass.some(({ isReady }) => isReady)
      ? null
      : words.noGlass;

  async function turnOff() {
    await requestJson(URL, { method: "PATCH", body: { version, localSignIn: false } });
    done(words.turnedOff);
  }
  async function turnOn() {
    if ((await request.send("PATCH", URL, { version, localSignIn: true })) === undefined) return;
    done(words.turnedOn);
  }

  if (localSignIn && !hasProviders) return null;
  return (
    <Card title={words.local}>
      <Stack gap="sm" align="flex-start">
        <p>{localSignIn ? words.localOn : words.localOff}</p>
        {localSignIn && obstacle !== null ? <Text c="dimmed">{obstacle}</Text> : null}
        <GuardedHint kind="sign-in" />
        {localSignIn ? (
          <Button disabled={obstacle !== null} onClick={() => setIsAsked(true)}>
            {words.turnOff}
          </Button>
        ) : (
          <>
            {policy.stops.apiTokens > 0 ? <Text>{words.stopped(policy.stops.apiTokens)}</Text> : null}
            <Text c="dimmed">{words.wayBack}</Text>
            <CommandLine text="npx tokenwarden sign-in local on" />
            <ProblemAlert error={request.problem} />
            <Button loading={request.isBusy} onClick={() => void turnOn()}>
              {words.turnOn}
            </Button>
          </>
        )}
      </Stack>
      <ConfirmDialog
        isOpen={isAsked}
        onClose={() => setIsAsked(false)}
        title={words.turnOffTitle}
        act={words.turnOffAct}
        isDanger
        onConfirm={turnOff}
        guarded="sign-in"
      >
        {words.turnOffText} {leftOutWords(policy.stops.people)} {stopWords(policy.stops.apiTokens)}
      </ConfirmDialog>
    </Card>
  );
}
