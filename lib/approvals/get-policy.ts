import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { ApprovalPolicy } from "./model.ts";
import { readPolicy } from "./read-policy.ts";

/** What wants a second person. Needs `approval:read`. */
export async function getPolicy(ctx: Context): Promise<ApprovalPolicy> {
  requirePermission(ctx, "approval:read");
  return readPolicy(ctx.db);
}
