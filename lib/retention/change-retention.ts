import { requireApproval } from "../approvals/require-approval.ts";
import { requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { readExpiredTokenDays } from "./get-retention.ts";
import type { ChangeRetentionInput } from "./input.ts";
import { type Leaving, nextRunAt } from "./model.ts";
import { leavingOf, readRegisterWeeks } from "./register-weeks.ts";

export type ChangedRetention = { expiredTokenDays: number; version: number };

/** @throws {DomainError} PLAN_CHANGED where a week would leave that the caller was not shown. */
function requireShown(leaving: Leaving, shown: readonly string[]): void {
  const others = leaving.weeks.filter(({ week }) => !shown.includes(week));
  if (others.length === 0) return;
  const tokens = others.reduce((sum, week) => sum + week.tokens, 0);
  throw new DomainError(
    "PLAN_CHANGED",
    `It would take ${others.length} more ${others.length === 1 ? "week" : "weeks"} with ${tokens} tokens out of the register than you confirmed. Nothing was changed: look at the plan again.`,
    { fields: [{ path: "leaving", message: `lacks ${others.map(({ week }) => week).join(", ")}` }] },
  );
}

async function readLeaving(tx: Sql, days: number, now: Date): Promise<Leaving> {
  return leavingOf(await readRegisterWeeks(tx), days, now);
}

/**
 * Changes how long expired tokens stay in the register. Where fewer days take weeks out with the worker's next run, the change carries those weeks as the plan
 * showed them: what was not shown does not leave by it. What has left does not come back by more days.
 * Recorded as `organisation.updated`; a change of nothing records nothing. Needs `retention:write`.
 *
 * @throws {DomainError} STALE_VERSION, PLAN_CHANGED
 */
export async function changeRetention(ctx: Context, input: ChangeRetentionInput): Promise<ChangedRetention> {
  requirePermission(ctx, "retention:write");
  await requireApproval(ctx, "retention");
  const { version: seen, expiredTokenDays, leaving: shown } = input;
  return ctx.db.transaction(async (tx) => {
    const { days, version } = await readExpiredTokenDays(tx, "update");
    await requireVersion(tx, seen, {
      what: "The organisation",
      act: "organisation.updated",
      targetId: "1",
      version,
    });
    if (expiredTokenDays === days) return { expiredTokenDays, version };
    const isLower = expiredTokenDays < days;
    const leaving = isLower ? await readLeaving(tx, expiredTokenDays, nextRunAt(ctx.now)) : null;
    if (leaving !== null) requireShown(leaving, shown);
    await tx.query(
      "UPDATE organisation SET expired_token_days = $1::int, version = version + 1, updated_at = $2::timestamptz WHERE id = 1",
      [expiredTokenDays, ctx.now],
    );
    const [{ name } = { name: "" }] = await tx.query<{ name: string }>(
      "SELECT name FROM organisation WHERE id = 1",
    );
    await recordEntry(tx, ctx, {
      act: "organisation.updated",
      target: { kind: "organisation", id: "1", name },
      before: { expiredTokenDays: days },
      after: {
        expiredTokenDays,
        ...(leaving === null || leaving.weeks.length === 0
          ? {}
          : { leavingWeeks: leaving.weeks.map(({ week }) => week), leavingTokens: leaving.tokens }),
      },
    });
    return { expiredTokenDays, version: version + 1 };
  });
}
