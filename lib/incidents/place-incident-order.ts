import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { PlannedOrderResult } from "../order-plans/model.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import type { IncidentOrderInput } from "./input.ts";
import { noteContainment } from "./note-containment.ts";

function requireOpen({ state }: IncidentRecord): void {
  if (state === "closed")
    throw new DomainError("CONFLICT", "The case is closed. Open it again to place orders in it.");
}

/**
 * Places the order of a plan in a case: the order carries the case's id. Where it ends the last of the case's tokens the case is contained, which is
 * recorded as `incident.contained`. Needs `incident:write`, and what the order itself needs; recorded as that order is, and as `incident.order_placed`, or
 * where an earlier order had ended the target already, and nothing was placed, as `incident.order_repeated` with that one.
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
      return ({ orderId, wasPlaced }) => [
        {
          act: wasPlaced ? "incident.order_placed" : "incident.order_repeated",
          target: incidentTarget(incident),
          reason: input.reason,
          after: { planId: input.planId, orderId },
        },
      ];
    },
  });
  await noteContainment(ctx, number);
  return result;
}
