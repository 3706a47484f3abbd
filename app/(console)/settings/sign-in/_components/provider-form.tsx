"use client";

import { Checkbox, NumberInput, PasswordInput, Select, TagsInput, TextInput } from "@mantine/core";
import { CommandLine } from "#components/display/command-line.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDraft } from "#components/form/use-draft.ts";
import type { Send } from "#components/form/use-send.ts";
import { ROLE_WORDS, ROLES, type Role } from "#lib/authz/roles.ts";
import { MAX_AGE_RANGE, PROVIDER_NAME_MAX } from "#lib/sign-in-providers/model.ts";
import { IssuerField } from "./issuer-field.tsx";
import type { ProviderDraft } from "./provider-draft.ts";
import { RoleRules } from "./role-rules.tsx";
import { signInSettingWords as words } from "./words.ts";

/** Where it is, who comes in by it as what, and how they must have signed in there. */
export function ProviderForm({
  start,
  redirect,
  request,
  cancelHref,
  onSave,
}: {
  start: ProviderDraft;
  /** Of a provider that is yet to be: what to register there before. */
  redirect?: string;
  request: Send;
  cancelHref?: string;
  onSave: (draft: ProviderDraft) => void;
}) {
  const isNew = redirect !== undefined;
  const [draft, set, field] = useDraft(start, request);
  const text = (name: "name" | "clientId" | "clientSecret" | "roleClaim") => ({
    ...field(name),
    autoComplete: "off",
  });
  const tags = (field: "scopes" | "acrValues" | "requiredAcr" | "requiredAmr") => ({
    value: draft[field],
    // what was pasted with commas is several, too
    onChange: (value: string[]) =>
      set({
        [field]: value
          .flatMap((one) => one.split(","))
          .map((one) => one.trim())
          .filter((one) => one !== ""),
      }),
    error: request.faultOf(field),
    acceptValueOnBlur: true,
  });
  return (
    <FormCard
      name={isNew ? words.newProvider : words.one}
      onSubmit={() => onSave(draft)}
      request={request}
      submitWord={isNew ? words.add : words.save}
      {...(cancelHref === undefined ? {} : { cancelHref })}
      guarded="sign-in"
    >
      {redirect === undefined ? null : (
        <FormSection title={words.redirect} help={words.redirectHelp}>
          <CommandLine what="redirect address" text={redirect} />
        </FormSection>
      )}
      <FormSection title={words.at} help={words.atHelp}>
        <TextInput
          label={words.name}
          description={words.nameHelp}
          maxLength={PROVIDER_NAME_MAX}
          required
          {...text("name")}
        />
        <IssuerField
          value={draft.issuer}
          isFixed={!isNew}
          onChange={(issuer) => set({ issuer })}
          error={request.faultOf("issuer")}
        />
        <TextInput label={words.clientId} maxLength={255} required {...text("clientId")} />
        <PasswordInput
          label={words.clientSecret}
          description={isNew ? words.clientSecretHelp : `${words.clientSecretHelp} ${words.secretStays}`}
          placeholder={isNew ? undefined : words.secretPlaceholder}
          maxLength={1_000}
          required={isNew}
          {...text("clientSecret")}
          autoComplete="new-password"
        />
        <TagsInput label={words.scopes} description={words.scopesHelp} {...tags("scopes")} />
      </FormSection>
      <FormSection title={words.roles} help={words.rolesHelp}>
        <TextInput
          label={words.roleClaim}
          description={words.roleClaimHelp}
          maxLength={200}
          required
          {...text("roleClaim")}
        />
        <RoleRules
          rules={draft.roleRules}
          onChange={(roleRules) => set({ roleRules })}
          faultOf={(path) => request.faultOf(`roleRules.${path}`)}
        />
        <Select
          label={words.defaultRole}
          data={[
            { value: "", label: words.defaultNone },
            ...ROLES.map((role) => ({ value: role, label: ROLE_WORDS[role].name })),
          ]}
          value={draft.defaultRole ?? ""}
          onChange={(role) => set({ defaultRole: role ? (role as Role) : null })}
          allowDeselect={false}
          error={request.faultOf("defaultRole")}
          maw={280}
        />
        <Checkbox
          label={words.createsAdmins}
          description={words.createsAdminsHelp}
          checked={draft.createsAdmins}
          onChange={(event) => set({ createsAdmins: event.currentTarget.checked })}
        />
      </FormSection>
      <FormSection title={words.strength} help={words.strengthHelp}>
        <TagsInput label={words.acrValues} description={words.listHelp} {...tags("acrValues")} />
        <TagsInput label={words.requiredAcr} description={words.listHelp} {...tags("requiredAcr")} />
        <TagsInput label={words.requiredAmr} description={words.listHelp} {...tags("requiredAmr")} />
        <NumberInput
          label={words.maxAge}
          description={words.maxAgeHelp}
          value={draft.maxAgeSeconds === null ? "" : draft.maxAgeSeconds / 60}
          onChange={(value) =>
            set({ maxAgeSeconds: typeof value === "number" ? Math.round(value * 60) : null })
          }
          error={request.faultOf("maxAgeSeconds")}
          min={MAX_AGE_RANGE.min}
          max={MAX_AGE_RANGE.max / 60}
          allowDecimal={false}
          allowNegative={false}
          maw={280}
        />
      </FormSection>
    </FormCard>
  );
}
