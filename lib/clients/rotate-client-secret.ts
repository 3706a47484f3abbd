import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { readClient } from "./get-client.ts";
import { type ClientDetail, isConfidential } from "./model.ts";
import { storeClientSecret } from "./save-client-links.ts";

/**
 * Gives a client a new secret, shown once; the earlier ones go on for `overlapSeconds` at most, 0 ends them now.
 * Recorded as `client.secret_rotated` with hints only. Needs `client:write`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a kind that keeps no secret.
 */
export async function rotateClientSecret(
  ctx: Context,
  { clientId, overlapSeconds }: { clientId: string; overlapSeconds: number },
): Promise<{ client: ClientDetail; secret: string }> {
  requirePermission(ctx, "client:write");
  return ctx.db.transaction(async (tx) => {
    if (isUuid(clientId)) await tx.query("SELECT id FROM client WHERE id = $1::uuid FOR UPDATE", [clientId]);
    const before = await readClient(tx, { id: clientId, now: ctx.now });
    if (!isConfidential(before.kind))
      throw new DomainError("CONFLICT", "A client of this kind keeps no secret.");
    const until = new Date(ctx.now.getTime() + overlapSeconds * 1000);
    await tx.query(
      "DELETE FROM client_secret WHERE client_id = $1::uuid AND (expires_at <= $2::timestamptz OR $3::int = 0)",
      [clientId, ctx.now, overlapSeconds],
    );
    await tx.query(
      "UPDATE client_secret SET expires_at = least(expires_at, $2::timestamptz) WHERE client_id = $1::uuid",
      [clientId, until],
    );
    const secret = await storeClientSecret(tx, ctx, clientId);
    const client = await readClient(tx, { id: clientId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "client.secret_rotated",
      target: { kind: "client", id: clientId, name: client.clientId },
      before: { secrets: before.secrets.map(({ hint }) => `…${hint}`) },
      after: { secret: `…${secret.hint}`, overlapSeconds },
    });
    return { client, secret: secret.value };
  });
}
