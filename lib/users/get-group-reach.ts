import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { liveTokens } from "../revocations/live-tokens.ts";
import type { GroupReach } from "./model.ts";

/**
 * What taking a user out of each group would leave valid: live access tokens of theirs that carry it, until they expire. Refresh tokens lose it when they are
 * next used. Needs `user:read`.
 */
export async function getGroupReach(ctx: Context, { userId }: { userId: string }): Promise<GroupReach[]> {
  requirePermission(ctx, "user:read");
  const live = await liveTokens(ctx);
  const rows = await run<{ group: string; accessTokens: number; until: Date }>(
    ctx.db,
    sql`SELECT x.name AS "group", count(*)::int AS "accessTokens", max(x.expires_at) AS until
      FROM (SELECT unnest(t.groups) AS name, t.expires_at ${live(sql`t.user_id = ${userId}::uuid AND t.kind = 'access'`)}) x GROUP BY 1 ORDER BY 1`,
  );
  return rows.map(({ group, accessTokens, until }) => ({ group, accessTokens, until: until.toISOString() }));
}
