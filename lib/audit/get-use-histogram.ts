import type { Context } from "../context.ts";
import type { UseHistogram } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";

/** Uses that match the query's filters over its time range (the last 24 hours where it names none), by outcome. Needs `audit:read`. */
export async function getUseHistogram(
  _ctx: Context,
  _filters: TokenUsesQuery["filters"],
): Promise<UseHistogram> {
  throw new Error("soon");
}
