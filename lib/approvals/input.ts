import { z } from "zod";
import { optionalLine, seenVersion } from "../input/plain-text.ts";
import { BULK_TOKENS_RANGE, POLICY_KINDS, REASON_MAX } from "./model.ts";

/** Several lines become one. */
const text = z
  .string()
  .max(2 * REASON_MAX, `must have at most ${REASON_MAX} characters`)
  .transform((given) => given.replace(/[\s\p{Zl}\p{Zp}]+/gu, " "))
  .pipe(optionalLine(REASON_MAX));

export const decideInput = z.strictObject({ note: text.default("") });
export const reviewInput = z.strictObject({ note: text.pipe(z.string().min(1, "is missing")) });
/** Why somebody asks for a second person, or does without. */
export const reasonText = text.pipe(z.string().min(1, "is missing"));

export const changePolicyInput = z.strictObject({
  version: seenVersion,
  kinds: z.array(z.enum(POLICY_KINDS)).max(POLICY_KINDS.length).optional(),
  bulkTokens: z
    .int("must be a whole number")
    .min(BULK_TOKENS_RANGE.min, `must be at least ${BULK_TOKENS_RANGE.min}`)
    .max(BULK_TOKENS_RANGE.max, `must be at most ${BULK_TOKENS_RANGE.max}`)
    .optional(),
});
export type ChangePolicyInput = z.output<typeof changePolicyInput>;
