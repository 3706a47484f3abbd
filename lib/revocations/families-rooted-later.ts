import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { TargetKind } from "./model.ts";
import { tokensOfTarget } from "./order-tokens.ts";

/** More than a clock's jump can leave behind; what is beyond it waits for a second order. */
const MAX_FAMILIES = 1_000;

/**
 * Families of a target that are on record and rooted after a cutoff: issued while a clock was ahead, so that the cutoff does not reach them
 * though they were there before it. Nearly always none, at the cost of one probe of the target's index.
 */
export async function findFamiliesRootedLater(
  tx: Sql,
  kind: TargetKind,
  id: string,
  cutoff: Date,
): Promise<string[]> {
  const { from, where } = tokensOfTarget(kind, id);
  const rows = await run<{ familyId: string }>(
    tx,
    sql`SELECT DISTINCT t.family_id AS "familyId" FROM ${from} WHERE ${where} AND t.issued_at > ${cutoff}::timestamptz
      AND t.rooted_at > ${cutoff}::timestamptz LIMIT ${MAX_FAMILIES}::int`,
  );
  return rows.map((row) => row.familyId);
}
