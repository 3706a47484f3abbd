import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { generateSecret } from "../passwords/generated-secret.ts";

/** Gives a verifier a new secret and answers its value, which is kept nowhere. */
export async function storeVerifierSecret(
  tx: Sql,
  ctx: Context,
  verifierId: string,
): Promise<{ value: string; hint: string }> {
  const secret = generateSecret("twv_");
  await tx.query(
    `INSERT INTO verifier_secret (id, verifier_id, secret_hash, hint, created_at)
     VALUES ($1::uuid, $2::uuid, $3::bytea, $4::text, $5::timestamptz)`,
    [uuidv7(ctx.now), verifierId, secret.hash, secret.hint, ctx.now],
  );
  return { value: secret.value, hint: secret.hint };
}
