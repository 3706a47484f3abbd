import { requireApproval } from "../approvals/require-approval.ts";
import { requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { choiceChanges } from "./choice-changes.ts";
import type { SaveDefaultsInput } from "./input.ts";
import type { Choices, NotificationDefaults } from "./model.ts";

const TARGET = { kind: "notification_settings", id: "1", name: "Notifications" };

/** @param lock holds the row until the transaction ends. */
export async function readDefaults(db: Sql, lock = false): Promise<NotificationDefaults> {
  const [row] = await db.query<{ defaults: Choices; updatedAt: Date; version: number }>(
    `SELECT defaults, updated_at AS "updatedAt", version FROM notification_settings WHERE id = 1${lock ? " FOR UPDATE" : ""}`,
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The settings of notifications are missing.");
  return { ...row, updatedAt: row.updatedAt.toISOString() };
}

/** What admins are told unless they want it otherwise. Needs `organisation:read`. */
export async function getNotificationDefaults(ctx: Context): Promise<NotificationDefaults> {
  requirePermission(ctx, "organisation:read");
  return readDefaults(ctx.db);
}

/**
 * Says what admins are told unless they want it otherwise; what is not named is as it comes. Recorded as `notification_settings.updated`; a change of nothing records nothing. Needs
 * `notification-settings:write`.
 *
 * @throws {DomainError} STALE_VERSION
 * @throws {StepUpRequired} streams
 */
export async function saveNotificationDefaults(
  ctx: Context,
  { version, defaults }: SaveDefaultsInput,
): Promise<NotificationDefaults> {
  requirePermission(ctx, "notification-settings:write");
  await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const before = await readDefaults(tx, true);
    await requireVersion(tx, version, {
      what: "The settings",
      act: "notification_settings.updated",
      targetId: TARGET.id,
      version: before.version,
    });
    const changes = choiceChanges(before.defaults, defaults);
    if (changes === null) return before;
    await tx.query(
      "UPDATE notification_settings SET defaults = $1::jsonb, updated_at = $2::timestamptz, version = version + 1 WHERE id = 1",
      [JSON.stringify(defaults), ctx.now],
    );
    await recordEntry(tx, ctx, { act: "notification_settings.updated", target: TARGET, ...changes });
    return readDefaults(tx);
  });
}
