"use client";

import { MultiSelect, TextInput } from "@mantine/core";
import { NoAudiences } from "#app/(console)/_components/no-audiences.tsx";
import { settingsOf } from "#app/(console)/_components/settings-of.ts";
import { OneOf } from "#components/form/choices.tsx";
import { DurationInput } from "#components/form/duration-input.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDraft } from "#components/form/use-draft.ts";
import type { Send } from "#components/form/use-send.ts";
import {
  AUDIT_MODE_WORDS,
  AUDIT_MODES,
  type AuditMode,
  CHECK_WAY_WORDS,
  CHECK_WAYS,
  type CheckWay,
  MAX_STALENESS_RANGE,
  VERIFIER_MODE_WORDS,
  VERIFIER_MODES,
  type VerifierMode,
} from "#lib/verifiers/model.ts";
import { verifierWords as words } from "./words.ts";

/** What the form shows its own faults of. */
export const VERIFIER_FIELDS = ["name", "description", "audienceIds", "maxStalenessSeconds"];

export type VerifierDraft = {
  name: string;
  description: string;
  audienceIds: string[];
  mode: VerifierMode;
  maxStalenessSeconds: number;
  auditMode: AuditMode;
  checkWay: CheckWay;
};

type VerifierFormProps = {
  start: VerifierDraft;
  isNew: boolean;
  audiences: { id: string; name: string; title: string }[];
  request: Send;
  cancelHref: string;
  onSave: (draft: VerifierDraft) => void;
};

/** What a verifier may ask about, and what it does when it hears nothing. */
export function VerifierForm({ start, isNew, audiences, request, cancelHref, onSave }: VerifierFormProps) {
  const [draft, set, text] = useDraft(start, request);
  const hears = settingsOf(draft.checkWay, []).hearing;
  return (
    <FormCard
      name={isNew ? words.createTitle : words.editTitle}
      onSubmit={() => onSave(draft)}
      request={request}
      submitWord={isNew ? words.create : words.save}
      cancelHref={cancelHref}
      note={isNew ? words.secretNote : undefined}
    >
      <FormSection title={words.identity} help={words.identityHelp}>
        <TextInput
          label={words.name}
          description={isNew ? words.nameHelp : words.nameFixed}
          {...text("name")}
          maxLength={64}
          required
        />
        <TextInput label={words.description} {...text("description")} maxLength={500} />
      </FormSection>
      <FormSection title={words.audiences} help={words.audiencesHelp}>
        {audiences.length === 0 ? (
          <NoAudiences why={words.noAudiences} />
        ) : (
          <MultiSelect
            label={words.audiences}
            data={audiences.map((audience) => ({
              value: audience.id,
              label: `${audience.title} (${audience.name})`,
            }))}
            value={draft.audienceIds}
            onChange={(audienceIds) => set({ audienceIds })}
            error={request.faultOf("audienceIds")}
            searchable
          />
        )}
      </FormSection>
      <FormSection title={words.way} help={words.wayHelp}>
        <OneOf
          label={words.way}
          choices={CHECK_WAYS}
          wordsOf={(way) => CHECK_WAY_WORDS[way]}
          value={draft.checkWay}
          onChange={(checkWay) => set({ checkWay })}
        />
      </FormSection>
      {draft.checkWay === "jwks" ? null : (
        <FormSection title={words.behaviour} help={hears ? words.behaviourHelp : words.recordHelp}>
          {hears ? (
            <>
              <OneOf
                label={words.mode}
                choices={VERIFIER_MODES}
                wordsOf={(mode) => VERIFIER_MODE_WORDS[mode]}
                value={draft.mode}
                onChange={(mode) => set({ mode })}
              />
              <DurationInput
                label={words.staleness}
                value={draft.maxStalenessSeconds}
                onChange={(seconds) => set({ maxStalenessSeconds: seconds })}
                min={MAX_STALENESS_RANGE.min}
                max={MAX_STALENESS_RANGE.max}
                error={request.faultOf("maxStalenessSeconds")}
              />
            </>
          ) : null}
          <OneOf
            label={hears ? words.auditAsked : words.audit}
            choices={AUDIT_MODES}
            wordsOf={(mode) => AUDIT_MODE_WORDS[mode]}
            value={draft.auditMode}
            onChange={(auditMode) => set({ auditMode })}
          />
        </FormSection>
      )}
    </FormCard>
  );
}
