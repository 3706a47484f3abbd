"use client";

import { Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { RoleChoice } from "#app/(console)/_components/role-choice.tsx";
import { Card } from "#components/display/card.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useSend } from "#components/form/use-send.ts";
import { ADMIN_NAME_MAX, type AdminRow, type OneTimeLink } from "#lib/admins/model.ts";
import type { Role } from "#lib/authz/roles.ts";
import { adminWords as words } from "./words.ts";

const FIELDS = ["name", "email", "role"];

type Invited = { admin: AdminRow; link: OneTimeLink };

/** Invites an admin, then shows the one-time link for the one time. */
export function InviteAdmin() {
  const request = useSend(FIELDS);
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("auditor");
  const [invited, setInvited] = useState<Invited | null>(null);

  async function save() {
    const made = await request.send<Invited>("POST", "/api/v1/admins", { name, email, role });
    if (made) setInvited(made);
  }

  if (invited !== null)
    return (
      <Card title={words.invited}>
        <Stack gap="md" maw={720}>
          <p role="status">{words.invitedText(invited.admin.name)}</p>
          <SecretOnce name={words.link} value={invited.link.url} whenLost={words.linkLost} />
          <LinkButton href="/admins" variant="filled" style={{ alignSelf: "flex-start" }}>
            {words.back}
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
      cancelHref="/admins"
    >
      <FormSection title={words.identity} help={words.identityHelp}>
        <TextInput
          label={words.name}
          value={name}
          onChange={(event) => {
            request.touch("name");
            setName(event.currentTarget.value);
          }}
          error={request.faultOf("name")}
          maxLength={ADMIN_NAME_MAX}
          autoComplete="off"
          required
        />
        <TextInput
          label={words.email}
          type="email"
          value={email}
          onChange={(event) => {
            request.touch("email");
            setEmail(event.currentTarget.value);
          }}
          error={request.faultOf("email")}
          maxLength={254}
          autoComplete="off"
          required
        />
      </FormSection>
      <FormSection title={words.role} help={words.roleHelp}>
        <RoleChoice label={words.role} value={role} onChange={setRole} error={request.faultOf("role")} />
      </FormSection>
    </FormCard>
  );
}
