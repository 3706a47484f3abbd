import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readCaseStates } from "./case-state.ts";
import { type IncidentRecord, incidentRowOf, readIncident } from "./incident-row.ts";
import {
  type IncidentDetail,
  type IncidentNote,
  type IncidentSubject,
  NOTES_MAX,
  type OwnSecretOfCase,
  ownSecretWords,
  STEPS,
  type Step,
  type WorkingAgain,
} from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";
import { readOwnSecrets } from "./read-own-secrets.ts";
import { readStillWorking } from "./read-still-working.ts";
import { readLeakedOfClients } from "./read-taken-secrets.ts";
import { recordLook } from "./record-look.ts";

/** Subjects that are named on a case; all of them are counted. */
const NAMED_MAX = 50;

type SubjectRecord = Omit<IncidentSubject, "addedAt"> & { addedAt: Date };
type StepRecord = { step: Step; doneAt: Date; id: string; name: string; what: string };
type NoteRecord = Omit<IncidentNote, "at" | "by"> & { at: Date; byId: string; byName: string };

/** What works of a case that was contained; a restore, a renewal and the end of a suspension ask no case. */
async function readWorksAgain(
  ctx: Reader,
  record: IncidentRecord,
  own: readonly OwnSecretOfCase[],
): Promise<WorkingAgain | null> {
  if (record.containedAt === null && !record.doneSteps.includes("contain")) return null;
  const [{ working, isCut }, { taken: secrets }] = await Promise.all([
    readStillWorking(ctx, record),
    readLeakedOfClients(ctx, record.id),
  ]);
  const ownSecrets = own.filter(({ works }) => works).map(ownSecretWords);
  const isNone = working === 0 && secrets.length === 0 && ownSecrets.length === 0;
  return isNone ? null : { tokens: working, isCut, secrets, ownSecrets };
}

/** A case whole, without a look on record: for use cases that have recorded what they did. */
export async function readDetail(ctx: Reader, record: IncidentRecord): Promise<IncidentDetail> {
  const { db } = ctx;
  const ownSecrets = await readOwnSecrets(ctx, record.id);
  const [states, worksAgain, subjects, steps, notes] = await Promise.all([
    readCaseStates(ctx, [record.id]),
    readWorksAgain(ctx, record, ownSecrets),
    run<SubjectRecord>(
      db,
      sql`SELECT s.kind, s.target_id AS id, s.name, s.added_at AS "addedAt", s.added_by_name AS "addedBy", s.by_secret AS "bySecret" FROM incident_subject s
        WHERE s.incident_id = ${record.id}::uuid ORDER BY s.kind = 'token', s.kind, s.target_id LIMIT ${NAMED_MAX}::int`,
    ),
    run<StepRecord>(
      db,
      sql`SELECT p.step, p.done_at AS "doneAt", p.done_by_id AS id, p.done_by_name AS name, p.what FROM incident_step p
        WHERE p.incident_id = ${record.id}::uuid`,
    ),
    run<NoteRecord>(
      db,
      sql`SELECT n.id, n.step, n.text, n.use_id AS "useId", n.at, n.by_id AS "byId", n.by_name AS "byName" FROM incident_note n
        WHERE n.incident_id = ${record.id}::uuid ORDER BY n.at DESC, n.id DESC LIMIT ${NOTES_MAX}::int`,
    ),
  ]);
  return {
    ...incidentRowOf(record, states.get(record.id) ?? record.state),
    isSuggested: record.isSuggested,
    compromisedWhy: record.compromisedWhy,
    version: record.version,
    named: subjects.map((row): IncidentSubject => ({ ...row, addedAt: row.addedAt.toISOString() })),
    steps: STEPS.map((step) => {
      const done = steps.find((row) => row.step === step);
      return {
        step,
        doneAt: done?.doneAt.toISOString() ?? null,
        doneBy: done === undefined ? null : { id: done.id, name: done.name },
        what: done?.what ?? null,
      };
    }),
    ownSecrets,
    worksAgain,
    notes: notes.reverse().map(({ id, step, text, useId, at, byId, byName }) => ({
      id,
      step,
      text,
      useId,
      at: at.toISOString(),
      by: { id: byId, name: byName },
    })),
  };
}

/**
 * One case: what it is about, its window, its steps and notes. Needs `incident:read`. The look is recorded as `incident.viewed`, once in a quarter of
 * an hour for each person: without the entry there is no answer.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, UNAVAILABLE where the look cannot be recorded
 */
export async function getIncident(ctx: Context, number: number): Promise<IncidentDetail> {
  requirePermission(ctx, "incident:read");
  const record = await readIncident(ctx.db, number);
  await recordLook(ctx, record);
  return readDetail(ctx, record);
}
