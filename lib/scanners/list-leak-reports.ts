import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { readIncident } from "../incidents/incident-row.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { LeakReportsQuery } from "./input.ts";
import type { LeakFindingRow, LeakReportPage, LeakReportRow } from "./model.ts";

const PAGE = 50;

type ReportRecord = {
  id: string;
  scanner: { id: string; name: string };
  receivedAt: Date;
  lastReceivedAt: Date;
  times: number;
  values: number;
  unknown: number;
  findings: LeakFindingRow[];
  incidentNumber: number | null;
};

async function readReports(db: Sql, where: Fragment): Promise<LeakReportRow[]> {
  const records = await run<ReportRecord>(
    db,
    sql`SELECT r.id, jsonb_build_object('id', s.id, 'name', s.name) AS scanner, r.received_at AS "receivedAt", r.last_received_at AS "lastReceivedAt",
        r.times, r.value_count AS values, r.unknown_count AS unknown, i.number AS "incidentNumber",
        (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'tokenId', f.token_id, 'clientId', f.client_id, 'name', f.name, 'type', f.type,
            'url', f.url, 'source', f.source, 'outcome', f.outcome, 'orderId', f.order_id) ORDER BY f.ordinal), '[]')
          FROM leak_finding f WHERE f.report_id = r.id) AS findings
      FROM leak_report r JOIN scanner s ON s.id = r.scanner_id LEFT JOIN incident i ON i.id = r.incident_id
      WHERE ${where} ORDER BY r.id DESC LIMIT ${PAGE + 1}::int`,
  );
  return records.map((record) => ({
    ...record,
    receivedAt: record.receivedAt.toISOString(),
    lastReceivedAt: record.lastReceivedAt.toISOString(),
  }));
}

/** What scanners reported, of one of them or of all, newest first. Needs `incident:read`. */
export async function listLeakReports(
  ctx: Context,
  { scannerId, before }: LeakReportsQuery,
): Promise<LeakReportPage> {
  requirePermission(ctx, "incident:read");
  const ofScanner = scannerId === undefined ? sql`true` : sql`r.scanner_id = ${scannerId}::uuid`;
  const earlier = before === undefined ? sql`true` : sql`r.id < ${before}::uuid`;
  const rows = await readReports(ctx.db, sql`${ofScanner} AND ${earlier}`);
  const page = rows.slice(0, PAGE);
  return { rows: page, next: rows.length > PAGE ? (page.at(-1)?.id ?? null) : null };
}

/** The newest reports that are in a case. Needs `incident:read`. @throws {DomainError} NOT_FOUND */
export async function listReportsOfIncident(ctx: Context, number: number): Promise<LeakReportRow[]> {
  requirePermission(ctx, "incident:read");
  const { id } = await readIncident(ctx.db, number);
  return (await readReports(ctx.db, sql`r.incident_id = ${id}::uuid`)).slice(0, PAGE);
}
