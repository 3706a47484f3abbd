import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";

/** Clients that a form offers; who has more names one by the API. */
const MAX = 2_000;

/** Clients by name, to choose from. Needs `client:read`. */
export async function listClientNames(
  ctx: Context,
): Promise<{ id: string; name: string; clientId: string }[]> {
  requirePermission(ctx, "client:read");
  return ctx.db.query<{ id: string; name: string; clientId: string }>(
    `SELECT id, name, client_id AS "clientId" FROM client ORDER BY name, client_id LIMIT ${MAX}`,
  );
}
