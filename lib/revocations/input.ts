import { z } from "zod";
import { optionalLine } from "../input/plain-text.ts";
import { NOTE_MAX, REASONS } from "./model.ts";

/** What comes with a revocation. A note of several lines becomes one. */
export const revocationInput = z.strictObject({
  reason: z.enum(REASONS),
  note: z
    .string()
    .max(2 * NOTE_MAX, `must have at most ${NOTE_MAX} characters`)
    .transform((text) => text.replace(/[\s\p{Zl}\p{Zp}]+/gu, " "))
    .pipe(optionalLine(NOTE_MAX))
    .default(""),
});

/** A session's uid, as the authority's engine makes it. */
export const sessionUid = z.string().regex(/^[\w-]{1,128}$/, "is not a session's uid");
