"use client";

import { Stack } from "@mantine/core";
import { useState } from "react";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { CreatedVerifier } from "#lib/verifiers/model.ts";
import { HowToCheck } from "./how-to-check.tsx";
import { VERIFIER_FIELDS, type VerifierDraft, VerifierForm } from "./verifier-form.tsx";
import { verifierWords as words } from "./words.ts";

const START: VerifierDraft = {
  name: "",
  description: "",
  audienceIds: [],
  mode: "strict",
  maxStalenessSeconds: 60,
  auditMode: "durable",
  checkWay: "introspection",
};

/** Registers a verifier, then shows its secret for the one time and how to use it. */
export function CreateVerifier({
  audiences,
  issuer,
}: {
  audiences: { id: string; name: string; title: string }[];
  issuer: string;
}) {
  const request = useSend(VERIFIER_FIELDS);
  const [created, setCreated] = useState<CreatedVerifier | null>(null);

  async function save(draft: VerifierDraft) {
    const made = await request.send<CreatedVerifier>("POST", "/api/v1/verifiers", draft);
    if (made) setCreated(made);
  }

  if (created === null)
    return (
      <VerifierForm
        start={START}
        isNew
        audiences={audiences}
        request={request}
        cancelHref="/verifiers"
        onSave={save}
      />
    );
  return (
    <Stack gap="md" maw={960}>
      <Card title={words.created}>
        <Stack gap="md">
          <p role="status">
            <strong className="mono">{created.verifier.name}</strong>. {words.createdText}
          </p>
          <SecretOnce name={words.secret} value={created.secret} />
          <LinkButton
            href={`/verifiers/${created.verifier.id}`}
            variant="filled"
            style={{ alignSelf: "flex-start" }}
          >
            {words.openVerifier}
          </LinkButton>
        </Stack>
      </Card>
      <HowToCheck verifier={created.verifier} issuer={issuer} />
    </Stack>
  );
}
