import { changesOf } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { readDetail } from "./get-incident.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import type { AddSubjectsInput } from "./input.ts";
import type { IncidentDetail } from "./model.ts";
import { noteContainment } from "./note-containment.ts";
import type { Reader } from "./pick-case-tokens.ts";
import { readSuggestedWindow } from "./read-suggested-window.ts";
import { requireIncidentVersion } from "./require-incident-version.ts";
import { type NamedSubject, nameSubjects, saveSubjects, subjectsWords } from "./save-subjects.ts";

/** Suggests the window of a case anew where nobody has set it. Returns what of it changed. */
async function suggestAnew(within: Reader, incident: IncidentRecord) {
  if (!incident.isSuggested) return null;
  const suggested = await readSuggestedWindow(within, (await readCaseTokens(within, incident)).rows);
  if (suggested === null) return null;
  await within.db.query(
    "UPDATE incident SET compromised_from = $2::timestamptz, compromised_why = $3::text WHERE id = $1::uuid",
    [incident.id, suggested.from, suggested.why],
  );
  return changesOf(
    {
      compromisedFrom: incident.compromisedFrom.toISOString(),
      compromisedWhy: incident.compromisedWhy,
    },
    { compromisedFrom: suggested.from.toISOString(), compromisedWhy: suggested.why },
  );
}

/**
 * Puts more into a case; what is in it already stays as it is. A window that nobody has set is suggested anew; a contained case of which something works by it is
 * open again. It raises the case's version where something came; a version that is given must be the newest. Needs `incident:write`. Recorded as
 * `incident.subjects_added` where something came.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT, STALE_VERSION with what changed and by whom, CONFLICT for a closed case or beyond SUBJECTS_MAX
 */
export async function addSubjects(
  ctx: Context,
  { number, version, ...input }: AddSubjectsInput & { number: number },
): Promise<IncidentDetail> {
  requirePermission(ctx, "incident:write");
  return addNamedSubjects(ctx, { number, version }, await nameSubjects(ctx.db, input));
}

/** The same of subjects that are named already. Authorise before: this does not. */
export async function addNamedSubjects(
  ctx: Context,
  { number, version }: { number: number; version?: number | undefined },
  subjects: readonly NamedSubject[],
): Promise<IncidentDetail> {
  const added = await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    if (version !== undefined) await requireIncidentVersion(tx, version, incident);
    if (incident.state === "closed")
      throw new DomainError("CONFLICT", "The case is closed. Open it again to put more into it.");
    const came = await saveSubjects(tx, ctx, incident.id, subjects);
    if (came === 0) return 0;
    const window = await suggestAnew({ db: tx, now: ctx.now }, incident);
    await tx.query("UPDATE incident SET version = version + 1 WHERE id = $1::uuid", [incident.id]);
    await recordEntry(tx, ctx, {
      act: "incident.subjects_added",
      target: incidentTarget(incident),
      before: window?.before,
      after: { added: came, ...subjectsWords(subjects), ...window?.after },
    });
    return came;
  });
  if (added > 0) await noteContainment(ctx, number);
  return readDetail(ctx, await readIncident(ctx.db, number));
}
