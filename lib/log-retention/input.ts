import { z } from "zod";
import { line, seenVersion } from "../input/plain-text.ts";
import { ACT_DAYS, USE_DAYS } from "./model.ts";

type Range = { min: number; max: number };

const daysWithin = ({ min, max }: Range) =>
  z
    .int("must be a whole number of days")
    .min(min, `must be at least ${min} days`)
    .max(max, `must be at most ${max} days`);

const queriedDays = (range: Range) =>
  z
    .string()
    .regex(/^[1-9]\d{0,3}$/, `must be a whole number of days from ${range.min} to ${range.max}`)
    .transform(Number)
    .pipe(daysWithin(range));

/** `?useDays=90&actDays=365`. */
export const planLogRetentionQuery = z.object({
  useDays: queriedDays(USE_DAYS),
  actDays: queriedDays(ACT_DAYS),
});

/** A change of how long uses and acts stay. */
export const changeLogRetentionInput = z.strictObject({
  version: seenVersion,
  useDays: daysWithin(USE_DAYS),
  actDays: daysWithin(ACT_DAYS),
  /** Days of uses that the caller has seen would leave with it: a change that takes out others is refused. */
  leavingDays: z.array(z.iso.date("is not a date")).max(4_000, "must have at most 4000 entries").default([]),
  /** The last act that the caller has seen would leave with it, by its sequence. */
  leavingActsThrough: z.int().min(0).default(0),
});

export type ChangeLogRetentionInput = z.output<typeof changeLogRetentionInput>;

/** A day that may leave though it does not hold, and why. */
export const releaseUseDayInput = z.strictObject({
  day: z.iso.date("is not a date").refine((day) => day >= "1970", "is before there were uses"),
  note: line(500),
});

export type ReleaseUseDayInput = z.output<typeof releaseUseDayInput>;
