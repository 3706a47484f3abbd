import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { getEnv } from "../env.ts";
import type { FormerServer } from "../mail/former-server.ts";
import { hasRoomForMails } from "../mail/has-room.ts";
import { isMailable } from "../mail/mailable.ts";
import { type NewMail, queueMails } from "../mail/queue-mail.ts";
import { KINDS, MAIL_BUDGET_WORDS, MAILS_PER_HOUR, type MailBudget, type NotificationKind } from "./model.ts";

type Shown = { kind: NotificationKind; title: string; text: string; path: string | null };
type Addressee = { id: string; name: string; email: string };

const RECENT = `
  SELECT recipient_id AS id, count(*)::int AS mails FROM mail
  WHERE recipient_kind = 'admin' AND budget = $3::text AND recipient_id = ANY ($1::uuid[]) AND created_at > $2::timestamptz - interval '1 hour' GROUP BY recipient_id`;

const HOLD = `
  INSERT INTO held_mail AS h (admin_id, budget, count, first_at, last_at)
  SELECT unnest($1::uuid[]), $2::text, 1, $3::timestamptz, $3::timestamptz
  ON CONFLICT (admin_id, budget) DO UPDATE SET count = h.count + 1, last_at = excluded.last_at`;

function lastWords(budget: MailBudget): string {
  return `This is mail ${MAILS_PER_HOUR} of an hour about ${MAIL_BUDGET_WORDS[budget]}: until there are fewer, what else happens of it is told in the console alone, and how much that was by one mail when an hour is over.`;
}

/** Nothing of a name or a note is a link in a mail program: the one that is ours is. */
function unlinked(text: string): string {
  return text.replace(/[:/\\]{2,}/g, " ").replace(/\bwww\./gi, "www ");
}

/** The subject and the plain text of a notification. @param isLast whether no more follow within the hour. */
function notificationText(
  { kind, title, text, path }: Shown,
  { environment, consoleUrl, isLast }: { environment: string; consoleUrl: string; isLast: boolean },
): { subject: string; body: string } {
  const { budget } = KINDS[kind];
  const paragraphs = [
    `${unlinked(title)}.`,
    unlinked(text),
    ...(path === null ? [] : [`Look at it: ${consoleUrl}${path}`]),
    ...(isLast && budget !== null ? [lastWords(budget)] : []),
    `You are told of "${KINDS[kind].name}" by Tokenwarden, ${environment}. What you are told of is yours to choose, on the page of your account.`,
  ];
  return {
    subject: `[Tokenwarden, ${environment}] ${unlinked(title)}`,
    body: `${paragraphs.filter((paragraph) => paragraph !== "").join("\n\n")}\n`,
  };
}

/**
 * Puts a notification into the outbox for each admin who is to have it by mail. Where there is no server, no room, or an address that mail cannot be sent to, there is none: the act that it
 * tells of goes on all the same, and the console has it. What nobody can turn off is no flood's to silence: it is held to no bound of an hour, and may have the outbox's kept places; of the rest each budget has its own, and what one holds back is counted for `tellHeldMails`.
 *
 * @param former the server that they leave by, where that is not the one of now.
 */
export async function queueNotificationMails(
  tx: Sql,
  ctx: Pick<SqlContext, "actor" | "now">,
  shown: Shown,
  wanting: readonly Addressee[],
  former?: FormerServer,
): Promise<void> {
  const reachable = wanting.filter(({ email }) => isMailable(email));
  const { budget } = KINDS[shown.kind];
  const isAlarm = budget === null;
  if (reachable.length === 0 || !(await hasRoomForMails(tx, reachable.length, { isAlarm, former }))) return;
  const recent = await tx.query<{ id: string; mails: number }>(RECENT, [
    reachable.map(({ id }) => id),
    ctx.now,
    budget,
  ]);
  const mailsOf = new Map(recent.map(({ id, mails }) => [id, mails]));
  const { environmentName: environment, consoleUrl } = getEnv();
  const mails = reachable.flatMap(({ id, name, email }): NewMail[] => {
    const nth = (mailsOf.get(id) ?? 0) + 1;
    if (nth > MAILS_PER_HOUR && !isAlarm) return [];
    const isLast = nth === MAILS_PER_HOUR && !isAlarm;
    const words = notificationText(shown, { environment, consoleUrl, isLast });
    return [{ kind: "notification", to: email, ...words, recipient: { kind: "admin", id, name }, budget }];
  });
  const held = reachable.filter(({ id }) => !isAlarm && (mailsOf.get(id) ?? 0) >= MAILS_PER_HOUR);
  if (held.length > 0) await tx.query(HOLD, [held.map(({ id }) => id), budget, ctx.now]);
  if (mails.length > 0) await queueMails(tx, ctx, mails, former);
}
