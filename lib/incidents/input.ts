import { z } from "zod";
import { line, optionalLine, rowId, seenVersion } from "../input/plain-text.ts";
import { visibleText } from "../input/visible-text.ts";
import { revocationInput } from "../revocations/input.ts";
import {
  NOTICE_NOTE_MAX,
  NOTICE_RECIPIENTS_MAX,
  PACK_FORMATS,
  SAID_STATES,
  SECRETS_AT_ONCE,
  SEVERITIES,
  STEP_NOTE_MAX,
  STEPS,
  SUBJECT_KINDS,
  SUBJECTS_AT_ONCE,
  TITLE_MAX,
  VALUES_AT_ONCE,
} from "./model.ts";

/** What a window is asked of, on its own or within a case. */
export const windowOfParams = z.strictObject({ kind: z.enum(SUBJECT_KINDS), id: rowId });
export type WindowOf = z.output<typeof windowOfParams>;

/** An instant with its zone, not beyond this era. */
const instant = z.iso
  .datetime({ offset: true, error: "is no instant: write 2026-11-25T09:00:00Z" })
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= 1970 && at.getUTCFullYear() <= 9999, "is no instant of this era");

/**
 * What people write down in a case, of several lines, as one. What stands in it that cannot be shown, as in hostile texts from a log, is written out:
 * it takes more characters then than were written.
 */
function noted(max: number) {
  return z
    .string()
    .max(2 * max, `must have at most ${max} characters`)
    .transform((text) => text.replace(/[\s\p{Zl}\p{Zp}]+/gu, " ").trim())
    .refine((text) => text.length <= max, `must have at most ${max} characters`)
    .transform(visibleText);
}

const WRITTEN_OUT = "⟨U+202E⟩".length;
const aNote = noted(STEP_NOTE_MAX).pipe(line(STEP_NOTE_MAX * WRITTEN_OUT));
const optionalNote = noted(STEP_NOTE_MAX).pipe(optionalLine(STEP_NOTE_MAX * WRITTEN_OUT));

const tokenIds = z
  .array(rowId)
  .max(SUBJECTS_AT_ONCE, `must have at most ${SUBJECTS_AT_ONCE} entries`)
  .transform((ids) => [...new Set(ids)])
  .default([]);

const secretIds = z
  .array(rowId)
  .max(SECRETS_AT_ONCE, `must have at most ${SECRETS_AT_ONCE} entries`)
  .transform((ids) => [...new Set(ids)])
  .optional()
  .describe(
    "Clients' secrets that leaked, by the ids that the Leak desk gives: the case is about what each of them opens.",
  );

const others = z
  .array(z.strictObject({ kind: z.enum(SUBJECT_KINDS), id: rowId }))
  .max(50, "must have at most 50 entries")
  .default([]);

const subjectsInput = z.strictObject({ tokenIds, secretIds, subjects: others });
export type SubjectsInput = z.output<typeof subjectsInput>;

/** Those that only ever put something into a case need not have seen its newest version. */
export const addSubjectsInput = subjectsInput.extend({ version: seenVersion.optional() });
export type AddSubjectsInput = z.output<typeof addSubjectsInput>;

export const openIncidentInput = subjectsInput.extend({
  title: line(TITLE_MAX),
  severity: z.enum(SEVERITIES).default("high"),
  note: optionalNote.default(""),
  /** Its window, where somebody has set one; else it is suggested from the log. */
  compromisedFrom: instant.optional(),
  why: optionalNote.optional(),
});
export type OpenIncidentInput = z.output<typeof openIncidentInput>;

export const windowQuery = z.strictObject({ from: instant.optional() });

/** `compromisedFrom` null goes back to what the product suggests. `open` opens a closed case again. */
export const updateIncidentInput = z.strictObject({
  version: seenVersion,
  title: line(TITLE_MAX).optional(),
  severity: z.enum(SEVERITIES).optional(),
  state: z.enum(SAID_STATES).optional(),
  compromisedFrom: instant.nullable().optional(),
  why: optionalNote.optional(),
});
export type UpdateIncidentInput = z.output<typeof updateIncidentInput>;

export const stepInput = z.strictObject({
  version: seenVersion,
  isDone: z.boolean(),
  what: optionalNote.default(""),
});
export type StepInput = z.output<typeof stepInput>;

export const stepName = z.enum(STEPS);

export const incidentNoteInput = z.strictObject({
  step: z.enum(STEPS),
  text: aNote,
  useId: rowId.optional(),
});
export type IncidentNoteInput = z.output<typeof incidentNoteInput>;

/** What an order placed in a case takes beside what `orders` take. */
export const incidentOrderInput = revocationInput.extend({
  planId: rowId,
  confirm: z.string().max(300, "must have at most 300 characters").optional(),
});
export type IncidentOrderInput = z.output<typeof incidentOrderInput>;

const sha256 = z
  .string()
  .regex(/^[0-9A-Fa-f]{64}$/, "is not 64 hex digits")
  .toLowerCase();

/** Pasted values, each by its id, its hash or both; never the value. */
export const identifyInput = z.strictObject({
  values: z
    .array(
      z
        .strictObject({ id: rowId.optional(), hash: sha256.optional() })
        .refine(({ id, hash }) => id !== undefined || hash !== undefined, "needs an id or a hash"),
    )
    .min(1, "must name a value")
    .max(VALUES_AT_ONCE, `must have at most ${VALUES_AT_ONCE} entries`),
});
export type IdentifyInput = z.output<typeof identifyInput>;

/** Whom to tell, each with what was seen of the notice. */
export const tellOwnersInput = z.strictObject({
  recipients: z
    .array(z.strictObject({ kind: z.enum(["user", "client"]), id: rowId, seen: sha256 }))
    .min(1, "must name somebody")
    .max(NOTICE_RECIPIENTS_MAX, `must have at most ${NOTICE_RECIPIENTS_MAX} entries`)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, "names somebody twice"),
  note: noted(NOTICE_NOTE_MAX)
    .pipe(optionalLine(NOTICE_NOTE_MAX * WRITTEN_OUT))
    .default(""),
});
export type TellOwnersInput = z.output<typeof tellOwnersInput>;

export const releaseEvidenceInput = z.strictObject({ format: z.enum(PACK_FORMATS).default("html") });
export type ReleaseEvidenceInput = z.output<typeof releaseEvidenceInput>;

/** The `{number}` of a path. */
export const incidentNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, "is not a case's number")
  .transform(Number);
