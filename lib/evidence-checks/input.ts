import { z } from "zod";
import { MAX_CHECK_DAYS } from "./model.ts";

const instant = z.iso.datetime({ offset: true, error: "must be an instant as 2026-11-29T09:00:00Z" });

/** The span that is to be verified. */
export const createCheckInput = z
  .strictObject({ from: instant, until: instant })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), {
    path: ["until"],
    message: "must be later than from",
  })
  .refine(({ from, until }) => Date.parse(until) - Date.parse(from) <= MAX_CHECK_DAYS * 86_400_000, {
    path: ["from"],
    message: `must be at most ${MAX_CHECK_DAYS} days before until`,
  });

export type CreateCheckInput = z.output<typeof createCheckInput>;
