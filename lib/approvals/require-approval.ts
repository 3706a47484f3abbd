import type { Total } from "../list-query/define-table.ts";
import { type AskedAgain, requireStepUp } from "../step-up/require-step-up.ts";
import { ApprovalRequired } from "./approval-required.ts";
import type { PolicyKind } from "./model.ts";
import { noteDone } from "./pass.ts";
import { isGuarded, readPolicy } from "./read-policy.ts";

/**
 * The lock of acts that do the most harm: where the organisation wants four eyes for acts of this kind, it lets them pass only as the approved one, and it asks the person again who
 * they are. Ask after the permission. What the act would do is told by what it records; `says` adds what it does not record, `title` names it by that,
 * `rows` is how many of them would leave, and `shutsOut` is of one that only shuts somebody out (`requireStepUp`).
 *
 * @throws {StepUpRequired} code STEP_UP_REQUIRED
 * @throws {ApprovalRequired} code APPROVAL_REQUIRED
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function requireApproval(
  ctx: AskedAgain,
  kind: Exclude<PolicyKind, "bulk"> | "policy",
  {
    says = [],
    title,
    rows,
    shutsOut = false,
  }: { says?: readonly string[]; title?: string; rows?: Total; shutsOut?: boolean } = {},
): Promise<void> {
  const isGuardedNow = ctx.actor.kind !== "system" && isGuarded(await readPolicy(ctx.db), kind);
  // nothing is done, so nobody is asked yet who they are: asking for it does, and the proof for this very act where an owner does without
  if (isGuardedNow && ctx.actor.kind === "admin" && ctx.pass === undefined) throw new ApprovalRequired(kind);
  await requireStepUp(ctx, kind === "policy" ? "approvals" : kind, { shutsOut });
  if (ctx.actor.kind === "system") return;
  ctx.pass?.says.push(...says);
  if (ctx.pass !== undefined && title !== undefined) ctx.pass.title = title;
  if (ctx.pass !== undefined && rows !== undefined) ctx.pass.rows = rows;
  if (!isGuardedNow) return;
  if (ctx.pass?.isTrial === false) return noteDone(ctx.pass, kind);
  if (ctx.pass === undefined) throw new ApprovalRequired(kind);
  ctx.pass.kinds.add(kind);
}
