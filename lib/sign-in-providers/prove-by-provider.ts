import { type AdminActor, requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { reserveAttempt } from "../passwords/throttle.ts";
import { STEP_UP_LIMIT, type StepUpKind } from "../step-up/model.ts";
import { noteProof, proofAttemptKey, refuseProof } from "../step-up/note-proof.ts";
import { requireAuthentication } from "./authentication.ts";
import type { ProviderIdentity } from "./exchange-code.ts";
import { ProviderRefused } from "./provider-refused.ts";
import { roleOfClaims } from "./role-of-claims.ts";
import { shareRules } from "./sign-in-by-provider.ts";

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
 * what is asked for. It counts for the session and the kind that it was asked for, once. Recorded as `step_up.proven`, a refusal as `step_up.refused`.
 *
 * @throws {ProviderRefused}
 * @throws {DomainError} TOO_MANY_ATTEMPTS, CONFLICT for who is no admin.
 */
export async function proveByProvider(
  ctx: Context,
  { providerId, identity, flow }: { providerId: string; identity: ProviderIdentity; flow: StepUpFlow },
): Promise<void> {
  const actor = requireAdmin(ctx);
  await reserveAttempt(ctx.db, {
    keys: [{ key: proofAttemptKey(actor), limit: STEP_UP_LIMIT.perSession }],
    windowSeconds: STEP_UP_LIMIT.windowSeconds,
    now: ctx.now,
  });
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
      if (roleOfClaims(identity.claims, rules) !== actor.role)
        throw new ProviderRefused("NO_ROLE", `what ${rules.roleClaim} says is not the role of this session`);
      if (!(await noteProof(tx, ctx, actor, { kind: flow.kind, subject: flow.subject, method: "provider" })))
        throw new ProviderRefused("OTHER_PERSON", "the session is over");
    });
  } catch (error) {
    if (error instanceof ProviderRefused) await refuseProof(ctx, actor, flow.kind, error.message);
    throw error;
  }
}
