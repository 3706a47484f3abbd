import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import { generateSecret } from "../passwords/generated-secret.ts";
import type { CreateReceiverInput } from "./input.ts";
import { type CreatedReceiver, RECEIVERS_MAX } from "./model.ts";
import {
  auditedReceiver,
  readReceiver,
  receiverTarget,
  requireFreeReceiverName,
  requireVerifierThere,
  savePolicies,
} from "./receiver-record.ts";

/**
 * Lets a peer send its security events here; the answer shows the secret that it presents once. What it says ends tokens as its policies have it, so only an owner may:
 * needs `signal-receiver:write`. Recorded as `signal_receiver.created`.
 *
 * @throws {DomainError} CONFLICT for a name that is taken or too many of them, INVALID_INPUT for an address that may not be called.
 */
export async function createReceiver(
  ctx: Context,
  input: CreateReceiverInput,
  { outbound }: { outbound: Outbound },
): Promise<CreatedReceiver> {
  requirePermission(ctx, "signal-receiver:write");
  await requireApproval(ctx, "streams");
  await requireCallable(outbound, input.jwksUrl, "jwksUrl");
  const secret = generateSecret("twp_");
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    await requireFreeReceiverName(tx, { id, name: input.name });
    const [count] = await tx.query<{ all: bigint }>("SELECT count(*) AS all FROM signal_receiver");
    if (count !== undefined && count.all >= BigInt(RECEIVERS_MAX))
      throw new DomainError("CONFLICT", `There are at most ${RECEIVERS_MAX} peers.`);
    await requireVerifierThere(tx, input.verifierId);
    await tx.query(
      `INSERT INTO signal_receiver (id, name, issuer, jwks_url, audience, subject_by, attribute, secret_hash, hint, verifier_id, created_at, updated_at)
       VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::bytea, $9::text, $11::uuid, $10::timestamptz, $10::timestamptz)`,
      [
        id,
        input.name,
        input.issuer,
        input.jwksUrl,
        input.audience,
        input.subjectBy,
        input.attribute,
        secret.hash,
        secret.hint,
        ctx.now,
        input.verifierId,
      ],
    );
    await savePolicies(tx, id, input.policies);
    const receiver = await readReceiver(tx, id);
    await recordEntry(tx, ctx, {
      act: "signal_receiver.created",
      target: receiverTarget(receiver),
      after: auditedReceiver(receiver),
    });
    return { receiver, secret: secret.value };
  });
}
