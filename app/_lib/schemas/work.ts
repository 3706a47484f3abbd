import { z } from "zod";
import { instant } from "#app/_lib/schemas/paging.ts";
import { WORK_KINDS, WORK_STATES } from "#lib/work/model.ts";

const workItem = z.object({
  kind: z.enum(WORK_KINDS),
  id: z.string(),
  title: z.string(),
  unit: z.string(),
  state: z.enum(WORK_STATES),
  done: z.int(),
  total: z.object({ value: z.int(), isExact: z.boolean() }).nullable(),
  secondsLeft: z.int().nullable(),
  startedAt: instant,
  endedAt: instant.nullable(),
  note: z.string().nullable(),
  cancelPath: z.string().nullable(),
  href: z.string().nullable(),
});

export const workList = z.object({ items: z.array(workItem), now: instant });
