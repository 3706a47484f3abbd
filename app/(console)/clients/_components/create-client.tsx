"use client";

import { Group, Stack } from "@mantine/core";
import { useState } from "react";
import { Card, CardHeading } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { AudienceRow } from "#lib/audiences/model.ts";
import type { CreatedClient } from "#lib/clients/model.ts";
import type { OrganisationLifetimes } from "#lib/lifetimes/model.ts";
import { CLIENT_FIELDS, type ClientDraft, EMPTY_DRAFT, settingsOf } from "./client-draft.ts";
import { ClientForm } from "./client-form.tsx";
import { clientWords as words } from "./words.ts";

type CreateClientProps = {
  audiences: Pick<AudienceRow, "id" | "name" | "title" | "permissions" | "accessTokenTtlMaxSeconds">[];
  groups: { id: string; name: string }[];
  bounds: OrganisationLifetimes;
  /** Whether nothing checks tokens yet, and they may register what does. */
  needsVerifier: boolean;
  /** Where the authority is reached. */
  issuer: string;
};

/** Registers a client, then shows its secret for the one time and how to get a token with it. */
export function CreateClient({ audiences, groups, bounds, needsVerifier, issuer }: CreateClientProps) {
  const request = useSend(CLIENT_FIELDS);
  const [created, setCreated] = useState<CreatedClient | null>(null);

  async function save(draft: ClientDraft) {
    const body = { ...settingsOf(draft), kind: draft.kind, clientId: draft.clientId };
    const made = await request.send<CreatedClient>("POST", "/api/v1/clients", body);
    if (made) setCreated(made);
  }

  if (created !== null) return <Registered created={created} needsVerifier={needsVerifier} issuer={issuer} />;
  return (
    <ClientForm
      start={EMPTY_DRAFT}
      isNew
      audiences={audiences}
      groups={groups}
      bounds={bounds}
      request={request}
      cancelHref="/clients"
      onSave={save}
    />
  );
}

type RegisteredProps = { created: CreatedClient; needsVerifier: boolean; issuer: string };

function Registered({ created, needsVerifier, issuer }: RegisteredProps) {
  const { client, secret } = created;
  return (
    <Card title={words.created}>
      <Stack gap="md" maw={720}>
        <p role="status">
          <strong>{client.name}</strong> <span className="mono">{client.clientId}</span>. {words.createdText}
        </p>
        {secret === null ? null : <SecretOnce name={words.secret} value={secret} />}
        {client.kind === "service" && secret !== null && !client.requireDpop ? (
          <div>
            <CardHeading>{words.tryIt}</CardHeading>
            <CommandLine
              text={`curl -u "${client.clientId}:$CLIENT_SECRET" \\\n  -d grant_type=client_credentials \\\n  ${issuer}/oauth/token`}
            />
            <p className="muted" style={{ marginTop: 8 }}>
              {words.tryItText}
            </p>
          </div>
        ) : null}
        {needsVerifier ? <p>{words.noVerifier}</p> : null}
        <Group gap="xs">
          {needsVerifier ? (
            <LinkButton href="/verifiers/new" variant="filled">
              {words.addVerifier}
            </LinkButton>
          ) : null}
          <LinkButton href={`/clients/${client.id}`} variant={needsVerifier ? "default" : "filled"}>
            {words.openClient}
          </LinkButton>
        </Group>
      </Stack>
    </Card>
  );
}
