import { z } from "zod";
import { openIncidentInput } from "../incidents/input.ts";
import { line, optionalLine } from "../input/plain-text.ts";
import { parseCountry, UNKNOWN_COUNTRY } from "../list-query/country.ts";
import { COUNTRIES_MAX, MUTE_REASON_MAX, MUTE_SCOPES, RULE_NAMES } from "./model.ts";

/** The `{rule}` of a path. */
export const ruleName = z.enum(RULE_NAMES);

/** `incident`: the number of a case that it is put into; without it one is opened, and what is not said of that is taken from the detection. */
export const caseOfDetectionInput = z.strictObject({
  incident: z.int().min(1).max(999_999_999).optional(),
  title: openIncidentInput.shape.title.optional(),
  severity: openIncidentInput.shape.severity.removeDefault().optional(),
  note: optionalLine(MUTE_REASON_MAX).default(""),
});
export type CaseOfDetectionInput = z.output<typeof caseOfDetectionInput>;

export const muteDetectionInput = z.strictObject({
  scope: z.enum(MUTE_SCOPES),
  reason: line(MUTE_REASON_MAX),
  endsAt: z.iso
    .datetime({ offset: true, error: "is no instant: write 2026-11-25T09:00:00Z" })
    .transform((text) => new Date(text)),
});
export type MuteDetectionInput = z.output<typeof muteDetectionInput>;

/** The longest name of one has about half of it. */
const COUNTRY_NAME_MAX = 100;
const country = z
  .string()
  .max(COUNTRY_NAME_MAX, `must have at most ${COUNTRY_NAME_MAX} characters`)
  .transform((text, ctx) => {
    const code = parseCountry(text);
    if (code !== null && code !== UNKNOWN_COUNTRY) return code;
    ctx.addIssue({ code: "custom", message: "is no country: write DE or Germany" });
    return z.NEVER;
  });

/** `version`: the one that was seen; 0 where nobody had tuned it. What is not named is the default. */
export const tuneRuleInput = z.strictObject({
  version: z.int("must be a whole number").min(0),
  isOn: z.boolean(),
  values: z.record(z.string().max(40), z.int("must be a whole number")).default({}),
  countries: z
    .array(country)
    .max(COUNTRIES_MAX, `must have at most ${COUNTRIES_MAX} entries`)
    .transform((codes) => [...new Set(codes)].sort())
    .default([]),
});
export type TuneRuleInput = z.output<typeof tuneRuleInput>;
