"use client";

import { NumberInput, Select, TextInput } from "@mantine/core";
import { OneOf } from "#components/form/choices.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDraft } from "#components/form/use-draft.ts";
import type { Send } from "#components/form/use-send.ts";
import {
  ACTION_WORDS,
  ACTIONS,
  type Action,
  type Policy,
  RECEIVED_EVENT_WORDS,
  RECEIVED_EVENTS,
  type ReceiverDetail,
  SUBJECT_BY_WORDS,
  SUBJECT_BYS,
  SUSPEND_HOURS,
  type SubjectBy,
} from "#lib/signal-receivers/model.ts";
import classes from "./peer-form.module.css";
import { signalWords as words } from "./words.ts";

/** What the form shows its own faults of. */
export const PEER_FIELDS = ["name", "issuer", "jwksUrl", "audience", "verifierId", "attribute", "policies"];

export type PeerDraft = {
  name: string;
  issuer: string;
  jwksUrl: string;
  audience: string;
  subjectBy: SubjectBy;
  attribute: string;
  verifierId: string | null;
  policies: Policy[];
};

const DEFAULT_HOURS = 12;

export function draftOf(peer: ReceiverDetail | null): PeerDraft {
  const known = new Map(peer?.policies.map((policy) => [policy.eventType, policy]));
  return {
    name: peer?.name ?? "",
    issuer: peer?.issuer ?? "",
    jwksUrl: peer?.jwksUrl ?? "",
    audience: peer?.audience ?? "",
    subjectBy: peer?.subjectBy ?? "email",
    attribute: peer?.attribute ?? "",
    verifierId: peer?.verifier?.id ?? null,
    policies: RECEIVED_EVENTS.map(
      (eventType) => known.get(eventType) ?? { eventType, action: "ignore", hours: null },
    ),
  };
}

/** What is sent for a draft. */
export function bodyOf({ attribute, ...draft }: PeerDraft) {
  return { ...draft, attribute: draft.subjectBy === "attribute" ? attribute : null };
}

type PeerFormProps = {
  start: PeerDraft;
  /** Those that its streams may belong to. */
  verifiers: readonly { id: string; name: string }[];
  isNew: boolean;
  request: Send;
  cancelHref: string;
  onSave: (draft: PeerDraft) => void;
};

/** Whom events are taken from, whom they mean, and what is done. */
export function PeerForm({ start, verifiers, isNew, request, cancelHref, onSave }: PeerFormProps) {
  const [draft, set, text] = useDraft(start, request);
  function setPolicy(index: number, change: Partial<Policy>) {
    set({ policies: draft.policies.map((one, at) => (at === index ? { ...one, ...change } : one)) });
  }
  const line = (
    field: "name" | "issuer" | "jwksUrl" | "audience",
    label: string,
    max: number,
    help?: string,
  ) => <TextInput label={label} description={help} {...text(field)} maxLength={max} required />;
  return (
    <FormCard
      name={isNew ? words.newPeer : words.editPeer}
      onSubmit={() => onSave(draft)}
      request={request}
      submitWord={isNew ? words.add : words.save}
      cancelHref={cancelHref}
      guarded="streams"
    >
      <FormSection title={words.who} help={words.whoHelp}>
        {line("name", words.name, 80, words.nameHelp)}
        {line("issuer", words.issuer, 2048)}
        {line("jwksUrl", words.jwks, 2048, words.endpointHelp)}
        {line("audience", words.peerAudience, 255, words.peerAudienceHelp)}
        <Select
          label={words.peerVerifier}
          description={words.peerVerifierHelp}
          placeholder={words.noPeerVerifier}
          data={verifiers.map(({ id, name }) => ({ value: id, label: name }))}
          value={draft.verifierId}
          onChange={(verifierId) => set({ verifierId })}
          error={request.faultOf("verifierId")}
          searchable
          clearable
        />
      </FormSection>
      <FormSection title={words.subjects} help={words.subjectsHelp}>
        <OneOf
          label={words.subjectBy}
          choices={SUBJECT_BYS}
          wordsOf={(subjectBy) => SUBJECT_BY_WORDS[subjectBy]}
          value={draft.subjectBy}
          onChange={(subjectBy) => set({ subjectBy })}
        />
        {draft.subjectBy === "attribute" ? (
          <TextInput
            label={words.attribute}
            placeholder="external_id"
            value={draft.attribute}
            onChange={(event) => set({ attribute: event.currentTarget.value })}
            error={request.faultOf("attribute")}
            maxLength={64}
            required
          />
        ) : null}
      </FormSection>
      <FormSection title={words.policies} help={words.policiesHelp}>
        {draft.policies.map(({ eventType, action, hours }, index) => (
          <div key={eventType} className={classes.policy}>
            <Select
              label={RECEIVED_EVENT_WORDS[eventType]}
              data={ACTIONS.map((one) => ({ value: one, label: ACTION_WORDS[one].name }))}
              value={action}
              onChange={(next) => {
                const chosen = (next ?? "ignore") as Action;
                setPolicy(index, {
                  action: chosen,
                  hours: chosen === "suspend" ? (hours ?? DEFAULT_HOURS) : null,
                });
              }}
              allowDeselect={false}
              error={request.faultOf(`policies.${index}`)}
            />
            {action === "suspend" ? (
              <NumberInput
                label={`${words.hours} (${RECEIVED_EVENT_WORDS[eventType]})`}
                value={hours ?? DEFAULT_HOURS}
                onChange={(value) => {
                  if (typeof value === "number") setPolicy(index, { hours: value });
                }}
                min={SUSPEND_HOURS.min}
                max={SUSPEND_HOURS.max}
                allowDecimal={false}
                allowNegative={false}
              />
            ) : null}
          </div>
        ))}
      </FormSection>
    </FormCard>
  );
}
