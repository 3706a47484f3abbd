import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { readCaseStates } from "./case-state.ts";
import type { IncidentRow, IncidentState, SaidState, Severity, Step, SubjectKind } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";
import { OWN_SECRET_COUNT } from "./read-own-secrets.ts";

/** A row of `incident i` as INCIDENT_COLUMNS gives it. */
export type IncidentRecord = {
  id: string;
  number: number;
  title: string;
  /** As it was last written down: see `caseStateSql` for how it stands. */
  state: SaidState;
  severity: Severity;
  openedAt: Date;
  openedByKind: string;
  openedById: string;
  openedByName: string;
  compromisedFrom: Date;
  isSuggested: boolean;
  compromisedWhy: string;
  containedAt: Date | null;
  closedAt: Date | null;
  /** When a look found all of its tokens ended for good. */
  endedAt: Date | null;
  version: number;
  subjects: Partial<Record<SubjectKind, number>>;
  ownSecretCount: number;
  doneSteps: Step[];
};

export const INCIDENT_COLUMNS = sql`i.number, i.title, i.state, i.severity, i.opened_at AS "openedAt", i.opened_by_kind AS "openedByKind",
  i.opened_by_id AS "openedById", i.opened_by_name AS "openedByName", i.compromised_from AS "compromisedFrom", i.is_suggested AS "isSuggested",
  i.compromised_why AS "compromisedWhy", i.contained_at AS "containedAt", i.closed_at AS "closedAt", i.ended_at AS "endedAt", i.version,
  (SELECT coalesce(jsonb_object_agg(k.kind, k.count), '{}') FROM
    (SELECT s.kind, count(*) FROM incident_subject s WHERE s.incident_id = i.id GROUP BY s.kind) k) AS subjects,
  ${OWN_SECRET_COUNT} AS "ownSecretCount",
  ARRAY(SELECT p.step FROM incident_step p WHERE p.incident_id = i.id) AS "doneSteps"`;

/** A case as it stands now, which is not always what was last written down of it. */
export function incidentRowOf(record: IncidentRecord, state: IncidentState): IncidentRow {
  const { token = 0, family = 0, user = 0, client = 0 } = record.subjects;
  return {
    id: record.id,
    number: record.number,
    title: record.title,
    state,
    severity: record.severity,
    openedAt: record.openedAt.toISOString(),
    openedBy: { kind: record.openedByKind, id: record.openedById, name: record.openedByName },
    compromisedFrom: record.compromisedFrom.toISOString(),
    containedAt: record.containedAt?.toISOString() ?? null,
    closedAt: record.closedAt?.toISOString() ?? null,
    subjects: { token, family, user, client },
    ownSecretCount: record.ownSecretCount,
    stepsDone: record.doneSteps.length,
  };
}

/** Rows of a list, each as it stands now. */
export async function incidentRowsOf(
  ctx: Reader,
  records: readonly IncidentRecord[],
): Promise<IncidentRow[]> {
  const states = await readCaseStates(
    ctx,
    records.map(({ id }) => id),
  );
  return records.map((record) => incidentRowOf(record, states.get(record.id) ?? record.state));
}

/** A case by its number. With `lock` it is kept for the caller's transaction. @throws {DomainError} NOT_FOUND */
export async function readIncident(db: Sql, number: number, lock = false): Promise<IncidentRecord> {
  const locking: Fragment = lock ? sql`FOR UPDATE OF i` : sql``;
  const [record] = await run<IncidentRecord>(
    db,
    sql`SELECT i.id, ${INCIDENT_COLUMNS} FROM incident i WHERE i.number = ${number}::int ${locking}`,
  );
  if (record === undefined) throw notFound("The case");
  return record;
}

/** A case as the audit log names it. */
export function incidentTarget({ id, number, title }: Pick<IncidentRecord, "id" | "number" | "title">) {
  return { kind: "incident", id, name: `#${number} ${title}` };
}
