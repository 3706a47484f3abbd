import type { Context } from "../context.ts";
import { timedCache } from "../list-query/timed-cache.ts";
import { readFindings } from "./read-findings.ts";

const kept = timedCache<object, number | null>();

/** How many clients need a look, kept for as long as counting them is worth; null where it took too long. */
export function countNeeding(ctx: Context): Promise<number | null> {
  return kept.get(ctx.db.pool, async () => {
    const found = await readFindings(ctx.db, { ids: null, now: ctx.now });
    return found === null ? null : [...found.values()].filter((findings) => findings.length > 0).length;
  });
}
