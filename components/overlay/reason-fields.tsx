import { NativeSelect, Textarea } from "@mantine/core";
import { NOTE_MAX, REASON_WORDS, REASONS, type Reason } from "#lib/revocations/model.ts";

/** Why something is done, as far as it is chosen. */
export type Because = { reason: Reason | ""; note: string };

export const NO_REASON: Because = { reason: "", note: "" };

function needsNote({ reason }: Because): boolean {
  return reason === "unspecified";
}

/** Whether a reason is chosen, with a note where it says nothing by itself. */
export function isExplained(because: Because): because is Because & { reason: Reason } {
  return because.reason !== "" && (!needsNote(because) || because.note.trim() !== "");
}

type ReasonFieldsProps = {
  value: Because;
  onChange: (value: Because) => void;
  /** What a good note tells. */
  placeholder: string;
  noteMax?: number;
};

/** The reason of a dangerous act, and a note. */
export function ReasonFields({ value, onChange, placeholder, noteMax = NOTE_MAX }: ReasonFieldsProps) {
  return (
    <>
      <NativeSelect
        label="Reason"
        description="Stands in the audit log beside your name."
        required
        value={value.reason}
        onChange={(event) => onChange({ ...value, reason: event.currentTarget.value as Reason | "" })}
        data={[
          { value: "", label: "Choose a reason" },
          ...REASONS.map((reason) => ({ value: reason, label: REASON_WORDS[reason] })),
        ]}
      />
      <Textarea
        label="Note"
        required={needsNote(value)}
        autosize
        minRows={2}
        maxLength={noteMax}
        placeholder={placeholder}
        value={value.note}
        onChange={(event) => onChange({ ...value, note: event.currentTarget.value })}
      />
    </>
  );
}
