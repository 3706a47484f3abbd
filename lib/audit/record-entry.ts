import { randomBytes } from "node:crypto";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { unavailable } from "../errors.ts";
import { uuidv7 } from "../ids.ts";

/** What was done, to what. `before` and `after` hold only what changed, never a secret. */
export type Act = {
  /** noun.past_tense */
  act: string;
  target: { kind: string; id: string; name: string };
  reason?: string | undefined;
  note?: string | undefined;
  before?: Record<string, unknown> | undefined;
  after?: Record<string, unknown> | undefined;
  /** Set for a refusal: its stable code. */
  errorCode?: string | undefined;
};

/**
 * Appends one entry to the admin log inside the caller's transaction: the act commits with its entry or not at all.
 * The chain's head is locked until the transaction ends, so that sequences are dense; call it last.
 *
 * @returns the entry's id.
 * @throws {DomainError} UNAVAILABLE where the entry cannot be written, whatever the cause: no record, no act.
 */
export async function recordEntry(tx: Sql, ctx: SqlContext, entry: Act): Promise<string> {
  const id = uuidv7(ctx.now);
  await insertEntry(tx, ctx, id, entry).catch((cause: unknown) => {
    throw unavailable(cause);
  });
  return id;
}

async function insertEntry(tx: Sql, ctx: SqlContext, id: string, entry: Act): Promise<void> {
  await tx.query(
    `WITH head AS (UPDATE audit_chain SET sequence = sequence + 1 WHERE id = 'admin' RETURNING sequence)
     INSERT INTO audit_entry (id, sequence, at, actor_kind, actor_id, actor_name, act, outcome, error_code, target_kind, target_id,
       target_name, reason, note, before, after, request_id, ip, user_agent, salt)
     SELECT $1::uuid, head.sequence, $2::timestamptz, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text,
       $11::text, $12::text, $13::text, $14::jsonb, $15::jsonb, $16::text, $17::text, $18::text, $19::bytea FROM head`,
    [
      id,
      ctx.now,
      ctx.actor.kind,
      ctx.actor.id,
      ctx.actor.name,
      entry.act,
      entry.errorCode === undefined ? "done" : "refused",
      entry.errorCode ?? null,
      entry.target.kind,
      entry.target.id,
      entry.target.name,
      entry.reason ?? null,
      entry.note ?? null,
      entry.before === undefined ? null : JSON.stringify(entry.before),
      entry.after === undefined ? null : JSON.stringify(entry.after),
      ctx.requestId,
      ctx.ip,
      ctx.userAgent,
      randomBytes(16),
    ],
  );
}
