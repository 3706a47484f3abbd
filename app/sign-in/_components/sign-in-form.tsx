"use client";

import { Alert, Anchor, Button, Divider, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertCircle } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { SecondFactor } from "#components/form/second-factor.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { TotpOffer } from "#lib/admins/model.ts";
import { FactorField } from "./factor-field.tsx";
import { PasskeyButton } from "./passkey-button.tsx";
import { signInWords as words } from "./words.ts";

type Step = "password" | "code" | "recovery";

/** Where somebody who came in with a recovery code is led: to set up what was lost, and on from there. */
const afterRecovery = (next: string) =>
  next === "/" || next.startsWith("/account") ? "/account" : `/account?next=${encodeURIComponent(next)}`;

/**
 * E-mail and password, then the code, in one form: the server sees all three at once and says only yes or no. Or a passkey alone.
 * An account without a second factor enrols one here, at its first sign-in; a recovery code stands in for one that is lost.
 */
export function SignInForm({
  next,
  notice,
  hasPasskeys,
  isSecond = false,
  onUnderWay,
}: {
  next: string;
  notice: string | null;
  /** Whether the console's address allows them. */
  hasPasskeys: boolean;
  /** Stands below the way that most people come in by. */
  isSecond?: boolean;
  /** Whether somebody has come to the second step: the other ways are put away. */
  onUnderWay?: (isUnderWay: boolean) => void;
}) {
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
    if (step !== "password") codeField.current?.focus();
    onUnderWay?.(step !== "password");
  }, [step, onUnderWay]);

  async function enter(digits: string) {
    setIsBusy(true);
    setRefusal(null);
    try {
      const isRecovery = step === "recovery";
      const factor = isRecovery ? { recoveryCode: code.trim() } : { code: digits };
      const proof = { email, password, ...factor, ...(offer ? { enrolment: offer.enrolment } : {}) };
      const answer = await signIn("credentials", { redirect: false, ...proof });
      if (answer?.ok && !answer.error) {
        window.location.assign(isRecovery ? afterRecovery(next) : next);
        return;
      }
      if (answer?.error === "ENROLMENT_REQUIRED") await beginEnrolment();
      else if (isRecovery && answer?.error === "CredentialsSignin") setRefusal(words.recoveryRefused);
      else if (answer?.error?.startsWith("TOO_MANY_ATTEMPTS"))
        setRefusal([words.refused(answer.error), ...(hasPasskeys ? [words.passkeyStill] : [])].join(" "));
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
  function turnTo(other: Step) {
    setCode("");
    setRefusal(null);
    setStep(other);
  }
  return (
    // before the script is there, what was typed must not end up in the address
    <form method="post" onSubmit={submit} aria-label={words.title}>
      <Stack gap="md">
        {alert}
        {problem === null && notice !== null ? <Text role="status">{notice}</Text> : null}
        {/* both fields stay in the page in the second step, so that password managers see one whole form */}
        <Stack gap="md" display={step === "password" ? undefined : "none"}>
          <TextInput
            name="email"
            type="email"
            label={words.email}
            // the browser offers a passkey beside the names it knows
            autoComplete="username webauthn"
            inputMode="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            required
            withAsterisk={false}
            autoFocus={!isSecond}
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
        {step === "password" ? null : (
          <FactorField key={step} kind={step} fieldRef={codeField} value={code} onType={setCode} />
        )}
        <Button
          type="submit"
          variant={isSecond && step === "password" ? "default" : "filled"}
          fullWidth
          loading={isBusy}
        >
          {step === "password" ? words.next : words.submit}
        </Button>
        {step === "password" && hasPasskeys ? (
          <>
            <Divider label={words.or} />
            <PasskeyButton onRefused={setRefusal} onSignedIn={() => window.location.assign(next)} />
          </>
        ) : null}
        {step === "password" ? (
          <Text size="xs" c="dimmed">
            {words.lost}
          </Text>
        ) : (
          <Stack gap={4} align="flex-start">
            <Way word={words.back} onTake={restart} />
            {step === "recovery" ? (
              <Way word={words.useCode} onTake={() => turnTo("code")} />
            ) : (
              <>
                <Way word={words.useRecovery} onTake={() => turnTo("recovery")} />
                <Way word={words.noFactor} onTake={() => void beginEnrolment()} />
              </>
            )}
          </Stack>
        )}
      </Stack>
    </form>
  );
}

/** Another way to go on. */
function Way({ word, onTake }: { word: string; onTake: () => void }) {
  return (
    <Anchor component="button" type="button" size="sm" onClick={onTake}>
      {word}
    </Anchor>
  );
}
