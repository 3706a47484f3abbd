import { lockOwners } from "../admins/owner-lock.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { ChangePolicyInput } from "./input.ts";
import { type ApprovalPolicy, POLICY_KINDS } from "./model.ts";
import { readPolicy } from "./read-policy.ts";
import { requireApproval } from "./require-approval.ts";

/**
 * Changes which acts want a second person. While anything does, so does this. Recorded as `approval_policy.changed`; a change of nothing records nothing. Needs `approval-policy:write`.
 *
 * @throws {StepUpRequired} approvals
 * @throws {ApprovalRequired} policy
 * @throws {DomainError} STALE_VERSION
 */
export async function changePolicy(ctx: Context, input: ChangePolicyInput): Promise<ApprovalPolicy> {
  requirePermission(ctx, "approval-policy:write");
  return ctx.db.transaction(async (tx) => {
    // whether it is on does not change while it is asked
    await lockOwners(tx);
    const before = await readPolicy(tx, true);
    await requireApproval({ ...ctx, db: tx }, "policy");
    await requireVersion(tx, input.version, {
      what: "The policy",
      act: "approval_policy.changed",
      targetId: "1",
      version: before.version,
    });
    const wanted = input.kinds ?? before.kinds;
    const kinds = POLICY_KINDS.filter((kind) => wanted.includes(kind));
    const bulkTokens = input.bulkTokens ?? before.bulkTokens;
    const old = {
      kinds: POLICY_KINDS.filter((kind) => before.kinds.includes(kind)),
      bulkTokens: before.bulkTokens,
    };
    const changes = changesOf(old, { kinds, bulkTokens });
    if (changes === null) return before;
    await tx.query(
      `UPDATE approval_policy SET kinds = $1::text[], bulk_tokens = $2::int, version = version + 1, updated_at = $3::timestamptz WHERE id = 1`,
      [kinds, bulkTokens, ctx.now],
    );
    const after = await readPolicy(tx);
    await recordEntry(tx, ctx, {
      act: "approval_policy.changed",
      target: { kind: "approval_policy", id: "1", name: "What wants a second person" },
      ...changes,
    });
    return after;
  });
}
