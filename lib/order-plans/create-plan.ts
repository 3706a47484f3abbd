import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import { findEndingOrder } from "../revocations/already-revoked.ts";
import { liveTokens } from "../revocations/live-tokens.ts";
import { COUNT_MAX } from "../revocations/model.ts";
import { orderPermission } from "../revocations/order-permission.ts";
import { CALLER_TOKENS_MAX, readCallers } from "../revocations/read-callers.ts";
import { whyPlanWaits } from "../step-up/require-bulk-step-up.ts";
import { type LiveBook, readLiveBook } from "../tokens/live-book.ts";
import { freezeSelection } from "./freeze-selection.ts";
import type { PlanInput } from "./input.ts";
import type { Count, OrderPlan } from "./model.ts";
import { firstNames } from "./plan-names.ts";
import { getPlanTarget, type PlanTarget } from "./plan-target.ts";
import { requireTimes } from "./plan-times.ts";
import { planSentences, refusedEverywhereOf } from "./plan-words.ts";
import { readRemainingOf } from "./remaining-wide.ts";
import { selectLive } from "./selected-tokens.ts";
import {
  insertPlan,
  nameReach,
  type PlanDraft,
  type Reach,
  readVerifiersOf,
  transactionWithinTime,
} from "./write-plan.ts";

/** What looking at every live token of a target may take; beyond it a plan names nobody and says so. */
const LOOK_MS = 4_000;
/** What counting them may take then. */
const COUNT_MS = 300;

/** Names the verifiers, and the members of a group beside the users that hold tokens. */
async function nameOthers(
  tx: Sql,
  planId: string,
  audiences: readonly string[],
  memberIds: readonly string[] | null,
): Promise<void> {
  const verifiers = await readVerifiersOf(tx, audiences);
  await run(
    tx,
    sql`INSERT INTO order_plan_name (plan_id, kind, ids) VALUES (${planId}::uuid, 'verifier', ${verifiers.map((one) => one.id)}::uuid[])`,
  );
  if (memberIds !== null)
    await run(
      tx,
      sql`INSERT INTO order_plan_name (plan_id, kind, ids) VALUES (${planId}::uuid, 'user', ${memberIds}::uuid[])
        ON CONFLICT (plan_id, kind) DO UPDATE SET ids = excluded.ids`,
    );
}

async function finishPlan(
  tx: Sql,
  planId: string,
  given: { tokens: Count; audiences: readonly string[]; needsOwner: boolean; confirm: string | null },
): Promise<void> {
  await run(
    tx,
    sql`UPDATE order_plan SET tokens = ${given.tokens.value}::int, is_exact = ${given.tokens.isExact}, audiences = ${given.audiences}::text[],
      needs_owner = ${given.needsOwner}, confirm = ${given.confirm} WHERE id = ${planId}::uuid`,
  );
}

async function countVerifiers(db: Sql, planId: string): Promise<number> {
  const [row] = await run<{ count: number }>(
    db,
    sql`SELECT cardinality(ids) AS count FROM order_plan_name WHERE plan_id = ${planId}::uuid AND kind = 'verifier'`,
  );
  return row?.count ?? 0;
}

/** What has to be typed before an order over so much. */
function confirmOf(target: Pick<PlanTarget, "kind" | "name">, tokens: number): string {
  if (target.kind === "everything") return "everything";
  return target.kind === "selection" ? `${tokens} tokens` : target.name;
}

/** An order over so much is an owner's, and typed. */
function termsOf(target: Pick<PlanTarget, "kind" | "name">, tokens: Count, wideTokens: number) {
  const isAlways = target.kind === "everything" || target.kind === "signing_key";
  const isWide = isAlways || !tokens.isExact || tokens.value > wideTokens;
  return { tokens, needsOwner: isWide, confirm: isWide ? confirmOf(target, tokens.value) : null };
}

async function complete(
  tx: Sql,
  planId: string,
  target: Pick<PlanTarget, "kind" | "name" | "memberIds">,
  reach: Reach,
  wideTokens: number,
): Promise<void> {
  await nameOthers(tx, planId, reach.audiences, target.memberIds);
  const terms = termsOf(target, { value: reach.tokens, isExact: true }, wideTokens);
  await finishPlan(tx, planId, { audiences: reach.audiences, ...terms });
}

/** Freezes a selection, with the plan that names whom it reaches. */
function freeze(
  ctx: Context,
  target: Extract<PlanInput["target"], { kind: "selection" }>,
  draft: PlanDraft,
  wideTokens: number,
): Promise<{ target: PlanTarget; reach: Reach }> {
  const selection = { kind: "selection", name: "", memberIds: null } as const;
  return freezeSelection(ctx, target, draft, (tx, reach) =>
    complete(tx, draft.id, selection, reach, wideTokens),
  );
}

/** All audiences that there are: of a plan that names nobody, whose verifiers are those of any. */
async function readAudiences(db: Sql): Promise<string[]> {
  const rows = await run<{ name: string }>(db, sql`SELECT name FROM audience ORDER BY name`);
  return rows.map(({ name }) => name);
}

/**
 * Writes the plan with everybody it reaches; null: without naming them, because that takes too long. Then its order is refused for who held no token of
 * the target when it looked, and for a verifier that was not there.
 */
async function look(
  ctx: Context,
  target: PlanTarget,
  draft: PlanDraft,
  { book, wideTokens, lookMs }: { book: LiveBook | null; wideTokens: number; lookMs: number },
): Promise<Reach | null> {
  const planned = { ...draft, target: { kind: target.kind, id: target.id, name: target.name } };
  const live = await selectLive(ctx, target, book);
  const named = async (tx: Sql) => {
    await insertPlan(tx, planned);
    const seen = await nameReach(tx, draft.id, live, null);
    await complete(tx, draft.id, target, seen, wideTokens);
    return seen;
  };
  const reach = lookMs > 0 ? await transactionWithinTime(ctx.db, lookMs, named) : null;
  if (reach !== null) return reach;
  const limited = sql`SELECT 1 FROM (${live}) AS living LIMIT ${COUNT_MAX + 1}::int`;
  const tokens = await countUpTo(ctx.db, limited, { max: COUNT_MAX, atLeast: () => 0, timeoutMs: COUNT_MS });
  await ctx.db.transaction(async (tx) => {
    await insertPlan(tx, planned);
    const audiences = await readAudiences(tx);
    await nameOthers(tx, draft.id, audiences, target.memberIds);
    const terms = termsOf(target, { ...tokens, isExact: false }, wideTokens);
    await finishPlan(tx, draft.id, { audiences, ...terms });
  });
  return null;
}

/** What a plan tells beside whom it reaches. */
async function readBeside(ctx: Context, input: PlanInput, target: PlanTarget, book: LiveBook | null) {
  const isAsked = input.verb === "revoke" && target.memberIds === null && target.kind !== "selection";
  const [ending, callers, remains] = await Promise.all([
    isAsked ? findEndingOrder(ctx.db, target, ctx.now) : null,
    readCallers(ctx, target, book),
    liveTokens(ctx).then((live) => readRemainingOf(ctx, live, target)),
  ]);
  return { ending, callers, remains };
}

/** The plan as it is kept, and what it tells beside. */
async function lookAround(
  ctx: Context,
  input: PlanInput,
  draft: PlanDraft,
  { wideTokens, lookMs }: { wideTokens: number; lookMs: number },
) {
  if (input.target.kind === "selection") {
    const { target, reach } = await freeze(ctx, input.target, draft, wideTokens);
    return { target, reach, ...(await readBeside(ctx, input, target, null)) };
  }
  const target = await getPlanTarget(ctx.db, input.target);
  requirePermission(ctx, orderPermission(target.kind));
  const book = target.isWide ? await readLiveBook(ctx.db, ctx.now) : null;
  const [reach, beside] = await Promise.all([
    look(ctx, target, draft, { book, wideTokens, lookMs }),
    readBeside(ctx, input, target, book),
  ]);
  return { target, reach, ...beside };
}

/**
 * What an order would do: whom it reaches, who called with the tokens in the last 24 hours, and what stays valid, in counts and words. Changes no
 * token. The plan is kept with everybody it names, for its own admin and for minutes; a selection is frozen by it.
 * Needs `order:write` and what the target needs.
 *
 * @param options.lookMs how long it may look at everybody that it names; 0: it names nobody.
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, INVALID_INPUT for a schedule that is past or too far, a filter that is not valid or matches no
 *   live token, a selection that is too large; UNAVAILABLE where freezing one takes too long.
 */
export async function createPlan(
  ctx: Context,
  input: PlanInput,
  { lookMs = LOOK_MS }: { lookMs?: number } = {},
): Promise<OrderPlan> {
  requirePermission(ctx, "order:write");
  requirePermission(ctx, orderPermission(input.target.kind));
  const { orderHorizonDays, orderPlanMinutes, wideOrderTokens } = await readOrganisation(ctx.db);
  requireTimes(input, { now: ctx.now, horizonDays: orderHorizonDays });
  const id = uuidv7(ctx.now);
  const expiresAt = new Date(ctx.now.getTime() + orderPlanMinutes * 60_000);
  const draft: PlanDraft = {
    id,
    actorKind: ctx.actor.kind,
    actorId: ctx.actor.id,
    createdAt: ctx.now,
    expiresAt,
    verb: input.verb,
    target: { kind: input.target.kind, id: "", name: "" },
    isMembers: input.target.kind === "group" && input.target.by === "members",
    effectiveFrom: input.effectiveFrom ?? null,
    suspendedUntil: input.suspendedUntil ?? null,
  };
  const { target, reach, ending, callers, remains } = await lookAround(ctx, input, draft, {
    wideTokens: wideOrderTokens,
    lookMs,
  });
  const [row] = await run<{ tokens: number; isExact: boolean; needsOwner: boolean; confirm: string | null }>(
    ctx.db,
    sql`SELECT tokens, is_exact AS "isExact", needs_owner AS "needsOwner", confirm FROM order_plan WHERE id = ${id}::uuid`,
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The plan was not kept. Make it again.");
  const reached = { verb: input.verb, targetKind: target.kind, tokens: row.tokens, isExact: row.isExact };
  const [named, verifiers, secondPerson] = await Promise.all([
    firstNames(ctx.db, id),
    countVerifiers(ctx.db, id),
    whyPlanWaits(ctx, reached),
  ]);
  const isNamed = reach !== null;
  const { widenedFrom } = target;
  const facts = {
    id,
    createdAt: ctx.now.toISOString(),
    expiresAt: expiresAt.toISOString(),
    verb: input.verb,
    target:
      widenedFrom === null
        ? { kind: target.kind, id: target.id, name: target.name }
        : { kind: widenedFrom.kind, id: widenedFrom.id, name: widenedFrom.name },
    members: target.memberIds?.length ?? null,
    widensTo: widenedFrom === null ? null : { kind: target.kind, id: target.id, name: target.name },
    effectiveFrom: input.effectiveFrom?.toISOString() ?? null,
    suspendedUntil: input.suspendedUntil?.toISOString() ?? null,
    isAlreadyRevoked: ending !== null,
    tokens: { value: row.tokens, isExact: row.isExact },
    users: { value: target.memberIds?.length ?? reach?.users ?? 0, isExact: isNamed },
    clients: { value: reach?.clients ?? 0, isExact: isNamed },
    verifiers: { value: isNamed ? verifiers : 0, isExact: isNamed },
    named: isNamed ? named : { ...named, verifiers: [] },
    callers: callers ?? [],
    callersAreKnown: callers !== null,
    remains,
    needsOwner: row.needsOwner,
    confirm: row.confirm,
    secondPerson: ending === null ? secondPerson : null,
  };
  return {
    ...facts,
    refusedEverywhere: refusedEverywhereOf(
      input.verb,
      { at: reach?.jwtsUntil ?? null, isExact: reach !== null },
      facts.effectiveFrom,
    ),
    sentences: planSentences({ ...facts, isOfNewest: row.tokens > CALLER_TOKENS_MAX }),
  };
}
