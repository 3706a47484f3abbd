"use client";

import { Checkbox, NativeSelect, Stack } from "@mantine/core";
import Link from "next/link";
import { useState } from "react";
import { RoleChoice } from "#app/(console)/_components/role-choice.tsx";
import { Card, CardHeading } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useSend } from "#components/form/use-send.ts";
import type { CreatedApiToken } from "#lib/api-tokens/model.ts";
import type { Role } from "#lib/authz/roles.ts";
import { NameField, NetworksField } from "./api-token-fields.tsx";
import { networksOf } from "./networks-of.ts";
import { apiTokenWords as words } from "./words.ts";

const FIELDS = ["name", "role", "expiresInSeconds", "networks"];
const DAY = 86_400;
const LIVES = [
  { value: String(90 * DAY), label: "After 90 days" },
  { value: String(7 * DAY), label: "After 7 days" },
  { value: String(30 * DAY), label: "After 30 days" },
  { value: String(365 * DAY), label: "After a year" },
  { value: "", label: words.forever },
];

/** Makes an API token, then shows its value for the one time and how to use it. */
export function CreateApiToken({ consoleUrl }: { consoleUrl: string }) {
  const request = useSend(FIELDS);
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("auditor");
  const [life, setLife] = useState(String(90 * DAY));
  const [networks, setNetworks] = useState("");
  const [isUnattended, setIsUnattended] = useState(false);
  const [created, setCreated] = useState<CreatedApiToken | null>(null);

  async function save() {
    const body = {
      name,
      role,
      isUnattended,
      networks: networksOf(networks),
      expiresInSeconds: life === "" ? null : Number(life),
    };
    const made = await request.send<CreatedApiToken>("POST", "/api/v1/api-tokens", body);
    if (made) setCreated(made);
  }

  if (created !== null)
    return (
      <Card title={words.created}>
        <Stack gap="md" maw={720}>
          <SecretOnce name={words.value} value={created.token} />
          <div>
            <CardHeading>{words.tryIt}</CardHeading>
            <CommandLine
              text={`curl -H "Authorization: Bearer $API_TOKEN" \\\n  ${consoleUrl}/api/v1/tokens`}
            />
            <p className="muted" style={{ marginTop: 8 }}>
              {words.tryItText}
              {words.reference}
              <Link href="/api-reference">{words.referencePage}</Link>
            </p>
          </div>
          <LinkButton href="/api-tokens" variant="filled" style={{ alignSelf: "flex-start" }}>
            {words.done}
          </LinkButton>
        </Stack>
      </Card>
    );
  return (
    <FormCard
      name={words.createTitle}
      onSubmit={save}
      request={request}
      submitWord={words.create}
      cancelHref="/api-tokens"
      guarded="api-tokens"
    >
      <FormSection title={words.identity} help={words.identityHelp}>
        <NameField request={request} value={name} onType={setName} />
      </FormSection>
      <FormSection title={words.role} help={words.roleHelp}>
        <RoleChoice label={words.role} value={role} onChange={setRole} error={request.faultOf("role")} />
      </FormSection>
      <FormSection title={words.place} help={words.placeHelp}>
        <NetworksField request={request} value={networks} onType={setNetworks} />
      </FormSection>
      <FormSection title={words.life} help={words.lifeHelp}>
        <NativeSelect
          label={words.expires}
          data={isUnattended ? LIVES.filter(({ value }) => value !== "") : LIVES}
          value={life}
          onChange={(event) => setLife(event.currentTarget.value)}
          error={request.faultOf("expiresInSeconds")}
        />
      </FormSection>
      <FormSection title={words.alone} help={words.aloneHelp}>
        <Checkbox
          label={words.unattended}
          description={words.unattendedMeans}
          checked={isUnattended}
          onChange={(event) => {
            setIsUnattended(event.currentTarget.checked);
            // it must end
            if (event.currentTarget.checked && life === "") setLife(String(365 * DAY));
          }}
        />
      </FormSection>
    </FormCard>
  );
}
