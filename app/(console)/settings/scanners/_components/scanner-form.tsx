"use client";

import { NumberInput, TextInput } from "@mantine/core";
import { OneOf } from "#components/form/choices.tsx";
import { FormCard, FormSection } from "#components/form/form-card.tsx";
import { useDraft } from "#components/form/use-draft.ts";
import type { Send } from "#components/form/use-send.ts";
import {
  SCANNER_ACTION_WORDS,
  SCANNER_ACTIONS,
  SCANNER_HOURS,
  type ScannerAction,
  type ScannerDetail,
} from "#lib/scanners/model.ts";
import { scannerWords as words } from "./words.ts";

/** What the form shows its own faults of. */
export const SCANNER_FIELDS = ["name", "action", "hours"];

export type ScannerDraft = { name: string; action: ScannerAction; hours: number };

export function draftOf(scanner: ScannerDetail | null): ScannerDraft {
  return {
    name: scanner?.name ?? "",
    action: scanner?.action ?? "suspend",
    hours: scanner?.hours ?? SCANNER_HOURS.default,
  };
}

/** What is sent for a draft. */
export function bodyOf({ name, action, hours }: ScannerDraft) {
  return { name, action, hours: action === "suspend" ? hours : null };
}

/** Who reports, and what is done at it. */
export function ScannerForm({
  start,
  isNew,
  request,
  cancelHref,
  onSave,
}: {
  start: ScannerDraft;
  isNew: boolean;
  request: Send;
  cancelHref: string;
  onSave: (draft: ScannerDraft) => void;
}) {
  const [draft, set, text] = useDraft(start, request);
  return (
    <FormCard
      name={isNew ? words.newScanner : words.editScanner}
      onSubmit={() => onSave(draft)}
      request={request}
      submitWord={isNew ? words.add : words.save}
      cancelHref={cancelHref}
    >
      <FormSection title={words.who} help={words.whoHelp}>
        <TextInput
          label={words.name}
          description={words.nameHelp}
          {...text("name")}
          maxLength={80}
          required
        />
      </FormSection>
      <FormSection title={words.policy} help={words.policyHelp}>
        <OneOf
          label={words.action}
          choices={SCANNER_ACTIONS}
          wordsOf={(action) => SCANNER_ACTION_WORDS[action]}
          value={draft.action}
          onChange={(action) => set({ action })}
          error={request.faultOf("action")}
        />
        {draft.action === "suspend" ? (
          <NumberInput
            label={words.hours}
            value={draft.hours}
            onChange={(value) => {
              if (typeof value === "number") set({ hours: value });
            }}
            error={request.faultOf("hours")}
            min={SCANNER_HOURS.min}
            max={SCANNER_HOURS.max}
            allowDecimal={false}
            allowNegative={false}
            maw={160}
          />
        ) : null}
      </FormSection>
    </FormCard>
  );
}
