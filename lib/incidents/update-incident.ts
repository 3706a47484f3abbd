import { changesOf } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { readDetail } from "./get-incident.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import type { UpdateIncidentInput } from "./input.ts";
import type { IncidentDetail } from "./model.ts";
import { readSuggestedWindow } from "./read-suggested-window.ts";
import { requireIncidentVersion } from "./require-incident-version.ts";
import { setWindow, type Window } from "./set-window.ts";

function fieldsOf(record: IncidentRecord | (Window & Pick<IncidentRecord, "title" | "severity" | "state">)) {
  return {
    title: record.title,
    severity: record.severity,
    state: record.state,
    compromisedFrom: record.compromisedFrom.toISOString(),
    compromisedWhy: record.compromisedWhy,
  };
}

/**
 * Changes a case's title, severity, state or window. `compromisedFrom` null goes back to what the log suggests. Needs `incident:write`. Recorded as
 * `incident.updated`, with before and after.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION with what changed and by whom, INVALID_INPUT for a window in the future
 */
export async function updateIncident(
  ctx: Context,
  { number, ...input }: UpdateIncidentInput & { number: number },
): Promise<IncidentDetail> {
  requirePermission(ctx, "incident:write");
  await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    await requireIncidentVersion(tx, input.version, incident);
    let window: Window = incident;
    if (input.compromisedFrom instanceof Date) window = setWindow(ctx, input.compromisedFrom, input.why);
    else if (input.compromisedFrom === null) {
      const within = { db: tx, now: ctx.now };
      const suggested = await readSuggestedWindow(within, (await readCaseTokens(within, incident)).rows);
      if (suggested !== null)
        window = { compromisedFrom: suggested.from, isSuggested: true, compromisedWhy: suggested.why };
    }
    const { title = incident.title, severity = incident.severity, state = incident.state } = input;
    const changes = changesOf(fieldsOf(incident), fieldsOf({ ...window, title, severity, state }));
    if (changes === null) return;
    await tx.query(
      `UPDATE incident SET title = $2::text, severity = $3::text, state = $4::text, compromised_from = $5::timestamptz, is_suggested = $6::boolean,
         compromised_why = $7::text, version = version + 1,
         contained_at = CASE WHEN $4::text = 'open' THEN NULL ELSE coalesce(contained_at, CASE WHEN $4::text = 'contained' THEN $8::timestamptz END) END,
         closed_at = CASE WHEN $4::text = 'closed' THEN coalesce(closed_at, $8::timestamptz) END
       WHERE id = $1::uuid`,
      [
        incident.id,
        title,
        severity,
        state,
        window.compromisedFrom,
        window.isSuggested,
        window.compromisedWhy,
        ctx.now,
      ],
    );
    await recordEntry(tx, ctx, {
      act: "incident.updated",
      target: incidentTarget({ ...incident, title }),
      ...changes,
    });
  });
  return readDetail(ctx, await readIncident(ctx.db, number));
}
