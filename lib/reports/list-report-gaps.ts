import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { all, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import type { ReportGapRow } from "./model.ts";

/** Minutes that are listed at most, the newest ones. */
const MAX_GAPS = 1_000;

export type ReportGaps = {
  /** Newest first. */
  gaps: ReportGapRow[];
  /** Lost in the window, those beyond the listed ones too. */
  lost: number;
};

/**
 * The minutes in which verifiers told that they had lost uses: what is missing from the log by their own account. A gap is told with the next report that
 * arrives, so that the uses themselves were before its minute. Needs `audit:read`.
 *
 * @param ask of one verifier, or of all; a window of the minutes, `from` included, `to` not.
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listReportGaps(
  ctx: Context,
  ask: { verifierId?: string } & Partial<Window> = {},
): Promise<ReportGaps> {
  requirePermission(ctx, "audit:read");
  const conditions = [inWindow(sql`g.minute`, { from: ask.from ?? null, to: ask.to ?? null })];
  if (ask.verifierId !== undefined) conditions.push(sql`g.verifier_id = ${ask.verifierId}::uuid`);
  const records = await run<{
    verifierId: string;
    name: string | null;
    minute: Date;
    lost: bigint;
    total: bigint;
  }>(
    ctx.db,
    sql`SELECT g.verifier_id AS "verifierId", v.name, g.minute, g.lost, (sum(g.lost) OVER ())::bigint AS total
      FROM report_gap g LEFT JOIN verifier v ON v.id = g.verifier_id WHERE ${all(conditions)}
      ORDER BY g.minute DESC, g.verifier_id LIMIT ${MAX_GAPS}::int`,
  );
  return {
    gaps: records.map((record) => ({
      verifier: { id: record.verifierId, name: record.name ?? "Deleted verifier" },
      minute: record.minute.toISOString(),
      lost: Number(record.lost),
    })),
    lost: Number(records[0]?.total ?? 0n),
  };
}
