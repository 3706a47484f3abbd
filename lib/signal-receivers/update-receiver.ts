import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import { attributeFaults, type UpdateReceiverInput } from "./input.ts";
import type { ReceiverDetail } from "./model.ts";
import {
  auditedReceiver,
  lockReceiver,
  readReceiver,
  receiverTarget,
  requireFreeReceiverName,
  requireVerifierThere,
  savePolicies,
} from "./receiver-record.ts";

/**
 * Changes whom a peer's events are taken from and what is done at them. Recorded as `signal_receiver.updated`; a change of nothing records nothing. Needs
 * `signal-receiver:write`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION, CONFLICT, INVALID_INPUT
 */
export async function updateReceiver(
  ctx: Context,
  { receiverId, ...input }: UpdateReceiverInput & { receiverId: string },
  { outbound }: { outbound: Outbound },
): Promise<ReceiverDetail> {
  requirePermission(ctx, "signal-receiver:write");
  await requireApproval(ctx, "streams");
  if (input.jwksUrl !== undefined) await requireCallable(outbound, input.jwksUrl, "jwksUrl");
  return ctx.db.transaction(async (tx) => {
    const before = await lockReceiver(tx, receiverId);
    await requireVersion(tx, input.version, {
      what: "The peer",
      act: "signal_receiver.updated",
      targetId: receiverId,
      version: before.version,
    });
    const { name = before.name, subjectBy = before.subjectBy } = input;
    const attribute =
      input.attribute === undefined ? (subjectBy === "attribute" ? before.attribute : null) : input.attribute;
    const faults = attributeFaults(subjectBy, attribute);
    if (faults.length > 0)
      throw new DomainError("INVALID_INPUT", "These settings do not go together.", {
        fields: faults.map((message) => ({ path: "attribute", message })),
      });
    if (name !== before.name) await requireFreeReceiverName(tx, { id: receiverId, name });
    await requireVerifierThere(tx, input.verifierId);
    await tx.query(
      `UPDATE signal_receiver SET name = $2::text, issuer = $3::text, jwks_url = $4::text, audience = $5::text, subject_by = $6::text, attribute = $7::text,
         verifier_id = $8::uuid WHERE id = $1::uuid`,
      [
        receiverId,
        name,
        input.issuer ?? before.issuer,
        input.jwksUrl ?? before.jwksUrl,
        input.audience ?? before.audience,
        subjectBy,
        attribute,
        input.verifierId === undefined ? (before.verifier?.id ?? null) : input.verifierId,
      ],
    );
    if (input.policies !== undefined) await savePolicies(tx, receiverId, input.policies);
    const after = await readReceiver(tx, receiverId);
    const changes = changesOf(auditedReceiver(before), auditedReceiver(after));
    if (changes === null) return before;
    await tx.query(
      "UPDATE signal_receiver SET version = version + 1, updated_at = $2::timestamptz WHERE id = $1::uuid",
      [receiverId, ctx.now],
    );
    await recordEntry(tx, ctx, { act: "signal_receiver.updated", target: receiverTarget(after), ...changes });
    return readReceiver(tx, receiverId);
  });
}
