import type { OrderPlan, PlannedOrderResult, PlannedVerb, PlanTargetInput } from "#lib/order-plans/model.ts";
import type { OrderDetail, OrderRow, Reason } from "#lib/revocations/model.ts";
import { requestJson } from "../request/request-json.ts";

/** What an order is asked to be. Instants in ISO 8601; null: at once, or until it is restored. */
export type OrderTerms = {
  verb: PlannedVerb;
  target: PlanTargetInput;
  effectiveFrom: string | null;
  suspendedUntil: string | null;
};

export type Because = { reason: Reason; note: string };

/** What an order would do; it is bound to that. */
export function askPlan(terms: OrderTerms, signal: AbortSignal): Promise<OrderPlan> {
  const { verb, target, effectiveFrom, suspendedUntil } = terms;
  const body = {
    verb,
    target,
    ...(effectiveFrom === null ? {} : { effectiveFrom }),
    ...(suspendedUntil === null || verb === "revoke" ? {} : { suspendedUntil }),
  };
  return requestJson("/api/v1/plans", { method: "POST", body, signal });
}

/** Places the order of a plan, in a case where one is given by its number. */
export function sendOrder(
  plan: OrderPlan,
  given: Because & { confirm: string },
  incident?: number,
): Promise<PlannedOrderResult> {
  const { reason, note, confirm } = given;
  const body = { planId: plan.id, reason, note, ...(plan.confirm === null ? {} : { confirm }) };
  const path = incident === undefined ? "/api/v1/orders" : `/api/v1/incidents/${incident}/orders`;
  return requestJson(path, { method: "POST", body });
}

/** How far an order is. */
export function askOrder(id: string, signal: AbortSignal): Promise<OrderDetail> {
  return requestJson(`/api/v1/orders/${id}`, { signal });
}

/** Calls an order off that has not begun. */
export function sendCancel(id: string, because: Because): Promise<OrderRow> {
  return requestJson(`/api/v1/orders/${id}/cancel`, { method: "POST", body: because });
}

/** Calls an order off and all that came from its plan with it. */
export function sendCancelTogether(id: string, because: Because): Promise<{ orders: number; says: string }> {
  return requestJson(`/api/v1/orders/${id}/cancel-together`, { method: "POST", body: because });
}

/** Ends the suspensions of an order's target, and of those that were placed with it. */
export function sendRestore(orderId: string, because: Because): Promise<{ says: string }> {
  return requestJson("/api/v1/restores", { method: "POST", body: { orderId, ...because } });
}
