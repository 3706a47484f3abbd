import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { appendSignals, hasStreams } from "./append-signals.ts";
import { TOKEN_CLAIMS_CHANGE } from "./model.ts";
import { complex, issSub, opaque } from "./subjects.ts";

/** Whose claims changed: a user's, or those that a group gives to all of its members. */
export type ChangedClaims =
  | { userId: string; groups: readonly string[] }
  | { group: string; entitlements: readonly string[] };

/**
 * Tells streams, in the caller's transaction, that tokens which are out say something else than is so now. Call it after everything else but the audit entry.
 *
 * @see OpenID CAEP 1.0 section 3.2
 */
export async function recordClaimsChange(tx: Sql, ctx: SqlContext, changed: ChangedClaims): Promise<void> {
  if (!(await hasStreams(tx))) return;
  const claims =
    "userId" in changed
      ? { groups: changed.groups, entitlements: await readEntitlements(tx, changed.userId) }
      : { entitlements: changed.entitlements };
  const isAdmin = ctx.actor.kind === "admin" || ctx.actor.kind === "api_token";
  await appendSignals(tx, [
    {
      type: TOKEN_CLAIMS_CHANGE,
      subject: "userId" in changed ? issSub(changed.userId) : complex({ group: opaque(changed.group) }),
      event: {
        event_timestamp: Math.floor(ctx.now.getTime() / 1000),
        initiating_entity: isAdmin ? "admin" : "system",
        claims,
      },
      at: ctx.now,
    },
  ]);
}

async function readEntitlements(tx: Sql, userId: string): Promise<string[]> {
  const rows = await tx.query<{ name: string }>(
    `SELECT DISTINCT p.name FROM group_member m JOIN group_permission gp ON gp.group_id = m.group_id JOIN permission p ON p.id = gp.permission_id
     WHERE m.user_id = $1::uuid ORDER BY p.name`,
    [userId],
  );
  return rows.map((row) => row.name);
}
