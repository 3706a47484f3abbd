import type { Sql } from "../db/sql.ts";

const AT_ONCE = 2_000;

/** Of a row that was written with a salt: 16 bytes in use/1, 20 in use/2. */
const IS_WHOLE = "octet_length(u.salt) <= 20";

const ERASE_USES = `
  WITH batch AS MATERIALIZED (
    SELECT u.received_at, u.id FROM token_use u
    WHERE u.received_at >= $2::timestamptz AND u.received_at < $3::timestamptz AND u.user_id = $1::uuid AND ${IS_WHOLE} LIMIT ${AT_ONCE})
  UPDATE token_use u SET salt = erased_use_salt(u), path = NULL, ip = NULL, user_agent = NULL FROM batch s
  WHERE u.received_at = s.received_at AND u.id = s.id AND u.received_at >= $2::timestamptz AND u.received_at < $3::timestamptz RETURNING 1`;

const ERASE_TOKENS = `
  WITH batch AS MATERIALIZED (
    SELECT t.issued_at, t.id FROM token t WHERE t.user_id = $1::uuid AND (t.ip IS NOT NULL OR t.user_agent IS NOT NULL) LIMIT ${AT_ONCE})
  UPDATE token t SET ip = NULL, user_agent = NULL FROM batch s WHERE t.issued_at = s.issued_at AND t.id = s.id RETURNING 1`;

const DAYS = `
  SELECT to_char(u.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) FILTER (WHERE octet_length(u.salt) = 32)::int AS erased,
    count(*) FILTER (WHERE octet_length(u.salt) = 33)::int AS bare FROM token_use u
  WHERE u.user_id = $1::uuid AND octet_length(u.salt) > 20 GROUP BY 1`;

const SAID = `
  SELECT after -> 'days' AS days FROM audit_entry WHERE target_kind = 'user' AND target_id = $1::text AND act = 'user.erased' AND outcome = 'done'`;

/** Takes where from and what was called out of a batch of somebody's uses of a span. @returns how many: none once all are done. */
export async function eraseSomeUses(sql: Sql, userId: string, from: Date, until: Date): Promise<number> {
  return (await sql.query(ERASE_USES, [userId, from, until])).length;
}

/** The same of their tokens in the register. */
export async function eraseSomeTokens(sql: Sql, userId: string): Promise<number> {
  return (await sql.query(ERASE_TOKENS, [userId])).length;
}

/** How many of somebody's uses were erased that no act says yet, by day of receipt: those of use/2, and those of use/1. */
export async function countErasedUses(sql: Sql, userId: string): Promise<Record<string, [number, number]>> {
  const there = await sql.query<{ day: string; erased: number; bare: number }>(DAYS, [userId]);
  const said = await sql.query<{ days: Record<string, [number, number]> | null }>(SAID, [userId]);
  const days: Record<string, [number, number]> = {};
  for (const { day, erased, bare } of there) {
    const before = said.map(({ days: of }) => of?.[day] ?? [0, 0]);
    const left = (n: 0 | 1, all: number) => all - before.reduce((sum, one) => sum + (one[n] ?? 0), 0);
    const [ofErased, ofBare] = [left(0, erased), left(1, bare)];
    if (ofErased > 0 || ofBare > 0) days[day] = [ofErased, ofBare];
  }
  return days;
}
