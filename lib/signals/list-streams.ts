import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import type { StreamRow } from "./model.ts";
import { readStream, readStreams } from "./stream-record.ts";

/** Every stream, or those of one verifier, by its verifier's name: there are hundreds at most. Needs `verifier:read`. */
export async function listStreams(
  ctx: Context,
  { verifierId }: { verifierId?: string } = {},
): Promise<StreamRow[]> {
  requirePermission(ctx, "verifier:read");
  return readStreams(ctx.db, verifierId === undefined ? sql`true` : sql`s.verifier_id = ${verifierId}::uuid`);
}

/** One stream. Needs `verifier:read`. @throws {DomainError} NOT_FOUND */
export async function getStream(ctx: Context, { streamId }: { streamId: string }): Promise<StreamRow> {
  requirePermission(ctx, "verifier:read");
  return readStream(ctx.db, { id: streamId });
}
