import type { Context } from "../context.ts";
import type { Page } from "../list-query/define-table.ts";
import type { ActivityRow } from "./model.ts";
import type { ActivityQuery } from "./table.ts";

/** Uses and acts in one order of time, newest first; for one token its whole story. Needs `audit:read`. */
export async function listActivity(_ctx: Context, _query: ActivityQuery): Promise<Page<ActivityRow>> {
  throw new Error("soon");
}
