import { z } from "zod";
import { rowId } from "../input/plain-text.ts";
import { revocationInput } from "../revocations/input.ts";
import { TARGET_KINDS } from "../revocations/model.ts";
import { NAMED_KINDS, PLANNED_VERBS, SELECTION_IDS_MAX } from "./model.ts";

const targetId = z.string().min(1, "must not be empty").max(200, "must have at most 200 characters");

const filterText = z.string().max(200, "must have at most 200 characters");

/** A later instant, with its zone. */
const later = z.iso
  .datetime({ offset: true, error: "is no instant: write 2026-11-25T09:00:00Z" })
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= 1970 && at.getUTCFullYear() <= 9999, "is no instant of this era");

const named = z.strictObject({
  kind: z.enum(NAMED_KINDS),
  id: targetId,
  by: z.enum(["token", "members"]).optional(),
});
const filtered = z.strictObject({
  kind: z.literal("selection"),
  filters: z.record(
    z.string().max(40, "has a name longer than 40 characters"),
    z.union([filterText, z.array(filterText).max(50, "must have at most 50 values")]),
  ),
});
const listed = z.strictObject({
  kind: z.literal("selection"),
  tokenIds: z
    .array(rowId)
    .min(1, "must name a token")
    .max(SELECTION_IDS_MAX, `must have at most ${SELECTION_IDS_MAX} entries`)
    .transform((ids) => [...new Set(ids)]),
});

const frozen = z.strictObject({ kind: z.literal("selection"), id: rowId });

export const planInput = z.strictObject({
  verb: z.enum(PLANNED_VERBS),
  target: z.union([named, filtered, listed, frozen]),
  effectiveFrom: later.optional(),
  suspendedUntil: later.optional(),
});
export type PlanInput = z.output<typeof planInput>;

/** What an order by plan takes. `target` may say again what is meant: then another plan's is refused. */
export const plannedOrderInput = revocationInput.extend({
  planId: rowId,
  confirm: z.string().max(300, "must have at most 300 characters").optional(),
  target: z.strictObject({ kind: z.enum(TARGET_KINDS), id: targetId }).optional(),
});
export type PlannedOrderInput = z.output<typeof plannedOrderInput>;

/** What a restore takes: a target, or a suspension by its id, with those that were placed with it. */
export const restoreInput = revocationInput
  .extend({
    target: z.strictObject({ kind: z.enum(TARGET_KINDS), id: targetId }).optional(),
    orderId: rowId.optional(),
  })
  .refine(({ target, orderId }) => (target === undefined) !== (orderId === undefined), {
    path: ["target"],
    error: "give the target or the order, not both",
  });
