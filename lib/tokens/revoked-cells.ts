import type { Database } from "../db/database.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { IS_WIDE_ORDER } from "../revocations/wide-orders.ts";
import { RECORDED_FROM } from "./tally-steps.ts";

/** How many tokens of a client, week and kind that expire in a day (UTC) were revoked. Instants in milliseconds. */
export type RevokedCell = { clientId: string; kind: string; week: number; day: number; tokens: number };

export type RevokedCells = {
  /** Revocations that were recorded before it are in the cells; those after it are not. */
  until: Date;
  cells: readonly RevokedCell[];
  /** Revoked tokens by the week of issue. */
  ofWeeks: ReadonlyMap<number, number>;
  /** The same but for those that wide orders revoked, about. */
  apartOfWeeks: ReadonlyMap<number, number>;
  /** The clients of wide orders; any where there is one upon something else. */
  wideClients: ReadonlySet<string> | "any";
};

/** Like the tally's cells: what is kept is true of what was recorded before `until`. */
const FRESH_MS = 30_000;
/** More are not held in memory. */
const CELLS_MAX = 200_000;

const kept = new WeakMap<object, { readMs: number; cells: RevokedCells | null }>();

type Row = [clientId: string, kind: string, week: number, day: number, tokens: number];

function byWeek(cells: readonly RevokedCell[]): Map<number, number> {
  const weeks = new Map<number, number>();
  for (const { week, tokens } of cells) weeks.set(week, (weeks.get(week) ?? 0) + tokens);
  return weeks;
}

/** What frozen selections revoke is never written as wide. */
async function read(db: Database): Promise<RevokedCells | null> {
  const [row] = await run<{ until: Date; cells: Row[] | null; wide: string[] | null; isAny: boolean }>(
    db,
    sql`SELECT m.ends_until AS until, (SELECT json_agg(json_build_array(y.client_id, y.kind, extract(epoch FROM y.week)::bigint * 1000,
          extract(epoch FROM y.day)::bigint * 1000, y.tokens))
        FROM (SELECT * FROM token_client_tally WHERE facet = 'revoked' LIMIT ${CELLS_MAX + 1}::int) y) AS cells,
        (SELECT array_agg(DISTINCT o.target_id) FROM revocation_order o WHERE ${IS_WIDE_ORDER} AND o.target_kind = 'client') AS wide,
        EXISTS (SELECT FROM revocation_order o WHERE ${IS_WIDE_ORDER} AND o.target_kind NOT IN ('client', 'selection')) AS "isAny"
      FROM token_client_tally_mark m`,
  );
  if (row === undefined || row.until < RECORDED_FROM) return null;
  const rows = row.cells ?? [];
  if (rows.length > CELLS_MAX) return null;
  const cells = rows.map(([clientId, kind, week, day, tokens]) => ({ clientId, kind, week, day, tokens }));
  const wideClients = row.isAny ? "any" : new Set(row.wide ?? []);
  const isApart = ({ clientId }: RevokedCell) => wideClients === "any" || !wideClients.has(clientId);
  return {
    until: row.until,
    cells,
    ofWeeks: byWeek(cells),
    apartOfWeeks: byWeek(cells.filter(isApart)),
    wideClients,
  };
}

/** Where the revoked tokens are, by the counts by client; null where rows of before are still being counted, or there are too many cells. */
export async function readRevokedCells(db: Database): Promise<RevokedCells | null> {
  const known = kept.get(db.pool);
  if (known !== undefined && performance.now() - known.readMs < FRESH_MS) return known.cells;
  const cells = await read(db);
  kept.set(db.pool, { readMs: performance.now(), cells });
  return cells;
}

/** More revocations than these are not looked at one by one. */
const FRESH_MAX = 5_000;
const FRESH_TIMEOUT_MS = 500;

/** The tokens whose revocation was recorded since it was counted; null where they are many. */
export async function readFreshlyRevoked(db: Database, until: Date): Promise<string[] | null> {
  const rows = await withinTime<{ id: string }>(
    db,
    sql`SELECT d.token_id AS id FROM token_standing d WHERE d.recorded_at >= ${until}::timestamptz AND d.revoked_at IS NOT NULL
      LIMIT ${FRESH_MAX + 1}::int`,
    FRESH_TIMEOUT_MS,
    "lookups",
  );
  return rows === null || rows.length > FRESH_MAX ? null : rows.map(({ id }) => id);
}
