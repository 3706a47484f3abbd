import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { isUuid } from "../ids.ts";
import { countUpTo } from "../list-query/count-up-to.ts";
import type { Page, Total } from "../list-query/define-table.ts";
import { keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import type { RefusedCountRow } from "./model.ts";
import { type RefusedCountsQuery, refusedCountsTable } from "./table.ts";

type RefusedCountRecord = {
  id: string;
  minute: Date;
  askerId: string;
  askerKind: "verifier" | "client" | null;
  askerName: string | null;
  ip: string;
  refusal: string;
  count: bigint;
};

function askedBy(names: readonly string[]): Fragment {
  const uuids = names.map((name) => name.toLowerCase()).filter(isUuid);
  // what is no verifier and no client is whoever showed no good secret
  const strangers = names.filter((name) => name.toLowerCase() === "nobody");
  return sql`c.verifier_id = ANY (ARRAY (SELECT id::text FROM verifier WHERE name = ANY (${names}::text[])
    UNION ALL SELECT id::text FROM client WHERE client_id = ANY (${names}::text[])
    UNION ALL SELECT unnest(${uuids}::text[]) UNION ALL SELECT unnest(${strangers.map(() => "nobody")}::text[])))`;
}

function conditionsOf(filters: RefusedCountsQuery["filters"], now: Date): Fragment[] {
  const conditions: Fragment[] = [];
  if (filters.at) conditions.push(inWindow(sql`c.minute`, timeWindow(filters.at, "back", now)));
  if (filters.asker) conditions.push(askedBy(filters.asker));
  if (filters.refusal) conditions.push(sql`c.refusal = ANY (${filters.refusal}::text[])`);
  if (filters.ip) conditions.push(sql`c.ip = ${filters.ip}`);
  return conditions;
}

/**
 * One page of what was refused without a token on record, newest first: requests without a token, values that are no token of ours and secrets that are nobody's,
 * counted by asker, address and minute. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listRefusedCounts(
  ctx: Context,
  query: RefusedCountsQuery,
): Promise<Page<RefusedCountRow>> {
  requirePermission(ctx, "audit:read");
  const keyset = keysetOf(refusedCountsTable, query);
  // a minute's rows have no id of their own: what makes them different makes one
  const id = sql`md5(c.verifier_id || E'\\n' || c.ip || E'\\n' || c.refusal)::uuid`;
  const conditions = conditionsOf(query.filters, ctx.now);
  const after = seek(keyset, sql`c.minute`, id);
  if (after !== null) conditions.push(after);
  const records = await run<RefusedCountRecord>(
    ctx.db,
    sql`WITH page AS MATERIALIZED (SELECT c.*, ${id} AS id FROM refused_count c WHERE ${all(conditions)}
        ORDER BY ${orderBy(keyset, sql`c.minute`, id)} LIMIT ${keyset.limit}::int)
      SELECT p.id, p.minute, p.verifier_id AS "askerId", p.ip, p.refusal, p.count,
        CASE WHEN v.id IS NOT NULL THEN 'verifier' WHEN k.id IS NOT NULL THEN 'client' END AS "askerKind",
        coalesce(v.name, k.client_id) AS "askerName"
      FROM page p LEFT JOIN verifier v ON v.id::text = p.verifier_id LEFT JOIN client k ON k.id::text = p.verifier_id
      ORDER BY ${orderBy(keyset, sql`p.minute`, sql`p.id`)}`,
  );
  const page = toPage(refusedCountsTable, query, keyset, records, (record) => ({
    value: record.minute.toISOString(),
    id: record.id,
  }));
  return { ...page, rows: page.rows.map(rowOf) };
}

/** So many are counted one by one. */
const COUNT_MAX = 1_000_000;

/** How many rows some filters match, as far as that is found in a second. Needs `audit:read`. */
export async function countRefusedCounts(
  ctx: Context,
  filters: RefusedCountsQuery["filters"],
): Promise<Total> {
  requirePermission(ctx, "audit:read");
  const rows = sql`SELECT 1 FROM refused_count c WHERE ${all(conditionsOf(filters, ctx.now))} LIMIT ${COUNT_MAX + 1}::int`;
  return countUpTo(ctx.db, rows, { max: COUNT_MAX, atLeast: () => 0 });
}

function rowOf(record: RefusedCountRecord): RefusedCountRow {
  const minute = record.minute.toISOString();
  return {
    id: `${minute} ${record.id}`,
    minute,
    asker:
      record.askerKind === null
        ? { kind: "nobody", id: record.askerId, name: "nobody" }
        : { kind: record.askerKind, id: record.askerId, name: record.askerName ?? record.askerId },
    // every address beyond the first thousands of a minute is counted together
    ip: record.ip === "others" || record.ip === "unknown" ? null : record.ip,
    refusal: record.refusal,
    count: Number(record.count),
  };
}
