import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";

/** Verifiers that a form offers; who has more names one by the API. */
const MAX = 2_000;

/** Enabled verifiers by name, to choose one from. Needs `verifier:read`. */
export async function listVerifierNames(ctx: Context): Promise<{ id: string; name: string }[]> {
  requirePermission(ctx, "verifier:read");
  return ctx.db.query<{ id: string; name: string }>(
    `SELECT id, name FROM verifier WHERE disabled_at IS NULL ORDER BY name LIMIT ${MAX}`,
  );
}
