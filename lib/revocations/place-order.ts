import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { findFamiliesRootedLater } from "./families-rooted-later.ts";
import type { Reason, TargetKind, Verb } from "./model.ts";
import { targetName } from "./target-name.ts";

export type OrderTarget = { kind: TargetKind; id: string; name: string };

export type PlaceOrderInput = {
  verb: Verb;
  target: OrderTarget;
  reason: Reason;
  note: string;
  expiresAt?: Date | undefined;
};

export type PlacedOrder = { id: string; position: bigint; cutoff: Date | null; at: Date };

const WITHOUT_CUTOFF: ReadonlySet<TargetKind> = new Set(["token", "family", "signing_key"]);

/** @throws {DomainError} INVALID_INPUT where the reason needs a note and has none. */
export function requireNote({ reason, note }: { reason: Reason; note: string }): void {
  if (reason === "unspecified" && note.trim() === "")
    throw new DomainError("INVALID_INPUT", "This reason needs a note.", {
      fields: [{ path: "note", message: "Say why." }],
    });
}

/**
 * Writes one order inside the caller's transaction: from its commit on, every authority refuses what it reaches.
 * The feed's head is locked until the transaction ends, so that positions are dense and in commit order: take no slow step after it.
 * A clock that was ahead leaves tokens rooted in the future, which no cutoff of today reaches: those on record get an order on their family each.
 * A token's own order is settled here, a wider one by the worker. Orders on a user also end the user's sessions and pending codes, those on a session the session.
 * Authorise and record before and after: this does neither.
 *
 * @throws {DomainError} INVALID_INPUT where the reason needs a note and has none.
 */
export async function placeOrder(tx: Sql, ctx: SqlContext, input: PlaceOrderInput): Promise<PlacedOrder> {
  requireNote(input);
  const [head] = await tx.query<{ position: bigint; clock: Date }>(
    "UPDATE feed_head SET position = position + 1 WHERE id = 1 RETURNING position, clock_timestamp()::timestamptz(3) AS clock",
  );
  if (head === undefined) throw new DomainError("UNAVAILABLE", "The feed of revocations has no head.");
  // the later of both clocks: a cutoff never falls behind a token that this machine or the database has already seen issued
  const at = new Date(Math.max(ctx.now.getTime(), head.clock.getTime()));
  const cutoff = WITHOUT_CUTOFF.has(input.target.kind) ? null : at;
  const id = uuidv7(at);
  const isSingle = input.target.kind === "token";
  await tx.query(
    `INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, note, effective_from,
       expires_at, actor_kind, actor_id, actor_name, created_at, settled_at, settled_count)
     VALUES ($1::uuid, $2::bigint, $3::text, $4::text, $5::text, $6::text, $7::timestamptz, $8::text, $9::text, $10::timestamptz,
       $11::timestamptz, $12::text, $13::text, $14::text, $10::timestamptz, $15::timestamptz, $16::int)`,
    [
      id,
      head.position,
      input.verb,
      input.target.kind,
      input.target.id,
      input.target.name,
      cutoff,
      input.reason,
      input.note.trim(),
      at,
      input.expiresAt ?? null,
      ctx.actor.kind,
      ctx.actor.id,
      ctx.actor.name,
      isSingle && input.verb === "revoke" ? at : null,
      isSingle && input.verb === "revoke" ? 1 : 0,
    ],
  );
  if (isSingle && input.verb === "revoke") {
    await tx.query(
      `INSERT INTO token_standing (token_id, revoked_at, revoked_order_id) VALUES ($1::uuid, $2::timestamptz, $3::uuid)
       ON CONFLICT (token_id) DO UPDATE SET revoked_at = excluded.revoked_at, revoked_order_id = excluded.revoked_order_id
       WHERE token_standing.revoked_at IS NULL`,
      [input.target.id, at, id],
    );
  }
  if (input.target.kind === "user" && input.verb !== "restore") {
    await tx.query(
      "DELETE FROM protocol_state WHERE account_id = $1::text AND model IN ('Session', 'AuthorizationCode', 'Interaction')",
      [input.target.id],
    );
  }
  if (input.target.kind === "session" && input.verb !== "restore") {
    await tx.query("DELETE FROM protocol_state WHERE uid = $1::text AND model = 'Session'", [
      input.target.id,
    ]);
  }
  if (cutoff !== null && input.verb === "revoke") {
    for (const family of await findFamiliesRootedLater(tx, input.target.kind, input.target.id, cutoff))
      await placeOrder(tx, ctx, {
        ...input,
        target: { kind: "family", id: family, name: targetName("family", family, input.target.name) },
      });
  }
  return { id, position: head.position, cutoff, at };
}
