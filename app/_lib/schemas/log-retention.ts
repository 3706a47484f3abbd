import { z } from "zod";
import { instant } from "./paging.ts";
import { clockHold } from "./retention.ts";

const logDay = z.object({
  day: z.iso.date(),
  uses: z.int().nullable(),
  bytes: z.int().nullable(),
  leavesAt: instant,
});

export const logPlan = z.object({
  useDays: z.int(),
  actDays: z.int(),
  nextRunAt: instant,
  days: z.object({ days: z.array(logDay), uses: z.int(), bytes: z.int() }),
  acts: z.object({ acts: z.int(), through: z.int(), until: instant }).nullable(),
  keptActs: z
    .object({ since: instant, until: instant.nullable() })
    .nullable()
    .describe(
      "Acts that are due and stay, with those after them: the first says whose uses were erased, and those are in the log.",
    ),
});

const left = { leftAt: instant, keptDays: z.int(), checkpoint: z.int() };

export const logRetention = z.object({
  useDays: z.int(),
  actDays: z.int(),
  version: z.int(),
  due: logPlan,
  heldByClock: clockHold.nullable(),
  heldDay: z
    .object({
      day: z.iso.date(),
      foundAt: instant,
      checkId: z.uuid(),
      problems: z.array(z.object({ chain: z.string(), sequence: z.int(), says: z.string() })),
    })
    .nullable(),
  days: z.array(logDay),
  uses: z.int(),
  bytes: z.int(),
  perDay: z.object({ uses: z.int(), bytes: z.int(), days: z.int() }).nullable(),
  acts: z.object({
    count: z.int(),
    bytes: z.int(),
    oldestAt: instant.nullable(),
    perDay: z.int().nullable(),
  }),
  sealBytes: z.int(),
  purgedDays: z.array(z.object({ day: z.iso.date(), uses: z.int(), bytes: z.int(), ...left })),
  purgedActs: z.array(z.object({ through: z.int(), acts: z.int(), until: instant, ...left })),
  purged: z.object({ days: z.int(), uses: z.int(), acts: z.int() }),
});

export const changedLogRetention = z.object({ useDays: z.int(), actDays: z.int(), version: z.int() });

export const releasedDay = z.object({ day: z.iso.date() });
