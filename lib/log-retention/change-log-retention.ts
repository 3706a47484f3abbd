import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { type LogSettings, readLogPlan, readLogSettings } from "./get-log-retention.ts";
import type { ChangeLogRetentionInput } from "./input.ts";
import { type LogPlan, nextLogRunAt } from "./model.ts";

/** @throws {DomainError} PLAN_CHANGED where a day or an act would leave that the caller was not shown. */
function requireShown({ days, acts }: LogPlan, shown: ChangeLogRetentionInput): void {
  const others = days.days.filter(({ day }) => !shown.leavingDays.includes(day)).map(({ day }) => day);
  if (others.length > 0)
    throw new DomainError(
      "PLAN_CHANGED",
      `It would take the uses of ${others.length} more ${others.length === 1 ? "day" : "days"} out of the log than you confirmed. Nothing was changed: look at the plan again.`,
      { fields: [{ path: "leavingDays", message: `lacks ${others.join(", ")}`.slice(0, 500) }] },
    );
  if (acts !== null && acts.through > shown.leavingActsThrough)
    throw new DomainError(
      "PLAN_CHANGED",
      `It would take acts up to ${acts.through} out of the log, which is more than you confirmed. Nothing was changed: look at the plan again.`,
      { fields: [{ path: "leavingActsThrough", message: `is ${acts.through} now` }] },
    );
}

/**
 * Changes how long uses and acts stay on record. Where fewer days take some out with the worker's next run, the change carries those as the plan showed them: what
 * was not shown does not leave by it. What has left does not come back by more days. Recorded as `organisation.updated`; a change of nothing records nothing. Needs
 * `retention:write`.
 *
 * @throws {DomainError} STALE_VERSION, PLAN_CHANGED
 */
export async function changeLogRetention(ctx: Context, input: ChangeLogRetentionInput): Promise<LogSettings> {
  requirePermission(ctx, "retention:write");
  await requireApproval(ctx, "retention");
  const { useDays, actDays } = input;
  return ctx.db.transaction(async (tx) => {
    const { version, ...before } = await readLogSettings(tx, "update");
    await requireVersion(tx, input.version, {
      what: "The organisation",
      act: "organisation.updated",
      targetId: "1",
      version,
    });
    const changes = changesOf(before, { useDays, actDays });
    if (changes === null) return { useDays, actDays, version };
    const isLower = useDays < before.useDays || actDays < before.actDays;
    const plan = isLower ? await readLogPlan(tx, input, nextLogRunAt(ctx.now)) : null;
    if (plan !== null) requireShown(plan, input);
    await tx.query(
      "UPDATE organisation SET use_days = $1::int, act_days = $2::int, version = version + 1, updated_at = $3::timestamptz WHERE id = 1",
      [useDays, actDays, ctx.now],
    );
    const [{ name } = { name: "" }] = await tx.query<{ name: string }>(
      "SELECT name FROM organisation WHERE id = 1",
    );
    await recordEntry(tx, ctx, {
      act: "organisation.updated",
      target: { kind: "organisation", id: "1", name },
      before: changes.before,
      after: {
        ...changes.after,
        ...(plan === null || plan.days.days.length === 0
          ? {}
          : { leavingDays: plan.days.days.map(({ day }) => day), leavingUses: plan.days.uses }),
        ...(plan === null || plan.acts === null
          ? {}
          : { leavingActsThrough: plan.acts.through, leavingActs: plan.acts.acts }),
      },
    });
    return { useDays, actDays, version: version + 1 };
  });
}
