import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, joined, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { readUser } from "../users/get-user.ts";
import type { UserDetail } from "../users/model.ts";
import { ACTS_OF } from "./erase-acts.ts";
import { findErasure } from "./erasure-row.ts";
import { type Mentions, readMentions } from "./mentions.ts";
import type { ErasureCounts, ErasurePlan } from "./model.ts";

const COUNT_MS = 5_000;

/** How many uses of somebody hold something that is personal, or null where counting takes long. */
export async function countUses(
  db: Database,
  userId: string,
  forMs: number = COUNT_MS,
): Promise<number | null> {
  const rows = await withinTime<{ count: number }>(
    db,
    sql`SELECT count(*)::int AS count FROM token_use u WHERE u.user_id = ${userId}::uuid AND octet_length(u.salt) <= 20`,
    forMs,
  );
  return rows === null ? null : (rows[0]?.count ?? 0);
}

function actsOf(userId: string, pattern: string | null): Fragment {
  const values: Record<string, Fragment> = { $1: sql`${userId}`, $2: sql`${pattern}` };
  return joined(
    ACTS_OF.split(/(\$[12])/).map((part) => values[part] ?? trusted(part)),
    "",
  );
}

/** How many acts are theirs or name them, or null where counting takes long. */
async function countActs(
  db: Database,
  userId: string,
  { pattern }: Mentions,
  forMs: number,
): Promise<number | null> {
  const rows = await withinTime<{ count: number }>(
    db,
    sql`SELECT count(*)::int AS count FROM audit_entry e WHERE ${actsOf(userId, pattern)}`,
    forMs,
  );
  return rows === null ? null : (rows[0]?.count ?? 0);
}

async function countRest(
  db: Sql,
  userId: string,
  { emails, pattern }: Mentions,
): Promise<Omit<ErasureCounts, "uses" | "acts">> {
  const id = sql`${userId}::uuid`;
  const named = sql`${pattern}::text`;
  const [rest] = await run<Omit<ErasureCounts, "uses" | "acts">>(
    db,
    sql`SELECT (SELECT count(*)::int FROM token t WHERE t.user_id = ${id}) AS tokens,
      (SELECT count(DISTINCT s.incident_id)::int FROM incident_subject s WHERE ${subjectsOf(userId)}) AS cases,
      (SELECT count(*)::int FROM detection d WHERE d.user_id = ${id}) AS detections,
      (SELECT count(*)::int FROM mail m WHERE (m.recipient_kind = 'user' AND m.recipient_id = ${id}) OR m.body ~* ${named}) AS mails,
      (SELECT count(*)::int FROM people_import_row r WHERE r.target_id = ${id} OR lower(r.key) = ANY (${emails}::text[])) AS "importRows",
      (SELECT count(*)::int FROM sign_on s WHERE s.user_id = ${id}) + (SELECT count(*)::int FROM user_grant g WHERE g.user_id = ${id}) AS "signIns",
      (SELECT count(*)::int FROM list_export x WHERE x.query ~* ${named}) + (SELECT count(*)::int FROM saved_view v WHERE v.query ~* ${named} OR v.name ~* ${named})
        AS lists`,
  );
  if (rest === undefined) throw new Error("the database counted nothing");
  return rest;
}

/** What of a case is a person: they, a token or a family of theirs. */
function subjectsOf(userId: string) {
  const id = sql`${userId}::uuid`;
  return sql`((s.kind = 'user' AND s.target_id = ${id}) OR (s.kind = 'token' AND s.target_id IN (SELECT t.id FROM token t WHERE t.user_id = ${id}))
    OR (s.kind = 'family' AND s.target_id IN (SELECT f.id FROM token_family f WHERE f.user_id = ${id})))`;
}

/** Why somebody's data may not be erased now, a sentence each. Under the lock on their row in the transaction that begins it. */
export async function readRefusals(db: Sql, user: UserDetail): Promise<string[]> {
  const refusals: string[] = [];
  const open = await findErasure(db, user.id);
  if (open !== null && open.state !== "done") refusals.push("Their data is being erased already.");
  if (user.state !== "disabled") refusals.push("The user is enabled: disable them first.");
  if (user.liveTokens > 0)
    refusals.push(
      user.liveTokens === 1
        ? "A token of theirs is live: revoke it first."
        : `${user.liveTokens} of their tokens are live: revoke them first.`,
    );
  const cases = await run<{ number: number }>(
    db,
    sql`SELECT DISTINCT i.number FROM incident i JOIN incident_subject s ON s.incident_id = i.id WHERE i.state <> 'closed' AND ${subjectsOf(user.id)}
      ORDER BY i.number`,
  );
  if (cases.length > 0)
    refusals.push(
      `${cases.map(({ number }) => `Case ${number}`).join(", ")} ${cases.length === 1 ? "is" : "are"} about them and not closed: what was found of them is evidence there.`,
    );
  return refusals;
}

/**
 * What erasing somebody's data would do, and what stands against it. Needs `user:read`.
 *
 * @param countMs milliseconds after which uses and acts are too many to count.
 * @throws {DomainError} NOT_FOUND, FORBIDDEN
 */
export async function getErasurePlan(
  ctx: Context,
  { userId }: { userId: string },
  countMs: number = COUNT_MS,
): Promise<ErasurePlan> {
  requirePermission(ctx, "user:read");
  const user = await readUser(ctx.db, { id: userId, now: ctx.now });
  const mentions = await readMentions(ctx.db, user.id);
  const [uses, acts, rest, refusals, admins] = await Promise.all([
    countUses(ctx.db, user.id, countMs),
    countActs(ctx.db, user.id, mentions, countMs),
    countRest(ctx.db, user.id, mentions),
    readRefusals(ctx.db, user),
    ctx.db.query("SELECT 1 FROM admin WHERE lower(email) = ANY ($1::text[])", [mentions.emails]),
  ]);
  return {
    userId: user.id,
    counts: { ...rest, uses, acts },
    refusals,
    confirm: user.email,
    isAdminToo: admins.length > 0,
  };
}
