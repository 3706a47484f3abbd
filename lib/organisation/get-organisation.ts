import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { Organisation } from "./model.ts";

type Row = Omit<Organisation, "updatedAt"> & { updatedAt: Date };

const SELECT = `SELECT name, access_token_ttl_seconds AS "accessTokenTtlSeconds", service_token_ttl_seconds AS "serviceTokenTtlSeconds",
    access_token_ttl_min_seconds AS "accessTokenTtlMinSeconds", access_token_ttl_max_seconds AS "accessTokenTtlMaxSeconds",
    refresh_token_idle_seconds AS "refreshTokenIdleSeconds", refresh_token_absolute_seconds AS "refreshTokenAbsoluteSeconds",
    refresh_grace_seconds AS "refreshGraceSeconds",
    authorization_code_ttl_seconds AS "authorizationCodeTtlSeconds", id_token_ttl_seconds AS "idTokenTtlSeconds",
    session_idle_seconds AS "sessionIdleSeconds", session_absolute_seconds AS "sessionAbsoluteSeconds",
    clock_skew_seconds AS "clockSkewSeconds", order_horizon_days AS "orderHorizonDays", order_plan_minutes AS "orderPlanMinutes",
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
