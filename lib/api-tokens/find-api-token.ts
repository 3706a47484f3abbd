import type { ApiTokenActor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { hashSecret } from "../passwords/generated-secret.ts";

const SHAPE = /^twk_[0-9A-Za-z]{43}$/;
/** Use is noted at most this often. */
const TOUCH_SECONDS = 60;

/** The API token behind a presented value while it is neither revoked nor expired, or null. */
export async function findApiToken(
  db: Sql,
  { value, now }: { value: string; now: Date },
): Promise<Omit<ApiTokenActor, "kind"> | null> {
  if (!SHAPE.test(value)) return null;
  const [row] = await db.query<Omit<ApiTokenActor, "kind"> & { lastUsedAt: Date | null }>(
    `SELECT id, name, role, is_unattended AS "isUnattended", created_by_id AS "personId", last_used_at AS "lastUsedAt" FROM api_token
     WHERE token_hash = $1::bytea AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2::timestamptz)`,
    [hashSecret(value), now],
  );
  if (row === undefined) return null;
  if (row.lastUsedAt === null || now.getTime() - row.lastUsedAt.getTime() >= TOUCH_SECONDS * 1000)
    await db.query("UPDATE api_token SET last_used_at = $2::timestamptz WHERE id = $1::uuid", [row.id, now]);
  const { id, name, role, isUnattended, personId } = row;
  return { id, name, role, isUnattended, personId };
}
