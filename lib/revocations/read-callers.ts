import type { Context } from "../context.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { Caller } from "./model.ts";

const DAY_MS = 86_400_000;
/** Tokens whose uses are looked at for callers: the newest of the target. */
export const CALLER_TOKENS_MAX = 2_000;

/** Who used tokens in the last 24 hours: the clients that presented them, and the verifiers that saw the same uses. */
export async function readCallers(
  ctx: Context,
  { from, where }: { from: Fragment; where: Fragment },
): Promise<Caller[]> {
  const since = new Date(ctx.now.getTime() - DAY_MS);
  const rows = await run<{
    kind: "verifier" | "client";
    id: string;
    name: string;
    uses: bigint;
    lastAt: Date;
  }>(
    ctx.db,
    sql`WITH recent AS MATERIALIZED (SELECT t.id FROM ${from} WHERE ${where} AND t.expires_at > ${since}::timestamptz
          ORDER BY t.issued_at DESC LIMIT ${CALLER_TOKENS_MAX}::int),
        uses AS MATERIALIZED (SELECT x.verifier_id, x.client_id, count(*) AS uses, max(x.received_at) AS last_at FROM recent
          JOIN token_use x ON x.token_id = recent.id AND x.received_at >= ${since}::timestamptz AND x.outcome = 'allowed' GROUP BY 1, 2)
      SELECT 'client' AS kind, c.id, c.client_id AS name, sum(u.uses)::bigint AS uses, max(u.last_at) AS "lastAt"
        FROM uses u JOIN client c ON c.id = u.client_id GROUP BY c.id
      UNION ALL SELECT 'verifier', v.id, v.name, sum(u.uses)::bigint, max(u.last_at) FROM uses u JOIN verifier v ON v.id = u.verifier_id GROUP BY v.id
      ORDER BY kind, uses DESC`,
  );
  return rows.map((row) => ({ ...row, uses: Number(row.uses), lastAt: row.lastAt.toISOString() }));
}
