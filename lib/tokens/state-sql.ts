import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { TargetKind } from "../revocations/model.ts";

export type PendingOrder = { id: string; targetKind: TargetKind; targetId: string; cutoff: Date | null };

/**
 * Orders that are in force at an instant and that `token_standing` may not tell yet: every list adds them, so that it is right
 * before the worker has settled anything.
 */
export type PendingOrders = {
  revokes: string[];
  /** The same, with what they name. */
  revocations: PendingOrder[];
  suspends: string[];
  /** The same, with what they name. */
  suspensions: PendingOrder[];
  /** false while a restore is unsettled: then `suspends` holds every suspension in force, and the settled ones do not count. */
  countsSettledSuspensions: boolean;
};

/** Reads the pending orders. Ask before the statement that uses them: an order that is settled in between counts once or twice, never not. */
export async function readPendingOrders(db: Sql, now: Date): Promise<PendingOrders> {
  const rows = await run<PendingOrder & { verb: string; anyRestore: boolean }>(
    db,
    sql`WITH unsettled AS (SELECT id, verb FROM revocation_order WHERE settled_at IS NULL
          -- a selection that holds at once is written to token_standing with the chunk that brings it into force
          AND NOT (target_kind = 'selection' AND verb <> 'restore' AND effective_from <= created_at)
          AND (effective_from <= created_at OR effective_from <= ${now}::timestamptz)),
        flag AS (SELECT EXISTS (SELECT FROM unsettled WHERE verb = 'restore') AS any_restore)
      SELECT o.id, o.verb, flag.any_restore AS "anyRestore", o.target_kind AS "targetKind", o.target_id AS "targetId", o.cutoff
      FROM flag, revocation_order o
      WHERE o.id IN (SELECT id FROM unsettled WHERE verb = 'revoke')
      UNION ALL
      SELECT o.id, o.verb, flag.any_restore, o.target_kind, o.target_id, o.cutoff FROM flag, revocation_order o
      WHERE o.verb = 'suspend' AND (o.effective_from <= o.created_at OR o.effective_from <= ${now}::timestamptz) AND (o.expires_at IS NULL OR o.expires_at > ${now}::timestamptz)
        AND (flag.any_restore OR o.settled_at IS NULL) AND NOT EXISTS (SELECT FROM revocation_order k WHERE k.cancels_id = o.id)
        AND NOT EXISTS (SELECT FROM revocation_order r WHERE r.verb = 'restore'
          AND r.target_kind = o.target_kind AND r.target_id = o.target_id AND r.position > o.position
          AND (r.effective_from <= r.created_at OR r.effective_from <= ${now}::timestamptz))
      UNION ALL SELECT NULL, 'none', true, NULL, NULL, NULL FROM flag WHERE flag.any_restore`,
  );
  const revocations = rows.filter((row) => row.verb === "revoke");
  const suspensions = rows.filter((row) => row.verb === "suspend");
  return {
    revokes: revocations.map((row) => row.id),
    revocations,
    suspends: suspensions.map((row) => row.id),
    suspensions,
    countsSettledSuspensions: !rows.some((row) => row.anyRestore),
  };
}

/** Whether one of some orders reaches `token t`. */
export function reachedBy(orderIds: readonly string[]): Fragment {
  return sql`EXISTS (SELECT FROM revocation_order o WHERE o.id = ANY (${orderIds}::uuid[]) AND order_reaches(o, t))`;
}

export type StateSql = {
  /** Whether the text is the same at all times: no order is pending. */
  isFixed: boolean;
  isRevoked: Fragment;
  isSuspended: Fragment;
  isConsumed: Fragment;
  /** One of TOKEN_STATES, by `token_state`. */
  state: Fragment;
  /** When a revocation or suspension began, an exchange was made or the lifetime ended; null while it is good. */
  endedAt: Fragment;
};

/** The tables that the state of `token t` is read from. */
export const STATE_JOINS = sql`LEFT JOIN token_standing s ON s.token_id = t.id LEFT JOIN refresh_consumption c ON c.token_id = t.id`;

/** The state of `token t`, beside STATE_JOINS. */
export function stateSql(pending: PendingOrders, now: Date, clockSkewSeconds: number): StateSql {
  const isRevoked =
    pending.revokes.length === 0
      ? sql`s.revoked_at IS NOT NULL`
      : sql`(s.revoked_at IS NOT NULL OR ${reachedBy(pending.revokes)})`;
  const settledSuspension = pending.countsSettledSuspensions
    ? sql`(s.suspended_at IS NOT NULL AND (s.suspended_until IS NULL OR s.suspended_until > ${now}::timestamptz))`
    : sql`false`;
  const isSuspended =
    pending.suspends.length === 0
      ? settledSuspension
      : sql`(${settledSuspension} OR ${reachedBy(pending.suspends)})`;
  const isConsumed = sql`c.token_id IS NOT NULL`;
  const state = sql`token_state(${now}::timestamptz, t.issued_at - make_interval(secs => ${clockSkewSeconds}::int), t.expires_at, ${isRevoked},
    ${isSuspended}, ${isConsumed})`;
  const firstReach = (ids: readonly string[]) =>
    ids.length === 0
      ? sql`NULL::timestamptz`
      : sql`(SELECT min(o.effective_from) FROM revocation_order o WHERE o.id = ANY (${ids}::uuid[]) AND order_reaches(o, t))`;
  const endedAt = sql`CASE ${state}
      WHEN 'revoked' THEN coalesce(s.revoked_at, ${firstReach(pending.revokes)})
      WHEN 'consumed' THEN c.consumed_at
      WHEN 'expired' THEN t.expires_at
      WHEN 'suspended' THEN coalesce(${firstReach(pending.suspends)}, s.suspended_at)
    END`;
  const isFixed =
    pending.revokes.length === 0 && pending.suspends.length === 0 && pending.countsSettledSuspensions;
  return { isFixed, isRevoked, isSuspended, isConsumed, state, endedAt };
}

/** The tolerance that "not yet valid" allows for, in seconds. */
export async function readClockSkew(db: Sql): Promise<number> {
  const [row] = await db.query<{ seconds: number }>(
    "SELECT clock_skew_seconds AS seconds FROM organisation WHERE id = 1",
  );
  return row?.seconds ?? 0;
}
