import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { getEnv } from "../env.ts";
import { uuidv7 } from "../ids.ts";
import { generateSecret } from "../passwords/generated-secret.ts";
import { inviterOf } from "./inviter.ts";
import { type OneTimeLink, SETUP_LINK_SECONDS } from "./model.ts";
import { hasOwner, lockOwners } from "./owner-lock.ts";

/**
 * A one-time link that lets its holder become the first owner, good for an hour; earlier ones that nobody used stop working.
 * Null where an owner exists. Recorded as `setup_link.created`.
 *
 * @param consoleUrl the origin that the link points to.
 */
export async function createSetupLink(
  ctx: Context,
  consoleUrl: string = getEnv().consoleUrl,
): Promise<OneTimeLink | null> {
  requirePermission(ctx, "admin:write");
  return ctx.db.transaction(async (tx) => {
    await lockOwners(tx);
    if (await hasOwner(tx)) return null;
    const link = await storeLink(tx, ctx, { consoleUrl, adminId: null, seconds: SETUP_LINK_SECONDS });
    await recordEntry(tx, ctx, {
      act: "setup_link.created",
      target: { kind: "setup_link", id: link.id, name: "first owner" },
      after: { expiresAt: link.expiresAt },
    });
    return { url: link.url, expiresAt: link.expiresAt };
  });
}

/** Writes a link's hash, with who makes it, and takes the unused ones of the same purpose out of use. */
export async function storeLink(
  tx: Sql,
  ctx: Context,
  { consoleUrl, adminId, seconds }: { consoleUrl: string; adminId: string | null; seconds: number },
): Promise<OneTimeLink & { id: string }> {
  const secret = generateSecret("tws_");
  const by = await inviterOf(tx, ctx.actor);
  const id = uuidv7(ctx.now);
  const expiresAt = new Date(ctx.now.getTime() + seconds * 1000);
  await tx.query("DELETE FROM setup_link WHERE used_at IS NULL AND admin_id IS NOT DISTINCT FROM $1::uuid", [
    adminId,
  ]);
  await tx.query(
    `INSERT INTO setup_link (id, token_hash, created_at, expires_at, admin_id, invited_by_id, invited_by_token_id)
     VALUES ($1::uuid, $2::bytea, $3::timestamptz, $4::timestamptz, $5::uuid, $6::uuid, $7::uuid)`,
    [id, secret.hash, ctx.now, expiresAt, adminId, by.adminId, by.apiTokenId],
  );
  return { id, url: `${consoleUrl}/setup?token=${secret.value}`, expiresAt: expiresAt.toISOString() };
}
