import { z } from "zod";
import { optionalLine } from "../input/plain-text.ts";
import { ERASURE_NOTE_MAX, ERASURE_REASONS } from "./model.ts";

export const beginErasureInput = z.strictObject({
  reason: z.enum(ERASURE_REASONS),
  note: optionalLine(ERASURE_NOTE_MAX).default(""),
  /** As the plan says: the person's e-mail address. */
  confirm: z.string().max(320),
});

export type BeginErasureInput = z.output<typeof beginErasureInput>;
