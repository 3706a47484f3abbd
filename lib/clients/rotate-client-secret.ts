import { type Act, recordEntries, recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { noteSecretEnded } from "../incidents/note-containment.ts";
import { replaceSecrets } from "../secrets/owned-secrets.ts";
import { readClient } from "./get-client.ts";
import type { RotateClientSecretInput } from "./input.ts";
import type { ClientDetail } from "./model.ts";

/**
 * Gives a client a new secret, shown once; the earlier ones go on for `overlapSeconds` at most, 0 ends them now. None gets longer by it.
 * What is done `together` with it commits with it or not at all. Recorded as `client.secret_rotated` with hints only. Needs `client:write`.
 *
 * @param together what else is done in its transaction; it returns its acts, which are recorded after this one's.
 * @throws {DomainError} NOT_FOUND, CONFLICT for a client that keeps no secret, or has too many that work.
 */
export async function rotateClientSecret(
  ctx: Context,
  { clientId, overlapSeconds, lifetimeSeconds }: RotateClientSecretInput & { clientId: string },
  together?: (tx: Sql) => Promise<(made: { client: string; hint: string }) => readonly Act[]>,
): Promise<{ client: ClientDetail; secret: string }> {
  requirePermission(ctx, "client:write");
  const result = await ctx.db.transaction(async (tx) => {
    if (isUuid(clientId)) await tx.query("SELECT id FROM client WHERE id = $1::uuid FOR UPDATE", [clientId]);
    const before = await readClient(tx, { id: clientId, now: ctx.now });
    if (before.authMethod !== "client_secret")
      throw new DomainError(
        "CONFLICT",
        before.authMethod === "none"
          ? "A client of this kind keeps no secret."
          : "This client proves who it is by its keys: a secret would not be taken.",
      );
    const actsOf = await together?.(tx);
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
    await recordEntries(tx, ctx, actsOf?.({ client: client.clientId, hint: secret.hint }) ?? []);
    return { client, secret: secret.value };
  });
  // a case of a leaked secret is contained when that is taken no more
  await noteSecretEnded(ctx, clientId);
  return result;
}
