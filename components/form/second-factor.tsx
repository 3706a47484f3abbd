"use client";

import { Button, Group, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import dynamic from "next/dynamic";
import { type FormEvent, useState } from "react";
import { CopyButton } from "../display/copy-button.tsx";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import type { Send } from "./use-send.ts";

const QrCode = dynamic(() => import("../display/qr-code.tsx").then((module) => module.QrCode), {
  ssr: false,
  loading: () => <Skeleton width={188} height={188} />,
});

const words = {
  factor: "Second factor",
  factorHelp: "Scan this with an authenticator app, then type the code that it shows.",
  factorByHand: "Cannot scan? Type this key into the app:",
  qr: "QR code for the authenticator app",
  code: "Six-digit code",
  back: "Back",
};

/** Scan, type the code, done. The key is shown too, in groups of four, for those who cannot scan. */
export function SecondFactor({
  offer,
  request,
  submitWord,
  onBack,
  onCode,
}: {
  offer: { otpauthUrl: string; totpSecret: string };
  request: Send;
  submitWord: string;
  onBack: () => void;
  onCode: (code: string) => void;
}) {
  const [code, setCode] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!request.isBusy) onCode(code.replaceAll(/\s/g, ""));
  }
  return (
    <form onSubmit={submit} aria-label={words.factor}>
      <Stack gap="md">
        <div>
          <Text fw={600}>{words.factor}</Text>
          <Text c="dimmed">{words.factorHelp}</Text>
        </div>
        <Group align="flex-start" gap="lg">
          <QrCode text={offer.otpauthUrl} name={words.qr} />
          <Stack gap="md" style={{ flex: "1 1 220px" }}>
            <TextInput
              label={words.code}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              autoComplete="one-time-code"
              inputMode="numeric"
              pattern="[0-9 ]{6,7}"
              maxLength={7}
              required
              withAsterisk={false}
              autoFocus
              error={request.faultOf("code")}
              styles={{ input: { fontFamily: "var(--tw-mono)", letterSpacing: "0.3em" } }}
            />
            <div>
              <Text size="xs" c="dimmed">
                {words.factorByHand}
              </Text>
              <code className="mono" style={{ overflowWrap: "anywhere" }}>
                {offer.totpSecret.replaceAll(/(.{4})(?=.)/g, "$1 ")}
              </code>{" "}
              <CopyButton value={offer.totpSecret} what="key" />
            </div>
          </Stack>
        </Group>
        {request.problem && request.faultOf("code") === undefined ? (
          <ProblemAlert error={request.problem} />
        ) : null}
        <Group justify="space-between">
          <Button onClick={onBack} disabled={request.isBusy}>
            {words.back}
          </Button>
          <Button type="submit" variant="filled" loading={request.isBusy}>
            {submitWord}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
