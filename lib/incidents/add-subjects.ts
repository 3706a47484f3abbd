import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { readDetail } from "./get-incident.ts";
import { incidentTarget, readIncident } from "./incident-row.ts";
import type { SubjectsInput } from "./input.ts";
import type { IncidentDetail } from "./model.ts";
import { readSuggestedWindow } from "./read-suggested-window.ts";
import { nameSubjects, saveSubjects, subjectsWords } from "./save-subjects.ts";

/**
 * Puts more into a case; what is in it already stays as it is. A window that nobody has set is suggested anew. Needs `incident:write`. Recorded as
 * `incident.subjects_added` where something came.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT, CONFLICT for a closed case or beyond SUBJECTS_MAX
 */
export async function addSubjects(
  ctx: Context,
  { number, ...input }: SubjectsInput & { number: number },
): Promise<IncidentDetail> {
  requirePermission(ctx, "incident:write");
  const subjects = await nameSubjects(ctx.db, input);
  await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    if (incident.state === "closed")
      throw new DomainError("CONFLICT", "The case is closed. Open it again to put more into it.");
    const added = await saveSubjects(tx, ctx, incident.id, subjects);
    if (added === 0) return;
    const within = { db: tx, now: ctx.now };
    const suggested = incident.isSuggested
      ? await readSuggestedWindow(within, (await readCaseTokens(within, incident)).rows)
      : null;
    if (suggested !== null)
      await tx.query(
        "UPDATE incident SET compromised_from = $2::timestamptz, compromised_why = $3::text WHERE id = $1::uuid",
        [incident.id, suggested.from, suggested.why],
      );
    await recordEntry(tx, ctx, {
      act: "incident.subjects_added",
      target: incidentTarget(incident),
      after: { added, ...subjectsWords(subjects) },
    });
  });
  return readDetail(ctx.db, await readIncident(ctx.db, number));
}
