"use client";

import { Anchor, Button, PasswordInput, Stack, Text } from "@mantine/core";
import { signIn } from "next-auth/react";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { SecondFactor } from "#components/form/second-factor.tsx";
import { TextField } from "#components/form/text-field.tsx";
import { tooShort } from "#components/form/too-short.ts";
import { useSend } from "#components/form/use-send.ts";
import { ADMIN_NAME_MAX, ADMIN_PASSWORD_MAX, ADMIN_PASSWORD_MIN, type TotpOffer } from "#lib/admins/model.ts";
import { setupWords as words } from "./words.ts";

const FIELDS = ["name", "email", "password"];

/** Who enrols: the first owner says who they are, an invited admin is known already. */
export type Enrolling = { kind: "owner" } | { kind: "admin"; email: string; name: string };

/** Name, password and second factor of the person behind a one-time link. */
export function EnrolmentForm({ setupToken, who }: { setupToken: string; who: Enrolling }) {
  const isOwner = who.kind === "owner";
  const [email, setEmail] = useState(isOwner ? "" : who.email);
  const [name, setName] = useState(isOwner ? "" : who.name);
  const [password, setPassword] = useState("");
  const [offer, setOffer] = useState<TotpOffer | null>(null);
  const [isDone, setIsDone] = useState(false);
  // until the browser has left: the link is used up, and a second press would be told so
  const [isFinishing, setIsFinishing] = useState(false);
  const request = useSend(FIELDS);

  async function begin(event: FormEvent) {
    event.preventDefault();
    if (password.length < ADMIN_PASSWORD_MIN) return request.refuse("password", tooShort(ADMIN_PASSWORD_MIN));
    const next = await request.send<TotpOffer>("POST", "/api/v1/setup/enrolment", { setupToken, email });
    if (next) setOffer(next);
  }

  async function finish(code: string) {
    if (offer === null || isFinishing) return;
    setIsFinishing(true);
    const proof = { setupToken, enrolment: offer.enrolment, password, code };
    const done = await (isOwner
      ? request.send("POST", "/api/v1/setup/owner", { ...proof, email, name })
      : request.send("POST", "/api/v1/setup/invitation", proof));
    if (done === undefined) return setIsFinishing(false);
    // the code is good for one sign-in: nobody types the same three things twice
    const answer = await signIn("credentials", { redirect: false, email, password, code }).catch(
      () => undefined,
    );
    if (answer?.ok && !answer.error) window.location.assign(isOwner ? "/setup?step=organisation" : "/");
    else setIsDone(true);
  }

  if (isDone)
    return (
      <Stack gap="md">
        <div role="status">
          <Text fw={600}>{isOwner ? words.doneTitle : words.invitedDone}</Text>
          <Text c="dimmed">{words.doneText}</Text>
        </div>
        <Button
          component="a"
          variant="filled"
          href={isOwner ? `/sign-in?next=${encodeURIComponent("/setup?step=organisation")}` : "/sign-in"}
        >
          {words.doneButton}
        </Button>
      </Stack>
    );
  if (offer !== null)
    return (
      <SecondFactor
        offer={offer}
        request={{ ...request, isBusy: request.isBusy || isFinishing }}
        submitWord={isOwner ? words.createOwner : words.join}
        onBack={() => {
          request.clear();
          setOffer(null);
        }}
        onCode={finish}
      />
    );
  return (
    // before the script is there, what was typed must not end up in the address
    <form method="post" onSubmit={begin} aria-label={words.steps.owner}>
      <Stack gap="md">
        <TextField
          request={request}
          path="name"
          label={words.name}
          name="name"
          autoComplete="name"
          value={name}
          onType={setName}
          maxLength={ADMIN_NAME_MAX}
          readOnly={!isOwner}
          required
          withAsterisk={false}
          autoFocus={isOwner}
        />
        <TextField
          request={request}
          path="email"
          label={words.email}
          name="email"
          type="email"
          autoComplete="username"
          value={email}
          onType={setEmail}
          maxLength={254}
          readOnly={!isOwner}
          required
          withAsterisk={false}
        />
        <PasswordInput
          label={words.password}
          description={words.passwordHelp}
          name="password"
          autoComplete="new-password"
          value={password}
          onChange={(event) => {
            request.touch("password");
            setPassword(event.currentTarget.value);
          }}
          error={request.faultOf("password")}
          maxLength={ADMIN_PASSWORD_MAX}
          required
          withAsterisk={false}
          autoFocus={!isOwner}
        />
        <ProblemAlert error={request.problem} fields={FIELDS} />
        <Button type="submit" variant="filled" loading={request.isBusy}>
          {words.next}
        </Button>
        {isOwner ? null : (
          <Anchor href="/sign-in" size="sm">
            {words.signIn}
          </Anchor>
        )}
      </Stack>
    </form>
  );
}
