import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { LifetimeChange } from "./lifetime-change.ts";
import { previewLifetimes } from "./preview-change.ts";
import type { LifetimePreview } from "./preview-model.ts";

/**
 * Looks once more at what a plan of shorter lifetimes was for: the same change, upon what outlives it now; with `shorten` under a plan of now. Authorises as `previewLifetimes` does.
 *
 * @throws {DomainError} CONFLICT where the plan is not kept any more, and whatever `previewLifetimes` refuses.
 */
export async function previewAgain(
  ctx: Context,
  planId: string,
  { shorten }: { shorten: boolean },
): Promise<LifetimePreview> {
  const [plan] = await ctx.db.query<{ kind: LifetimeChange["kind"]; id: string; settings: object }>(
    `SELECT of_kind AS kind, of_id AS id, settings FROM lifetime_plan WHERE id = $1::uuid AND actor_kind = $2::text AND actor_id = $3::text`,
    [planId, ctx.actor.kind, ctx.actor.id],
  );
  if (plan === undefined)
    throw new DomainError("CONFLICT", "Its plan is not kept any more: ask from where you asked.");
  return previewLifetimes(ctx, { ...(plan as LifetimeChange), shorten });
}
