import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { planAgain } from "../order-plans/plan-again.ts";
import type { ApprovalRecord, StoredRequest } from "./approval-row.ts";
import { askForApproval, type GuardedRequest } from "./ask-approval.ts";
import { mayAskAgain } from "./may-ask-again.ts";
import type { ApprovalRow } from "./model.ts";
import { readApproval } from "./read-approval.ts";

/** The request as its route declares it, to be done as who asks. */
export type GuardStored = (
  ctx: Context,
  asked: { method: string; path: string; request: StoredRequest },
) => Promise<GuardedRequest>;

/** The same request, with a plan of now where it was bound to one. */
async function requestOfNow(
  ctx: Context,
  record: ApprovalRecord,
  request: StoredRequest,
): Promise<StoredRequest> {
  if (record.planKind !== "order" || record.planId === null) return request;
  const body = request.body as { planId?: unknown; confirm?: unknown } | null;
  if (body?.planId !== record.planId)
    throw new DomainError("CONFLICT", "Its plan was for that moment: ask from where you asked.");
  const plan = await planAgain(ctx, record.planId);
  if (plan.isAlreadyRevoked)
    throw new DomainError("ALREADY_ENDED", "It is revoked already: there is nothing left to ask for.");
  const { confirm: _, ...rest } = body;
  const isTyped = plan.confirm !== null && body.confirm !== undefined;
  return { ...request, body: { ...rest, planId: plan.id, ...(isTyped ? { confirm: plan.confirm } : {}) } };
}

/** The version that is there now, as the refusal of another one names it. */
function versionOfNow(error: unknown): number | null {
  if (!(error instanceof DomainError) || error.code !== "STALE_VERSION") return null;
  const said = error.fields.find(({ path }) => path === "version")?.message;
  const [, version] = /^is (\d+) now$/.exec(said ?? "") ?? [];
  return version === undefined ? null : Number(version);
}

/** The same change upon what is there now: what it does to that is tried out and shown anew. */
function upon(version: number, request: StoredRequest): StoredRequest {
  if (request.seenVersion !== undefined) return { ...request, seenVersion: version };
  return { ...request, body: { ...(request.body as object), version } };
}

/**
 * Asks once more for what one asked for, with the same reason: it is planned and tried out anew, upon what is there by now, and stands in the place of the one before, which is withdrawn where it still waited.
 * Needs what the act needs. Recorded as `approval.requested`, and `approval.withdrawn` of the one before.
 *
 * @throws {StepUpRequired} where the act asks for it
 * @throws {DomainError} NOT_FOUND, FORBIDDEN for another's, CONFLICT for what is not kept or was decided, and whatever the act refuses.
 */
export async function askAgain(
  ctx: Context,
  { id }: { id: string },
  guardStored: GuardStored,
): Promise<ApprovalRow> {
  requirePermission(ctx, "approval:read");
  const record = await readApproval(ctx.db, id);
  const isOwn = ctx.actor.kind === record.actorKind && ctx.actor.id === record.actorId;
  if (!isOwn) throw new DomainError("FORBIDDEN", "Only who asked asks again.");
  const { method, path, request } = record;
  if (!mayAskAgain(ctx, record) || request === null)
    throw new DomainError("CONFLICT", "It cannot be asked again from here: ask from where you asked.");
  const [kind = "policy"] = record.kinds;
  const ask = async (now: StoredRequest) =>
    askForApproval(ctx, await guardStored(ctx, { method, path, request: now }), {
      kind,
      reason: record.reason,
      insteadOf: id,
    });
  const now = await requestOfNow(ctx, record, request);
  try {
    return await ask(now);
  } catch (error) {
    const version = versionOfNow(error);
    if (version === null) throw error;
    return ask(upon(version, now));
  }
}
