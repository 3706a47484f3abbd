import { z } from "zod";
import { instant } from "./paging.ts";

const registerWeek = z.object({
  week: z.iso.date(),
  tokens: z.int(),
  bytes: z.int().nullable(),
  lastExpiresAt: instant.nullable(),
  leavesAt: instant,
});

const leaving = { weeks: z.array(registerWeek), tokens: z.int(), bytes: z.int() };

export const clockHold = z.object({ title: z.string(), text: z.string(), heldUntil: instant });

export const retention = z.object({
  expiredTokenDays: z.int(),
  version: z.int(),
  nextRunAt: instant,
  heldByClock: clockHold.nullable(),
  weeks: z.array(registerWeek),
  tokens: z.int(),
  bytes: z.int(),
  besideBytes: z.int(),
  due: z.object(leaving),
  purged: z.array(
    z.object({
      week: z.iso.date(),
      leftAt: instant,
      tokens: z.int(),
      bytes: z.int(),
      keptDays: z.int(),
    }),
  ),
  purgedTokens: z.int(),
  purgedWeeks: z.int(),
});

export const retentionPlan = z.object({ expiredTokenDays: z.int(), nextRunAt: instant, ...leaving });

export const changedRetention = z.object({ expiredTokenDays: z.int(), version: z.int() });
