import { z } from "zod";
import { seenVersion } from "../input/plain-text.ts";
import { EXPIRED_TOKEN_DAYS } from "./model.ts";

const { min, max } = EXPIRED_TOKEN_DAYS;

const days = z
  .int("must be a whole number of days")
  .min(min, `must be at least ${min} days`)
  .max(max, `must be at most ${max} days`);

/** `?days=30`. */
export const planRetentionQuery = z.object({
  days: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, `must be a whole number of days from ${min} to ${max}`)
    .transform(Number)
    .pipe(days),
});

/** A change of how long expired tokens stay. */
export const changeRetentionInput = z.strictObject({
  version: seenVersion,
  expiredTokenDays: days,
  /** Weeks that the caller has seen would leave with it, by their Mondays: a change that takes out others is refused. */
  leaving: z.array(z.iso.date("is not a date")).max(2_000, "must have at most 2000 entries").default([]),
});

export type ChangeRetentionInput = z.output<typeof changeRetentionInput>;
