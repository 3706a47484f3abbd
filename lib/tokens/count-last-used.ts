import type { Database } from "../db/database.ts";
import { lowestUuidv7 } from "../ids.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { withinTime } from "../list-query/within-time.ts";

/**
 * How many tokens were used last in a time, to the last one: by the counters of use alone, which are a fraction of the register, read by several processes at once. What has
 * left the register may have its counters for some minutes: those are left out by when it was issued. Null where it takes longer than `timeoutMs`.
 */
export async function countLastUsed(
  db: Database,
  used: Window,
  { issuedFrom, timeoutMs }: { issuedFrom: Date | null; timeoutMs: number },
): Promise<number | null> {
  const isKept = issuedFrom === null ? sql`true` : sql`u.token_id >= ${lowestUuidv7(issuedFrom)}::uuid`;
  const rows = await withinTime<{ count: bigint }>(
    db,
    sql`SELECT count(*) AS count FROM token_usage u WHERE ${inWindow(sql`u.last_used_at`, used)} AND u.last_used_at IS NOT NULL AND ${isKept}`,
    timeoutMs,
    "free",
  );
  return rows === null ? null : Number(rows[0]?.count ?? 0);
}
