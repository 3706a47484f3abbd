import { ROLES, roleHas } from "../authz/roles.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { Ways } from "../notifications/former-ways.ts";
import { markSettled } from "../notifications/mark-notifications.ts";
import type { Tone } from "../notifications/model.ts";
import { type Addressee, type Notice, notify } from "../notifications/notify.ts";

/** What becomes of acts that want a second person: the one place to tell people of it from. */
export type ApprovalNews = {
  what: "asked" | "approved" | "done" | "declined" | "withdrawn" | "stale" | "broke_glass" | "reviewed";
  id: string;
  summary: string;
  reason: string;
  /** Whom it counts as. */
  personId: string;
  actorName: string;
  permissions: readonly string[];
  /** Of what was done without a second person: whom it alarms, as they were before. Else the owners of now. */
  alarmed?: readonly Addressee[];
  /** Of the same: how it would have left before what was done. */
  ways?: Ways;
};

/** The owners whom break-glass alarms: all that can come in, but for who does it. */
export async function readAlarmed(tx: Sql, actorId: string): Promise<Addressee[]> {
  return tx.query<Addressee>(
    `SELECT id, email, name FROM admin WHERE role = 'owner' AND disabled_at IS NULL AND (password_hash IS NOT NULL OR last_sign_in_at IS NOT NULL)
       AND id <> $1::uuid ORDER BY id`,
    [actorId],
  );
}

async function whoMayDecide(tx: Sql, permissions: readonly string[]): Promise<string[]> {
  const roles = ROLES.filter((role) =>
    ["approval:decide", ...permissions].every((permission) => roleHas(role, permission as never)),
  );
  const rows = await tx.query<{ id: string }>(
    "SELECT id FROM admin WHERE role = ANY ($1::text[]) AND disabled_at IS NULL",
    [roles],
  );
  return rows.map(({ id }) => id);
}

/** A reason as a sentence of its own, with a stop. */
function asSentence(text: string): string {
  return /[.!?…]$/.test(text.trimEnd()) ? text : `${text}.`;
}

const DECIDED: Partial<Record<ApprovalNews["what"], { says: string; tone: Tone }>> = {
  approved: { says: "Approved, to be done by who asked", tone: "good" },
  done: { says: "Approved and done", tone: "good" },
  declined: { says: "Declined", tone: "warning" },
  stale: { says: "Refused, since it cannot be done as it was asked for any more", tone: "warning" },
};

/** Inside of the transaction that it happens in, before it is recorded. Records nothing and never refuses. */
export async function tellOfApproval(tx: Sql, ctx: SqlContext, news: ApprovalNews): Promise<void> {
  const { what, id, summary, reason, personId, actorName } = news;
  const person = isUuid(personId) ? [personId] : [];
  const tell = (
    notice: Pick<Notice, "kind" | "title" | "text" | "to" | "except" | "tone" | "exactly" | "before">,
  ) =>
    notify(tx, ctx, {
      key: `approval ${id} ${what}`,
      path: `/approvals/${id}`,
      subject: { kind: "approval", id, name: summary },
      ...notice,
    });
  // nobody is asked any more
  if (what !== "asked") await markSettled(tx, ctx, `approval ${id} asked`);
  if (what === "asked")
    await tell({
      kind: "approval_waiting",
      title: `${actorName} asks for a second person: ${summary}`,
      text: `Their reason: ${asSentence(reason)}`,
      to: await whoMayDecide(tx, news.permissions),
      except: person,
    });
  if (what === "broke_glass")
    await tell({
      kind: "break_glass_used",
      title: `${actorName} did not wait for a second person: ${summary}`,
      text: `It is done. Their reason: ${asSentence(reason)} One of the other owners is to review it.`,
      except: person,
      exactly: news.alarmed,
      before: news.ways,
    });
  const decided = DECIDED[what];
  if (decided !== undefined && person.length > 0 && ctx.actor.id !== personId)
    await tell({
      kind: "approval_decided",
      title: `${decided.says}: ${summary}`,
      text: `By ${ctx.actor.name}. Asked for by ${actorName}: ${asSentence(reason)}`,
      to: person,
      tone: decided.tone,
    });
}
