import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { endSignOn } from "./end-sign-on.ts";
import { findFamiliesRootedLater } from "./families-rooted-later.ts";
import type { Reason, TargetKind, Verb } from "./model.ts";

export type OrderTarget = {
  kind: TargetKind;
  id: string;
  name: string;
  /** Of the verb cancel: the scheduled order upon it that is called off. */
  cancelsId?: string | undefined;
  /** When the order upon this one begins, where that is not when the others do. */
  effectiveFrom?: Date | undefined;
};

type OrderTerms = {
  verb: Verb;
  reason: Reason;
  note: string;
  /** Of a suspension. */
  expiresAt?: Date | undefined;
  /** When it begins, where that is not at once. */
  effectiveFrom?: Date | undefined;
  /** What began after it is left alone; of an order that is to begin later, or has no cutoff, it says nothing. */
  begunBy?: Date | undefined;
  planId?: string | undefined;
  /** The case that it is placed in. */
  incidentId?: string | undefined;
};

export type PlaceOrderInput = OrderTerms & { target: OrderTarget };
/** The same upon several targets of one kind: an order each, in one go. */
export type PlaceOrdersInput = OrderTerms & { targets: readonly OrderTarget[] };

export type PlacedOrder = {
  id: string;
  position: bigint;
  cutoff: Date | null;
  /** When it was placed. */
  at: Date;
  isScheduled: boolean;
};

const WITHOUT_CUTOFF: ReadonlySet<TargetKind> = new Set(["token", "family", "signing_key", "selection"]);

/** Whether an order upon such a target reaches what had begun by an instant, and not all of it for ever. */
export function hasCutoff(kind: TargetKind): boolean {
  return !WITHOUT_CUTOFF.has(kind);
}

/** @throws {DomainError} INVALID_INPUT where the reason needs a note and has none. */
export function requireNote({ reason, note }: { reason: Reason; note: string }): void {
  if (reason === "unspecified" && note.trim() === "")
    throw new DomainError("INVALID_INPUT", "This reason needs a note.", {
      fields: [{ path: "note", message: "Say why." }],
    });
}

/**
 * Writes one order inside the caller's transaction: from its commit on, every authority refuses what it reaches; a scheduled one from its instant on,
 * with that instant as its cutoff.
 * The feed's head is locked until the transaction ends, so that positions are dense and in commit order: take no slow step after it.
 * A clock that was ahead leaves tokens rooted in the future, which no cutoff of today reaches: those on record get an order on their family each.
 * A token's own order is settled here, a wider one by the worker. Orders on a user also end the user's sessions and pending codes, those on a session the
 * session; the worker does that for a scheduled one.
 * Authorise and record before and after: this does neither.
 *
 * @throws {DomainError} INVALID_INPUT where the reason needs a note and has none.
 */
export async function placeOrder(tx: Sql, ctx: SqlContext, input: PlaceOrderInput): Promise<PlacedOrder> {
  const { target, ...terms } = input;
  const [order] = await placeOrders(tx, ctx, { ...terms, targets: [target] });
  return order as PlacedOrder;
}

const INSERT = `
  INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, note, effective_from,
    expires_at, actor_kind, actor_id, actor_name, created_at, settled_at, settled_count, cancels_id, plan_id, incident_id)
  SELECT n.id, $1::bigint + n.number, $2::text, $3::text, n.target_id, n.target_name, n.cutoff::timestamptz, $4::text, $5::text, n.effective_from::timestamptz,
    $6::timestamptz, $7::text, $8::text, $9::text, $10::timestamptz, CASE WHEN n.is_settled THEN $10::timestamptz END,
    CASE WHEN n.is_settled AND $2::text = 'revoke' THEN 1 ELSE 0 END, n.cancels_id, $11::uuid, $12::uuid
  FROM unnest($13::uuid[], $14::text[], $15::text[], $16::uuid[], $17::text[], $18::text[], $19::boolean[])
    WITH ORDINALITY AS n(id, target_id, target_name, cancels_id, cutoff, effective_from, is_settled, number)`;

const SETTLE = `
  INSERT INTO token_standing (token_id, revoked_at, revoked_order_id)
  SELECT n.token_id, $1::timestamptz, n.id FROM unnest($2::uuid[], $3::uuid[]) AS n(id, token_id) ORDER BY n.token_id
  ON CONFLICT (token_id) DO UPDATE SET revoked_at = excluded.revoked_at, revoked_order_id = excluded.revoked_order_id
  WHERE token_standing.revoked_at IS NULL`;

/** Several orders at once; see `placeOrder`. */
export async function placeOrders(tx: Sql, ctx: SqlContext, input: PlaceOrdersInput): Promise<PlacedOrder[]> {
  requireNote(input);
  const { verb, targets } = input;
  const kind = targets[0]?.kind;
  if (kind === undefined) return [];
  const [head] = await tx.query<{ position: bigint; clock: Date }>(
    "UPDATE feed_head SET position = position + $1::int WHERE id = 1 RETURNING position, clock_timestamp()::timestamptz(3) AS clock",
    [targets.length],
  );
  if (head === undefined) throw new DomainError("UNAVAILABLE", "The feed of revocations has no head.");
  // the later of both clocks: a cutoff never falls behind a token that this machine or the database has already seen issued
  const at = new Date(Math.max(ctx.now.getTime(), head.clock.getTime()));
  const before = head.position - BigInt(targets.length);
  const placed = targets.map((target, index) => {
    const effectiveFrom = target.effectiveFrom ?? input.effectiveFrom;
    const isScheduled = effectiveFrom !== undefined && effectiveFrom > at;
    const from = isScheduled ? effectiveFrom : at;
    const until = isScheduled ? from : (input.begunBy ?? at);
    const cutoff = hasCutoff(kind) ? until : null;
    const isSettled = (kind === "token" && verb === "revoke" && !isScheduled) || verb === "cancel";
    const order = { id: uuidv7(at), position: before + BigInt(index + 1), cutoff, at, isScheduled };
    return { target, order, from, isSettled };
  });
  await tx.query(INSERT, [
    before,
    verb,
    kind,
    input.reason,
    input.note.trim(),
    input.expiresAt ?? null,
    ctx.actor.kind,
    ctx.actor.id,
    ctx.actor.name,
    at,
    input.planId ?? null,
    input.incidentId ?? null,
    placed.map(({ order }) => order.id),
    placed.map(({ target }) => target.id),
    placed.map(({ target }) => target.name),
    placed.map(({ target }) => target.cancelsId ?? null),
    placed.map(({ order }) => order.cutoff?.toISOString() ?? null),
    placed.map(({ from }) => from.toISOString()),
    placed.map(({ isSettled }) => isSettled),
  ]);
  const orders = placed.map(({ order }) => order);
  if (verb === "restore" || verb === "cancel") return orders;
  const begun = placed.filter(({ order }) => !order.isScheduled);
  const settled = begun.filter(({ isSettled }) => isSettled);
  if (settled.length > 0)
    await tx.query(SETTLE, [
      at,
      settled.map(({ order }) => order.id),
      settled.map(({ target }) => target.id),
    ]);
  const reached = begun.map(({ target }) => target);
  if (reached.length > 0)
    await endSignOn(tx, { kind, ids: reached.map((target) => target.id), until: input.begunBy ?? null });
  if (reached.length > 0 && hasCutoff(kind) && verb === "revoke") {
    const beyond = await findFamiliesRootedLater(tx, reached, at);
    await placeOrders(tx, ctx, { ...input, effectiveFrom: undefined, targets: beyond });
  }
  return orders;
}
