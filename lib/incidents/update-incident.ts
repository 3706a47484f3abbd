import { changesOf } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { readCaseStates } from "./case-state.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { readDetail } from "./get-incident.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import type { UpdateIncidentInput } from "./input.ts";
import type { IncidentDetail, SaidState } from "./model.ts";
import { noteContainment } from "./note-containment.ts";
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

/** What is written down of what somebody says: a case that is opened again goes on where it was. */
function stateSaid({ state, containedAt }: IncidentRecord, said: SaidState | undefined): SaidState {
  if (said === "open" && state === "closed" && containedAt !== null) return "contained";
  return said ?? state;
}

/** @throws {DomainError} CONFLICT where its tokens say otherwise than somebody does */
async function requireTrue(tx: Sql, { now }: Context, incident: IncidentRecord, said: SaidState) {
  const stands = (await readCaseStates({ db: tx, now }, [incident.id])).get(incident.id);
  if (said === "contained" && stands !== "contained")
    throw new DomainError(
      "CONFLICT",
      stands === "held"
        ? "Something of the case is only suspended, or refused while its owner is disabled, and can work again: it is held. Revoke or end it to contain the case."
        : "Something of the case works: take it back to contain it.",
    );
  if (said === "open" && stands === "contained" && incident.state !== "closed")
    throw new DomainError(
      "CONFLICT",
      "Nothing of the case works any more: it is contained. Put into it what works, or set its window.",
    );
}

/**
 * Changes a case's title, severity, state or window. `compromisedFrom` null goes back to what the log suggests. Whether a case that names something is contained
 * follows from its tokens: nobody says otherwise. Needs `incident:write`. Recorded as
 * `incident.updated`, with before and after.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION with what changed and by whom, INVALID_INPUT for a window in the future, CONFLICT for a state that is not so
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
    const { title = incident.title, severity = incident.severity } = input;
    const state = stateSaid(incident, input.state);
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
    if (input.state !== undefined) await requireTrue(tx, ctx, incident, input.state);
    await recordEntry(tx, ctx, {
      act: "incident.updated",
      target: incidentTarget({ ...incident, title }),
      ...changes,
    });
  });
  // one that was opened again may have been contained meanwhile, or work again
  if (input.state === "open") await noteContainment(ctx, number);
  return readDetail(ctx, await readIncident(ctx.db, number));
}
