import { ApprovalRequired } from "../approvals/approval-required.ts";
import type { Actor, SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { PROVIDER_SKEW_SECONDS } from "../sign-in-providers/model.ts";
import { NEVER_UNATTENDED, STEP_UP_SECONDS, STEP_UP_WORDS, type StepUpKind } from "./model.ts";

/** The refusal that a person can lift by showing again who they are, for acts of `kind`. */
export class StepUpRequired extends DomainError {
  override name = "StepUpRequired";
  readonly kind: StepUpKind;
  /** The one act that the proof is to be for: none of the last minutes counts. */
  readonly subject: string | null;

  constructor(kind: StepUpKind, subject: string | null = null) {
    super(
      "STEP_UP_REQUIRED",
      subject === null
        ? `Confirm it is you before you ${STEP_UP_WORDS[kind].acts}. Nothing was changed.`
        : "Confirm it is you, for this very act. Nothing was changed.",
    );
    this.kind = kind;
    this.subject = subject;
  }
}

/** Whether an actor is a program that passes on its permission alone: the product's own work, and an API token that was given the right. */
function actsUnattended(actor: Actor, kind: StepUpKind, shutsOut: boolean): boolean {
  if (actor.kind === "system") return true;
  return actor.kind === "api_token" && actor.isUnattended && (shutsOut || !NEVER_UNATTENDED.has(kind));
}

/** Who is asked, and where what they have proven stands: a transaction too. */
export type AskedAgain = Pick<SqlContext, "actor" | "now" | "pass"> & { db: Sql };

// a recovery code stands for a lost factor: it opens the way to a new one of one's own and to nothing of the organisation's; a provider may have let somebody in on a sign-in of this morning
const FRESH = `SELECT EXISTS (
    SELECT FROM admin_session s JOIN admin a ON a.id = s.admin_id
    WHERE s.id = $1::uuid AND s.admin_id = $2::uuid AND s.ended_at IS NULL AND a.disabled_at IS NULL
      AND ((s.signed_in_by = 'provider' AND s.authenticated_at > $4::timestamptz AND s.authenticated_at <= $5::timestamptz)
        OR (s.created_at > $4::timestamptz
            AND (s.signed_in_by IN ('totp', 'passkey') OR (s.signed_in_by = 'recovery_code' AND $3::text = 'own-factors')))
        OR EXISTS (SELECT FROM admin_step_up u WHERE u.session_id = s.id AND u.kind = $3::text AND u.proven_at > $4::timestamptz))
  ) AS "isFresh"`;

/**
 * Lets an act of a kind pass where the person of the session has shown within the last ten minutes who they are, by a proof for this very kind or by
 * signing in. Ask after the permission: who lacks it is not asked to prove anything. It reads the database, so that it holds in each process.
 *
 * An API token cannot be asked: a person is, of one without the right to act unattended, and of each where the act is who may come in, or how, unless it
 * only shuts somebody out (`shutsOut`): that makes no way in, and is not to wait for anybody.
 *
 * @throws {StepUpRequired} code STEP_UP_REQUIRED
 * @throws {ApprovalRequired} for such an API token
 * @throws {DomainError} NOT_SIGNED_IN for nobody, FORBIDDEN for clients and users.
 */
export async function requireStepUp(
  ctx: AskedAgain,
  kind: StepUpKind,
  { shutsOut = false }: { shutsOut?: boolean } = {},
): Promise<void> {
  const { actor, db, now } = ctx;
  if (actsUnattended(actor, kind, shutsOut) || ctx.pass?.skipsStepUp) return;
  if (actor.kind === "api_token") {
    if (ctx.pass === undefined) throw new ApprovalRequired("unattended");
    ctx.pass.kinds.add("unattended");
    return;
  }
  if (actor.kind === "anonymous") throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  if (actor.kind !== "admin") throw new DomainError("FORBIDDEN", "Your role does not allow this.");
  const since = new Date(now.getTime() - STEP_UP_SECONDS * 1000);
  const [row] =
    actor.sessionId === ""
      ? []
      : await db.query<{ isFresh: boolean }>(FRESH, [
          actor.sessionId,
          actor.id,
          kind,
          since,
          new Date(now.getTime() + PROVIDER_SKEW_SECONDS * 1000),
        ]);
  if (!row?.isFresh) throw new StepUpRequired(kind);
}
