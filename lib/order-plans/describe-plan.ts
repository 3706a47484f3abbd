import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { liveTokens } from "../revocations/live-tokens.ts";
import { CALLER_TOKENS_MAX, readCallers } from "../revocations/read-callers.ts";
import { readLiveBook } from "../tokens/live-book.ts";
import type { Name, OrderPlan } from "./model.ts";
import { firstNames } from "./plan-names.ts";
import { planSentences } from "./plan-words.ts";
import { PLAN_COLUMNS, type PlanRecord, targetOfPlan } from "./read-plan.ts";
import { readRemainingOf } from "./remaining-wide.ts";

type Shown = { value: number; isExact: boolean; names: Name[] };

/** What a kept plan would do, told anew for somebody who did not make it. */
export type DescribedPlan = {
  facts: Pick<OrderPlan, "verb" | "tokens" | "users" | "target">;
  sentences: string[];
  tokens: { value: number; isExact: boolean };
  users: Shown;
  clients: Shown;
  verifiers: Shown;
  /** What goes on all the same, in sentences. */
  remains: string[];
};

async function countNames(ctx: Context, planId: string): Promise<Map<string, number>> {
  const rows = await run<{ kind: string; count: number }>(
    ctx.db,
    sql`SELECT kind, cardinality(ids) AS count FROM order_plan_name WHERE plan_id = ${planId}::uuid`,
  );
  return new Map(rows.map(({ kind, count }) => [kind, count]));
}

/** The words and names of a plan, or null where it is not kept any more. Authorise before. */
export async function describePlan(ctx: Context, planId: string): Promise<DescribedPlan | null> {
  const [plan] = await run<PlanRecord & { createdAt: Date }>(
    ctx.db,
    sql`SELECT ${PLAN_COLUMNS}, created_at AS "createdAt" FROM order_plan WHERE id = ${planId}::uuid`,
  );
  if (plan === undefined) return null;
  const target = await targetOfPlan(ctx.db, plan);
  const [counts, named, live] = await Promise.all([
    countNames(ctx, planId),
    firstNames(ctx.db, planId),
    liveTokens(ctx),
  ]);
  const book = target.isWide ? await readLiveBook(ctx.db, ctx.now) : null;
  const [callers, remains] = await Promise.all([
    readCallers(ctx, target, book),
    readRemainingOf(ctx, live, target),
  ]);
  const isNamed = counts.has("client");
  const members = target.memberIds?.length ?? null;
  const of = (kind: "user" | "client" | "verifier") => ({
    value: isNamed ? (counts.get(kind) ?? 0) : 0,
    isExact: isNamed,
  });
  const facts: Omit<OrderPlan, "sentences" | "refusedEverywhere" | "secondPerson"> = {
    id: plan.id,
    createdAt: plan.createdAt.toISOString(),
    expiresAt: plan.expiresAt.toISOString(),
    verb: plan.verb,
    target: { kind: plan.targetKind, id: plan.targetId, name: plan.targetName },
    members,
    widensTo: null,
    effectiveFrom: plan.effectiveFrom?.toISOString() ?? null,
    suspendedUntil: plan.suspendedUntil?.toISOString() ?? null,
    isAlreadyRevoked: false,
    tokens: { value: plan.tokens, isExact: plan.isExact },
    users: of("user"),
    clients: of("client"),
    verifiers: of("verifier"),
    named: isNamed ? named : { ...named, verifiers: [] },
    callers: callers ?? [],
    callersAreKnown: callers !== null,
    remains,
    needsOwner: plan.needsOwner,
    confirm: plan.confirm,
  };
  return {
    facts: { verb: facts.verb, tokens: facts.tokens, users: facts.users, target: facts.target },
    sentences: planSentences({ ...facts, isOfNewest: plan.tokens > CALLER_TOKENS_MAX }),
    tokens: facts.tokens,
    users: { ...facts.users, names: facts.named.users },
    clients: { ...facts.clients, names: facts.named.clients },
    verifiers: { ...facts.verifiers, names: facts.named.verifiers },
    remains: remains.map(({ says }) => says),
  };
}
