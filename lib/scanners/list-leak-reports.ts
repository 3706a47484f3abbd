import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { readIncident } from "../incidents/incident-row.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { keysetOf, orderById, seekById, toPage } from "../list-query/keyset.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { LeakFindingRow, LeakReportRow } from "./model.ts";
import { LEAK_REPORTS_TABLE } from "./reports-table.ts";

/** Reports that a total is counted up to. */
const COUNT_MAX = 10_000;
/** Of one case. */
const NEWEST = { max: 50, order: sql`r.id DESC` };

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

async function readReports(
  db: Sql,
  where: Fragment,
  { max, order }: { max: number; order: Fragment },
): Promise<LeakReportRow[]> {
  const records = await run<ReportRecord>(
    db,
    sql`SELECT r.id, jsonb_build_object('id', s.id, 'name', s.name) AS scanner, r.received_at AS "receivedAt", r.last_received_at AS "lastReceivedAt",
        r.times, r.value_count AS values, r.unknown_count AS unknown, i.number AS "incidentNumber",
        (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', f.kind, 'tokenId', f.token_id, 'clientId', f.client_id, 'ownerId', f.owner_id, 'name', f.name, 'type', f.type,
            'url', f.url, 'source', f.source, 'outcome', f.outcome, 'orderId', f.order_id) ORDER BY f.ordinal), '[]')
          FROM leak_finding f WHERE f.report_id = r.id) AS findings
      FROM leak_report r JOIN scanner s ON s.id = r.scanner_id LEFT JOIN incident i ON i.id = r.incident_id
      WHERE ${where} ORDER BY ${order} LIMIT ${max}::int`,
  );
  return records.map((record) => ({
    ...record,
    receivedAt: record.receivedAt.toISOString(),
    lastReceivedAt: record.lastReceivedAt.toISOString(),
  }));
}

/** One page of what scanners reported, of one of them or of all, newest first. Needs `incident:read`. */
export async function listLeakReports(
  ctx: Context,
  query: ListQuery<typeof LEAK_REPORTS_TABLE>,
): Promise<Page<LeakReportRow> & { total: Total }> {
  requirePermission(ctx, "incident:read");
  const keyset = keysetOf(LEAK_REPORTS_TABLE, query);
  const { scannerId } = query.filters;
  const where = scannerId === undefined ? [] : [sql`r.scanner_id = ${scannerId}::uuid`];
  const beyond = seekById(keyset, sql`r.id`);
  const rows = await readReports(ctx.db, all(beyond === null ? where : [...where, beyond]), {
    max: keyset.limit,
    order: orderById(keyset, sql`r.id`),
  });
  const page = toPage(LEAK_REPORTS_TABLE, query, keyset, rows, ({ receivedAt, id }) => ({
    value: receivedAt,
    id,
  }));
  const matching = sql`SELECT 1 FROM leak_report r WHERE ${all(where)} LIMIT ${COUNT_MAX + 1}::int`;
  return {
    ...page,
    total: await countUpTo(ctx.db, matching, { max: COUNT_MAX, atLeast: () => rows.length }),
  };
}

/** The newest reports that are in a case. Needs `incident:read`. @throws {DomainError} NOT_FOUND */
export async function listReportsOfIncident(ctx: Context, number: number): Promise<LeakReportRow[]> {
  requirePermission(ctx, "incident:read");
  const { id } = await readIncident(ctx.db, number);
  return readReports(ctx.db, sql`r.incident_id = ${id}::uuid`, NEWEST);
}
