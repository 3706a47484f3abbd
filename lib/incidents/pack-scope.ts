import { createHash } from "node:crypto";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";

/** What decides whose tokens and uses are in a pack: what the case names, and from when on. */
export type PackScope = { subjects: number; sha256: string };

/**
 * What a pack of a case would be of at this moment. Two that have the same `sha256` are of the same, whatever their clocks said; notes and ticks come to a case and
 * change nothing of it. With `lock` nobody changes it until the caller's transaction is over.
 */
export async function readPackScope(db: Sql, incidentId: string, lock = false): Promise<PackScope> {
  const [incident] = await run<{ from: Date }>(
    db,
    sql`SELECT i.compromised_from AS "from" FROM incident i WHERE i.id = ${incidentId}::uuid ${lock ? sql`FOR SHARE` : sql``}`,
  );
  const rows = await run<{ named: string }>(
    db,
    sql`SELECT x.kind || CASE WHEN x.by_secret THEN ' by a secret ' ELSE ' ' END || x.target_id || CASE WHEN x.secret_ids = '{}' THEN '' ELSE ' ' || array_to_string(x.secret_ids, ' ') END AS named FROM incident_subject x WHERE x.incident_id = ${incidentId}::uuid`,
  );
  const lines = [`from ${incident?.from.toISOString()}`, ...rows.map(({ named }) => named).sort()];
  return { subjects: rows.length, sha256: createHash("sha256").update(lines.join("\n")).digest("hex") };
}
