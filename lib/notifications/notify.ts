import { type Permission, ROLES, type Role, roleHas } from "../authz/roles.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { isUuid, uuidv7 } from "../ids.ts";
import { oneLine } from "../mail/one-line.ts";
import { tellByFormer, type Ways } from "./former-ways.ts";
import {
  type Choices,
  isOn,
  KINDS,
  type NotificationKind,
  TEXT_MAX,
  TITLE_MAX,
  type Tone,
  WEBHOOK_ALWAYS,
} from "./model.ts";
import { queueNotificationMails } from "./notification-mail.ts";

/** Something to tell admins of. Texts from outside may stand in it as they are; no value of a token and no secret may. */
export type Notice = {
  kind: NotificationKind;
  /** What is told once, by whomever and however often: `approval <id> waiting`. */
  key: string;
  /** What it goes on with: it stands for what was told of that before, which counts as read. */
  thread?: string;
  /** One line, as a sentence without its full stop. */
  title: string;
  /** One paragraph: what happened, and what there is to do. */
  text: string;
  /** Where in the console the thing is: a path of it. */
  path: string | null;
  subject: { kind: string; id: string; name: string };
  /** The kind's own unless told. */
  tone?: Tone;
  /** The permission that it takes to see what it is about, where the kind leaves it open; null: it is of its readers alone. */
  needs?: Permission | null;
  /** These admins alone, of those who may see it. */
  to?: readonly string[];
  /** Not these: who did it knows. */
  except?: readonly string[];
  /** These, by every channel, whatever has become of them meanwhile and whatever they chose: what is told may be that they were shut out. */
  exactly?: readonly Addressee[] | undefined;
  /** How it would have left before the act that it tells of: where that changed how, it leaves so too. */
  before?: Ways | undefined;
};

export type Addressee = { id: string; email: string; name: string };
type Reader = Addressee & { role: Role; choices: Choices };

// an invited admin who was never here is not told of anything yet
const READERS = `
  SELECT a.id, a.email, a.name, a.role, coalesce(c.choices, '{}') AS choices
  FROM admin a LEFT JOIN LATERAL (
    SELECT json_object_agg(k.kind, k.channels) AS choices FROM (
      SELECT kind, json_object_agg(channel, is_on) AS channels FROM notification_choice WHERE admin_id = a.id AND kind = $4::text GROUP BY kind) k) c ON true
  WHERE a.disabled_at IS NULL AND (a.password_hash IS NOT NULL OR a.last_sign_in_at IS NOT NULL) AND a.role = ANY ($1::text[])
    AND ($2::uuid[] IS NULL OR a.id = ANY ($2::uuid[])) AND a.id <> ALL ($3::uuid[])
  ORDER BY a.id`;

const INSERT = `
  INSERT INTO notification (id, kind, key, at, tone, title, text, path, needs, subject_kind, subject_id, subject_name, actor_name, thread, webhook_due_at)
  SELECT $1::uuid, $2::text, $3::text, $4::timestamptz, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text, $12::text, $13::text, $14::text,
    (SELECT $4::timestamptz FROM notification_webhook w WHERE w.id = 1 AND w.url IS NOT NULL AND $9::text IS NOT NULL AND ($2::text = ANY (w.kinds) OR $15::boolean))
  ON CONFLICT (key) DO NOTHING RETURNING id`;

const READ_BEFORE = `
  UPDATE notification_receipt r SET read_at = $3::timestamptz FROM notification n
  WHERE n.thread = $1::text AND n.id <> $2::uuid AND r.notification_id = n.id AND r.read_at IS NULL`;

const NAME_MAX = 120;

function rolesFor(needs: Permission | null): Role[] {
  return ROLES.filter((role) => needs === null || roleHas(role, needs));
}

/**
 * Tells admins of something inside of the caller's transaction: it commits with the act, or is not told. Each is told who is enabled, may see what it is about, and wants to be told, by the
 * channels that they chose: in the console, and by mail where a server is set up. The organisation's webhook has it to send. What was told under the same key is not told again. It records
 * nothing and never refuses: call it before `recordEntry`, and authorise before.
 *
 * @returns the notification's id; null where it was told before.
 */
export async function notify(
  tx: Sql,
  ctx: Pick<SqlContext, "actor" | "now">,
  notice: Notice,
): Promise<string | null> {
  const { kind, key, path, subject } = notice;
  const declared = KINDS[kind];
  const needs = notice.needs === undefined ? declared.needs : notice.needs;
  const shown = {
    id: uuidv7(ctx.now),
    title: oneLine(notice.title, TITLE_MAX),
    text: oneLine(notice.text, TEXT_MAX),
    path,
  };
  const [told] = await tx.query<{ id: string }>(INSERT, [
    shown.id,
    kind,
    key,
    ctx.now,
    notice.tone ?? declared.tone,
    shown.title,
    shown.text,
    path,
    needs,
    subject.kind,
    subject.id,
    oneLine(subject.name, NAME_MAX),
    oneLine(ctx.actor.name, NAME_MAX),
    notice.thread ?? null,
    WEBHOOK_ALWAYS.includes(kind),
  ]);
  if (told === undefined) return null;
  if (notice.thread !== undefined) await tx.query(READ_BEFORE, [notice.thread, shown.id, ctx.now]);
  const [console, mail] =
    notice.exactly === undefined ? await readWanting(tx, notice, needs) : [notice.exactly, notice.exactly];
  await tx.query(
    "INSERT INTO notification_receipt (admin_id, notification_id) SELECT unnest($1::uuid[]), $2::uuid ON CONFLICT DO NOTHING",
    [console.map(({ id }) => id), shown.id],
  );
  await queueNotificationMails(tx, ctx, { kind, ...shown }, mail);
  const former =
    notice.before === undefined ? null : await tellByFormer(tx, ctx, notice.before, { id: shown.id, kind });
  if (former !== null) await queueNotificationMails(tx, ctx, { kind, ...shown }, mail, former);
  return shown.id;
}

/** Who may see it and wants to be told, in the console and by mail. */
async function readWanting(
  tx: Sql,
  { kind, to, except = [] }: Notice,
  needs: Permission | null,
): Promise<[Reader[], Reader[]]> {
  const [settings] = await tx.query<{ defaults: Choices }>(
    "SELECT defaults FROM notification_settings WHERE id = 1",
  );
  const readers = await tx.query<Reader>(READERS, [
    rolesFor(needs),
    to?.filter(isUuid) ?? null,
    except.filter(isUuid),
    kind,
  ]);
  const wanting = (channel: "console" | "mail") =>
    readers.filter(({ role, choices }) =>
      isOn({ kind, channel }, { role, own: choices, defaults: settings?.defaults ?? {} }),
    );
  return [wanting("console"), wanting("mail")];
}
