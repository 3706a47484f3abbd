"use client";

import { Alert, Button, Divider, Group, Skeleton, Stack, Text } from "@mantine/core";
import { browserSupportsWebAuthn, startAuthentication } from "@simplewebauthn/browser";
import { IconAlertCircle, IconFingerprint } from "@tabler/icons-react";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import type { StepUpKind } from "#lib/step-up/model.ts";
import { LinkButton } from "../display/link-button.tsx";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { TextField } from "../form/text-field.tsx";
import { useSend } from "../form/use-send.ts";
import { ProviderButton } from "./provider-button.tsx";
import { passkeyFault, stepUpWords as words } from "./words.ts";

type Offer = {
  passkey: { options: Parameters<typeof startAuthentication>[0]["optionsJSON"]; challenge: string } | null;
  hasTotp: boolean;
  provider: { id: string; name: string } | null;
};

/** The passkey first where there is one, else the code; who signed in by a provider may do so there once more. A question to a passkey is good once: after each failure it is asked for anew. */
export function StepUpForm({
  kind,
  subject,
  onDone,
}: {
  kind: StepUpKind;
  /** The one act that it is for; without it for all of the kind. */
  subject: string | undefined;
  onDone: (isProven: boolean) => void;
}) {
  const asking = useSend();
  const proving = useSend(CODE);
  const [offer, setOffer] = useState<Offer | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [code, setCode] = useState("");
  const { send: ask } = asking;

  const look = useCallback(async () => {
    const found = await ask<Offer>("POST", "/api/v1/me/step-up/options", { kind, subject });
    if (found) setOffer(browserSupportsWebAuthn() ? found : { ...found, passkey: null });
  }, [ask, kind, subject]);
  useEffect(() => void look(), [look]);
  const done = useCallback(() => onDone(true), [onDone]);

  async function prove(proof: object): Promise<void> {
    if (await proving.send("POST", "/api/v1/me/step-up", { kind, subject, ...proof })) onDone(true);
    else await look();
  }

  async function byPasskey() {
    if (!offer?.passkey) return;
    setFault(null);
    proving.clear();
    try {
      const passkey = await startAuthentication({ optionsJSON: offer.passkey.options });
      await prove({ method: "passkey", challenge: offer.passkey.challenge, passkey: answerOf(passkey) });
    } catch (error) {
      setFault(passkeyFault(error));
      await look();
    }
  }

  async function byCode(event: FormEvent) {
    event.preventDefault();
    setFault(null);
    await prove({ method: "totp", code: code.replaceAll(/\s/g, "") });
    setCode("");
  }

  if (offer === null)
    return asking.problem ? <ProblemAlert error={asking.problem} /> : <Skeleton height={120} />;
  const isBusy = proving.isBusy;
  const hasOwn = offer.passkey !== null || offer.hasTotp;
  return (
    <Stack gap="md">
      <Text c="dimmed">{subject === undefined ? words.why(kind) : words.whyOnce}</Text>
      {fault === null ? null : (
        <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert">
          {fault}
        </Alert>
      )}
      {proving.problem && proving.faultOf("code") === undefined ? (
        <ProblemAlert error={proving.problem} />
      ) : null}
      {offer.passkey === null ? null : (
        <Button
          variant="filled"
          fullWidth
          leftSection={<IconFingerprint size={18} />}
          loading={isBusy}
          onClick={() => void byPasskey()}
          autoFocus
        >
          {words.passkey}
        </Button>
      )}
      {offer.provider === null ? null : (
        <ProviderButton
          provider={offer.provider}
          kind={kind}
          subject={subject}
          isFirst={!hasOwn}
          onDone={done}
          onFault={setFault}
        />
      )}
      {offer.passkey && offer.hasTotp ? <Divider label={words.or} /> : null}
      {offer.hasTotp ? (
        <form onSubmit={byCode} aria-label={words.title}>
          <Stack gap="md">
            <TextField
              request={proving}
              path="code"
              label={words.code}
              description={words.codeHelp}
              value={code}
              onType={setCode}
              autoComplete="one-time-code"
              inputMode="numeric"
              pattern="[0-9 ]{6,7}"
              maxLength={7}
              required
              withAsterisk={false}
              autoFocus={offer.passkey === null}
              styles={{ input: { fontFamily: "var(--tw-mono)", letterSpacing: "0.3em" } }}
            />
            <Group justify="flex-end" gap="xs">
              <Button onClick={() => onDone(false)} disabled={isBusy}>
                {words.cancel}
              </Button>
              <Button type="submit" variant={offer.passkey === null ? "filled" : "default"} loading={isBusy}>
                {words.confirm}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : (
        <>
          {hasOwn || offer.provider ? null : <Text>{words.nothing}</Text>}
          <Group justify="flex-end" gap="xs">
            {!hasOwn && offer.provider === null ? (
              <LinkButton href="/account">{words.account}</LinkButton>
            ) : null}
            <Button onClick={() => onDone(false)} disabled={isBusy}>
              {words.cancel}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

const CODE = ["code"];

/** What the console's API takes of a browser's answer: what it says of itself beside, nobody reads. */
function answerOf({ id, rawId, type, response }: Awaited<ReturnType<typeof startAuthentication>>) {
  const { clientDataJSON, authenticatorData, signature, userHandle } = response;
  return { id, rawId, type, response: { clientDataJSON, authenticatorData, signature, userHandle } };
}
