import { recordEntry } from "../audit/record-entry.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import { type Role, roleHas } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { mailServerOf, readMailRecord } from "../mail/mail-settings.ts";
import { isMailable } from "../mail/mailable.ts";
import { choiceChanges } from "./choice-changes.ts";
import {
  CHANNELS,
  type Channel,
  type ChoiceRow,
  type Choices,
  isAlwaysOn,
  isOn,
  KINDS,
  NOTIFICATION_KINDS,
  type NotificationKind,
  type OwnChoices,
} from "./model.ts";
import { readDefaults } from "./notification-settings.ts";

async function readOwn(db: Sql, adminId: string): Promise<Choices> {
  const rows = await db.query<{ kind: NotificationKind; channel: Channel; isOn: boolean }>(
    `SELECT kind, channel, is_on AS "isOn" FROM notification_choice WHERE admin_id = $1::uuid`,
    [adminId],
  );
  const own: Choices = {};
  for (const { kind, channel, isOn: on } of rows) own[kind] = { ...own[kind], [channel]: on };
  return own;
}

/** What people of a role are ever told of. */
export function kindsOf(role: Role): NotificationKind[] {
  return NOTIFICATION_KINDS.filter((kind) => {
    const { needs } = KINDS[kind];
    return needs === null || roleHas(role, needs);
  });
}

function rowsOf(role: Role, own: Choices, defaults: Choices): ChoiceRow[] {
  return kindsOf(role).map((kind) => ({
    kind,
    isAlways: isAlwaysOn(kind, role),
    channels: Object.fromEntries(
      CHANNELS.map((channel) => [
        channel,
        {
          isOn: isOn({ kind, channel }, { role, own, defaults }),
          isOwn: !isAlwaysOn(kind, role) && own[kind]?.[channel] !== undefined,
        },
      ]),
    ) as ChoiceRow["channels"],
  }));
}

async function whyNoMail(db: Sql, email: string): Promise<string | null> {
  if (!isMailable(email)) return "Mail cannot be sent to your address.";
  return mailServerOf(await readMailRecord(db)) === null
    ? "No mail server is set up: nothing is sent by e-mail until an owner does that."
    : null;
}

/** What the asking admin is told, and how. @throws {DomainError} CONFLICT for who is no admin. */
export async function getOwnChoices(ctx: Context): Promise<OwnChoices> {
  const admin = requireAdmin(ctx);
  const [own, { defaults }] = await Promise.all([readOwn(ctx.db, admin.id), readDefaults(ctx.db)]);
  return { rows: rowsOf(admin.role, own, defaults), whyNoMail: await whyNoMail(ctx.db, admin.name) };
}

/**
 * Says what the asking admin wants to be told otherwise than by default: what is not named follows the default again, what cannot be turned off stays on. Recorded as
 * `notification_choices.updated`; a change of nothing records nothing.
 *
 * @throws {DomainError} CONFLICT for who is no admin.
 */
export async function saveOwnChoices(ctx: Context, { choices }: { choices: Choices }): Promise<OwnChoices> {
  const admin = requireAdmin(ctx);
  const allowed = kindsOf(admin.role).filter((kind) => !isAlwaysOn(kind, admin.role));
  const next: Choices = Object.fromEntries(
    allowed.flatMap((kind) => (choices[kind] === undefined ? [] : [[kind, choices[kind]]])),
  );
  await ctx.db.transaction(async (tx) => {
    await tx.query("SELECT id FROM admin WHERE id = $1::uuid FOR NO KEY UPDATE", [admin.id]);
    const changes = choiceChanges(await readOwn(tx, admin.id), next);
    if (changes === null) return;
    const rows = allowed.flatMap((kind) =>
      CHANNELS.flatMap((channel) => {
        const on = next[kind]?.[channel];
        return on === undefined ? [] : [{ kind, channel, is_on: on }];
      }),
    );
    await tx.query("DELETE FROM notification_choice WHERE admin_id = $1::uuid", [admin.id]);
    await tx.query(
      `INSERT INTO notification_choice (admin_id, kind, channel, is_on)
       SELECT $1::uuid, c.kind, c.channel, c.is_on FROM json_to_recordset($2::json) AS c(kind text, channel text, is_on boolean)`,
      [admin.id, JSON.stringify(rows)],
    );
    await recordEntry(tx, ctx, {
      act: "notification_choices.updated",
      target: { kind: "admin", id: admin.id, name: admin.name },
      ...changes,
    });
  });
  return getOwnChoices(ctx);
}
