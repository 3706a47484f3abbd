import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";

const SIZE = 2 ** 20;
const CHUNK = 100_000;
/** Odd, so that it goes through every index of a list once. */
const STRIDE = 486_187;

const TOKENS = `
  WITH made AS MATERIALIZED (SELECT uuidv7() AS id, n FROM generate_series($1::int, $2::int) n)
  INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, signing_kid,
    rooted_at, expires_at, value_hash, status_list_id, status_index)
  SELECT id, uuid_extract_timestamp(id), 'access', 'jwt', $3::uuid, 'bench', id, 'client_credentials', '{orders:read}', '{}', '{}',
    '{orders-api}', NULL, uuid_extract_timestamp(id), uuid_extract_timestamp(id) + interval '1 day', sha256(id::text::bytea), $4::int,
    (n::bigint * ${STRIDE} % ${SIZE})::int
  FROM made`;

/** One in a hundred, at random: a pattern would be smaller than the truth. */
const STANDINGS = `
  WITH chosen AS (SELECT id FROM token WHERE status_list_id = $1::int AND random() < 0.01),
    headed AS (UPDATE feed_head SET position = position + (SELECT count(*) FROM chosen) WHERE id = 1
      RETURNING position - (SELECT count(*) FROM chosen) AS before),
    placed AS (INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, reason, effective_from, actor_kind,
        actor_id, actor_name, created_at, settled_at, settled_count)
      SELECT uuidv7(), before + row_number() OVER (), 'revoke', 'token', c.id::text, c.id::text, 'user_request', now(), 'system', 'bench',
        'bench', now(), now(), 1 FROM chosen c, headed
      RETURNING id, target_id)
  INSERT INTO token_standing (token_id, revoked_at, revoked_order_id) SELECT target_id::uuid, now(), id FROM placed`;

/** A full status list: tokens that live for a day, one in a hundred of them revoked. Returns the list's id. */
export async function seedListed(owner: Database, clientId: string, count: number): Promise<number> {
  const [list] = await owner.query<{ id: number }>(
    `INSERT INTO status_list (writer_id, size, opened_at, closed_at, lives_until)
     VALUES ($1::uuid, ${SIZE}, now() - interval '1 minute', now() + interval '1 hour', now() + interval '2 days') RETURNING id`,
    [uuidv7(new Date())],
  );
  const { id } = list as { id: number };
  for (let done = 0; done < count; done += CHUNK)
    await owner.query(TOKENS, [done, Math.min(count, done + CHUNK) - 1, clientId, id]);
  await owner.query("ANALYZE token");
  await owner.query(STANDINGS, [id]);
  return id;
}
