"use client";

import { Checkbox, Stack } from "@mantine/core";
import { useState } from "react";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import type { SignInPolicy } from "#lib/sign-in-providers/model.ts";
import { signInSettingWords as words } from "./words.ts";

const FIELDS = ["breakGlass"];

export type GlassCandidate = { id: string; name: string; email: string; isReady: boolean };

/** Which owners keep a way in of their own. */
export function BreakGlassForm({
  policy,
  candidates,
}: {
  policy: SignInPolicy;
  candidates: GlassCandidate[];
}) {
  const done = useDone();
  const request = useSend(FIELDS);
  const [chosen, setChosen] = useState(policy.breakGlass.map(({ id }) => id));

  async function save() {
    const body = { version: policy.version, breakGlass: chosen };
    if ((await request.send("PATCH", "/api/v1/sign-in-policy", body)) === undefined) return;
    done(words.glassSaved);
  }

  return (
    <FormCard
      name={words.glass}
      onSubmit={() => void save()}
      request={request}
      submitWord={words.saveGlass}
      guarded="sign-in"
    >
      <FormSection title={words.glass} help={words.glassHelp}>
        {candidates.length === 0 ? <p className="muted">{words.glassNone}</p> : null}
        <Checkbox.Group
          aria-label={words.glass}
          value={chosen}
          onChange={(ids) => {
            request.touch("breakGlass");
            setChosen(ids);
          }}
          error={request.faultOf("breakGlass")}
        >
          <Stack gap={10}>
            {candidates.map(({ id, name, email, isReady }) => (
              <Checkbox
                key={id}
                value={id}
                label={name}
                description={isReady ? email : `${email}, ${words.notReady}`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
      </FormSection>
    </FormCard>
  );
}
