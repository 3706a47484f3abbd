import { canComeIn } from "../admins/let-go.ts";
import { ROLES, roleHas } from "../authz/roles.ts";
import type { Actor, SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { Ways } from "../notifications/former-ways.ts";
import { markSettled } from "../notifications/mark-notifications.ts";
import type { Tone } from "../notifications/model.ts";
import { type Addressee, type Notice, notify } from "../notifications/notify.ts";
import type { ApprovalRecord } from "./approval-row.ts";
import { asSentence, toldReason } from "./reason-words.ts";

/** What an act is that wants, wanted or did without a second person, and whom it counts as. */
type Told = Pick<ApprovalRecord, "id" | "summary" | "reason" | "personId" | "actorName"> & {
  actorKind: Actor["kind"];
};

/** What becomes of it: the one place to tell people of it from. */
export type ApprovalNews =
  | { what: "approved" | "done" | "declined" | "withdrawn" | "reviewed" }
  /** The permissions that who decides must hold. */
  | { what: "asked"; permissions: readonly string[] }
  /** Why it could not be done any more: what changed, or who is gone. */
  | { what: "stale" | "orphaned"; why: readonly string[] }
  /** Whom it alarms, as they were before, and how it would have left before what was done; else the owners of now. */
  | { what: "broke_glass"; alarmed?: readonly Addressee[]; ways?: Ways };

/** So long after their last sign-in an owner is alarmed though they cannot come in: that may have been done for it. */
const ALARMED_DAYS = 7;

/**
 * The owners whom break-glass alarms, but for who does it: all who can come in, and whoever could of late, as one owner alone may stop a provider first. Where that is nobody, every owner who is enabled.
 */
export async function readAlarmed(tx: Sql, actorId: string, now: Date): Promise<Addressee[]> {
  const owners = await tx.query<Addressee & { isIn: boolean }>(
    `SELECT a.id, a.email, a.name, ${canComeIn("a")} OR coalesce(a.last_sign_in_at > $2::timestamptz - interval '${ALARMED_DAYS} days', false) AS "isIn"
     FROM admin a WHERE a.role = 'owner' AND a.disabled_at IS NULL AND a.id <> $1::uuid ORDER BY a.id`,
    [actorId, now],
  );
  const within = owners.filter(({ isIn }) => isIn);
  return (within.length > 0 ? within : owners).map(({ id, email, name }) => ({ id, email, name }));
}

/** Who may decide, and can come in to do so: what `/access` says of them. */
async function whoMayDecide(tx: Sql, permissions: readonly string[]): Promise<string[]> {
  const roles = ROLES.filter((role) =>
    ["approval:decide", ...permissions].every((permission) => roleHas(role, permission as never)),
  );
  const rows = await tx.query<{ id: string }>(
    `SELECT a.id FROM admin a WHERE a.role = ANY ($1::text[]) AND ${canComeIn("a")}`,
    [roles],
  );
  return rows.map(({ id }) => id);
}

type Decided = Exclude<ApprovalNews["what"], "asked" | "withdrawn" | "broke_glass" | "reviewed">;
const DECIDED: Record<Decided, { says: string; tone: Tone }> = {
  approved: { says: "Approved, to be done by who asked", tone: "good" },
  done: { says: "Approved and done", tone: "good" },
  declined: { says: "Declined", tone: "warning" },
  stale: { says: "Refused, since it cannot be done as it was asked for any more", tone: "warning" },
  orphaned: { says: "Ended, since who asked for it may not do it any more", tone: "warning" },
};
const isDecided = (what: string): what is Decided => Object.hasOwn(DECIDED, what);

/** Inside of the transaction that it happens in, before it is recorded. Records nothing and never refuses. */
export async function tellOfApproval(
  tx: Sql,
  ctx: SqlContext,
  { id, summary, reason, personId, actorKind, actorName }: Told,
  news: ApprovalNews,
): Promise<void> {
  const { what } = news;
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
      text: toldReason({ reason, actorKind }),
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
  if (!isDecided(what) || person.length === 0 || ctx.actor.id === personId) return;
  const why = what === "stale" || what === "orphaned" ? `${news.why.join(" ")} ` : "";
  // who is gone stands in the reason: whoever caused it decided nothing
  const by = what === "orphaned" ? "Nothing was done." : `By ${ctx.actor.name}.`;
  await tell({
    kind: "approval_decided",
    title: `${DECIDED[what].says}: ${summary}`,
    text: `${why}${by} Asked for by ${actorName}: ${asSentence(reason)}`,
    to: person,
    tone: DECIDED[what].tone,
  });
}
