import { ApprovalRequired } from "../approvals/approval-required.ts";
import { requireWithinReach } from "../approvals/bulk-reach.ts";
import { guardedActs } from "../approvals/model.ts";
import { requireApproval } from "../approvals/require-approval.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { TargetKind } from "../revocations/model.ts";
import { BULK_TOKENS, BULK_USERS } from "./model.ts";
import { type AskedAgain, requireStepUp, StepUpRequired } from "./require-step-up.ts";

/** What a revocation is upon, and how far it reaches. */
type Reach = { kind: TargetKind; tokens: number; isExact: boolean };
type ReachOfTarget = Reach & { id: string };

/** Ends what one person or one leak has: it never waits. */
export const OF_ONE: ReadonlySet<TargetKind> = new Set(["token", "family", "session", "user"]);

async function requireFor(
  ctx: AskedAgain,
  { kind, tokens, isExact }: Reach,
  countUsers: () => Promise<number>,
): Promise<void> {
  if (OF_ONE.has(kind)) return;
  // the key of a token is a key act: who was asked for it is not asked twice who they are; how far it reaches counts all the same
  if (kind === "signing_key") {
    await requireApproval(ctx, "keys");
    return requireWithinReach(ctx, { tokens, isExact, isEverything: false });
  }
  const isBulk =
    kind === "everything" || !isExact || tokens > BULK_TOKENS || (await countUsers()) > BULK_USERS;
  // a second person first: who breaks the glass shows who they are for this very act, and once
  await requireWithinReach(ctx, { tokens, isExact, isEverything: kind === "everything" });
  if (isBulk) await requireStepUp(ctx, "bulk");
}

/**
 * Asks for a proof where a plan revokes the tokens of more users than one, or more tokens than a person has. A suspension never waits: it can be undone.
 *
 * The organisation may want a second person for it, alone or with what the same person revoked of late.
 *
 * @throws {StepUpRequired} bulk; keys where the target is a signing key
 * @throws {ApprovalRequired} for the same
 */
export async function requirePlanStepUp(
  ctx: AskedAgain,
  plan: { id: string; verb: string; targetKind: TargetKind; tokens: number; isExact: boolean },
): Promise<void> {
  if (plan.verb !== "revoke") return;
  if (ctx.pass !== undefined) {
    ctx.pass.plan = { kind: "order", id: plan.id };
    await ctx.pass.onPlan?.();
  }
  const reach = { kind: plan.targetKind, tokens: plan.tokens, isExact: plan.isExact };
  await requireFor(ctx, reach, async () => {
    const [row] = await run<{ users: number }>(
      ctx.db,
      sql`SELECT cardinality(ids) AS users FROM order_plan_name WHERE plan_id = ${plan.id}::uuid AND kind = 'user'`,
    );
    return row?.users ?? 0;
  });
}

/** Why a plan would wait for a second person, in words; null where it would not. Asks nobody for a proof. */
export async function whyPlanWaits(
  ctx: AskedAgain,
  {
    verb,
    targetKind,
    tokens,
    isExact,
  }: { verb: string; targetKind: TargetKind; tokens: number; isExact: boolean },
): Promise<string | null> {
  if (verb !== "revoke" || OF_ONE.has(targetKind) || ctx.pass !== undefined) return null;
  const isEverything = targetKind === "everything";
  const asks = [
    async () => (targetKind === "signing_key" ? requireApproval(ctx, "keys") : undefined),
    () => requireWithinReach(ctx, { tokens, isExact, isEverything }),
    // an API token that may not do by itself what a person is asked again for
    async () => (tokens > BULK_TOKENS || !isExact || isEverything ? requireStepUp(ctx, "bulk") : undefined),
  ];
  for (const ask of asks) {
    try {
      await ask();
    } catch (error) {
      if (error instanceof ApprovalRequired)
        return error.why ?? `A second person is needed to ${guardedActs(error.kind)}.`;
      if (!(error instanceof StepUpRequired)) throw error;
    }
  }
  return null;
}

/**
 * The same for a revocation without a plan, by what it was counted to reach.
 *
 * @param live FROM and WHERE of the live tokens that it reaches, as `token t`.
 * @throws {StepUpRequired} and {ApprovalRequired} as above
 */
export async function requireReachStepUp(
  ctx: AskedAgain,
  { id, ...reach }: ReachOfTarget,
  live: Fragment,
): Promise<void> {
  const reached = reach.kind === "client" ? ({ kind: "client", id } as const) : null;
  if (ctx.pass?.isTrial === true) ctx.pass.reach = reached;
  try {
    await requireFor(ctx, reach, () => countUsersUpTo(ctx.db, live));
  } catch (error) {
    if (error instanceof ApprovalRequired) error.reach = reached;
    throw error;
  }
}

async function countUsersUpTo(db: Sql, live: Fragment): Promise<number> {
  const [row] = await run<{ users: number }>(
    db,
    sql`SELECT count(*)::int AS users FROM (SELECT DISTINCT t.user_id ${live} AND t.user_id IS NOT NULL LIMIT ${BULK_USERS + 1}::int) u`,
  );
  return row?.users ?? 0;
}
