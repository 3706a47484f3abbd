import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";

/** A page that follows what happens is drawn again and again: one look of somebody is on record once in so long. */
const LOOK_MS = 15 * 60_000;

async function hasLooked(db: Sql, { actor, now }: Context, record: IncidentRecord): Promise<boolean> {
  const [seen] = await run<{ id: string }>(
    db,
    sql`SELECT e.id FROM audit_entry e WHERE e.target_kind = 'incident' AND e.target_id = ${record.id} AND e.act = 'incident.viewed'
      AND e.actor_id = ${actor.id} AND e.at > ${new Date(now.getTime() - LOOK_MS)}::timestamptz LIMIT 1`,
  );
  return seen !== undefined;
}

/** A page and what the browser fetches ahead of it are two requests at one moment: the second waits for the first, and sees its entry. */
export async function recordLook(ctx: Context, record: IncidentRecord): Promise<void> {
  if (await hasLooked(ctx.db, ctx, record)) return;
  await ctx.db.transaction(async (tx) => {
    await tx.query(
      "SELECT 1 AS locked FROM (SELECT pg_advisory_xact_lock(hashtextextended('tokenwarden.look ' || $1::text || ' ' || $2::text, 0))) l",
      [record.id, ctx.actor.id],
    );
    if (await hasLooked(tx, ctx, record)) return;
    await recordEntry(tx, ctx, { act: "incident.viewed", target: incidentTarget(record) });
  });
}

/**
 * A part of a case, read by itself: a look at the case like any other, on record as `incident.viewed` once in a quarter of an hour for each person. Without the entry
 * there is no answer; whoever may not read the part has not looked. Needs `incident:read`, and what the part needs.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, UNAVAILABLE where the look cannot be recorded
 */
export async function readOnRecord<Part>(
  ctx: Context,
  number: number,
  read: (ctx: Context, number: number) => Promise<Part>,
): Promise<Part> {
  requirePermission(ctx, "incident:read");
  const part = await read(ctx, number);
  await recordLook(ctx, await readIncident(ctx.db, number));
  return part;
}
