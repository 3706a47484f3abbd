import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { SELECTION_IDS_MAX } from "../order-plans/model.ts";
import { isLive, readCaseTokens } from "./case-tokens.ts";
import { readIncident } from "./incident-row.ts";
import type { IncidentTokens } from "./model.ts";

/** Rows that are shown; all of them are counted. */
const SHOWN = 100;

/** The tokens of a case, newest first, those that work before the others, with how many are in which state. Needs `incident:read` and `token:read`. @throws {DomainError} NOT_FOUND */
export async function getIncidentTokens(ctx: Context, number: number): Promise<IncidentTokens> {
  requirePermission(ctx, "incident:read");
  requirePermission(ctx, "token:read");
  const { rows, isCut } = await readCaseTokens(ctx, await readIncident(ctx.db, number));
  const states: Record<string, number> = {};
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1;
  const liveIds = rows
    .filter((row) => isLive(row) || row.state === "suspended")
    .map(({ id }) => id)
    .slice(0, SELECTION_IDS_MAX);
  const works = rows.filter(({ state }) => state === "active");
  const others = rows.filter(({ state }) => state !== "active");
  return { rows: [...works, ...others].slice(0, SHOWN), liveIds, states, total: rows.length, isCut };
}
