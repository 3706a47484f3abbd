import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";

/** Whether there is an audience: without one no client gets an access token. Needs `audience:read`. */
export async function hasAudience(ctx: Context): Promise<boolean> {
  requirePermission(ctx, "audience:read");
  const rows = await run(ctx.db, sql`SELECT 1 FROM audience LIMIT 1`);
  return rows.length > 0;
}
