import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { findDayCheck, holdsForUses, isReleased } from "./day-check.ts";
import type { ReleaseUseDayInput } from "./input.ts";
import { dayWords, startOfDay } from "./model.ts";

/**
 * Lets a day leave the log in its time though its evidence does not hold: whoever does it has looked at what was found, and says why. Recorded as
 * `log.day_released`, with what was found. Doing it again changes nothing. Needs `retention:write`.
 *
 * @throws {DomainError} CONFLICT where no verification found that it does not hold
 */
export async function releaseUseDay(
  ctx: Context,
  { day, note }: ReleaseUseDayInput,
): Promise<{ day: string }> {
  requirePermission(ctx, "retention:write");
  await requireApproval(ctx, "retention");
  return ctx.db.transaction(async (tx) => {
    const check = await findDayCheck(tx, day);
    if (check === null || holdsForUses(check))
      throw new DomainError(
        "CONFLICT",
        `Nothing holds the uses of ${dayWords(day)} back: the last verification of the whole day did not find it broken.`,
      );
    if (await isReleased(tx, day)) return { day };
    const released = await tx.query(
      `INSERT INTO released_use_day (day, released_at, check_id) VALUES ($1::timestamptz, $2::timestamptz, $3::uuid) ON CONFLICT (day) DO NOTHING RETURNING 1`,
      [startOfDay(day), ctx.now, check.id],
    );
    if (released.length === 0) return { day };
    await recordEntry(tx, ctx, {
      act: "log.day_released",
      target: { kind: "log_day", id: day, name: `the uses of ${dayWords(day)}` },
      note,
      after: {
        check: check.id,
        problems: (check.found?.problems ?? [])
          .map(({ chain, sequence, says }) => `${chain} ${sequence}: ${says}`)
          .slice(0, 20),
      },
    });
    return { day };
  });
}
