"use client";

import { SegmentedControl, Text, Textarea, TextInput } from "@mantine/core";
import { FormSection } from "#components/form/form-card.tsx";
import type { Send } from "#components/form/use-send.ts";
import type { ClientDraft, Proof } from "./client-draft.ts";
import { clientWords as words } from "./words.ts";

type ClientProofProps = {
  draft: ClientDraft;
  /** How it proved who it was when the form was opened; null for a new client. */
  before: Proof | null;
  onChange: (change: Partial<ClientDraft>) => void;
  faultOf: Send["faultOf"];
};

/** How a client that can keep something proves who it is: by a secret or by keys of its own. */
export function ClientProof({ draft, before, onChange, faultOf }: ClientProofProps) {
  const { proof } = draft;
  const endsSecrets = before === "secret" && proof !== "secret";
  const endsKeys = before !== null && before !== "secret" && proof === "secret";
  return (
    <FormSection title={words.proof} help={words.proofHelp}>
      <SegmentedControl
        aria-label={words.proof}
        data={[
          { value: "secret", label: words.proofSecret },
          { value: "address", label: words.proofAddress },
          { value: "pasted", label: words.proofPasted },
        ]}
        value={proof}
        onChange={(value) => onChange({ proof: value as Proof })}
      />
      {proof === "address" ? (
        <TextInput
          label={words.jwksUri}
          description={words.jwksUriHelp}
          value={draft.jwksUri}
          onChange={(event) => onChange({ jwksUri: event.currentTarget.value })}
          error={faultOf("jwksUri")}
          maxLength={2000}
          placeholder="https://"
          required
          className="mono-input"
        />
      ) : null}
      {proof === "pasted" ? (
        <Textarea
          label={words.jwks}
          description={words.jwksHelp}
          value={draft.jwks}
          onChange={(event) => onChange({ jwks: event.currentTarget.value })}
          error={faultOf("jwks")}
          autosize
          minRows={4}
          maxRows={16}
          required
          styles={{ input: { fontFamily: "var(--tw-mono)", fontSize: 12 } }}
        />
      ) : null}
      {endsSecrets || endsKeys ? (
        <Text size="sm" role="status">
          {endsSecrets ? words.proofSwitch : words.proofBack}
        </Text>
      ) : null}
    </FormSection>
  );
}
