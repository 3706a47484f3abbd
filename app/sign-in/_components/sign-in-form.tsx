"use client";

import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { IconAlertCircle, IconArrowLeft } from "@tabler/icons-react";
import { signIn } from "next-auth/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { signInWords } from "../words.ts";

/** E-mail and password, then the code, in one form: the server sees all three at once and says only yes or no. */
export function SignInForm({ next, notice }: { next: string; notice: string | null }) {
  const [step, setStep] = useState<"password" | "code">("password");
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const code = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (step === "code") code.current?.focus();
  }, [step]);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (step === "password") {
      setProblem(null);
      setStep("code");
      return;
    }
    const fields = new FormData(form.current as HTMLFormElement);
    setIsBusy(true);
    setProblem(null);
    try {
      const answer = await signIn("credentials", {
        redirect: false,
        email: String(fields.get("email")),
        password: String(fields.get("password")),
        code: String(fields.get("code")).replaceAll(/\s/g, ""),
      });
      if (answer?.ok && !answer.error) {
        window.location.assign(next);
        return;
      }
      setProblem(signInWords.refused(answer?.error ?? undefined));
      if (code.current) code.current.value = "";
      code.current?.focus();
    } catch {
      setProblem(signInWords.unreachable);
    }
    setIsBusy(false);
  }

  const isCode = step === "code";
  return (
    <form ref={form} onSubmit={submit} aria-label={signInWords.title}>
      <Stack gap="md">
        {problem && (
          <Alert color="red" icon={<IconAlertCircle size={18} />} role="alert" variant="light">
            {problem}
          </Alert>
        )}
        {problem === null && notice !== null && (
          <Text size="sm" c="dimmed" role="status">
            {notice}
          </Text>
        )}
        {/* kept in the page in the second step, so that password managers see one whole form */}
        <Stack gap="md" hidden={isCode} display={isCode ? "none" : undefined}>
          <TextInput
            name="email"
            type="email"
            label={signInWords.email}
            autoComplete="username"
            inputMode="email"
            required
            withAsterisk={false}
            autoFocus
            maxLength={254}
          />
          <PasswordInput
            name="password"
            label={signInWords.password}
            autoComplete="current-password"
            required
            withAsterisk={false}
            maxLength={256}
          />
        </Stack>
        {isCode && (
          <TextInput
            ref={code}
            name="code"
            label={signInWords.code}
            description={signInWords.codeHelp}
            autoComplete="one-time-code"
            inputMode="numeric"
            pattern="[0-9 ]{6,7}"
            title={signInWords.codeShape}
            maxLength={7}
            required
            withAsterisk={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", letterSpacing: "0.3em" } }}
          />
        )}
        <Button type="submit" fullWidth loading={isBusy}>
          {isCode ? signInWords.submit : signInWords.next}
        </Button>
        {isCode && (
          <Anchor component="button" type="button" size="sm" onClick={() => setStep("password")}>
            <IconArrowLeft size={14} aria-hidden /> {signInWords.back}
          </Anchor>
        )}
        {!isCode && (
          <Text size="xs" c="dimmed">
            {signInWords.lost}
          </Text>
        )}
      </Stack>
    </form>
  );
}
