import { noteReach, requireWithinReach } from "../approvals/bulk-reach.ts";
import type { Act } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { SELECTION_AT_ONCE_MAX } from "../order-plans/model.ts";
import { placeOrders } from "../revocations/place-order.ts";
import { listSelections, settleListed } from "../revocations/settle-selection.ts";
import { BULK_TOKENS } from "../step-up/model.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import type { ShortenInput } from "./input.ts";
import { type LifetimeChange, settingsText } from "./lifetime-change.ts";
import { termsOf } from "./preview-change.ts";

type PlanRecord = {
  ofKind: string;
  ofId: string;
  settings: object;
  tokens: number;
  expiresAt: Date;
  usedAt: Date | null;
};

type SliceRecord = { selectionId: string; endsAt: Date | null; size: number };

async function getPlan(tx: Sql, ctx: Context, change: LifetimeChange, planId: string): Promise<PlanRecord> {
  const [plan] = await run<PlanRecord>(
    tx,
    sql`SELECT of_kind AS "ofKind", of_id AS "ofId", settings, tokens, expires_at AS "expiresAt", used_at AS "usedAt" FROM lifetime_plan
      WHERE id = ${planId}::uuid AND actor_kind = ${ctx.actor.kind} AND actor_id = ${ctx.actor.id} FOR UPDATE`,
  );
  if (plan === undefined) throw notFound("The plan");
  if (plan.usedAt !== null) throw new DomainError("ALREADY_ENDED", "The plan was used. A plan is used once.");
  if (plan.expiresAt <= ctx.now)
    throw new DomainError("GONE", "The plan has expired. Look at the tokens again.");
  const ofId = change.kind === "organisation" ? "1" : change.id;
  const isSame =
    plan.ofKind === change.kind &&
    plan.ofId === ofId &&
    settingsText(plan.settings) === settingsText(change.settings);
  if (!isSame)
    throw new DomainError("CONFLICT", "The plan was made for other lifetimes. Look at the tokens again.");
  return plan;
}

/**
 * Ends the tokens of a plan, each when it was shown to: an order upon each frozen selection, at its time. In the transaction of the change that makes the
 * lifetimes shorter, after everything slow and before anything is recorded: the feed's head is locked. Answers the act to be recorded,
 * `lifetimes.shortened` upon whose lifetimes they are. Needs `order:write`; above the organisation's `wideOrderTokens` the owner role and `confirm`.
 *
 * @throws {StepUpRequired} bulk, for more tokens than a person has
 * @throws {DomainError} NOT_FOUND for another's plan, ALREADY_ENDED for a used one, GONE for an expired one, CONFLICT for one of other lifetimes, FORBIDDEN,
 *   INVALID_INPUT.
 */
export async function shortenTokens(
  tx: Sql,
  ctx: Context,
  change: LifetimeChange & { name: string; wideOrderTokens: number },
  { planId, confirm }: ShortenInput,
): Promise<Act> {
  requirePermission(ctx, "order:write");
  const plan = await getPlan(tx, ctx, change, planId);
  const terms = termsOf(plan.tokens, change.wideOrderTokens);
  if (terms.needsOwner) requirePermission(ctx, "everything:revoke");
  if (terms.confirm !== null && confirm?.trim() !== terms.confirm)
    throw new DomainError("INVALID_INPUT", `Type "${terms.confirm}" to confirm the end of so many.`, {
      fields: [{ path: "shorten.confirm", message: `must be ${terms.confirm}` }],
    });
  const inside = { ...ctx, db: tx };
  if (ctx.pass !== undefined) ctx.pass.plan = { kind: "lifetimes", id: planId };
  if (plan.tokens > BULK_TOKENS) await requireStepUp(inside, "bulk");
  const reach = { tokens: plan.tokens, isExact: true, isEverything: false };
  await requireWithinReach(inside, reach);
  const slices = await run<SliceRecord>(
    tx,
    sql`SELECT s.selection_id AS "selectionId", s.ends_at AS "endsAt", x.size FROM lifetime_plan_slice s JOIN selection x ON x.id = s.selection_id
      WHERE s.plan_id = ${planId}::uuid ORDER BY s.number`,
  );
  const note = `Lifetimes of ${change.name} were made shorter: these tokens end by the new limits.`;
  await tx.query("UPDATE lifetime_plan SET used_at = $2::timestamptz WHERE id = $1::uuid", [planId, ctx.now]);
  // the worker does the larger ones, chunk by chunk
  const small = slices.filter(({ size }) => size <= SELECTION_AT_ONCE_MAX);
  await listSelections(
    tx,
    small.map(({ selectionId }) => selectionId),
  );
  const orders = await placeOrders(tx, ctx, {
    verb: "revoke",
    targets: slices.map(({ selectionId, endsAt, size }) => ({
      kind: "selection",
      id: selectionId,
      name: `${size === 1 ? "1 token" : `${size.toLocaleString("en")} tokens`} past the new lifetimes of ${change.name}`,
      effectiveFrom: endsAt ?? undefined,
    })),
    reason: "policy",
    note,
    planId,
  });
  const listed = slices.flatMap((slice, index) => {
    const order = orders[index];
    if (order === undefined || !small.includes(slice)) return [];
    return [{ orderId: order.id, selectionId: slice.selectionId, isInForce: !order.isScheduled }];
  });
  await settleListed(tx, listed);
  await noteReach(inside, reach, { neverWaits: false });
  const ends = slices.flatMap(({ endsAt }) => (endsAt === null ? [] : [endsAt.toISOString()])).sort();
  return {
    act: "lifetimes.shortened",
    target: { kind: change.kind, id: change.kind === "organisation" ? "1" : change.id, name: change.name },
    reason: "policy",
    after: {
      planId,
      tokens: plan.tokens,
      endAtOnce: slices.filter(({ endsAt }) => endsAt === null).reduce((sum, { size }) => sum + size, 0),
      orders: slices.length,
      ...(ends.length === 0 ? {} : { lastEndsAt: ends.at(-1) }),
    },
  };
}
