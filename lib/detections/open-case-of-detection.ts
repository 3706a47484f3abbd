import { type Act, recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { addSubjects } from "../incidents/add-subjects.ts";
import { readIncident } from "../incidents/incident-row.ts";
import type { SubjectsInput } from "../incidents/input.ts";
import { type SubjectKind as CaseSubjectKind, STEP_NOTE_MAX, TITLE_MAX } from "../incidents/model.ts";
import { openIncidentOn } from "../incidents/open-incident.ts";
import { nameSubjects } from "../incidents/save-subjects.ts";
import {
  type DetectionRecord,
  detectionName,
  detectionRowOf,
  detectionTarget,
  readDetection,
} from "./detection-row.ts";
import { readDetectionDetail } from "./get-detection.ts";
import type { CaseOfDetectionInput } from "./input.ts";
import type { DetectionDetail, SubjectKind } from "./model.ts";

const CASE_KINDS: Partial<Record<SubjectKind, CaseSubjectKind>> = {
  token: "token",
  family: "family",
  client: "client",
};

/** What a case of it is about; nothing on record where a token was forged. */
function subjectsOf({ subjectKind, subjectId }: DetectionRecord): SubjectsInput {
  const kind = CASE_KINDS[subjectKind];
  return { tokenIds: [], subjects: kind === undefined ? [] : [{ kind, id: subjectId }] };
}

/** @throws {DomainError} CONFLICT */
function requireNoCase({ incidentNumber }: DetectionRecord): void {
  if (incidentNumber !== null) throw new DomainError("CONFLICT", `It is in case ${incidentNumber} already.`);
}

/** Puts a detection into a case, inside the caller's transaction. */
async function join(tx: Sql, id: string, incident: { id: string; number: number }): Promise<Act> {
  const record = await readDetection(tx, id, true);
  requireNoCase(record);
  await tx.query(
    "UPDATE detection SET state = 'in_case', mute_id = NULL, incident_id = $2::uuid WHERE id = $1::uuid",
    [id, incident.id],
  );
  return {
    act: "detection.put_in_case",
    target: detectionTarget(record),
    before: { state: record.state },
    after: { state: "in_case", case: `#${incident.number}` },
  };
}

async function joinCase(ctx: Context, record: DetectionRecord, number: number): Promise<void> {
  const incident = await readIncident(ctx.db, number);
  if (incident.state === "closed")
    throw new DomainError("CONFLICT", "The case is closed. Open it again to put more into it.");
  const subjects = subjectsOf(record);
  // what is in it already stays: whoever is interrupted here repeats it
  if (subjects.subjects.length > 0) await addSubjects(ctx, { number, ...subjects });
  await ctx.db.transaction(async (tx) => recordEntry(tx, ctx, await join(tx, record.id, incident)));
}

/**
 * Turns a detection into a case, with what it is found of as the subject and its evidence as the note; or puts it into a case that is there. What is found again
 * adds to it until the case is closed. Needs `detection:write` and `incident:write`. Recorded as `detection.put_in_case` beside what the case records.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT where it is in a case already or the case is closed, INVALID_INPUT where its token has left the register
 */
export async function openCaseOfDetection(
  ctx: Context,
  { id, incident, title, severity, note }: CaseOfDetectionInput & { id: string },
): Promise<DetectionDetail> {
  requirePermission(ctx, "detection:write");
  requirePermission(ctx, "incident:write");
  const record = await readDetection(ctx.db, id);
  requireNoCase(record);
  if (incident !== undefined) {
    await joinCase(ctx, record, incident);
    return readDetectionDetail(ctx, id);
  }
  const subjects = subjectsOf(record);
  const named = subjects.subjects.length === 0 ? [] : await nameSubjects(ctx.db, subjects);
  const says = detectionRowOf(record).says;
  await openIncidentOn(
    ctx,
    {
      title: title ?? detectionName(record).slice(0, TITLE_MAX),
      severity: severity ?? record.severity,
      note: (note === "" ? says : `${says} ${note}`).slice(0, STEP_NOTE_MAX),
    },
    named,
    {
      found: says,
      from: { at: record.firstAt, why: "From when it was first found: nothing on record is named by it." },
      also: async (tx, opened) => [await join(tx, id, opened)],
    },
  );
  return readDetectionDetail(ctx, id);
}
