import { prepared, type Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readPendingOrders, STATE_JOINS, stateSql } from "../tokens/state-sql.ts";

/** Sign-ins that one exchange ends at most; the next one goes on. */
const AT_ONCE = 100;

/** Exchanges of one user and client wait for each other until the transaction ends. */
const WAIT = prepared(
  "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))) l",
);
const COUNT =
  prepared(`SELECT count(*)::int AS families FROM (SELECT FROM token_family f WHERE f.user_id = $1::uuid AND f.client_id = $2::uuid
   AND f.expires_at > $3::timestamptz LIMIT $4::int) one`);

/**
 * The sign-ins of a user with a client that have a live refresh token and are one too many, the newest of them first. Inside the transaction that adds
 * one: others of the same user and client wait for its end, so that two at once do not both find room.
 */
export async function listExcessFamilies(
  tx: Sql,
  { userId, clientId, allowed, now }: { userId: string; clientId: string; allowed: number; now: Date },
): Promise<string[]> {
  const ofBoth = sql`f.user_id = ${userId}::uuid AND f.client_id = ${clientId}::uuid AND f.expires_at > ${now}::timestamptz`;
  await tx.query(WAIT, [`refresh tokens of ${userId} with ${clientId}`]);
  // nearly always few: their tokens are not looked at
  const [row] = await tx.query<{ families: number }>(COUNT, [userId, clientId, now, allowed + 1]);
  if ((row?.families ?? 0) <= allowed) return [];
  const state = stateSql(await readPendingOrders(tx, now), now, 0);
  const rows = await run<{ id: string }>(
    tx,
    sql`SELECT f.id FROM token_family f WHERE ${ofBoth} AND EXISTS (SELECT FROM token t ${STATE_JOINS}
        WHERE t.family_id = f.id AND t.kind = 'refresh' AND t.issued_at >= f.rooted_at - interval '1 minute' AND t.expires_at > ${now}::timestamptz
          AND NOT ${state.isRevoked} AND NOT (${state.isConsumed}))
      ORDER BY f.rooted_at DESC, f.id DESC OFFSET ${allowed}::int LIMIT ${AT_ONCE}::int`,
  );
  return rows.map(({ id }) => id);
}
