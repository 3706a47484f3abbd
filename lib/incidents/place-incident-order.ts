import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { PlannedOrderResult } from "../order-plans/model.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { isLive, readCaseTokens } from "./case-tokens.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import type { IncidentOrderInput } from "./input.ts";

function requireOpen({ state }: IncidentRecord): void {
  if (state === "closed")
    throw new DomainError("CONFLICT", "The case is closed. Open it again to place orders in it.");
}

/** Ticks containment off where no token of the case works any more. What is told here is seen again with every later order. */
async function noteContained(ctx: Context, number: number): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number, true);
    if (incident.state !== "open") return;
    const { rows, isCut } = await readCaseTokens({ db: tx, now: ctx.now }, incident);
    if (isCut || rows.length === 0 || rows.some(isLive)) return;
    const what = `None of the case's ${rows.length === 1 ? "token works" : `${rows.length} tokens works`} any more.`;
    await tx.query(
      "UPDATE incident SET state = 'contained', contained_at = $2::timestamptz, version = version + 1 WHERE id = $1::uuid",
      [incident.id, ctx.now],
    );
    await tx.query(
      `INSERT INTO incident_step (incident_id, step, done_at, done_by_id, done_by_name, what)
       VALUES ($1::uuid, 'contain', $2::timestamptz, $3::text, $4::text, $5::text) ON CONFLICT DO NOTHING`,
      [incident.id, ctx.now, ctx.actor.id, ctx.actor.name, what],
    );
    await recordEntry(tx, ctx, {
      act: "incident.contained",
      target: incidentTarget(incident),
      before: { state: incident.state },
      after: { state: "contained", contain: what },
    });
  });
}

/**
 * Places the order of a plan in a case: the order carries the case's id. Where it ends the last of the case's tokens the case is contained, which is
 * recorded as `incident.contained`. Needs `incident:write`, and what the order itself needs; recorded as that order is, and as `incident.order_placed`.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT for a closed case, and what `placePlannedOrder` throws
 */
export async function placeIncidentOrder(
  ctx: Context,
  { number, ...input }: IncidentOrderInput & { number: number },
): Promise<PlannedOrderResult> {
  requirePermission(ctx, "incident:write");
  const incident = await readIncident(ctx.db, number);
  requireOpen(incident);
  const result = await placePlannedOrder(ctx, input, {
    incidentId: incident.id,
    together: async (tx) => {
      // nobody closes the case between this look and the order
      requireOpen(await readIncident(tx, number, true));
      return [
        {
          act: "incident.order_placed",
          target: incidentTarget(incident),
          reason: input.reason,
          after: { planId: input.planId },
        },
      ];
    },
  });
  await noteContained(ctx, number);
  return result;
}
