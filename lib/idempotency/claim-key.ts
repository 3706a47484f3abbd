import type { Sql } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import {
  type ClaimResult,
  IDEMPOTENCY_HOURS,
  IDEMPOTENCY_KEYS_MAX,
  IDEMPOTENCY_LEASE_SECONDS,
  type IdempotencyClaim,
} from "./model.ts";

type Row = {
  state: "running" | "acted" | "answered";
  fingerprint: Uint8Array;
  requestId: string;
  isUnderWay: boolean;
  status: number | null;
  location: string | null;
  answer: string | null;
  isShownOnce: boolean;
  permissions: string[];
};

// a row where the actor has no room for another key: a walk of the index that ends at the bound
const FULL = `SELECT 1 FROM idempotency_key WHERE actor_id = $1::text AND expires_at > $6::timestamptz OFFSET ${IDEMPOTENCY_KEYS_MAX - 1} LIMIT 1`;

// one that is over, and one that was given up before it acted, make room; whoever had it finds its claim gone and acts no more
const CLAIM = `
  INSERT INTO idempotency_key AS k (actor_id, key, claim, fingerprint, state, request_id, claimed_at, lapses_at, expires_at)
  SELECT $1::text, $2::text, $3::uuid, $4::bytea, 'running', $5::text, $6::timestamptz,
    $6::timestamptz + make_interval(secs => ${IDEMPOTENCY_LEASE_SECONDS}), $6::timestamptz + make_interval(hours => ${IDEMPOTENCY_HOURS})
  WHERE NOT EXISTS (${FULL}) OR EXISTS (SELECT 1 FROM idempotency_key WHERE actor_id = $1::text AND key = $2::text AND expires_at > $6::timestamptz)
  ON CONFLICT (actor_id, key) DO UPDATE SET claim = excluded.claim, fingerprint = excluded.fingerprint, state = 'running',
    request_id = excluded.request_id, claimed_at = excluded.claimed_at, lapses_at = excluded.lapses_at, expires_at = excluded.expires_at,
    status = NULL, location = NULL, answer = NULL, is_shown_once = false, permissions = '{}'
  WHERE k.expires_at <= excluded.claimed_at
    OR (k.state = 'running' AND k.lapses_at <= excluded.claimed_at AND k.fingerprint = excluded.fingerprint)
  RETURNING 1`;

const READ = `SELECT state, fingerprint, request_id AS "requestId",
  state <> 'answered' AND lapses_at > $3::timestamptz AS "isUnderWay", status, location, answer, is_shown_once AS "isShownOnce", permissions
  FROM idempotency_key WHERE actor_id = $1::text AND key = $2::text AND expires_at > $3::timestamptz`;

// when the oldest is over, where there is no room
const FULL_UNTIL = `SELECT expires_at AS "until" FROM idempotency_key WHERE actor_id = $1::text AND expires_at > $2::timestamptz
  AND EXISTS (${FULL.replace("$6", "$2")}) ORDER BY expires_at LIMIT 1`;

/** Takes a key for one request of an actor, or says what became of it. Of two at once one has it; it is theirs until they answer, or give it up. */
export async function claimKey(
  db: Sql,
  request: { actorId: string; key: string; fingerprint: Buffer; requestId: string; now: Date },
): Promise<ClaimResult> {
  const { actorId, key, fingerprint, requestId, now } = request;
  const claim: IdempotencyClaim = { actorId, key, claim: uuidv7(now) };
  const taken = await db.query(CLAIM, [actorId, key, claim.claim, fingerprint, requestId, now]);
  if (taken.length > 0) return { outcome: "claimed", claim };
  const [row] = await db.query<Row>(READ, [actorId, key, now]);
  if (row === undefined) return fullOrRunning(db, actorId, now);
  if (!fingerprint.equals(row.fingerprint)) return { outcome: "other_request" };
  // one that has acted is about to answer
  if (row.isUnderWay || row.state === "running") return { outcome: "running" };
  if (row.state === "acted" || row.status === null) return { outcome: "acted", requestId: row.requestId };
  const { status, location, answer: text, isShownOnce, permissions } = row;
  const answer = { status, location, text, isShownOnce, permissions };
  return { outcome: "answered", requestId: row.requestId, answer };
}

async function fullOrRunning(db: Sql, actorId: string, now: Date): Promise<ClaimResult> {
  const [full] = await db.query<{ until: Date }>(FULL_UNTIL, [actorId, now]);
  // it was given up between the two: to be sent again in a moment
  if (full === undefined) return { outcome: "running" };
  return {
    outcome: "full",
    retryAfter: Math.max(1, Math.ceil((full.until.getTime() - now.getTime()) / 1000)),
  };
}
