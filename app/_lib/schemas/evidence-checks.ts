import { z } from "zod";
import { CHECK_STATES } from "#lib/evidence-checks/model.ts";
import { instant } from "./paging.ts";

export const evidenceCheck = z.object({
  id: z.uuid(),
  from: instant,
  until: instant,
  by: z.string(),
  state: z.enum(CHECK_STATES),
  createdAt: instant,
  beganAt: instant.nullable(),
  endedAt: instant.nullable(),
  uses: z.int(),
  total: z.int().nullable(),
  found: z
    .object({
      uses: z.int(),
      seals: z.int(),
      chains: z.int(),
      acts: z.int(),
      checkpoints: z.int(),
      uncovered: z.int(),
      unsealed: z.int(),
      before: z.int(),
      held: z.int().nullable(),
      problems: z.array(z.object({ chain: z.string(), sequence: z.int(), says: z.string() })),
    })
    .nullable(),
});
