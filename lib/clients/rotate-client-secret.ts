import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { replaceSecrets } from "../secrets/owned-secrets.ts";
import { readClient } from "./get-client.ts";
import type { RotateClientSecretInput } from "./input.ts";
import type { ClientDetail } from "./model.ts";

/**
 * Gives a client a new secret, shown once; the earlier ones go on for `overlapSeconds` at most, 0 ends them now. None gets longer by it.
 * Recorded as `client.secret_rotated` with hints only. Needs `client:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a client that keeps no secret, or has too many that work.
 */
export async function rotateClientSecret(
  ctx: Context,
  { clientId, overlapSeconds, lifetimeSeconds }: RotateClientSecretInput & { clientId: string },
): Promise<{ client: ClientDetail; secret: string }> {
  requirePermission(ctx, "client:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(clientId)) await tx.query("SELECT id FROM client WHERE id = $1::uuid FOR UPDATE", [clientId]);
    const before = await readClient(tx, { id: clientId, now: ctx.now });
    if (before.authMethod !== "client_secret")
      throw new DomainError(
        "CONFLICT",
        before.authMethod === "none"
          ? "A client of this kind keeps no secret."
          : "This client proves who it is by its keys: a secret would not be taken.",
      );
    const secret = await replaceSecrets(tx, ctx, {
      owner: "client",
      ownerId: clientId,
      live: before.secrets,
      overlapSeconds,
      expiresAt: lifetimeSeconds === null ? null : new Date(ctx.now.getTime() + lifetimeSeconds * 1000),
    });
    const client = await readClient(tx, { id: clientId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "client.secret_rotated",
      target: { kind: "client", id: clientId, name: client.clientId },
      before: { secrets: before.secrets.map(({ hint }) => `…${hint}`) },
      after: { secret: `…${secret.hint}`, overlapSeconds, lifetimeSeconds },
    });
    return { client, secret: secret.value };
  });
}
