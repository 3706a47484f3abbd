import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { previewAgain } from "../lifetimes/preview-again.ts";
import { planAgain } from "../order-plans/plan-again.ts";
import type { ApprovalRecord, StoredRequest } from "./approval-row.ts";

export type Planned = Pick<ApprovalRecord, "planKind" | "planId">;
type Body = { planId?: unknown; confirm?: unknown; shorten?: { planId?: unknown; confirm?: unknown } };

const bodyOf = ({ body }: StoredRequest): Body =>
  typeof body === "object" && body !== null ? (body as Body) : {};

/** The plan that a request carries itself; null where its door makes its own, or none. */
export function carriedPlan(
  { planKind, planId }: Planned,
  request: StoredRequest,
): { kind: "order" | "lifetimes"; id: string } | null {
  if (planKind === null || planId === null) return null;
  const { planId: order, shorten } = bodyOf(request);
  const carried = planKind === "order" ? order : shorten?.planId;
  if (carried === undefined) return null;
  if (carried !== planId)
    throw new DomainError("CONFLICT", "Its plan was for that moment: ask from where you asked.");
  return { kind: planKind, id: planId };
}

/** The same change of lifetimes without an end of tokens. */
export function withoutShortening(request: StoredRequest): StoredRequest {
  const { shorten: _, ...rest } = bodyOf(request);
  return { ...request, body: rest };
}

async function withShortening(ctx: Context, request: StoredRequest, planId: string): Promise<StoredRequest> {
  const { plan } = await previewAgain(ctx, planId, { shorten: true });
  // what outlived them has ended by itself: the lifetimes alone are asked for
  if (plan === null) return withoutShortening(request);
  const body = bodyOf(request);
  const isTyped = plan.confirm !== null && body.shorten?.confirm !== undefined;
  return {
    ...request,
    body: { ...body, shorten: { planId: plan.id, ...(isTyped ? { confirm: plan.confirm } : {}) } },
  };
}

/** The same request, with a plan of now where it was bound to one. */
export async function requestOfNow(
  ctx: Context,
  record: Planned,
  request: StoredRequest,
): Promise<StoredRequest> {
  const carried = carriedPlan(record, request);
  if (carried === null) return request;
  if (carried.kind === "lifetimes") return withShortening(ctx, request, carried.id);
  const plan = await planAgain(ctx, carried.id);
  if (plan.isAlreadyRevoked)
    throw new DomainError("ALREADY_ENDED", "It is revoked already: there is nothing left to ask for.");
  const { confirm: typed, ...rest } = bodyOf(request);
  const isTyped = plan.confirm !== null && typed !== undefined;
  return { ...request, body: { ...rest, planId: plan.id, ...(isTyped ? { confirm: plan.confirm } : {}) } };
}

/** The version that is there now, as the refusal of another one names it. */
function versionOfNow(error: unknown): number | null {
  if (!(error instanceof DomainError) || error.code !== "STALE_VERSION") return null;
  const said = error.fields.find(({ path }) => path === "version")?.message;
  const [, version] = /^is (\d+) now$/.exec(said ?? "") ?? [];
  return version === undefined ? null : Number(version);
}

/** Does with a request what is to be done; where another version is there by now, with the same change upon that. */
export async function uponWhatIsThere<T>(
  request: StoredRequest,
  work: (request: StoredRequest) => Promise<T>,
): Promise<T> {
  try {
    return await work(request);
  } catch (error) {
    const version = versionOfNow(error);
    if (version === null) throw error;
    return work(
      request.seenVersion === undefined
        ? { ...request, body: { ...bodyOf(request), version } }
        : { ...request, seenVersion: version },
    );
  }
}
