import { BULK_HOURS } from "#lib/approvals/model.ts";
import type { Sql } from "#lib/db/sql.ts";

const BATCH = 5_000;

/** Makes the partitions of the coming three weeks, and those of the last one where they are missing. Made ones stay. */
export async function ensurePartitions(db: Sql, now: Date): Promise<number> {
  const [row] = await db.query<{ made: number }>(
    "SELECT ensure_partitions($1::timestamptz - interval '7 days', $1::timestamptz + interval '21 days') AS made",
    [now],
  );
  return row?.made ?? 0;
}

/** In batches. */
async function takeAll(db: Sql, statement: string, now: Date): Promise<number> {
  let taken = 0;
  for (;;) {
    const [row] = await db.query<{ count: bigint }>(
      `WITH gone AS (${statement} RETURNING 1) SELECT count(*) AS count FROM gone`,
      [now, BATCH],
    );
    const count = Number(row?.count ?? 0);
    taken += count;
    if (count < BATCH) return taken;
  }
}

const PROTOCOL_STATE = `DELETE FROM protocol_state WHERE (model, id_hash) IN (SELECT model, id_hash FROM protocol_state
  WHERE expires_at < $1::timestamptz - interval '1 hour' LIMIT $2::int FOR UPDATE SKIP LOCKED)`;
const SIGN_IN_ATTEMPTS = `DELETE FROM sign_in_attempt WHERE (key, window_start) IN (SELECT key, window_start FROM sign_in_attempt
  WHERE window_start < $1::timestamptz - interval '1 hour' LIMIT $2::int FOR UPDATE SKIP LOCKED)`;

const IDEMPOTENCY_KEYS = `DELETE FROM idempotency_key WHERE (actor_id, key) IN (SELECT actor_id, key FROM idempotency_key
  WHERE expires_at <= $1::timestamptz LIMIT $2::int FOR UPDATE SKIP LOCKED)`;

const GRANTS = `DELETE FROM user_grant WHERE (user_id, client_id) IN (SELECT user_id, client_id FROM user_grant
  WHERE expires_at < $1::timestamptz LIMIT $2::int FOR UPDATE SKIP LOCKED)`;
// what a session let in can live for as long as a refresh token may at the most
const SIGN_ONS = `DELETE FROM sign_on WHERE uid IN (SELECT uid FROM sign_on s WHERE s.seen_at < $1::timestamptz - interval '366 days'
  LIMIT $2::int FOR UPDATE SKIP LOCKED)`;

// what one person revoked is summed over so long
const BULK_REACH = `DELETE FROM bulk_reach WHERE id IN (SELECT id FROM bulk_reach
  WHERE at <= $1::timestamptz - make_interval(hours => ${BULK_HOURS}) LIMIT $2::int)`;

// who began before it lapsed has ended by then
const OVER_REQUESTS = `UPDATE approval SET request = NULL, digest = NULL WHERE id IN (SELECT id FROM approval
  WHERE (request IS NOT NULL OR digest IS NOT NULL) AND (state NOT IN ('pending', 'approved', 'stale') OR expires_at <= $1::timestamptz - interval '2 minutes')
  LIMIT $2::int FOR UPDATE SKIP LOCKED)`;

/**
 * Takes away what the authority's engine kept and expired over an hour ago, failed sign-ins of the day before, idempotency keys that are over, what was revoked longer ago than it is summed
 * for, and what was asked for of approvals that are over. No evidence is in any.
 */
export async function purgeExpired(
  db: Sql,
  now: Date,
): Promise<{
  protocolStates: number;
  signInAttempts: number;
  grants: number;
  signOns: number;
  idempotencyKeys: number;
  bulkReaches: number;
  approvalRequests: number;
}> {
  return {
    grants: await takeAll(db, GRANTS, now),
    signOns: await takeAll(db, SIGN_ONS, now),
    protocolStates: await takeAll(db, PROTOCOL_STATE, now),
    signInAttempts: await takeAll(db, SIGN_IN_ATTEMPTS, now),
    idempotencyKeys: await takeAll(db, IDEMPOTENCY_KEYS, now),
    bulkReaches: await takeAll(db, BULK_REACH, now),
    approvalRequests: await takeAll(db, OVER_REQUESTS, now),
  };
}
