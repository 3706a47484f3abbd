import { sql } from "../list-query/sql-fragment.ts";
import type { OrderRow, OrderStanding, Reason, TargetKind, Verb } from "./model.ts";

/** A row of `revocation_order o` as ORDER_COLUMNS gives it. */
export type OrderRecord = {
  id: string;
  position: bigint;
  verb: Verb;
  targetKind: TargetKind;
  targetId: string;
  targetName: string;
  cutoff: Date | null;
  reason: Reason;
  note: string;
  effectiveFrom: Date;
  expiresAt: Date | null;
  actorKind: string;
  actorId: string;
  actorName: string;
  createdAt: Date;
  settledAt: Date | null;
  settledCount: number;
  cancelsId: string | null;
  standing: OrderStanding;
  size: number | null;
  isOfSeveral: boolean;
};

/** Whether `revocation_order o` was called off before it began. */
export const IS_CANCELLED = sql`EXISTS (SELECT FROM revocation_order k WHERE k.cancels_id = o.id)`;

/** Whether a restore of the same target came after `revocation_order o`. */
export const IS_RESTORED = sql`EXISTS (SELECT FROM revocation_order r WHERE r.verb = 'restore' AND r.target_kind = o.target_kind
  AND r.target_id = o.target_id AND r.position > o.position
  AND (r.effective_from <= r.created_at OR r.effective_from <= clock_timestamp()))`;

/** Whether `revocation_order o` came from the same plan as the order of an id. */
export function placedWith(id: string) {
  return sql`o.plan_id = (SELECT p.plan_id FROM revocation_order p WHERE p.id = ${id}::uuid)`;
}

/** Whether other orders came from the plan of `revocation_order o`. */
const IS_OF_SEVERAL = sql`EXISTS (SELECT FROM revocation_order x WHERE x.plan_id = o.plan_id AND x.id <> o.id)`;

const STANDING = sql`CASE WHEN o.verb IN ('revoke', 'suspend') AND ${IS_CANCELLED} THEN 'cancelled'
  WHEN o.verb = 'suspend' AND ${IS_RESTORED} THEN 'restored'
  WHEN o.expires_at <= clock_timestamp() THEN 'over'
  WHEN o.effective_from > o.created_at AND o.effective_from > clock_timestamp() THEN 'scheduled' ELSE 'in_force' END`;

export const ORDER_COLUMNS = sql`o.id, o.position, o.verb, o.target_kind AS "targetKind", o.target_id AS "targetId",
  o.target_name AS "targetName", o.cutoff, o.reason, o.note, o.effective_from AS "effectiveFrom", o.expires_at AS "expiresAt",
  o.actor_kind AS "actorKind", o.actor_id AS "actorId", o.actor_name AS "actorName", o.created_at AS "createdAt",
  o.settled_at AS "settledAt", o.settled_count AS "settledCount", o.cancels_id AS "cancelsId", ${STANDING} AS standing, ${IS_OF_SEVERAL} AS "isOfSeveral",
  CASE WHEN o.target_kind = 'selection' THEN (SELECT x.size FROM selection x WHERE x.id = o.target_id::uuid) END AS size`;

export function orderRowOf(record: OrderRecord): OrderRow {
  return {
    id: record.id,
    position: String(record.position),
    verb: record.verb,
    standing: record.standing,
    cancels: record.cancelsId,
    size: record.size,
    isOfSeveral: record.isOfSeveral,
    target: { kind: record.targetKind, id: record.targetId, name: record.targetName },
    reason: record.reason,
    note: record.note,
    cutoff: record.cutoff?.toISOString() ?? null,
    effectiveFrom: record.effectiveFrom.toISOString(),
    expiresAt: record.expiresAt?.toISOString() ?? null,
    actor: { kind: record.actorKind, id: record.actorId, name: record.actorName },
    createdAt: record.createdAt.toISOString(),
    settledAt: record.settledAt?.toISOString() ?? null,
    settledCount: record.settledCount,
  };
}
