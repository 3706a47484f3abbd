import { recordEntry } from "../audit/record-entry.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { isUuid } from "../ids.ts";
import type { Reason } from "../revocations/model.ts";
import { actOf } from "../revocations/order-acts.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { CREDENTIAL_COMPROMISE, eventName, STREAM_UPDATED, VERIFICATION } from "../signals/model.ts";
import { shown } from "../signals/push-event.ts";
import { type FoundUser, findSubject } from "./find-subject.ts";
import type { Outcome, Policy, ReceiverRow } from "./model.ts";
import { RECEIVED_EVENTS } from "./model.ts";
import type { PeerSet } from "./read-peer-set.ts";

/** A receiver as far as it takes to act upon an event. */
export type ActingReceiver = Pick<ReceiverRow, "id" | "name" | "issuer" | "subjectBy" | "attribute">;

export type Received = { outcome: Outcome | "duplicate"; orderId: string | null };

/**
 * Takes in one event of a peer, once for each `jti`: what its policy says of the event's type becomes an order upon the user whom it is about, with its audit entry, in the
 * same transaction as the record that it came. The peer is the actor of both. What comes again changes nothing, and neither does what comes back: an event that
 * came of an order of ours, or of another event that was acted upon already, by its `txn`.
 */
export async function receiveSignal(
  ctx: SqlContext,
  receiver: ActingReceiver,
  set: PeerSet,
): Promise<Received> {
  return ctx.db.transaction(async (tx) => {
    const fresh = await tx.query(
      `INSERT INTO received_signal (receiver_id, jti, event_type, issued_at, received_at, outcome, txn)
       VALUES ($1::uuid, $2::text, $3::text, $4::timestamptz, $5::timestamptz, 'ignored', $6::text) ON CONFLICT DO NOTHING RETURNING 1`,
      [receiver.id, set.jti, set.eventType, set.issuedAt, ctx.now, set.txn ?? set.jti],
    );
    if (fresh.length === 0) return { outcome: "duplicate", orderId: null };
    const { outcome, user, policy } = await decide(tx, receiver, set);
    const orderId =
      user !== null && policy !== null ? await act(tx, ctx, receiver, { set, user, policy }) : null;
    await tx.query(
      "UPDATE received_signal SET outcome = $3::text, user_id = $4::uuid, order_id = $5::uuid WHERE receiver_id = $1::uuid AND jti = $2::text",
      [receiver.id, set.jti, outcome, user?.id ?? null, orderId],
    );
    return { outcome, orderId };
  });
}

type Acting = { action: "suspend"; hours: number } | { action: "revoke" };
type Decision = { outcome: Outcome; user: FoundUser | null; policy: Acting | null };

async function decide(tx: Sql, receiver: ActingReceiver, set: PeerSet): Promise<Decision> {
  const nothing = (outcome: Outcome, user: FoundUser | null = null) => ({ outcome, user, policy: null });
  if (set.eventType === VERIFICATION) return nothing("verified");
  if (set.eventType === STREAM_UPDATED) return nothing("ignored");
  if (!(RECEIVED_EVENTS as readonly string[]).includes(set.eventType)) return nothing("unsupported");
  const [policy] = await tx.query<Pick<Policy, "action" | "hours">>(
    "SELECT action, hours FROM signal_policy WHERE receiver_id = $1::uuid AND event_type = $2::text",
    [receiver.id, set.eventType],
  );
  const user = await findSubject(tx, set.subject, receiver);
  if (user === null) return nothing("unknown_subject");
  switch (policy?.action) {
    case "revoke": {
      const acting = { action: "revoke" } as const;
      if (await isEcho(tx, { set, user, policy: acting })) return nothing("echo", user);
      return { outcome: "revoked", user, policy: acting };
    }
    case "suspend": {
      const acting = { action: "suspend", hours: policy.hours ?? 1 } as const;
      if (await isEcho(tx, { set, user, policy: acting })) return nothing("echo", user);
      return { outcome: "suspended", user, policy: acting };
    }
    default:
      return nothing("ignored", user);
  }
}

// a suspension is placed a moment after its end was reckoned
const IS_ECHO = `
  SELECT EXISTS (SELECT FROM revocation_order o WHERE o.id = $2::uuid) OR EXISTS (
    SELECT FROM received_signal e JOIN revocation_order o ON o.id = e.order_id
    WHERE e.txn = $1::text AND e.user_id = $3::uuid
      AND (o.verb = 'revoke' OR o.expires_at - o.created_at >= $4::int * interval '1 hour' - interval '1 minute')) AS there`;

/**
 * Whether the event came of an order of ours, or of an event for which this user was dealt with as strictly already, whichever peer it came by: round a ring of
 * peers it ends where it began. A stricter policy still acts.
 *
 * @see RFC 8417 section 2.2, `txn`
 */
async function isEcho(
  tx: Sql,
  { set, user, policy }: { set: PeerSet; user: FoundUser; policy: Acting },
): Promise<boolean> {
  if (set.txn === null) return false;
  // of two at once, round a ring in both directions, the second one sees the first
  await tx.query("SELECT FROM user_account WHERE id = $1::uuid FOR NO KEY UPDATE", [user.id]);
  const [echo] = await tx.query<{ there: boolean }>(IS_ECHO, [
    set.txn,
    isUuid(set.txn) ? set.txn : null,
    user.id,
    policy.action === "suspend" ? policy.hours : null,
  ]);
  return echo?.there === true;
}

async function act(
  tx: Sql,
  ctx: SqlContext,
  receiver: ActingReceiver,
  { set, user, policy }: { set: PeerSet; user: FoundUser; policy: Acting },
): Promise<string> {
  const verb = policy.action;
  const reason: Reason = set.eventType === CREDENTIAL_COMPROMISE ? "account_compromise" : "policy";
  const note = shown(`${receiver.name} told: ${eventName(set.eventType)} (${set.jti})`);
  const target = { kind: "user", id: user.id, name: user.email } as const;
  const expiresAt =
    policy.action === "suspend" ? new Date(ctx.now.getTime() + policy.hours * 3_600_000) : undefined;
  const order = await placeOrder(tx, ctx, { verb, target, reason, note, expiresAt });
  await recordEntry(tx, ctx, {
    act: actOf(verb, "user"),
    target,
    reason,
    note,
    after: {
      orderId: order.id,
      receiverId: receiver.id,
      event: set.eventType,
      jti: shown(set.jti),
      ...(expiresAt === undefined ? {} : { until: expiresAt.toISOString() }),
    },
  });
  return order.id;
}
