import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { storeSecret } from "../secrets/owned-secrets.ts";
import { readVerifier } from "./get-verifier.ts";
import type { CreateVerifierInput } from "./input.ts";
import type { CreatedVerifier } from "./model.ts";
import {
  auditedVerifier,
  requireFreeVerifierName,
  saveVerifierAudiences,
} from "./save-verifier-audiences.ts";

/**
 * Registers a resource server or gateway; the answer shows its secret once. Recorded as `verifier.created`, never the secret.
 * Needs `verifier:write`.
 *
 * @throws {DomainError} CONFLICT for a name that is taken, INVALID_INPUT for an unknown audience.
 */
export async function createVerifier(ctx: Context, input: CreateVerifierInput): Promise<CreatedVerifier> {
  requirePermission(ctx, "verifier:write");
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    await requireFreeVerifierName(tx, { id, name: input.name });
    await tx.query(
      `INSERT INTO verifier (id, name, description, mode, max_staleness_seconds, audit_mode, check_way, created_at, updated_at)
       VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::int, $6::text, $7::text, $8::timestamptz, $8::timestamptz)`,
      [
        id,
        input.name,
        input.description,
        input.mode,
        input.maxStalenessSeconds,
        input.auditMode,
        input.checkWay,
        ctx.now,
      ],
    );
    const secret = await storeSecret(tx, ctx, { owner: "verifier", ownerId: id });
    await saveVerifierAudiences(tx, { verifierId: id, audienceIds: input.audienceIds, now: ctx.now });
    const verifier = await readVerifier(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "verifier.created",
      target: { kind: "verifier", id, name: input.name },
      after: auditedVerifier(verifier),
    });
    return { verifier, secret: secret.value };
  });
}
