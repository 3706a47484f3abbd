import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { ListQuery, Page, Total } from "../list-query/define-table.ts";
import { listRows } from "../list-query/list-rows.ts";
import { containing, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { readStandings } from "../propagation/list-standings.ts";
import type { TroubledCounts, VerifierPropagation } from "../propagation/model.ts";
import { VERIFIER_COLUMNS, type VerifierRecord, verifierRowOf } from "./get-verifier.ts";
import type { VerifierListRow } from "./model.ts";
import { readVerifierFigures } from "./read-verifier-figures.ts";
import { VERIFIERS_TABLE } from "./table.ts";
import { readVerifierUses } from "./verifier-uses.ts";

export type VerifiersQuery = ListQuery<typeof VERIFIERS_TABLE>;

/**
 * One page of the verifiers, each with its standing in the feed and its uses of the last 24 hours; `troubled` counts those that want a look among all that
 * are enabled. Needs `verifier:read`.
 */
export async function listVerifiers(
  ctx: Context,
  query: VerifiersQuery,
): Promise<Page<VerifierListRow> & { total: Total; troubled: TroubledCounts }> {
  requirePermission(ctx, "verifier:read");
  const { filters, sort } = query;
  const where: Fragment[] = [];
  if (filters.q !== undefined)
    where.push(sql`(v.name || ' ' || v.description) ILIKE ${containing(filters.q)}`);
  if (filters.mode !== undefined) where.push(sql`v.mode = ANY (${filters.mode}::text[])`);
  if (filters.audit !== undefined) where.push(sql`v.audit_mode = ANY (${filters.audit}::text[])`);
  if (filters.way !== undefined) where.push(sql`v.check_way = ANY (${filters.way}::text[])`);
  if (filters.state !== undefined)
    where.push(
      sql`CASE WHEN v.disabled_at IS NULL THEN 'enabled' ELSE 'disabled' END = ANY (${filters.state}::text[])`,
    );
  if (filters.audience !== undefined)
    where.push(sql`EXISTS (SELECT FROM verifier_audience va JOIN audience a ON a.id = va.audience_id
      WHERE va.verifier_id = v.id AND a.name = ANY (${filters.audience}::text[]))`);
  // there are hundreds of verifiers: their standing is told in one place, and chosen from there
  const standings = new Map((await readStandings(ctx, null)).rows.map((row) => [row.verifierId, row]));
  if (filters.standing !== undefined) {
    const wanted = filters.standing;
    const ids = [...standings.values()].filter((row) => !row.isDisabled && wanted.includes(row.standing));
    where.push(sql`v.id = ANY (${ids.map(({ verifierId }) => verifierId)}::uuid[])`);
  }
  const uses = await readVerifierUses(ctx);
  const page = await listRows<typeof VERIFIERS_TABLE, VerifierRecord>(ctx, VERIFIERS_TABLE, query, {
    columns: VERIFIER_COLUMNS,
    from: sql`verifier v`,
    id: sql`v.id`,
    place: sort.key === "name" ? sql`v.name` : sql`v.created_at`,
    where,
  });
  const figures = await readVerifierFigures(ctx.db, {
    verifierIds: page.rows.map(({ id }) => id),
    now: ctx.now,
  });
  const rows = page.rows.flatMap((record) => {
    const propagation = standings.get(record.id);
    // one that was registered in between is on the next drawing
    if (propagation === undefined) return [];
    const row = verifierRowOf(record);
    const { allowed = 0, refused = 0 } = uses?.get(record.id) ?? {};
    const { lost = 0, latencyUs = null } = figures.get(record.id) ?? {};
    return {
      ...row,
      propagation,
      uses: uses === null ? null : { allowed, refused },
      lost,
      latencyUs: latencyUs ?? row.answeredUs,
    };
  });
  return { ...page, rows, troubled: countTroubled([...standings.values()]) };
}

function countTroubled(rows: readonly VerifierPropagation[]): TroubledCounts {
  const counts: TroubledCounts = { silent: 0, behind: 0, old_version: 0 };
  for (const { isDisabled, standing } of rows)
    if (!isDisabled && standing in counts) counts[standing as keyof TroubledCounts] += 1;
  return counts;
}
