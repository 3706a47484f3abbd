import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import type {
  ApprovalRow,
  ApprovalState,
  ApprovalWay,
  EndCause,
  GuardedKind,
  RunBy,
  Shown,
} from "./model.ts";

/** What is asked for, to be run again: as it was sent. */
export type StoredRequest = {
  params: Record<string, string>;
  query: string;
  body: unknown;
  /** Of `If-Match`, where no body has it: what is there then is to be what the asker saw. */
  seenVersion?: number;
};

export type ApprovalRecord = {
  id: string;
  way: ApprovalWay;
  state: Exclude<ApprovalState, "lapsed">;
  kinds: GuardedKind[];
  summary: string;
  method: string;
  path: string;
  request: StoredRequest | null;
  runBy: RunBy;
  permissions: string[];
  planKind: "order" | "lifetimes" | null;
  planId: string | null;
  shown: Shown;
  reason: string;
  actorKind: "admin" | "api_token" | "system";
  actorId: string;
  actorName: string;
  personId: string;
  createdAt: Date;
  expiresAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  note: string | null;
  endedAt: Date | null;
  endCause: EndCause | null;
  changed: string[];
  reviewedAt: Date | null;
  reviewedBy: string | null;
  reviewNote: string | null;
};

export const APPROVAL_COLUMNS: Fragment = sql`a.id, a.way, a.state, a.kinds, a.summary, a.method, a.path, a.request, a.run_by AS "runBy", a.permissions,
  a.plan_kind AS "planKind", a.plan_id AS "planId", a.shown, a.reason, a.actor_kind AS "actorKind", a.actor_id AS "actorId", a.actor_name AS "actorName",
  a.person_id AS "personId", a.created_at AS "createdAt", a.expires_at AS "expiresAt", a.decided_at AS "decidedAt", a.decided_by_name AS "decidedBy", a.note,
  a.ended_at AS "endedAt", a.end_cause AS "endCause", a.changed, a.reviewed_at AS "reviewedAt", a.reviewed_by_name AS "reviewedBy", a.review_note AS "reviewNote"`;

/** Whether it is open by its state and its time. */
export function isOpen(
  { state, expiresAt }: Pick<ApprovalRecord, "state" | "expiresAt">,
  now: Date,
): boolean {
  return (state === "pending" || state === "approved") && expiresAt > now;
}

export function stateOf(record: Pick<ApprovalRecord, "state" | "expiresAt">, now: Date): ApprovalState {
  const wasOpen = record.state === "pending" || record.state === "approved";
  return wasOpen && record.expiresAt <= now ? "lapsed" : record.state;
}

export function approvalRowOf(record: ApprovalRecord, now: Date): ApprovalRow {
  return {
    id: record.id,
    way: record.way,
    state: stateOf(record, now),
    kinds: record.kinds,
    summary: record.summary,
    reason: record.reason,
    requestedBy: { kind: record.actorKind, id: record.actorId, name: record.actorName },
    runBy: record.runBy,
    createdAt: record.createdAt.toISOString(),
    expiresAt: record.expiresAt.toISOString(),
    decidedAt: record.decidedAt?.toISOString() ?? null,
    decidedBy: record.decidedBy,
    note: record.note,
    endedAt: record.endedAt?.toISOString() ?? null,
    endCause: record.state === "stale" ? (record.endCause ?? "changed") : null,
    changed: record.changed,
    reviewedAt: record.reviewedAt?.toISOString() ?? null,
    reviewedBy: record.reviewedBy,
    reviewNote: record.reviewNote,
  };
}

/** As the log names it. */
export function approvalTarget({ id, summary }: Pick<ApprovalRecord, "id" | "summary">) {
  return { kind: "approval", id, name: summary };
}
