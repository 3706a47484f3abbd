import { cache } from "react";
import type { SignedInContext } from "#app/_lib/context.ts";
import { getUseMap } from "#lib/audit/get-use-map.ts";
import { tokenUsesTable } from "#lib/audit/table.ts";
import { parseListQuery } from "#lib/list-query/parse-list-query.ts";

/** What the map of something is of, unless another time is asked for: all that the log counts at once. */
export const MAP_SPAN = "within:90d";

const read = cache(async (ctx: SignedInContext, asked: string) => {
  const { query } = parseListQuery(tokenUsesTable, new URLSearchParams(asked));
  return getUseMap(ctx, query.filters);
});

/** The map of something's uses, read once for all that a page says of it. `of` is the log's filter that means it. */
export function readUseMap(ctx: SignedInContext, of: { [filter: string]: string }, at = MAP_SPAN) {
  return read(ctx, new URLSearchParams({ ...of, at }).toString());
}
