import type { Database } from "../db/database.ts";
import { run, sql } from "../list-query/sql-fragment.ts";

/** How many tokens of a week, client, kind and format there are, or carry a label. */
export type Cell = {
  /** The week's Monday, in milliseconds. */
  week: number;
  clientId: string;
  kind: string;
  format: string;
  tokens: number;
  longestSeconds: number;
  shortestSeconds: number;
};

/** The cells of what was asked for, by what they are of; all of one instant. */
export type TallyCells = { until: Date; of: (facet: string, label: string) => ReadonlyMap<string, Cell> };

type Kept = { until: Date; readMs: number; byLabel: Map<string, Map<string, Cell>>; size: number };

/** What is kept is true of tokens before `until` for as long as they are kept; a later one leaves less to be counted. */
const FRESH_MS = 30_000;
const CELLS_MAX = 200_000;

const kept = new WeakMap<object, Kept>();
const nameOf = (facet: string, label: string) => `${facet} ${label}`;

type Row = [
  facet: string,
  label: string,
  week: number,
  clientId: string,
  kind: string,
  format: string,
  tokens: number,
  longestSeconds: number,
  shortestSeconds: number,
];

async function read(db: Database, wanted: readonly (readonly [string, string])[]): Promise<Kept> {
  const [row] = await run<{ until: Date; cells: Row[] | null }>(
    db,
    sql`SELECT m.counted_until AS until, (SELECT json_agg(json_build_array(y.facet, y.label, extract(epoch FROM y.week)::bigint * 1000, y.client_id, y.kind,
          y.format, y.tokens, y.longest_seconds, y.shortest_seconds))
        FROM unnest(${wanted.map(([facet]) => facet)}::text[], ${wanted.map(([, label]) => label)}::text[]) AS w(facet, label)
        JOIN token_tally y ON y.facet = w.facet AND y.label = w.label) AS cells
      FROM token_tally_mark m`,
  );
  const byLabel = new Map(wanted.map(([facet, label]) => [nameOf(facet, label), new Map<string, Cell>()]));
  for (const [
    facet,
    label,
    week,
    clientId,
    kind,
    format,
    tokens,
    longestSeconds,
    shortestSeconds,
  ] of row?.cells ?? [])
    byLabel.get(nameOf(facet, label))?.set(`${week} ${clientId} ${kind} ${format}`, {
      week,
      clientId,
      kind,
      format,
      tokens,
      longestSeconds,
      shortestSeconds,
    });
  return {
    until: row?.until ?? new Date(0),
    readMs: performance.now(),
    byLabel,
    size: row?.cells?.length ?? 0,
  };
}

/**
 * The tally's cells of some labels, and of all tokens. Kept in memory for half a minute: the tally only grows, and what came after `until` is
 * counted where it stands, so that an older one is as right as the newest. But for weeks that leave the register: a kept one may hold them for so long.
 */
export async function readCells(
  db: Database,
  labels: readonly (readonly [facet: string, label: string])[],
): Promise<TallyCells> {
  const wanted = [["all", ""] as const, ...labels];
  let known = kept.get(db.pool);
  const isFresh =
    known !== undefined && performance.now() - known.readMs < FRESH_MS && known.size < CELLS_MAX;
  const missing = isFresh
    ? wanted.filter(([facet, label]) => !known?.byLabel.has(nameOf(facet, label)))
    : wanted;
  if (missing.length > 0) {
    let more = await read(db, missing);
    if (known !== undefined && isFresh && more.until.getTime() === known.until.getTime()) {
      for (const [name, cells] of more.byLabel) known.byLabel.set(name, cells);
      known.size += more.size;
    } else {
      // the worker has counted meanwhile: all cells must be of one instant
      if (missing.length < wanted.length) more = await read(db, wanted);
      known = more;
      kept.set(db.pool, known);
    }
  }
  const { until, byLabel } = known as Kept;
  const none: ReadonlyMap<string, Cell> = new Map();
  return { until, of: (facet, label) => byLabel.get(nameOf(facet, label)) ?? none };
}
