import { totpLabel } from "../admins/create-owner.ts";
import { matchTotp } from "../admins/totp.ts";
import { PROOF_SECONDS } from "../approvals/model.ts";
import { type AdminActor, requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { openChallenge } from "../passkeys/challenge.ts";
import type { RelyingParty } from "../passkeys/relying-party.ts";
import { usePasskey } from "../passkeys/use-passkey.ts";
import { verifyAnswer } from "../passkeys/verify-answer.ts";
import type { ProveStepUpInput } from "./input.ts";
import { STEP_UP_SECONDS, type StepUpKind } from "./model.ts";
import { noteProof, refuseProof, reserveProof } from "./note-proof.ts";

type Means = { wrapper: KeyWrapper; party: RelyingParty | null };

async function refuse(ctx: Context, actor: AdminActor, kind: StepUpKind, why: string): Promise<DomainError> {
  await refuseProof(ctx, actor, kind, why);
  const message =
    "That did not show that it is you. A code works once and for 30 seconds: wait for the next one.";
  return new DomainError("INVALID_INPUT", message, { detail: why, fields: [{ path: "code", message }] });
}

/** Why it did not count; null: it did. The transaction that it happens in commits in any case. */
async function proveByTotp(
  ctx: Context,
  actor: AdminActor,
  { kind, subject, code = "" }: ProveStepUpInput,
  { wrapper }: Means,
): Promise<string | null> {
  const [admin] = await ctx.db.query<{ totpWrapped: Uint8Array | null }>(
    `SELECT totp_wrapped AS "totpWrapped" FROM admin WHERE id = $1::uuid`,
    [actor.id],
  );
  const totpWrapped = admin?.totpWrapped ?? null;
  if (totpWrapped === null) return "no authenticator";
  const totpSecret = (await wrapper.unwrap(totpWrapped, totpLabel(actor.id))).toString("utf8");
  const step = matchTotp(totpSecret, code, ctx.now);
  if (step === null) return "code";
  return ctx.db.transaction(async (tx) => {
    const taken = await tx.query(
      `UPDATE admin SET totp_last_step = $2::bigint
       WHERE id = $1::uuid AND totp_last_step < $2::bigint AND totp_wrapped = $3::bytea AND disabled_at IS NULL RETURNING id`,
      [actor.id, step, totpWrapped],
    );
    if (taken.length === 0) return "code used before";
    return (await noteProof(tx, ctx, actor, { kind, subject: subject ?? null, method: "totp" }))
      ? null
      : "the session is over";
  });
}

async function proveByPasskey(
  ctx: Context,
  actor: AdminActor,
  { kind, subject: given, challenge: sealed, passkey }: ProveStepUpInput,
  { wrapper, party }: Means,
): Promise<string | null> {
  if (party === null) return "no passkeys at this address";
  if (sealed === undefined || passkey === undefined) return "no passkey answer";
  const use = { purpose: "step_up", sessionId: actor.sessionId, kind, subject: given ?? "" } as const;
  const challenge = await openChallenge(wrapper, use, { sealed, now: ctx.now });
  const verified = await verifyAnswer(ctx.db, party, { challenge: challenge.value, answer: passkey });
  if ("why" in verified) return verified.why;
  if (verified.passkey.admin.id !== actor.id) return "passkey of another account";
  return ctx.db.transaction(async (tx) => {
    const verdict = await usePasskey(tx, ctx, verified, challenge);
    if (verdict !== "used") return `passkey ${verdict}`;
    return (await noteProof(tx, ctx, actor, { kind, subject: given ?? null, method: "passkey" }))
      ? null
      : "the session is over";
  });
}

/**
 * Takes a proof of who is at the asking admin's session, for one kind of act and ten minutes, or for one very act (`subject`) and once: a code of the authenticator app that was not used before, or one
 * of their passkeys over the challenge that was offered to this session for this kind. Attempts are limited by session. Recorded as `step_up.proven`, a
 * refusal as `step_up.refused`.
 *
 * @throws {DomainError} INVALID_INPUT for a proof that is not right, GONE for a challenge that is over, another's or answered, TOO_MANY_ATTEMPTS, CONFLICT for
 *   who is no admin.
 */
export async function proveStepUp(
  ctx: Context,
  input: ProveStepUpInput,
  means: Means,
): Promise<{ kind: StepUpKind; provenUntil: string }> {
  const actor = requireAdmin(ctx);
  await reserveProof(ctx, actor, input.kind);
  const why =
    input.method === "totp"
      ? await proveByTotp(ctx, actor, input, means)
      : await proveByPasskey(ctx, actor, input, means);
  if (why !== null) throw await refuse(ctx, actor, input.kind, why);
  const seconds = input.subject === undefined ? STEP_UP_SECONDS : PROOF_SECONDS;
  return {
    kind: input.kind,
    provenUntil: new Date(ctx.now.getTime() + seconds * 1000).toISOString(),
  };
}
