import { noteReach } from "../approvals/bulk-reach.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { OF_ONE, requireReachStepUp } from "../step-up/require-bulk-step-up.ts";
import { findEndingOrder } from "./already-revoked.ts";
import { begunByOf, sayBegunBy, withoutLater } from "./begun-by.ts";
import type { FoundTarget } from "./find-target.ts";
import { countLive, type LiveTokens, lateEnoughToLive, liveTokens } from "./live-tokens.ts";
import type { RevocationResult, RevokeInput } from "./model.ts";
import { ORDER_COLUMNS, type OrderRecord, orderRowOf } from "./order-row.ts";
import { placeOrder, requireNote } from "./place-order.ts";
import { readRefusedEverywhere } from "./refused-everywhere.ts";
import { readRemaining } from "./remaining.ts";

/** The audit act of a revoked target. */
export type RevocationAct =
  | "token.revoked"
  | "family.revoked"
  | "session.revoked"
  | "user.tokens_revoked"
  | "client.tokens_revoked";

/** How long counting may hold an order up. */
const COUNT_WAIT_MS = 300;

async function readLeft(
  ctx: Context,
  live: LiveTokens,
  target: FoundTarget,
  order: OrderRecord,
): Promise<Pick<RevocationResult, "remains" | "refusedEverywhere">> {
  const [remains, refusedEverywhere] = await Promise.all([
    readRemaining(ctx, live, target),
    readRefusedEverywhere(ctx, target, order),
  ]);
  return { remains, refusedEverywhere };
}

async function countLiveOf(ctx: Context, target: FoundTarget) {
  const [live, ofLate] = await Promise.all([liveTokens(ctx), lateEnoughToLive(ctx, target)]);
  // one row by its key needs no time of its own
  if (target.kind === "token") {
    const rows = await run(ctx.db, sql`SELECT 1 AS "isLive" ${live(target.tokens)}`);
    return { live, ofLate, reached: { value: rows.length, isExact: true } };
  }
  // an emergency does not wait for a number
  return { live, ofLate, reached: await countLive(ctx.db, live, ofLate.tokens, COUNT_WAIT_MS) };
}

/**
 * Places the order on a target that was found and may be revoked, with its audit entry, in one transaction, and tells what it did.
 * What has ended before stays as it is: nothing is placed, the answer names the order that ended it, and `revocation.repeated` keeps the
 * new reason and note.
 *
 * @throws {StepUpRequired} bulk, for a client whose tokens are several users' or many
 * @throws {DomainError} INVALID_INPUT where the reason needs a note and has none
 */
export async function revokeTarget(
  ctx: Context,
  asked: FoundTarget,
  { reason, note }: Pick<RevokeInput, "reason" | "note">,
  act: RevocationAct,
): Promise<RevocationResult> {
  requireNote({ reason, note });
  const begunBy = begunByOf(ctx, asked.kind, ctx.pass?.askedAt ?? ctx.now);
  const target = withoutLater(asked, begunBy, ctx.now);
  // a revocation waits for each round trip to the database before its commit: what does not need the other is asked at once
  const [{ live, ofLate, reached }, ended] = await Promise.all([
    countLiveOf(ctx, target),
    findEndingOrder(ctx.db, target, ctx.now),
  ]);
  if (ended !== null) {
    // who asks again may know more: the reason and the note are kept
    await ctx.db.transaction((tx) =>
      recordEntry(tx, ctx, {
        act: "revocation.repeated",
        target: { kind: target.kind, id: target.id, name: target.name },
        reason,
        note: note.trim() === "" ? undefined : note.trim(),
        after: { orderId: ended.id },
      }),
    );
    return {
      order: orderRowOf(ended),
      wasPlaced: false,
      widenedTo: null,
      reached: { tokens: 0, isExact: true },
      ...(await readLeft(ctx, live, ofLate, ended)),
    };
  }
  const reach = { kind: target.kind, id: target.id, tokens: reached.value, isExact: reached.isExact };
  await requireReachStepUp(ctx, reach, live(ofLate.tokens));
  sayBegunBy(ctx, begunBy);
  const { id } = await ctx.db.transaction(async (tx) => {
    const placed = await placeOrder(tx, ctx, {
      verb: "revoke",
      target: { kind: target.kind, id: target.id, name: target.name },
      reason,
      note,
      begunBy,
    });
    const noted = { tokens: reached.value, isExact: reached.isExact, isEverything: false };
    await noteReach({ ...ctx, db: tx }, noted, { neverWaits: OF_ONE.has(target.kind) });
    await recordEntry(tx, ctx, {
      act,
      target: { kind: target.kind, id: target.id, name: target.name },
      reason,
      note: note.trim() === "" ? undefined : note.trim(),
      after: {
        orderId: placed.id,
        liveTokens: reached.value,
        liveTokensIsExact: reached.isExact,
        ...(begunBy === undefined ? {} : { begunBy: begunBy.toISOString() }),
      },
    });
    return placed;
  });
  const [record] = await run<OrderRecord>(
    ctx.db,
    sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ${id}::uuid`,
  );
  const order = record as OrderRecord;
  return {
    order: orderRowOf(order),
    wasPlaced: true,
    widenedTo: null,
    reached: { tokens: reached.value, isExact: reached.isExact },
    ...(await readLeft(ctx, live, ofLate, order)),
  };
}
