import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7, uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readCaseTokens } from "./case-tokens.ts";
import { type IncidentRecord, incidentTarget, readIncident } from "./incident-row.ts";
import type { IncidentNoteInput } from "./input.ts";
import type { IncidentNote } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** How far the instant that a use's id carries may lie from when it came on record: verifiers make ids by their own clocks. */
const CLOCKS_MS = 7 * 86_400_000;

async function idsOf(within: Reader, incident: IncidentRecord): Promise<string[]> {
  const { rows, leftIds } = await readCaseTokens(within, incident);
  return [...rows.map(({ id }) => id), ...leftIds];
}

/** When a use of one of the case's tokens came on record. @throws {DomainError} INVALID_INPUT for any other */
async function receivedAtOf(tx: Sql, useId: string, tokens: readonly string[]): Promise<Date> {
  const made = uuidv7Time(useId);
  const near = (ms: number) => new Date((made?.getTime() ?? 0) + ms);
  const window =
    made === null
      ? sql`true`
      : sql`x.received_at BETWEEN ${near(-CLOCKS_MS)}::timestamptz AND ${near(CLOCKS_MS)}::timestamptz`;
  const [row] = await run<{ receivedAt: Date }>(
    tx,
    sql`SELECT x.received_at AS "receivedAt" FROM token_use x WHERE ${window} AND x.token_id = ANY (ARRAY (SELECT unnest(${tokens}::uuid[])))
      AND x.id = ${useId}::uuid LIMIT 1`,
  );
  if (row === undefined)
    throw new DomainError("INVALID_INPUT", "The use is not one of the case's tokens.", {
      fields: [{ path: "useId", message: "is no use of a token of the case" }],
    });
  return row.receivedAt;
}

/**
 * Writes a note into a case, at a step or at one use of its tokens, which is marked by it. Notes stay as they are. Needs `incident:write`. Recorded as
 * `incident.note_added`.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT for a use of another token
 */
export async function addNote(
  ctx: Context,
  { number, step, text, useId }: IncidentNoteInput & { number: number },
): Promise<IncidentNote> {
  requirePermission(ctx, "incident:write");
  const id = uuidv7(ctx.now);
  await ctx.db.transaction(async (tx) => {
    const incident = await readIncident(tx, number);
    const within = { db: tx, now: ctx.now };
    const receivedAt =
      useId === undefined ? null : await receivedAtOf(tx, useId, await idsOf(within, incident));
    await tx.query(
      `INSERT INTO incident_note (id, incident_id, step, text, use_id, use_received_at, at, by_id, by_name)
       VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::uuid, $6::timestamptz, $7::timestamptz, $8::text, $9::text)`,
      [id, incident.id, step, text, useId ?? null, receivedAt, ctx.now, ctx.actor.id, ctx.actor.name],
    );
    await recordEntry(tx, ctx, {
      act: "incident.note_added",
      target: incidentTarget(incident),
      note: text,
      after: { noteId: id, step, ...(useId === undefined ? {} : { useId }) },
    });
  });
  return {
    id,
    step,
    text,
    useId: useId ?? null,
    at: ctx.now.toISOString(),
    by: { id: ctx.actor.id, name: ctx.actor.name },
  };
}
