import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { getEnv } from "../env.ts";
import { hasRoomForMails } from "../mail/has-room.ts";
import { isMailable } from "../mail/mailable.ts";
import { type NewMail, queueMails } from "../mail/queue-mail.ts";
import { MAIL_BUDGET_WORDS, type MailBudget } from "./model.ts";

const TELLER = { kind: "system", id: "watcher", name: "watcher" } as const;

type Held = {
  id: string;
  email: string;
  name: string;
  isEnabled: boolean;
  budget: MailBudget;
  count: number;
  firstAt: Date;
  lastAt: Date;
};

// of several workers one tells it: the others find it gone
const TAKE = `
  DELETE FROM held_mail h USING admin a WHERE a.id = h.admin_id AND h.first_at <= $1::timestamptz - interval '1 hour'
  RETURNING a.id, a.email, a.name, a.disabled_at IS NULL AS "isEnabled", h.budget, h.count, h.first_at AS "firstAt", h.last_at AS "lastAt"`;

const minuteOf = (at: Date) => `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;

function digestOf({ id, email, name, budget, count, firstAt, lastAt }: Held): NewMail {
  const { environmentName: environment, consoleUrl } = getEnv();
  const what = `${count.toLocaleString("en")} more about ${MAIL_BUDGET_WORDS[budget]}`;
  return {
    kind: "notification",
    to: email,
    subject: `[Tokenwarden, ${environment}] ${what}`,
    body: `${what} came from ${minuteOf(firstAt)} to ${minuteOf(lastAt)} than an hour has mails for. They are in the console.\n\nLook at them: ${consoleUrl}/notifications\n`,
    recipient: { kind: "admin", id, name },
  };
}

async function take(tx: Sql, now: Date): Promise<void> {
  const held = await tx.query<Held>(TAKE, [now]);
  const mails = held
    .filter(({ isEnabled, email }) => isEnabled && isMailable(email))
    .map((one) => digestOf(one));
  if (mails.length === 0 || !(await hasRoomForMails(tx, mails.length, { isAlarm: true }))) return;
  await queueMails(tx, { actor: TELLER, now }, mails);
}

/** Tells by one mail how many a bound of an hour held back from each admin, an hour after the first of them. It counts to no bound itself. */
export async function tellHeldMails(db: SqlDatabase, now: Date): Promise<void> {
  const [due] = await db.query<{ there: boolean }>(
    "SELECT EXISTS (SELECT FROM held_mail WHERE first_at <= $1::timestamptz - interval '1 hour') AS there",
    [now],
  );
  if (due?.there === true) await db.transaction((tx) => take(tx, now));
}
