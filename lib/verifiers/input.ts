import { z } from "zod";
import { optionalLine, rowIds, seenVersion } from "../input/plain-text.ts";
import {
  AUDIT_MODES,
  CHECK_WAYS,
  MAX_STALENESS_RANGE,
  SECRET_OVERLAP_RANGE,
  VERIFIER_MODES,
  VERIFIER_NAME_PATTERN,
} from "./model.ts";

const name = z
  .string()
  .regex(VERIFIER_NAME_PATTERN, "must be 1 to 64 lower-case letters, digits, dots, dashes and underscores");

const maxStalenessSeconds = z
  .int("must be a whole number of seconds")
  .min(MAX_STALENESS_RANGE.min, `must be at least ${MAX_STALENESS_RANGE.min} second`)
  .max(MAX_STALENESS_RANGE.max, `must be at most ${MAX_STALENESS_RANGE.max} seconds`);

export const createVerifierInput = z.strictObject({
  name,
  description: optionalLine(500).default(""),
  audienceIds: rowIds(50).default([]),
  mode: z.enum(VERIFIER_MODES).default("strict"),
  maxStalenessSeconds: maxStalenessSeconds.default(60),
  auditMode: z.enum(AUDIT_MODES).default("durable"),
  checkWay: z.enum(CHECK_WAYS).default("introspection"),
});

/** `audienceIds`, where given, is the whole list. */
export const updateVerifierInput = z.strictObject({
  version: seenVersion,
  name: name.optional(),
  description: optionalLine(500).optional(),
  audienceIds: rowIds(50).optional(),
  mode: z.enum(VERIFIER_MODES).optional(),
  maxStalenessSeconds: maxStalenessSeconds.optional(),
  auditMode: z.enum(AUDIT_MODES).optional(),
  checkWay: z.enum(CHECK_WAYS).optional(),
});

export const rotateVerifierSecretInput = z.strictObject({
  /** How long the secrets that are there now go on working beside the new one. */
  overlapSeconds: z
    .int("must be a whole number of seconds")
    .min(SECRET_OVERLAP_RANGE.min)
    .max(SECRET_OVERLAP_RANGE.max)
    .default(SECRET_OVERLAP_RANGE.default),
});

export type CreateVerifierInput = z.output<typeof createVerifierInput>;
export type UpdateVerifierInput = z.output<typeof updateVerifierInput>;
