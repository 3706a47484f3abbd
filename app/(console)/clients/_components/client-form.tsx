"use client";

import { MultiSelect, SegmentedControl, Switch, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { NoAudiences } from "#app/(console)/_components/no-audiences.tsx";
import { PermissionPicker } from "#app/(console)/_components/permission-picker.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDraft } from "#components/form/use-draft.ts";
import type { Send } from "#components/form/use-send.ts";
import type { AudienceRow } from "#lib/audiences/model.ts";
import {
  clientIdFromName,
  grantTypesOf,
  hasRedirects,
  isConfidential,
  isSenderConstrained,
} from "#lib/clients/model.ts";
import type { OrganisationLifetimes } from "#lib/lifetimes/model.ts";
import type { ClientDraft } from "./client-draft.ts";
import { ClientFlows } from "./client-flows.tsx";
import { ClientProof } from "./client-proof.tsx";
import { KindChoice } from "./kind-choice.tsx";
import { LifetimesFields } from "./lifetimes-fields.tsx";
import { clientWords as words } from "./words.ts";

type ClientFormProps = {
  start: ClientDraft;
  /** A client that is there keeps its kind and its client_id. */
  isNew: boolean;
  audiences: Pick<AudienceRow, "id" | "name" | "title" | "permissions" | "accessTokenTtlMaxSeconds">[];
  groups: { id: string; name: string }[];
  bounds: OrganisationLifetimes;
  request: Send;
  cancelHref: string;
  onSave: (draft: ClientDraft) => void;
};

/** What a client is, in the order in which its kind decides what is asked. */
export function ClientForm(props: ClientFormProps) {
  const { start, isNew, audiences, groups, bounds, request, cancelHref, onSave } = props;
  const [draft, set, text] = useDraft(start, request);
  const [isIdTyped, setIsIdTyped] = useState(!isNew);
  const isService = draft.kind === "service";
  const setName = (name: string) => set(isIdTyped ? { name } : { name, clientId: clientIdFromName(name) });

  function save() {
    try {
      JSON.parse(draft.customClaims || "{}");
    } catch {
      request.refuse("customClaims", words.claimsNotJson);
      return;
    }
    if (isConfidential(draft.kind) && draft.proof === "pasted" && !isJson(draft.jwks)) {
      request.refuse("jwks", words.notJson);
      return;
    }
    onSave(draft);
  }

  return (
    <FormCard
      name={isNew ? words.createTitle : words.editTitle}
      onSubmit={save}
      request={request}
      submitWord={isNew ? words.create : words.save}
      cancelHref={cancelHref}
      note={isNew && isConfidential(draft.kind) && draft.proof === "secret" ? words.secretNote : undefined}
    >
      {isNew ? (
        <FormSection title={words.kind} help={words.kindHelp}>
          <KindChoice value={draft.kind} onChange={(kind) => set({ kind, grantTypes: grantTypesOf(kind) })} />
        </FormSection>
      ) : null}
      <FormSection title={words.identity} help={words.identityHelp}>
        <TextInput
          label={words.name}
          value={draft.name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={request.faultOf("name")}
          maxLength={80}
          required
        />
        <TextInput
          label={words.clientId}
          description={isNew ? words.clientIdHelp : words.clientIdFixed}
          value={draft.clientId}
          onChange={(event) => {
            setIsIdTyped(true);
            set({ clientId: event.currentTarget.value });
          }}
          error={request.faultOf("clientId")}
          disabled={!isNew}
          maxLength={64}
          required
          className="mono-input"
        />
        <TextInput label={words.description} {...text("description")} maxLength={500} />
        <TextInput
          type="email"
          label={words.contact}
          description={words.contactHelp}
          {...text("contactEmail")}
          maxLength={254}
        />
      </FormSection>
      {isConfidential(draft.kind) ? (
        <ClientProof
          draft={draft}
          before={isNew ? null : start.proof}
          onChange={set}
          faultOf={request.faultOf}
        />
      ) : null}
      {hasRedirects(draft.kind) ? (
        <FormSection title={words.signIn} help={words.signInHelp[draft.kind]}>
          <Textarea
            label={words.redirectUris}
            description={words.redirectHelp[draft.kind]}
            {...text("redirectUris")}
            autosize
            minRows={2}
            required
          />
          <Textarea
            label={words.postLogoutUris}
            description={words.postLogoutHelp}
            {...text("postLogoutRedirectUris")}
            autosize
            minRows={1}
          />
          <Switch
            label={words.consent}
            description={words.consentHelp}
            checked={draft.requireConsent}
            onChange={(event) => set({ requireConsent: event.currentTarget.checked })}
          />
        </FormSection>
      ) : null}
      <ClientFlows draft={draft} onChange={set} faultOf={request.faultOf} />
      <FormSection title={words.opens} help={words.opensHelp}>
        {audiences.length === 0 ? (
          <NoAudiences why={words.noAudiences} />
        ) : (
          <PermissionPicker
            audiences={audiences}
            value={draft}
            onChange={set}
            error={request.faultOf("audienceIds") ?? request.faultOf("permissionIds")}
          />
        )}
        {isService && groups.length > 0 ? (
          <MultiSelect
            label={words.groups}
            description={words.groupsHelp}
            data={groups.map((group) => ({ value: group.id, label: group.name }))}
            value={draft.groupIds}
            onChange={(groupIds) => set({ groupIds })}
            error={request.faultOf("groupIds")}
            searchable
          />
        ) : null}
      </FormSection>
      <FormSection title={words.lifetime} help={words.lifetimeHelp} isWide>
        <LifetimesFields
          subject={{
            ...draft.lifetimes,
            grantTypes: draft.grantTypes,
            isConfidential: isConfidential(draft.kind),
            isSenderConstrained: isSenderConstrained(draft),
          }}
          audiences={audiences.filter(({ id }) => draft.audienceIds.includes(id))}
          organisation={bounds}
          onChange={(lifetimes) => {
            request.touch(...Object.keys(lifetimes));
            set({ lifetimes: { ...draft.lifetimes, ...lifetimes } });
          }}
          faultOf={request.faultOf}
        />
      </FormSection>
      <FormSection title={words.shape} help={words.shapeHelp[draft.tokenFormat]}>
        <SegmentedControl
          aria-label={words.shape}
          data={[
            { value: "jwt", label: "JWT" },
            { value: "opaque", label: "Opaque" },
          ]}
          value={draft.tokenFormat}
          onChange={(tokenFormat) => set({ tokenFormat: tokenFormat as ClientDraft["tokenFormat"] })}
        />
        <Textarea
          label={words.claims}
          description={words.claimsHelp}
          {...text("customClaims")}
          autosize
          minRows={3}
          styles={{ input: { fontFamily: "var(--tw-mono)", fontSize: 12 } }}
        />
      </FormSection>
    </FormCard>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
