import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { generateSecret } from "../passwords/generated-secret.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { readApiToken } from "./list-api-tokens.ts";
import type { CreatedApiToken } from "./model.ts";

/**
 * Makes a bearer credential for automation with a role of its own; the answer shows its value once.
 * Recorded as `api_token.created`, never the value. Needs `api-token:write`.
 */
export async function createApiToken(
  ctx: Context,
  input: { name: string; role: Role; expiresInSeconds?: number | undefined },
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
      `INSERT INTO api_token (id, name, role, token_hash, hint, created_by, created_at, expires_at)
       VALUES ($1::uuid, $2::text, $3::text, $4::bytea, $5::text, $6::text, $7::timestamptz, $8::timestamptz)`,
      [id, input.name, input.role, secret.hash, secret.hint, ctx.actor.name, ctx.now, expiresAt],
    );
    const row = await readApiToken(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "api_token.created",
      target: { kind: "api_token", id, name: input.name },
      after: { name: input.name, role: input.role, expiresAt: row.expiresAt },
    });
    return { id, token: secret.value, row };
  });
}
