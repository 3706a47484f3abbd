import type { Sql } from "../db/sql.ts";
import { isUuid, uuidv7Time } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import type { TokenUsesQuery } from "./table.ts";

async function idsOf(db: Sql, statement: Fragment): Promise<string[]> {
  return (await run<{ id: string }>(db, statement)).map((row) => row.id);
}

function uuidsIn(values: readonly string[]): string[] {
  return values.map((value) => value.toLowerCase()).filter(isUuid);
}

/** What a query's filters mean on `token_use x`. */
export async function useConditions(
  db: Sql,
  filters: TokenUsesQuery["filters"],
  now: Date,
): Promise<Fragment[]> {
  const conditions: Fragment[] = [];
  if (filters.at) conditions.push(inWindow(sql`x.received_at`, timeWindow(filters.at, "back", now)));
  if (filters.outcome) conditions.push(sql`x.outcome = ANY (${filters.outcome}::text[])`);
  if (filters.refusal) conditions.push(sql`x.refusal = ANY (${filters.refusal}::text[])`);
  if (filters.source) conditions.push(sql`x.source = ANY (${filters.source}::text[])`);
  if (filters.client) {
    const ids = await idsOf(
      db,
      sql`SELECT id FROM client WHERE client_id = ANY (${filters.client}::text[]) OR id = ANY (${uuidsIn(filters.client)}::uuid[])`,
    );
    conditions.push(sql`x.client_id = ANY (${ids}::uuid[])`);
  }
  if (filters.user) {
    const emails = filters.user.map((value) => value.toLowerCase());
    const ids = await idsOf(
      db,
      sql`SELECT id FROM user_account WHERE email = ANY (${emails}::text[]) OR id = ANY (${uuidsIn(filters.user)}::uuid[])`,
    );
    conditions.push(sql`x.user_id = ANY (${ids}::uuid[])`);
  }
  if (filters.verifier) {
    const ids = await idsOf(
      db,
      sql`SELECT id FROM verifier WHERE name = ANY (${filters.verifier}::text[]) OR id = ANY (${uuidsIn(filters.verifier)}::uuid[])`,
    );
    conditions.push(sql`x.verifier_id = ANY (${ids}::uuid[])`);
  }
  if (filters.token) {
    conditions.push(sql`x.token_id = ${filters.token}::uuid`);
    // nothing happens to a token before it is issued: its id leaves older partitions out
    const issuedAt = uuidv7Time(filters.token);
    if (issuedAt !== null)
      conditions.push(sql`x.received_at >= ${new Date(issuedAt.getTime() - 60_000)}::timestamptz`);
  }
  if (filters.family)
    conditions.push(
      sql`x.token_id IN (SELECT t.id FROM token t WHERE t.family_id = ${filters.family}::uuid)`,
    );
  if (filters.ip) conditions.push(sql`x.ip = ${filters.ip}`);
  return conditions;
}
