import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { hasRoomForMails } from "../mail/has-room.ts";
import { isMailable } from "../mail/mailable.ts";
import { queueMails } from "../mail/queue-mail.ts";

/** What becomes of acts that want a second person: the one place to tell people of it from. */
export type ApprovalNews = {
  what: "asked" | "approved" | "done" | "declined" | "withdrawn" | "stale" | "broke_glass" | "reviewed";
  id: string;
  summary: string;
  reason: string;
  /** Whom it counts as. */
  personId: string;
  actorName: string;
};

type Owner = { id: string; email: string; name: string };

const OTHER_OWNERS = `SELECT id, email, name FROM admin WHERE role = 'owner' AND disabled_at IS NULL AND id::text <> $1::text
  AND (password_hash IS NOT NULL OR last_sign_in_at IS NOT NULL) ORDER BY email`;

/** Inside of the transaction that it happens in. Records nothing and never refuses. */
export async function tellOfApproval(tx: Sql, ctx: SqlContext, news: ApprovalNews): Promise<void> {
  if (news.what === "broke_glass") await alarmOwners(tx, ctx, news);
}

async function alarmOwners(tx: Sql, ctx: SqlContext, news: ApprovalNews): Promise<void> {
  const owners = (await tx.query<Owner>(OTHER_OWNERS, [news.personId])).filter(({ email }) =>
    isMailable(email),
  );
  if (owners.length === 0 || !(await hasRoomForMails(tx, owners.length))) return;
  await queueMails(
    tx,
    ctx,
    owners.map(({ id, email, name }) => ({
      kind: "break_glass" as const,
      to: email,
      subject: `Break-glass: ${news.actorName} did not wait for a second person`,
      body: [
        `${news.actorName} did without a second person what wants one: ${news.summary}.`,
        "",
        `Their reason: ${news.reason}`,
        "",
        "It is done. It stays to be reviewed until another owner has looked at it, in the console under Approvals:",
        `the approval ${news.id}.`,
      ].join("\n"),
      recipient: { kind: "admin" as const, id, name },
    })),
  );
}
