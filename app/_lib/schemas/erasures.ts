import { z } from "zod";
import { ERASURE_REASONS, ERASURE_STATES } from "#lib/erasures/model.ts";
import { instant } from "./paging.ts";

const count = z.int().nonnegative();

export const erasurePlan = z.object({
  userId: z.uuid(),
  counts: z.object({
    tokens: count,
    uses: count.nullable(),
    acts: count.nullable(),
    cases: count,
    detections: count,
    mails: count,
    importRows: count,
    signIns: count,
    lists: count,
  }),
  refusals: z.array(z.string()),
  confirm: z.string(),
  isAdminToo: z.boolean(),
});

export const erasure = z.object({
  id: z.uuid(),
  userId: z.uuid(),
  state: z.enum(ERASURE_STATES),
  reason: z.enum(ERASURE_REASONS),
  by: z.string(),
  createdAt: instant,
  endedAt: instant.nullable(),
  done: count,
  total: count,
  problem: z.string().nullable(),
  found: z.object({ uses: count, unproved: count, tokens: count, acts: count, records: count }).nullable(),
});
