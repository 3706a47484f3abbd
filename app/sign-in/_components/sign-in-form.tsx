"use client";

import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { SecondFactor } from "#components/form/second-factor.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { TotpOffer } from "#lib/admins/model.ts";
import { signInWords as words } from "./words.ts";

type Step = "password" | "code";

/**
 * E-mail and password, then the code, in one form: the server sees all three at once and says only yes or no.
 * An account without a second factor enrols one here, at its first sign-in.
 */
export function SignInForm({ next, notice }: { next: string; notice: string | null }) {
  const [step, setStep] = useState<Step>("password");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [offer, setOffer] = useState<TotpOffer | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const enrolment = useSend();
  const codeField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (step === "code") codeField.current?.focus();
  }, [step]);

  async function enter(digits: string) {
    setIsBusy(true);
    setRefusal(null);
    try {
      const proof = { email, password, code: digits, ...(offer ? { enrolment: offer.enrolment } : {}) };
      const answer = await signIn("credentials", { redirect: false, ...proof });
      if (answer?.ok && !answer.error) {
        window.location.assign(next);
        return;
      }
      if (answer?.error === "ENROLMENT_REQUIRED") await beginEnrolment();
      else setRefusal(offer ? words.codeRefused : words.refused(answer?.error));
    } catch {
      setRefusal(words.unreachable);
    }
    setCode("");
    setIsBusy(false);
    codeField.current?.focus();
  }

  async function beginEnrolment() {
    setRefusal(null);
    const offered = await enrolment.send<TotpOffer>("POST", "/api/v1/sign-in/enrolment", { email, password });
    if (offered) setOffer(offered);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    if (step === "password") setStep("code");
    else void enter(code.replaceAll(/\s/g, ""));
  }

  function restart() {
    setOffer(null);
    setRefusal(null);
    enrolment.clear();
    setStep("password");
  }

  const problem = refusal ?? enrolment.problem?.message ?? null;
  const alert = problem ? (
    <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert" variant="light">
      {problem}
    </Alert>
  ) : null;
  if (offer !== null)
    return (
      <Stack gap="md">
        {alert}
        <SecondFactor
          offer={offer}
          request={{ ...enrolment, isBusy, problem: null }}
          submitWord={words.submit}
          onBack={restart}
          onCode={enter}
        />
      </Stack>
    );
  const isCode = step === "code";
  return (
    // before the script is there, what was typed must not end up in the address
    <form method="post" onSubmit={submit} aria-label={words.title}>
      <Stack gap="md">
        {alert}
        {problem === null && notice !== null ? <Text role="status">{notice}</Text> : null}
        {/* both fields stay in the page in the second step, so that password managers see one whole form */}
        <Stack gap="md" display={isCode ? "none" : undefined}>
          <TextInput
            name="email"
            type="email"
            label={words.email}
            autoComplete="username"
            inputMode="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            required
            withAsterisk={false}
            autoFocus
            maxLength={254}
          />
          <PasswordInput
            name="password"
            label={words.password}
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            required
            withAsterisk={false}
            maxLength={256}
          />
        </Stack>
        {isCode ? (
          <TextInput
            ref={codeField}
            name="code"
            label={words.code}
            description={words.codeHelp}
            autoComplete="one-time-code"
            inputMode="numeric"
            pattern="[0-9 ]{6,7}"
            title={words.codeShape}
            maxLength={7}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            required
            withAsterisk={false}
            styles={{ input: { fontFamily: "var(--tw-mono)", letterSpacing: "0.3em" } }}
          />
        ) : null}
        <Button type="submit" variant="filled" fullWidth loading={isBusy}>
          {isCode ? words.submit : words.next}
        </Button>
        {isCode ? (
          <Stack gap={4} align="flex-start">
            <Anchor component="button" type="button" size="sm" onClick={restart}>
              {words.back}
            </Anchor>
            <Anchor component="button" type="button" size="sm" onClick={() => void beginEnrolment()}>
              {words.noFactor}
            </Anchor>
          </Stack>
        ) : (
          <Text size="xs" c="dimmed">
            {words.lost}
          </Text>
        )}
      </Stack>
    </form>
  );
}
