import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { readDetail } from "./get-incident.ts";
import { incidentTarget, readIncident } from "./incident-row.ts";
import type { StepInput } from "./input.ts";
import { type IncidentDetail, STEP_WORDS, type Step } from "./model.ts";
import { requireIncidentVersion } from "./require-incident-version.ts";

/**
 * Ticks a step of a case off, with who, when and what; or takes the tick back. Containing and reporting do not follow from a tick: the case's state does
 * not move by it. Where the step stands so already, nothing is done. Needs `incident:write`. Recorded as `incident.step_done` or `incident.step_reopened`.
 *
 * @throws {DomainError} NOT_FOUND, STALE_VERSION with what changed and by whom, CONFLICT for a closed case
 */
export async function tickStep(
  ctx: Context,
  { number, step, ...input }: StepInput & { number: number; step: Step },
): Promise<IncidentDetail> {
  requirePermission(ctx, "incident:write");
  await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    // two who tick the same step off wanted the same; asked under the case's lock, which the steps above were read before
    const done = await tx.query(
      "SELECT FROM incident_step WHERE incident_id = $1::uuid AND step = $2::text",
      [incident.id, step],
    );
    if (done.length > 0 === input.isDone) return;
    await requireIncidentVersion(tx, input.version, incident);
    if (incident.state === "closed")
      throw new DomainError("CONFLICT", "The case is closed. Open it again to change its steps.");
    if (input.isDone)
      await tx.query(
        `INSERT INTO incident_step (incident_id, step, done_at, done_by_id, done_by_name, what)
         VALUES ($1::uuid, $2::text, $3::timestamptz, $4::text, $5::text, $6::text)`,
        [incident.id, step, ctx.now, ctx.actor.id, ctx.actor.name, input.what],
      );
    else
      await tx.query("DELETE FROM incident_step WHERE incident_id = $1::uuid AND step = $2::text", [
        incident.id,
        step,
      ]);
    await tx.query("UPDATE incident SET version = version + 1 WHERE id = $1::uuid", [incident.id]);
    await recordEntry(tx, ctx, {
      act: input.isDone ? "incident.step_done" : "incident.step_reopened",
      target: incidentTarget(incident),
      note: input.what === "" ? undefined : input.what,
      after: { [step]: `${STEP_WORDS[step].name}: ${input.isDone ? "done" : "open again"}` },
    });
  });
  return readDetail(ctx, await readIncident(ctx.db, number));
}
