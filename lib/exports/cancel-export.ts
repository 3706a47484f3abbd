import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { exportDetailOf, readOwnExport } from "./export-row.ts";
import type { ExportDetail } from "./model.ts";

/**
 * Asks the process that writes one of the actor's own exports to stop: it does within about a second, and records it. One that waits for its
 * reader ends at once. Needs `export:create`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED, FORBIDDEN
 */
export async function cancelExport(ctx: Context, id: string): Promise<ExportDetail> {
  requirePermission(ctx, "export:create");
  return ctx.db.transaction(async (tx) => {
    const record = await readOwnExport(tx, ctx, id, true);
    if (record.state !== "waiting" && record.state !== "running")
      throw new DomainError("ALREADY_ENDED", "This export has ended already.");
    if (record.state === "waiting")
      await run(
        tx,
        sql`UPDATE list_export SET state = 'cancelled', ended_at = ${ctx.now}::timestamptz WHERE id = ${record.id}::uuid`,
      );
    else
      await run(
        tx,
        sql`UPDATE list_export SET cancel_asked_at = coalesce(cancel_asked_at, ${ctx.now}::timestamptz) WHERE id = ${record.id}::uuid`,
      );
    return exportDetailOf(await readOwnExport(tx, ctx, id, false));
  });
}
