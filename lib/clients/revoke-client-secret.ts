import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { noteSecretEnded } from "../incidents/note-containment.ts";
import { dropSecrets } from "../secrets/owned-secrets.ts";
import { readClient } from "./get-client.ts";
import type { ClientDetail } from "./model.ts";

/**
 * Ends one secret of a client at once; its others go on. Without any other it gets no token until it has a new one.
 * Recorded as `client.secret_revoked` with its hint. Needs `client:write`.
 *
 * @throws {DomainError} NOT_FOUND for a secret that is not this client's, or has ended.
 */
export async function revokeClientSecret(
  ctx: Context,
  { clientId, secretId }: { clientId: string; secretId: string },
): Promise<ClientDetail> {
  requirePermission(ctx, "client:write");
  const client = await ctx.db.transaction(async (tx) => {
    if (isUuid(clientId)) await tx.query("SELECT id FROM client WHERE id = $1::uuid FOR UPDATE", [clientId]);
    const before = await readClient(tx, { id: clientId, now: ctx.now });
    if (!before.secrets.some(({ id }) => id === secretId)) throw notFound("The secret");
    await dropSecrets(tx, ctx, { owner: "client", ownerId: clientId, secretId });
    const after = await readClient(tx, { id: clientId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "client.secret_revoked",
      target: { kind: "client", id: clientId, name: after.clientId },
      before: { secrets: before.secrets.map(({ hint }) => `…${hint}`) },
      after: { secrets: after.secrets.map(({ hint }) => `…${hint}`) },
    });
    return after;
  });
  // a case of a leaked secret is contained when that is taken no more
  await noteSecretEnded(ctx, clientId);
  return client;
}
