import type { Context } from "../context.ts";
import { countUpTo } from "./count-up-to.ts";
import type { ListQuery, Page, TableDeclaration, Total } from "./define-table.ts";
import { keysetOf, orderBy, seek, toPage } from "./keyset.ts";
import { all, type Fragment, run, sql } from "./sql-fragment.ts";

/** Rows that a total is counted up to, unless a list says otherwise. */
const COUNT_MAX = 10_000;

/** A list whose rows come straight from one table: what to select, from where, and the column it is ordered by. */
export type RowSource = {
  /** Columns beside `id`. */
  columns: Fragment;
  from: Fragment;
  id: Fragment;
  /** The column or expression of the query's sort key; never null. */
  place: Fragment;
  where: Fragment[];
  /** Rows that a total is counted up to, where that is not 10,000. */
  countMax?: number;
};

/** One page of a registry list by keyset, with how many match. For lists of thousands, not for the register. */
export async function listRows<T extends TableDeclaration, Row extends { id: string }>(
  ctx: Context,
  table: T,
  query: ListQuery<T>,
  source: RowSource,
): Promise<Page<Row> & { total: Total }> {
  const keyset = keysetOf(table, query);
  const { from, id, place, columns, countMax: max = COUNT_MAX } = source;
  const beyond = seek(keyset, place, id);
  const where = all([...source.where, ...(beyond === null ? [] : [beyond])]);
  const records = await run<Row & { place: Date | string }>(
    ctx.db,
    sql`SELECT ${id} AS id, ${place} AS place, ${columns} FROM ${from} WHERE ${where}
      ORDER BY ${orderBy(keyset, place, id)} LIMIT ${keyset.limit}::int`,
  );
  const total = await countUpTo(
    ctx.db,
    sql`SELECT 1 FROM ${from} WHERE ${all(source.where)} LIMIT ${max + 1}::int`,
    { max, atLeast: () => records.length },
  );
  const page = toPage(table, query, keyset, records, (row) => ({
    value: row.place instanceof Date ? row.place.toISOString() : row.place,
    id: row.id,
  }));
  return { ...page, total };
}
