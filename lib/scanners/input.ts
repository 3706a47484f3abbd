import { z } from "zod";
import { line, seenVersion } from "../input/plain-text.ts";
import { SECRET_OVERLAP_RANGE } from "../verifiers/model.ts";
import { SCANNER_ACTIONS, SCANNER_HOURS } from "./model.ts";

const hours = z
  .int("must be a whole number of hours")
  .min(SCANNER_HOURS.min, `must be at least ${SCANNER_HOURS.min}`)
  .max(SCANNER_HOURS.max, `must be at most ${SCANNER_HOURS.max}`)
  .nullable()
  .default(null);

const policy = { action: z.enum(SCANNER_ACTIONS), hours };

/** Hours are for suspending, and only for it. */
function requireFittingHours(
  { action, hours: given }: { action?: string | undefined; hours: number | null },
  context: z.core.$RefinementCtx,
): void {
  if (action === "suspend" && given === null)
    context.addIssue({ code: "custom", path: ["hours"], message: "must be there to suspend" });
  if (action !== "suspend" && given !== null)
    context.addIssue({ code: "custom", path: ["hours"], message: "is for suspending: leave it out" });
}

export const createScannerInput = z
  .strictObject({ name: line(80), ...policy })
  .superRefine(requireFittingHours);
export type CreateScannerInput = z.output<typeof createScannerInput>;

/** `hours` go with `action`. */
export const updateScannerInput = z
  .strictObject({
    version: seenVersion,
    name: line(80).optional(),
    action: policy.action.optional(),
    hours,
  })
  .superRefine(requireFittingHours);
export type UpdateScannerInput = z.output<typeof updateScannerInput>;

export const rotateScannerSecretInput = z.strictObject({
  /** How long the secrets that are there now go on working beside the new one. */
  overlapSeconds: z
    .int("must be a whole number of seconds")
    .min(SECRET_OVERLAP_RANGE.min)
    .max(SECRET_OVERLAP_RANGE.max)
    .default(SECRET_OVERLAP_RANGE.default),
});
