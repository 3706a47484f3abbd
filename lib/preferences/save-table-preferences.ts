import type { Context } from "../context.ts";
import { DomainError, notFound } from "../errors.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { isListName } from "../lists/model.ts";
import type { TablePreferences } from "./model.ts";

/** Keeps how the actor likes a table. A matter of taste: not recorded. @throws {DomainError} NOT_SIGNED_IN, NOT_FOUND for a table that is none. */
export async function saveTablePreferences(
  ctx: Context,
  { table, value }: { table: string; value: TablePreferences },
): Promise<TablePreferences> {
  const { actor } = ctx;
  if (actor.kind !== "admin" && actor.kind !== "api_token")
    throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  if (!isListName(table)) throw notFound("The table");
  await run(
    ctx.db,
    sql`INSERT INTO preference (actor_id, name, value, updated_at)
      VALUES (${actor.id}, ${`table.${table}`}, ${JSON.stringify(value)}::jsonb, ${ctx.now}::timestamptz)
      ON CONFLICT (actor_id, name) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
  );
  return value;
}
