"use client";

import { Alert, Select, Stack } from "@mantine/core";
import { IconEyeExclamation } from "@tabler/icons-react";
import { useState } from "react";
import { RoleChoice } from "#app/(console)/_components/role-choice.tsx";
import { Card } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { TextField } from "#components/form/text-field.tsx";
import { useSend } from "#components/form/use-send.ts";
import { ADMIN_NAME_MAX, type AdminRow, type LookAlike, type OneTimeLink } from "#lib/admins/model.ts";
import type { Role } from "#lib/authz/roles.ts";
import { AddressField } from "./address-field.tsx";
import { adminWords as words } from "./words.ts";

const FIELDS = ["name", "email", "role", "providerId"];
/** Of the choice how they come in: with an account of this console. */
const LOCAL = "";

type Invited = { admin: AdminRow; link: OneTimeLink; looksLike: LookAlike | null };

/** Invites an admin, then shows the one-time link for the one time. */
export function InviteAdmin({
  providers,
  isLocalOff,
}: {
  providers: { id: string; name: string }[];
  /** Nobody new comes in without a provider. */
  isLocalOff: boolean;
}) {
  const request = useSend(FIELDS);
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("auditor");
  const [providerId, setProviderId] = useState(providers[0]?.id ?? LOCAL);
  const provider = providers.find(({ id }) => id === providerId);
  const [invited, setInvited] = useState<Invited | null>(null);

  async function save() {
    const made = await request.send<Invited>("POST", "/api/v1/admins", {
      name,
      email,
      ...(provider === undefined ? { role } : { providerId }),
    });
    if (made) setInvited(made);
  }

  if (invited !== null)
    return (
      <Card title={words.invited}>
        <Stack gap="md" maw={720}>
          {invited.looksLike === null ? null : (
            <Alert color="yellow" icon={<IconEyeExclamation size={18} />} title={words.looksAlike}>
              {words.looksLike(invited.admin.email, invited.looksLike)}
            </Alert>
          )}
          {provider === undefined ? (
            <>
              <p role="status">{words.invitedText(invited.admin.name)}</p>
              <SecretOnce name={words.link} value={invited.link.url} whenLost={words.linkLost} />
            </>
          ) : (
            <>
              <p role="status">{words.invitedAt(invited.admin.name, provider.name)}</p>
              <CommandLine text={invited.link.url} what="address" />
            </>
          )}
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
      guarded="roles"
    >
      <FormSection
        title={words.identity}
        help={provider === undefined ? words.identityHelp : words.identityHelpByProvider}
      >
        <TextField
          request={request}
          path="name"
          label={words.name}
          value={name}
          onType={setName}
          maxLength={ADMIN_NAME_MAX}
          required
        />
        <AddressField request={request} value={email} onType={setEmail} />
      </FormSection>
      {providers.length === 0 ? null : (
        <FormSection title={words.way} help={words.wayHelp}>
          <Select
            label={words.way}
            data={[
              ...providers.map(({ id, name: label }) => ({ value: id, label })),
              ...(isLocalOff ? [] : [{ value: LOCAL, label: words.local }]),
            ]}
            value={providerId}
            onChange={(id) => setProviderId(id ?? LOCAL)}
            allowDeselect={false}
            error={request.faultOf("providerId")}
            maw={360}
          />
        </FormSection>
      )}
      <FormSection title={words.role} help={provider === undefined ? words.roleHelp : words.roleByProvider}>
        {provider === undefined ? (
          <RoleChoice label={words.role} value={role} onChange={setRole} error={request.faultOf("role")} />
        ) : (
          <p>{words.roleFrom(provider.name)}</p>
        )}
      </FormSection>
    </FormCard>
  );
}
