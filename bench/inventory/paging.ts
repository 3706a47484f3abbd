import type { Context } from "#lib/context.ts";
import { encodeCursor } from "#lib/list-query/cursor.ts";
import { listTokens } from "#lib/tokens/list-tokens.ts";
import { queryOf, type Timing, timePage } from "./measure.ts";
import { SORTS } from "./questions.ts";

/** A cursor that stands before or behind the token so many rows down the list, or up from its end. */
async function cursorAt(
  ctx: Context,
  sort: (typeof SORTS)[number],
  at: { rows: number; from: "top" | "end" },
  towards: "next" | "previous",
): Promise<string> {
  const key = sort.replace("-", "");
  const column = key === "issued" ? "issued_at" : "expires_at";
  const direction = sort.startsWith("-") ? "desc" : "asc";
  const way = (direction === "desc") === (at.from === "top") ? "DESC" : "ASC";
  const [row] = await ctx.db.query<{ at: Date; id: string }>(
    `SELECT ${column} AS at, id FROM token ORDER BY ${column} ${way}, id ${way} OFFSET $1 LIMIT 1`,
    [at.rows],
  );
  if (row === undefined) throw new Error("there is no token so far down the list");
  const value = row.at.toISOString();
  return encodeCursor({ table: "tokens", sortKey: key, direction, towards, value, id: row.id });
}

/** First page, next page, a page far down, the last page, both ways, in every order. */
export async function timePaging(ctx: Context, rows: number, repeats: number): Promise<Timing[]> {
  const timings: Timing[] = [];
  const deep = Math.min(1_000_000, Math.round(rows / 2));
  for (const sort of SORTS) {
    const at = (name: string, cursor: string | null) => ({
      name: `${name}, sorted by ${sort}`,
      text: `sort=${sort}${cursor === null ? "" : `&cursor=${cursor}`}`,
    });
    const first = await listTokens(ctx, queryOf(`sort=${sort}`));
    timings.push(await timePage(ctx, at("first page", null), repeats));
    timings.push(await timePage(ctx, at("second page", first.next), repeats));
    for (const towards of ["next", "previous"] as const) {
      const far = await cursorAt(ctx, sort, { rows: deep, from: "top" }, towards);
      timings.push(await timePage(ctx, at(`a page ${deep} rows down, ${towards}`, far), repeats));
      const end = await cursorAt(ctx, sort, { rows: 60, from: "end" }, towards);
      timings.push(await timePage(ctx, at(`the last pages, ${towards}`, end), repeats));
    }
  }
  return timings;
}
