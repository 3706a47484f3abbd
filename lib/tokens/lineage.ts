import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { LINEAGE_MAX, type LineageNode } from "./model.ts";
import { STATE_JOINS, type StateSql } from "./state-sql.ts";

type LineageRecord = Omit<
  LineageNode,
  "permissions" | "issuedAt" | "expiresAt" | "endedAt" | "consumedAt"
> & {
  scopes: string[];
  issuedAt: Date;
  expiresAt: Date;
  endedAt: Date | null;
  consumedAt: Date | null;
};

/** The newest LINEAGE_MAX tokens of a family, oldest first, and how many it has. */
export async function readLineage(
  db: Sql,
  familyId: string,
  state: StateSql,
): Promise<{ nodes: LineageNode[]; total: number }> {
  const records = await run<LineageRecord>(
    db,
    sql`SELECT t.id, t.parent_id AS "parentId", t.kind, t.scopes, ${state.state} AS state, t.issued_at AS "issuedAt",
        t.expires_at AS "expiresAt", ${state.endedAt} AS "endedAt", c.consumed_at AS "consumedAt"
      FROM token t ${STATE_JOINS} WHERE t.family_id = ${familyId}::uuid
      ORDER BY t.issued_at DESC, t.id DESC LIMIT ${LINEAGE_MAX + 1}::int`,
  );
  let total = records.length;
  if (records.length > LINEAGE_MAX) {
    const [row] = await run<{ count: bigint }>(
      db,
      sql`SELECT count(*) AS count FROM token t WHERE t.family_id = ${familyId}::uuid`,
    );
    total = Number(row?.count ?? total);
  }
  const nodes = records.slice(0, LINEAGE_MAX).reverse();
  return {
    total,
    nodes: nodes.map(({ scopes, issuedAt, expiresAt, endedAt, consumedAt, ...node }) => ({
      ...node,
      permissions: scopes,
      issuedAt: issuedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      endedAt: endedAt?.toISOString() ?? null,
      consumedAt: consumedAt?.toISOString() ?? null,
    })),
  };
}
