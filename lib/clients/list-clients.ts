import { requirePermission } from "../authz/require-permission.ts";
import type { Finding } from "../client-findings/model.ts";
import { readFindings } from "../client-findings/read-findings.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { containing, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import { countLiveTokensInTime } from "../tokens/count-live-tokens.ts";
import { CLIENT_COLUMNS, type ClientRecord, clientRowOf } from "./get-client.ts";
import type { ClientRow } from "./model.ts";
import { CLIENTS_TABLE, type Need } from "./table.ts";

export type ClientsQuery = ListQuery<typeof CLIENTS_TABLE>;

/** One page of the clients, with the lifetime that is in force and their active tokens. Needs `client:read`. */
export async function listClients(
  ctx: Context,
  query: ClientsQuery,
): Promise<Page<ClientRow> & { total: Total }> {
  requirePermission(ctx, "client:read");
  const { filters, sort } = query;
  const where: Fragment[] = [];
  if (filters.q !== undefined) where.push(sql`(c.client_id || ' ' || c.name) ILIKE ${containing(filters.q)}`);
  if (filters.kind !== undefined) where.push(sql`c.kind = ANY (${filters.kind}::text[])`);
  if (filters.format !== undefined) where.push(sql`c.token_format = ANY (${filters.format}::text[])`);
  if (filters.state !== undefined)
    where.push(
      sql`CASE WHEN c.disabled_at IS NULL THEN 'enabled' ELSE 'disabled' END = ANY (${filters.state}::text[])`,
    );
  if (filters.audience !== undefined)
    where.push(sql`EXISTS (SELECT FROM client_audience ca JOIN audience a ON a.id = ca.audience_id
      WHERE ca.client_id = c.id AND a.name = ANY (${filters.audience}::text[]))`);
  const needing = filters.needs === undefined ? null : await readNeeding(ctx);
  if (needing !== null && filters.needs !== undefined)
    where.push(sql`c.id = ANY (${idsNeeding(needing, filters.needs)}::uuid[])`);
  const page = await listRows<typeof CLIENTS_TABLE, ClientRecord>(ctx, CLIENTS_TABLE, query, {
    columns: CLIENT_COLUMNS,
    from: sql`client c`,
    id: sql`c.id`,
    place: sort.key === "name" ? sql`lower(c.name)` : sql`c.created_at`,
    where,
  });
  const organisation = await readOrganisation(ctx.db);
  const ids = page.rows.map((row) => row.id);
  const live = await countLiveTokensInTime(ctx.db, { by: "client", ids, now: ctx.now });
  const findings = needing ?? (await readFindings(ctx.db, { ids, now: ctx.now }));
  return {
    ...page,
    rows: page.rows.map((row) => ({
      ...clientRowOf(row, organisation, live?.(row.id) ?? null),
      findings: findings === null ? null : (findings.get(row.id) ?? []).map(({ code }) => code),
    })),
  };
}

/** @throws {DomainError} UNAVAILABLE where it cannot be found out in time: a filter that leaves out what it does not know would lie. */
async function readNeeding(ctx: Context): Promise<ReadonlyMap<string, Finding[]>> {
  const found = await readFindings(ctx.db, { ids: null, now: ctx.now });
  if (found === null)
    throw new DomainError("UNAVAILABLE", "What needs a look could not be found out in time. Try again.");
  return found;
}

function idsNeeding(found: ReadonlyMap<string, Finding[]>, needs: readonly Need[]): string[] {
  return [...found]
    .filter(([, findings]) => findings.some(({ code }) => needs.includes("anything") || needs.includes(code)))
    .map(([id]) => id);
}
