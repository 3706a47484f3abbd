import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { keptTablePreferences } from "./input.ts";
import type { AllTablePreferences } from "./model.ts";

/** How the actor likes their tables. What cannot be read any more is left out: the table is as it comes. */
export async function readTablePreferences(ctx: Context): Promise<AllTablePreferences> {
  const rows = await run<{ name: string; value: unknown }>(
    ctx.db,
    sql`SELECT name, value FROM preference WHERE actor_id = ${ctx.actor.id} AND name LIKE 'table.%'`,
  );
  return Object.fromEntries(
    rows.flatMap(({ name, value }) => {
      const parsed = keptTablePreferences.safeParse(value);
      return parsed.success ? [[name.slice("table.".length), parsed.data]] : [];
    }),
  );
}
