import { type Act, recordEntries } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import { DomainError, notFound } from "../errors.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { findEndingOrder } from "../revocations/already-revoked.ts";
import { type FoundTarget, getTarget } from "../revocations/find-target.ts";
import { liveTokens } from "../revocations/live-tokens.ts";
import { type PlacedOrder, placeOrder } from "../revocations/place-order.ts";
import type { EndedAccess } from "./model.ts";
import { readSessionUids } from "./read-access.ts";

/** Whose own things they are. @throws {DomainError} NOT_SIGNED_IN for nobody, FORBIDDEN for who is no person that signs in at the authority. */
export function requirePerson(ctx: SqlContext): { id: string; email: string } {
  if (ctx.actor.kind === "user") return { id: ctx.actor.id, email: ctx.actor.name };
  if (ctx.actor.kind === "anonymous") throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  throw new DomainError("FORBIDDEN", "These are a person's own sessions and grants.");
}

/** How many tokens of some are live. */
async function countLiveOf(ctx: SqlContext, which: Fragment): Promise<number> {
  const live = await liveTokens(ctx);
  const [row] = await run<{ count: number }>(ctx.db, sql`SELECT count(*)::int AS count ${live(which)}`);
  return row?.count ?? 0;
}

/** Orders upon some targets of one kind, each with its entry; those that have ended already are left as they are. */
async function endTargets(
  ctx: SqlContext,
  targets: readonly FoundTarget[],
  act: string,
): Promise<EndedAccess> {
  const open: { target: FoundTarget; tokens: number }[] = [];
  for (const target of targets)
    if ((await findEndingOrder(ctx.db, target, ctx.now)) === null)
      open.push({ target, tokens: await countLiveOf(ctx, target.tokens) });
  if (open.length === 0) return { orders: 0, tokens: 0 };
  await ctx.db.transaction(async (tx) => {
    const placed: PlacedOrder[] = [];
    for (const { target } of open)
      placed.push(
        await placeOrder(tx, ctx, {
          verb: "revoke",
          reason: "user_request",
          note: "",
          target: { kind: target.kind, id: target.id, name: target.name },
        }),
      );
    await recordEntries(
      tx,
      ctx,
      open.map(
        ({ target: { kind, id, name }, tokens }, index): Act => ({
          act,
          target: { kind, id, name },
          reason: "user_request",
          after: { orderId: placed[index]?.id, liveTokens: tokens, liveTokensIsExact: true },
        }),
      ),
    );
  });
  return { orders: open.length, tokens: open.reduce((sum, { tokens }) => sum + tokens, 0) };
}

/**
 * Ends one of a person's own sessions, at their word: the browser has to sign in again, and every token that came through it is refused. What the
 * person allows applications stays, and so do their other browsers. Recorded as `session.revoked`. Idempotent.
 *
 * @throws {DomainError} NOT_FOUND for a session that is not there or somebody else's.
 */
export async function endOwnSession(ctx: SqlContext, { uid }: { uid: string }): Promise<EndedAccess> {
  const person = requirePerson(ctx);
  const target = await getTarget(ctx.db, "session", uid);
  if (target.userId !== person.id) throw notFound("The session");
  return endTargets(ctx, [target], "session.revoked");
}

/** The same for all of a person's sessions but one, the one that they ask from. */
export async function endOtherSessions(ctx: SqlContext, { spare }: { spare: string }): Promise<EndedAccess> {
  const person = requirePerson(ctx);
  const uids = await readSessionUids(ctx.db, { userId: person.id, now: ctx.now });
  const targets: FoundTarget[] = [];
  for (const uid of uids) if (uid !== spare) targets.push(await getTarget(ctx.db, "session", uid));
  return endTargets(ctx, targets, "session.revoked");
}

/**
 * Signs a person out everywhere, at their word: every session ends and every token that they were given is refused, whichever application has it. What they
 * allow applications stays. Recorded as `user.tokens_revoked`.
 */
export async function signOutEverywhere(ctx: SqlContext): Promise<EndedAccess> {
  const person = requirePerson(ctx);
  return endTargets(ctx, [await getTarget(ctx.db, "user", person.id)], "user.tokens_revoked");
}
