import { lockOwners } from "../admins/owner-lock.ts";
import { endOrphaned } from "../approvals/end-orphaned.ts";
import { type AdminActor, requireAdmin } from "../authz/require-admin.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { StepUpKind } from "../step-up/model.ts";
import { noteProof, recordRefusedProof, refuseProof, reserveProof } from "../step-up/note-proof.ts";
import { requireAuthentication } from "./authentication.ts";
import type { ProviderIdentity } from "./exchange-code.ts";
import { ProviderRefused } from "./provider-refused.ts";
import { roleOfClaims } from "./role-of-claims.ts";
import {
  applyRole,
  isNews,
  letGo,
  type Person,
  type Rules,
  requireNoRestore,
  shareRules,
} from "./sign-in-by-provider.ts";

/** What a person was sent back to the provider for. */
export type StepUpFlow = {
  sessionId: string;
  kind: StepUpKind;
  subject: string | null;
  askedAt: Date;
};

async function isOfSession(
  tx: Sql,
  actor: AdminActor,
  { providerId, subject }: { providerId: string; subject: string },
): Promise<boolean> {
  const found = await tx.query(
    `SELECT FROM admin_session s JOIN admin_identity i ON i.admin_id = s.admin_id AND i.provider_id = s.provider_id
     WHERE s.id = $1::uuid AND s.admin_id = $2::uuid AND s.provider_id = $3::uuid AND i.subject = $4::text AND s.ended_at IS NULL FOR SHARE OF s`,
    [actor.sessionId, actor.id, providerId, subject],
  );
  return found.length > 0;
}

/** Why it does not count, and whether what waits in their name is to be looked through. */
type Refused = { refused: ProviderRefused; isNew: boolean };

/** What a sign-in there that hears the same would have done, on record. */
async function asAtSignIn(
  tx: Sql,
  ctx: Context,
  actor: AdminActor,
  { role, rules, kind }: { role: Role | null; rules: Rules; kind: StepUpKind },
): Promise<Refused> {
  if (role === null) {
    const refused = new ProviderRefused("NO_ROLE", `nothing in ${rules.roleClaim} has a role`);
    const { endedSessions, isNew } = await letGo(tx, ctx, { admin: actor, provider: rules.name });
    const note = `${kind}: ${refused.message}`;
    await recordRefusedProof(tx, ctx, actor, { note, errorCode: "INVALID_INPUT", after: { endedSessions } });
    return { refused, isNew };
  }
  const person: Person = { id: actor.id, email: actor.name, role: actor.role, came: "before" };
  if (isNews(person, role)) await requireNoRestore(tx);
  await applyRole(tx, ctx, person, { role, rules, comesIn: false });
  const refused = new ProviderRefused("ROLE_CHANGED", `the role there is ${role} by now`);
  const note = `${kind}: ${refused.message}`;
  await recordRefusedProof(tx, ctx, actor, { note, errorCode: "INVALID_INPUT" });
  return { refused, isNew: true };
}

/** Counts it, or says why not. @throws {ProviderRefused} where nothing was changed */
async function hear(
  tx: Sql,
  ctx: Context,
  { providerId, identity, flow }: { providerId: string; identity: ProviderIdentity; flow: StepUpFlow },
): Promise<Refused | null> {
  const actor = requireAdmin(ctx);
  // as at a sign-in: the role that is given is that of the rules as they stand
  await lockOwners(tx);
  const rules = await shareRules(tx, providerId);
  const isTheirs =
    flow.sessionId === actor.sessionId &&
    (await isOfSession(tx, actor, { providerId, subject: identity.subject }));
  if (!isTheirs) throw new ProviderRefused("OTHER_PERSON", "not the identity of this session");
  const asked = { ...rules, maxAgeSeconds: null };
  requireAuthentication(identity.claims, asked, { now: ctx.now, since: flow.askedAt });
  const role = roleOfClaims(identity.claims, rules);
  const { kind, subject } = flow;
  if (role !== actor.role) return asAtSignIn(tx, ctx, actor, { role, rules, kind });
  if (!(await noteProof(tx, ctx, actor, { kind, subject, method: "provider" })))
    throw new ProviderRefused("OTHER_PERSON", "the session is over");
  return null;
}

/**
 * Takes a provider's word that the person of the asking session showed there just now who they are: the same issuer and subject as the session's, later than the question, by
 * what is asked for. It counts for the session and the kind that it was asked for, once. Whom the provider gives no role any more, or another one, is out, as a sign-in there would have it: all of
 * their sessions end, this one too. Recorded as `step_up.proven`, a refusal as `step_up.refused`.
 *
 * @throws {ProviderRefused}
 * @throws {DomainError} TOO_MANY_ATTEMPTS, CONFLICT for who is no admin.
 */
export async function proveByProvider(
  ctx: Context,
  answer: { providerId: string; identity: ProviderIdentity; flow: StepUpFlow },
): Promise<void> {
  const actor = requireAdmin(ctx);
  const { kind } = answer.flow;
  await reserveProof(ctx, actor, kind);
  let heard: Refused | null;
  try {
    heard = await ctx.db.transaction((tx) => hear(tx, ctx, answer));
  } catch (error) {
    if (error instanceof ProviderRefused) await refuseProof(ctx, actor, kind, error.message);
    throw error;
  }
  if (heard === null) return;
  if (heard.isNew) await endOrphaned(ctx);
  throw heard.refused;
}
