import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { ORGANISATION_LIFETIME_SQL } from "../lifetimes/columns.ts";
import type { Organisation } from "./model.ts";

type Row = Omit<Organisation, "updatedAt"> & { updatedAt: Date };

const SELECT = `SELECT name, ${ORGANISATION_LIFETIME_SQL}, refresh_tokens_max AS "refreshTokensMax",
    order_horizon_days AS "orderHorizonDays", order_plan_minutes AS "orderPlanMinutes",
    wide_order_tokens AS "wideOrderTokens", version, updated_at AS "updatedAt"
  FROM organisation WHERE id = 1`;

/** The organisation's name, lifetimes and bounds. Needs `organisation:read`. */
export async function getOrganisation(ctx: Context): Promise<Organisation> {
  requirePermission(ctx, "organisation:read");
  return readOrganisation(ctx.db);
}

/** The same for use cases that decide by it; `lock` holds it until the transaction ends. */
export async function readOrganisation(
  db: Sql,
  lock: "share" | "update" | "none" = "none",
): Promise<Organisation> {
  const suffix = lock === "none" ? "" : lock === "share" ? " FOR SHARE" : " FOR UPDATE";
  const [row] = await db.query<Row>(SELECT + suffix);
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The organisation's settings are missing.");
  return { ...row, updatedAt: row.updatedAt.toISOString() };
}
