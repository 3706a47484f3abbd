import { sql } from "../list-query/sql-fragment.ts";
import type { AuditEntryDetail, AuditEntryRow } from "./model.ts";

/** A row of `audit_entry e` as ENTRY_COLUMNS gives it. */
export type EntryRecord = {
  id: string;
  sequence: bigint;
  at: Date;
  actorKind: string;
  actorId: string;
  actorName: string;
  act: string;
  outcome: "done" | "refused";
  errorCode: string | null;
  targetKind: string;
  targetId: string;
  targetName: string;
  reason: string | null;
  note: string | null;
  requestId: string;
  ip: string | null;
};

export const ENTRY_COLUMNS = sql`e.id, e.sequence, e.at, e.actor_kind AS "actorKind", e.actor_id AS "actorId", e.actor_name AS "actorName",
  e.act, e.outcome, e.error_code AS "errorCode", e.target_kind AS "targetKind", e.target_id AS "targetId", e.target_name AS "targetName",
  e.reason, e.note, e.request_id AS "requestId", e.ip`;

export function entryRowOf(record: EntryRecord): AuditEntryRow {
  return {
    id: record.id,
    sequence: String(record.sequence),
    at: record.at.toISOString(),
    actor: { kind: record.actorKind, id: record.actorId, name: record.actorName },
    act: record.act,
    outcome: record.outcome,
    errorCode: record.errorCode,
    target: { kind: record.targetKind, id: record.targetId, name: record.targetName },
    reason: record.reason,
    note: record.note,
    requestId: record.requestId,
    ip: record.ip,
  };
}

/** The same with what the act changed, as ENTRY_DETAIL_COLUMNS gives it. */
export type EntryDetailRecord = EntryRecord & {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  userAgent: string | null;
  erased: AuditEntryDetail["erased"];
};

export const ENTRY_DETAIL_COLUMNS = sql`${ENTRY_COLUMNS}, e.before, e.after, e.user_agent AS "userAgent",
  CASE WHEN octet_length(e.salt) = 33 THEN ARRAY['target', 'content'] ELSE array_remove(ARRAY[CASE WHEN e.actor_hash IS NOT NULL THEN 'actor' END,
    CASE WHEN e.target_hash IS NOT NULL THEN 'target' END, CASE WHEN e.content_hash IS NOT NULL THEN 'content' END], NULL) END AS erased`;

export function entryDetailOf(record: EntryDetailRecord): AuditEntryDetail {
  return {
    ...entryRowOf(record),
    before: record.before,
    after: record.after,
    userAgent: record.userAgent,
    erased: [...record.erased],
  };
}
