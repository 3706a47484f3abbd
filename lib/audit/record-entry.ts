import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { unavailable } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { entrySalt } from "./entry-salt.ts";

/** Who does it and when: what an entry is written with. */
export type Doer = Omit<SqlContext, "db">;

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
export async function recordEntry(tx: Sql, ctx: Doer, entry: Act): Promise<string> {
  const id = uuidv7(ctx.now);
  await insertEntry(tx, ctx, id, passed(ctx, entry)).catch((cause: unknown) => {
    throw unavailable(cause);
  });
  return id;
}

/** An act that is tried out or done with an approval is noted; of the approved one it is on record by whom. */
function passed({ pass }: Doer, entry: Act): Act {
  if (pass === undefined) return entry;
  pass.acts.push(entry);
  if (pass.approval === null) return entry;
  const { id, way, approvedBy } = pass.approval;
  const by = way === "break_glass" ? { breakGlass: id } : { approval: id, approvedBy };
  return { ...entry, after: { ...entry.after, ...by } };
}

async function insertEntry(tx: Sql, ctx: Doer, id: string, entry: Act): Promise<void> {
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
      entrySalt(),
    ],
  );
}

/**
 * Appends an entry for each of several acts of one moment, in their order, in one statement; else as `recordEntry`.
 *
 * @throws {DomainError} UNAVAILABLE
 */
export async function recordEntries(tx: Sql, ctx: Doer, entries: readonly Act[]): Promise<void> {
  if (entries.length === 0) return;
  const rows = entries
    .map((one) => passed(ctx, one))
    .map((entry, index) => ({
      n: index + 1,
      id: uuidv7(ctx.now),
      act: entry.act,
      outcome: entry.errorCode === undefined ? "done" : "refused",
      error_code: entry.errorCode ?? null,
      target_kind: entry.target.kind,
      target_id: entry.target.id,
      target_name: entry.target.name,
      reason: entry.reason ?? null,
      note: entry.note ?? null,
      before: entry.before ?? null,
      after: entry.after ?? null,
      salt: entrySalt().toString("hex"),
    }));
  await insertEntries(tx, ctx, rows).catch((cause: unknown) => {
    throw unavailable(cause);
  });
}

async function insertEntries(tx: Sql, ctx: Doer, rows: readonly object[]): Promise<void> {
  await tx.query(
    `WITH head AS (UPDATE audit_chain SET sequence = sequence + $2::int WHERE id = 'admin' RETURNING sequence - $2::int AS before)
     INSERT INTO audit_entry (id, sequence, at, actor_kind, actor_id, actor_name, act, outcome, error_code, target_kind, target_id,
       target_name, reason, note, before, after, request_id, ip, user_agent, salt)
     SELECT i.id, head.before + i.n, $3::timestamptz, $4::text, $5::text, $6::text, i.act, i.outcome, i.error_code, i.target_kind, i.target_id,
       i.target_name, i.reason, i.note, i.before, i.after, $7::text, $8::text, $9::text, decode(i.salt, 'hex')
     FROM head, json_to_recordset($1::json) AS i(n int, id uuid, act text, outcome text, error_code text, target_kind text, target_id text,
       target_name text, reason text, note text, before jsonb, after jsonb, salt text)`,
    [
      JSON.stringify(rows),
      rows.length,
      ctx.now,
      ctx.actor.kind,
      ctx.actor.id,
      ctx.actor.name,
      ctx.requestId,
      ctx.ip,
      ctx.userAgent,
    ],
  );
}
