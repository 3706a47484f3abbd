import type pg from "pg";

/**
 * Puts people on record, and the tokens that the log says were issued: whoever is followed through time is found through them.
 *
 * @param users how many there are; the id of one ends with its number.
 */
export async function seedRegister(db: pg.Client, users: number): Promise<void> {
  await db.query(
    `INSERT INTO user_account (id, email, name, created_at, updated_at)
     SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'person-' || n || '@bench.example', 'Person ' || n, now(), now()
     FROM generate_series(0, $1::int - 1) n`,
    [users],
  );
  await db.query(
    `INSERT INTO token (id, issued_at, kind, format, client_id, user_id, subject, family_id, grant_type, scopes, groups, roles, audiences, rooted_at, expires_at, ip,
       country, user_agent, value_hash)
     SELECT u.token_id, i.at, u.token_kind, 'jwt', u.client_id, u.user_id, u.subject, u.family_id,
       CASE WHEN u.user_id IS NULL THEN 'client_credentials' ELSE 'authorization_code' END, '{}', '{}', '{}', '{orders-api}', i.at, i.at + interval '8 hours', u.ip,
       u.country, u.user_agent, sha256(uuid_send(u.token_id))
     FROM token_use u CROSS JOIN LATERAL (SELECT uuid_extract_timestamp(u.token_id) AS at) i WHERE u.outcome = 'issued'`,
  );
  await db.query("VACUUM (ANALYZE) token, user_account");
}
