import { sql } from "../list-query/sql-fragment.ts";
import type { OrderRow, Reason, TargetKind, Verb } from "./model.ts";

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
};

export const ORDER_COLUMNS = sql`o.id, o.position, o.verb, o.target_kind AS "targetKind", o.target_id AS "targetId",
  o.target_name AS "targetName", o.cutoff, o.reason, o.note, o.effective_from AS "effectiveFrom", o.expires_at AS "expiresAt",
  o.actor_kind AS "actorKind", o.actor_id AS "actorId", o.actor_name AS "actorName", o.created_at AS "createdAt",
  o.settled_at AS "settledAt", o.settled_count AS "settledCount"`;

export function orderRowOf(record: OrderRecord): OrderRow {
  return {
    id: record.id,
    position: String(record.position),
    verb: record.verb,
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
