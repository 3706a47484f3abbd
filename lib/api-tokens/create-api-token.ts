import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Actor, Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { generateSecret } from "../passwords/generated-secret.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { readApiToken } from "./get-api-token.ts";
import type { CreatedApiToken } from "./model.ts";

/**
 * Makes a bearer credential for automation; the answer shows its value once. It counts as whoever makes it: it never does more than its own role and
 * theirs of the moment allow. One that is made with an API token counts as that one's creator.
 * Recorded as `api_token.created`, never the value. Needs `api-token:write`.
 */
export async function createApiToken(
  ctx: Context,
  input: { name: string; role: Role; expiresInSeconds?: number | undefined; networks?: string[] },
): Promise<CreatedApiToken> {
  requirePermission(ctx, "api-token:write");
  await requireStepUp(ctx, "api-tokens");
  const secret = generateSecret("twk_");
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    const expiresAt =
      input.expiresInSeconds === undefined
        ? null
        : new Date(ctx.now.getTime() + input.expiresInSeconds * 1000);
    await tx.query(
      `INSERT INTO api_token (id, name, role, token_hash, hint, created_by, creator_id, networks, created_at, expires_at)
       VALUES ($1::uuid, $2::text, $3::text, $4::bytea, $5::text, $6::text, $7::uuid, $8::text[], $9::timestamptz, $10::timestamptz)`,
      [
        id,
        input.name,
        input.role,
        secret.hash,
        secret.hint,
        ctx.actor.name,
        creatorIdOf(ctx.actor),
        input.networks ?? [],
        ctx.now,
        expiresAt,
      ],
    );
    const row = await readApiToken(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "api_token.created",
      target: { kind: "api_token", id, name: input.name },
      after: { name: input.name, role: input.role, expiresAt: row.expiresAt, networks: row.networks },
    });
    return { id, token: secret.value, row };
  });
}

function creatorIdOf(actor: Actor): string | null {
  if (actor.kind === "admin") return actor.id;
  return actor.kind === "api_token" ? (actor.creator?.id ?? null) : null;
}
