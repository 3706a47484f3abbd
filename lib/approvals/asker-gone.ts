import { shutOutOf } from "../admins/let-go.ts";
import type { ShutOut } from "../admins/model.ts";
import { ROLE_WORDS, type Role } from "../authz/roles.ts";
import type { Actor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { atWords } from "../order-plans/plan-words.ts";
import type { ApprovalRecord } from "./approval-row.ts";

type Asker = Pick<ApprovalRecord, "actorKind" | "actorId" | "actorName">;
type Out = { email: string; disabledAt: Date | null; shutOut: ShutOut | null; shutOutAt: Date | null };

const OUT = `SELECT a.email, a.disabled_at AS "disabledAt", ${shutOutOf("a")} AS "shutOut",
    CASE ${shutOutOf("a")} WHEN 'local_off' THEN (SELECT l.local_off_at FROM sign_in_policy l WHERE l.id = 1)
      WHEN 'provider_off' THEN (SELECT max(p.disabled_at) FROM admin_identity i JOIN sign_in_provider p ON p.id = i.provider_id WHERE i.admin_id = a.id)
      WHEN 'let_go' THEN (SELECT max(i.let_go_at) FROM admin_identity i WHERE i.admin_id = a.id) END AS "shutOutAt"
  FROM admin a WHERE a.id::text = $1::text`;

const SHUT_OUT_BECAUSE: Record<ShutOut, string> = {
  local_off: "sign-in without a provider was turned off",
  provider_off: "the provider that they come in by was disabled",
  let_go: "their provider gives them no role any more",
  no_way_in: "the provider that they came in by was removed",
};

const onDay = (at: Date | null) => (at === null ? "" : ` on ${atWords(at.toISOString())}`);

/** Of an admin: what became of them; of one who is in, that they are. */
function outWords(out: Out | undefined, name: string): string {
  if (out === undefined) return `${name} is no admin of this console any more.`;
  if (out.disabledAt !== null) return `${name} was disabled${onDay(out.disabledAt)}.`;
  if (out.shutOut === null) return `${name} could not come in at that moment.`;
  const since = out.shutOutAt === null ? "" : ` since ${atWords(out.shutOutAt.toISOString())}`;
  return `${name} cannot come in${since}: ${SHUT_OUT_BECAUSE[out.shutOut]}.`;
}

async function readOut(db: Sql, adminId: string): Promise<Out | undefined> {
  const [out] = await db.query<Out>(OUT, [adminId]);
  return out;
}

/** Why who asked is let in no more, and since when; of an API token, of it or of whoever made it. */
export async function whyAskerIsOut(
  db: Sql,
  { actorKind, actorId, actorName }: Asker,
  now: Date,
): Promise<string> {
  if (actorKind === "admin") return outWords(await readOut(db, actorId), actorName);
  const [token] = await db.query<{ revokedAt: Date | null; expiresAt: Date | null; makerId: string | null }>(
    `SELECT revoked_at AS "revokedAt", expires_at AS "expiresAt", created_by_id::text AS "makerId" FROM api_token WHERE id::text = $1::text`,
    [actorId],
  );
  const name = `The API token ${actorName}`;
  if (token === undefined) return `${name} is there no more.`;
  if (token.revokedAt !== null) return `${name} was revoked${onDay(token.revokedAt)}.`;
  if (token.expiresAt !== null && token.expiresAt <= now) return `${name} ended${onDay(token.expiresAt)}.`;
  const maker = token.makerId === null ? undefined : await readOut(db, token.makerId);
  return `${name} is answered no more: ${outWords(maker, maker?.email ?? "who made it")}`;
}

const ROLE_SINCE = `SELECT at FROM audit_entry WHERE act = 'admin.role_changed' AND target_kind = 'admin' AND target_id = $1::text ORDER BY at DESC LIMIT 1`;

/** Why who asked, and is let in, may not do it themselves any more: the role that they have now, and since when. */
export async function whyAskerMayNot(db: Sql, actor: Actor): Promise<string> {
  if (actor.kind !== "admin" && actor.kind !== "api_token") return `${actor.name} may not do it any more.`;
  const personId = actor.kind === "admin" ? actor.id : actor.personId;
  const [changed] = personId === null ? [] : await db.query<{ at: Date }>(ROLE_SINCE, [personId]);
  const since = changed === undefined ? "now" : `since ${atWords(changed.at.toISOString())}`;
  if (actor.kind === "admin")
    return `${actor.name} is ${roleName(actor.role)} ${since}: that role may not do it.`;
  const of = actor.creatorRole == null ? "" : `: whoever made it is ${roleName(actor.creatorRole)} ${since}`;
  return `The API token ${actor.name} may not do it any more${of}.`;
}

const roleName = (role: Role) => ROLE_WORDS[role].name;
