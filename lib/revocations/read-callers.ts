import type { Context } from "../context.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { type Among, copiedAmong, type LiveBook } from "../tokens/live-book.ts";
import type { Caller, TargetKind } from "./model.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Tokens whose uses are looked at for callers: the newest of the target. */
export const CALLER_TOKENS_MAX = 2_000;
/** How long a plan waits for them. */
const WAIT_MS = 1_000;

/** A target whose callers are asked for: `isWide` where all that it was ever given may be too much to sort. */
export type CalledTarget = Among & { kind: TargetKind; id: string; isWide: boolean };

/** The newest tokens of a target that lived in the last 24 hours, each with when it was issued. */
export function newestCalled({ now }: Context, target: CalledTarget, book: LiveBook | null): Fragment {
  const since = new Date(now.getTime() - DAY_MS);
  const limit = sql`LIMIT ${CALLER_TOKENS_MAX}::int`;
  if (target.kind === "selection")
    // its chunks are in the order of issue, and all of it lived when it was frozen
    return sql`SELECT f.id, uuid_extract_timestamp(f.id) AS issued_at FROM (SELECT unnest(x.token_ids) AS id FROM selection_chunk x WHERE x.selection_id = ${target.id}::uuid
      AND x.number >= (SELECT max(y.number) - 1 FROM selection_chunk y WHERE y.selection_id = ${target.id}::uuid)) f ORDER BY f.id DESC ${limit}`;
  const lived = sql`${target.where} AND t.expires_at > ${since}::timestamptz`;
  const order = sql`ORDER BY ${target.issuedAt} DESC`;
  if (!target.isWide)
    return sql`SELECT t.id, t.issued_at FROM ${target.from} WHERE ${lived} ${order} ${limit}`;
  // what lives an hour at most, and was issued before, had ended a day ago: of the rest the copy has what did not end before its time
  const from = sql`${new Date(since.getTime() - HOUR_MS)}::timestamptz`;
  const late = sql`SELECT t.id, t.issued_at FROM ${target.from} WHERE ${lived} AND ${target.issuedAt} >= ${from} AND t.issued_at >= ${from} ${order} ${limit}`;
  if (book === null) return late;
  return sql`(${late}) UNION ALL (SELECT t.id, t.issued_at ${copiedAmong(book, target, since)} AND t.issued_at < ${from} ORDER BY t.issued_at DESC ${limit})`;
}

/**
 * Who used tokens in the last 24 hours: the clients that presented them, and the verifiers that saw the same uses. Null where it takes longer than a plan
 * can wait.
 */
export async function readCallers(
  ctx: Context,
  target: CalledTarget,
  book: LiveBook | null,
): Promise<Caller[] | null> {
  const since = sql`${new Date(ctx.now.getTime() - DAY_MS)}::timestamptz`;
  const rows = await withinTime<{
    kind: "verifier" | "client";
    id: string;
    name: string;
    uses: bigint;
    lastAt: Date;
  }>(
    ctx.db,
    sql`WITH newest AS MATERIALIZED (${newestCalled(ctx, target, book)}),
        recent AS MATERIALIZED (SELECT id FROM newest ORDER BY issued_at DESC LIMIT ${CALLER_TOKENS_MAX}::int),
        uses AS MATERIALIZED (SELECT x.verifier_id, x.client_id, count(*) AS uses, max(x.received_at) AS last_at FROM recent
          JOIN token_use x ON x.token_id = recent.id AND x.received_at >= ${since} AND x.outcome = 'allowed' GROUP BY 1, 2)
      SELECT 'client' AS kind, c.id, c.client_id AS name, sum(u.uses)::bigint AS uses, max(u.last_at) AS "lastAt"
        FROM uses u JOIN client c ON c.id = u.client_id GROUP BY c.id
      UNION ALL SELECT 'verifier', v.id, v.name, sum(u.uses)::bigint, max(u.last_at) FROM uses u JOIN verifier v ON v.id = u.verifier_id GROUP BY v.id
      ORDER BY kind, uses DESC`,
    WAIT_MS,
    target.isWide ? "ordered" : "free",
  );
  if (rows === null) return null;
  return rows.map((row) => ({ ...row, uses: Number(row.uses), lastAt: row.lastAt.toISOString() }));
}
