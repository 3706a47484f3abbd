import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";

const CHUNK = 50_000;

const TOKENS = `
  INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, signing_kid,
    rooted_at, expires_at, value_hash)
  SELECT id, $2::timestamptz, 'access', 'jwt', $3::uuid, 'bench', id, 'client_credentials', '{orders:read}', '{}', '{}', '{orders-api}', NULL,
    $2::timestamptz, $2::timestamptz + interval '1 day', sha256(id::text::bytea)
  FROM unnest($1::uuid[]) AS id`;

const ORDERS = `
  INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, reason, effective_from, actor_kind, actor_id,
    actor_name, created_at, settled_at, settled_count)
  SELECT o.order_id, $3::bigint + o.n, 'revoke', 'token', o.token_id::text, o.token_id::text, 'user_request', $4::timestamptz, 'system', 'bench',
    'bench', $4::timestamptz, $4::timestamptz, 1
  FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS o(order_id, token_id, n)`;

const STANDINGS = `
  INSERT INTO token_standing (token_id, revoked_at, revoked_order_id)
  SELECT token_id, $3::timestamptz, order_id FROM unnest($1::uuid[], $2::uuid[]) AS o(order_id, token_id)`;

/** Fills the register with tokens that live for a day and have been revoked, with an order each, as the feed would have brought them. */
export async function seedRevoked(db: Database, clientId: string, count: number): Promise<void> {
  const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head WHERE id = 1");
  const before = Number(head?.position ?? 0n);
  for (let done = 0; done < count; done += CHUNK) {
    const now = new Date();
    const size = Math.min(CHUNK, count - done);
    const tokenIds = Array.from({ length: size }, () => uuidv7(now));
    const orderIds = Array.from({ length: size }, () => uuidv7(now));
    await db.query(TOKENS, [tokenIds, now, clientId]);
    await db.query(ORDERS, [orderIds, tokenIds, before + done, now]);
    await db.query(STANDINGS, [orderIds, tokenIds, now]);
  }
  await db.query("UPDATE feed_head SET position = $1::bigint WHERE id = 1", [before + count]);
}
