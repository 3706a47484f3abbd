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
  requireNoRestore,
  shareRules,
} from "./sign-in-by-provider.ts";

/** The provider gives another role than the session's. */
class OtherRole extends Error {
  override name = "OtherRole";
  readonly role: Role;

  constructor(role: Role) {
    super(`the role there is ${role}`);
    this.role = role;
  }
}

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

/**
 * Takes a provider's word that the person of the asking session showed there just now who they are: the same issuer and subject as the session's, later than the question, by
 * what is asked for. It counts for the session and the kind that it was asked for, once. Whom the provider gives no role any more, or another one, is out, as a sign-in there would have it. Recorded as
 * `step_up.proven`, a refusal as `step_up.refused`.
 *
 * @throws {ProviderRefused}
 * @throws {DomainError} TOO_MANY_ATTEMPTS, CONFLICT for who is no admin.
 */
export async function proveByProvider(
  ctx: Context,
  { providerId, identity, flow }: { providerId: string; identity: ProviderIdentity; flow: StepUpFlow },
): Promise<void> {
  const actor = requireAdmin(ctx);
  await reserveProof(ctx, actor, flow.kind);
  try {
    await ctx.db.transaction(async (tx) => {
      const rules = await shareRules(tx, providerId);
      const isTheirs =
        flow.sessionId === actor.sessionId &&
        (await isOfSession(tx, actor, { providerId, subject: identity.subject }));
      if (!isTheirs) throw new ProviderRefused("OTHER_PERSON", "not the identity of this session");
      requireAuthentication(
        identity.claims,
        { ...rules, maxAgeSeconds: null },
        { now: ctx.now, since: flow.askedAt },
      );
      const role = roleOfClaims(identity.claims, rules);
      if (role === null) throw new ProviderRefused("NO_ROLE", `nothing in ${rules.roleClaim} has a role`);
      if (role !== actor.role) throw new OtherRole(role);
      if (!(await noteProof(tx, ctx, actor, { kind: flow.kind, subject: flow.subject, method: "provider" })))
        throw new ProviderRefused("OTHER_PERSON", "the session is over");
    });
  } catch (error) {
    throw await refuse(ctx, actor, { error, providerId, kind: flow.kind });
  }
}

/** Puts on record why it did not count, and does what a sign-in that hears the same does. @returns what is thrown. */
async function refuse(
  ctx: Context,
  actor: AdminActor,
  { error, providerId, kind }: { error: unknown; providerId: string; kind: StepUpKind },
): Promise<unknown> {
  if (error instanceof OtherRole) return giveRole(ctx, actor, { role: error.role, providerId, kind });
  if (!(error instanceof ProviderRefused)) return error;
  const why = `${kind}: ${error.message}`;
  if (error.why !== "NO_ROLE") {
    await refuseProof(ctx, actor, kind, error.message);
    return error;
  }
  const isNew = await ctx.db.transaction(async (tx) => {
    const { name } = await shareRules(tx, providerId);
    const { endedSessions, isNew } = await letGo(tx, ctx, { admin: actor, provider: name });
    const after = { endedSessions };
    await recordRefusedProof(tx, ctx, actor, { note: why, errorCode: "INVALID_INPUT", after });
    return isNew;
  });
  if (isNew) await endOrphaned(ctx);
  return error;
}

/** Gives whom the provider gives another role that one: all of their sessions end, this one too. */
async function giveRole(
  ctx: Context,
  actor: AdminActor,
  { role, providerId, kind }: { role: Role; providerId: string; kind: StepUpKind },
): Promise<ProviderRefused> {
  const changed = new ProviderRefused("ROLE_CHANGED", `the role there is ${role} by now`);
  try {
    await ctx.db.transaction(async (tx) => {
      await lockOwners(tx);
      const rules = await shareRules(tx, providerId);
      const [now] = await tx.query<{ role: Role }>(
        "SELECT role FROM admin WHERE id = $1::uuid AND disabled_at IS NULL FOR UPDATE",
        [actor.id],
      );
      if (now === undefined) return;
      const person: Person = { id: actor.id, email: actor.name, role: now.role, came: "before" };
      if (isNews(person, role)) await requireNoRestore(tx);
      await applyRole(tx, ctx, person, { role, rules });
    });
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    await refuseProof(ctx, actor, kind, error.message);
    return error;
  }
  await refuseProof(ctx, actor, kind, changed.message);
  await endOrphaned(ctx);
  return changed;
}
