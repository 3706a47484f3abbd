import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import type { EventStreamRow } from "./model.ts";
import { readEventStream, readStreamRecords, withLag } from "./stream-record.ts";

/** Every stream of the audit, by name, with how far it is behind: there are a few. Needs `audit:read`. */
export async function listEventStreams(ctx: Context): Promise<EventStreamRow[]> {
  requirePermission(ctx, "audit:read");
  const rows: EventStreamRow[] = [];
  for (const record of await readStreamRecords(ctx.db, sql`true`)) rows.push(await withLag(ctx.db, record));
  return rows;
}

/** One stream. Needs `audit:read`. @throws {DomainError} NOT_FOUND */
export async function getEventStream(
  ctx: Context,
  { streamId }: { streamId: string },
): Promise<EventStreamRow> {
  requirePermission(ctx, "audit:read");
  return readEventStream(ctx.db, streamId);
}
