import { z } from "zod";
import { idParams, instant } from "#app/_lib/schemas/paging.ts";
import { ruleName } from "#lib/detections/input.ts";
import { DETECTION_STATES, RULE_NAMES, SUBJECT_KINDS } from "#lib/detections/model.ts";
import { INCIDENT_STATES, SEVERITIES } from "#lib/incidents/model.ts";

export const ruleOfClientParams = idParams.extend({ rule: ruleName });

const rule = z.enum(RULE_NAMES);
const named = z.object({ id: z.string(), name: z.string() });

export const detectionRow = z.object({
  id: z.string(),
  rule,
  severity: z.enum(SEVERITIES),
  state: z.enum(DETECTION_STATES),
  subject: z.object({ kind: z.enum(SUBJECT_KINDS), id: z.string() }),
  says: z.string(),
  tokenId: z.string().nullable(),
  familyId: z.string().nullable(),
  client: named.extend({ clientId: z.string() }).nullable(),
  user: z.object({ id: z.string(), email: z.string() }).nullable(),
  verifier: named.nullable(),
  firstAt: instant,
  lastAt: instant,
  count: z.int(),
  incident: z.object({ number: z.int(), title: z.string(), state: z.enum(INCIDENT_STATES) }).nullable(),
  mute: z
    .object({
      id: z.string(),
      rule,
      client: z.object({ id: z.string(), clientId: z.string() }).nullable(),
      tokenId: z.string().nullable(),
      reason: z.string(),
      createdAt: instant,
      endsAt: instant,
      by: named,
    })
    .nullable(),
});

export const ruleSettings = z.object({
  rule,
  isOn: z.boolean(),
  values: z.record(z.string(), z.number()),
  countries: z.array(z.string()),
  version: z.int(),
  updatedAt: instant.nullable(),
  updatedBy: z.string().nullable(),
});

export const detectionDetail = detectionRow.extend({
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  foundAt: instant,
  uses: z.object({ kept: z.int(), from: instant, to: instant }).nullable(),
  settings: ruleSettings.nullable(),
});

export const detectionRules = z.object({
  rules: z.array(
    z.object({
      rule,
      title: z.string(),
      means: z.string(),
      severity: z.enum(SEVERITIES),
      canMute: z.boolean(),
      takesCountries: z.boolean(),
      thresholds: z.record(
        z.string(),
        z.object({
          label: z.string(),
          unit: z.string(),
          min: z.number(),
          max: z.number(),
          default: z.number(),
        }),
      ),
    }),
  ),
});

export const rulesOfClient = z.object({ rules: z.array(ruleSettings) });
