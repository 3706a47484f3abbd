import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import type { ReceiverDetail, ReceiverRow } from "./model.ts";
import { readReceiver, readReceivers } from "./receiver-record.ts";

/** Every peer whose events are taken in, by name. Needs `verifier:read`. */
export async function listReceivers(ctx: Context): Promise<ReceiverRow[]> {
  requirePermission(ctx, "verifier:read");
  return readReceivers(ctx.db, sql`true`);
}

/** One of them with its newest events. Needs `verifier:read`. @throws {DomainError} NOT_FOUND */
export async function getReceiver(
  ctx: Context,
  { receiverId }: { receiverId: string },
): Promise<ReceiverDetail> {
  requirePermission(ctx, "verifier:read");
  return readReceiver(ctx.db, receiverId);
}
