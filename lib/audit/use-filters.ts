import type { Sql } from "../db/sql.ts";
import { isUuid, uuidv7Time } from "../ids.ts";
import { UNKNOWN_COUNTRY } from "../list-query/country.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import { inNetworks } from "../places/in-networks.ts";
import type { MixValues } from "../use-rollups/mix.ts";
import type { TokenUsesQuery } from "./table.ts";
import { tokensOf } from "./tokens-of.ts";

async function idsOf(db: Sql, statement: Fragment): Promise<string[]> {
  return (await run<{ id: string }>(db, statement)).map((row) => row.id);
}

function uuidsIn(values: readonly string[]): string[] {
  return values.map((value) => value.toLowerCase()).filter(isUuid);
}

/** Holders with no more tokens than this are found through their tokens: the log has an index by token alone. */
const FEW_TOKENS = 1_000;

/** Uses by the holders of one column, or of a family: those who hold few tokens by the tokens' own index, the others row by row. */
async function byHolder(
  db: Sql,
  column: "client_id" | "user_id" | "family_id",
  ids: readonly string[],
): Promise<Fragment> {
  const tokens = await tokensOf(db, column, ids, FEW_TOKENS);
  if (tokens.length > FEW_TOKENS) return sql`x.${trusted(column)} = ANY (${ids}::uuid[])`;
  // through ARRAY(…), so that the planner does not see how many there are and walk the log by time for them
  return sql`x.token_id = ANY (ARRAY (SELECT unnest(${tokens}::uuid[])))`;
}

/**
 * The tokens that a family or a person is followed through, where those are few, and the filters beside it. Null: by none of both, or by too many.
 */
export async function findFollowedTokens(
  db: Sql,
  { family, user, ...others }: TokenUsesQuery["filters"],
): Promise<{ tokens: string[]; others: TokenUsesQuery["filters"] } | null> {
  if (family === undefined && user === undefined) return null;
  const tokens =
    family !== undefined
      ? await tokensOf(db, "family_id", [family], FEW_TOKENS)
      : await tokensOf(db, "user_id", await userIdsOf(db, user ?? []), FEW_TOKENS);
  if (tokens.length > FEW_TOKENS) return null;
  return { tokens, others: family !== undefined && user !== undefined ? { ...others, user } : others };
}

export async function userIdsOf(db: Sql, names: readonly string[]): Promise<string[]> {
  const emails = names.map((value) => value.toLowerCase());
  return idsOf(
    db,
    sql`SELECT id FROM user_account WHERE email = ANY (${emails}::text[]) OR id = ANY (${uuidsIn(names)}::uuid[])`,
  );
}

/** The ids that filters by name mean. */
async function clientIdsOf(db: Sql, names: readonly string[]): Promise<string[]> {
  return idsOf(
    db,
    sql`SELECT id FROM client WHERE client_id = ANY (${names}::text[]) OR id = ANY (${uuidsIn(names)}::uuid[])`,
  );
}

async function verifierIdsOf(db: Sql, names: readonly string[]): Promise<string[]> {
  return idsOf(
    db,
    sql`SELECT id FROM verifier WHERE name = ANY (${names}::text[]) OR id = ANY (${uuidsIn(names)}::uuid[])`,
  );
}

/** A query's filters by what rollups count by, with names resolved, and whether it has others beside them and the time. */
export async function mixValuesOf(
  db: Sql,
  filters: TokenUsesQuery["filters"],
): Promise<{ values: MixValues; others: TokenUsesQuery["filters"] }> {
  const { at: _, outcome, refusal, source, client, verifier, country, ...others } = filters;
  const [clientIds, verifierIds] = await Promise.all([
    client && clientIdsOf(db, client),
    verifier && verifierIdsOf(db, verifier),
  ]);
  return {
    values: {
      ...(outcome && { outcome }),
      ...(refusal && { refusal }),
      ...(source && { source }),
      ...(clientIds && { client: clientIds }),
      ...(verifierIds && { verifier: verifierIds }),
      ...(country && { country }),
    },
    others,
  };
}

/**
 * What a query's filters mean on `token_use x`.
 *
 * @param holders how uses of clients, users and families are found: through their tokens where those are few; or row by row, where the time asked for is short.
 */
export async function useConditions(
  db: Sql,
  filters: TokenUsesQuery["filters"],
  now: Date,
  holders: "by tokens" | "by rows" = "by tokens",
): Promise<Fragment[]> {
  const conditions: Fragment[] = [];
  if (filters.at) conditions.push(inWindow(sql`x.received_at`, timeWindow(filters.at, "back", now)));
  if (filters.outcome) conditions.push(sql`x.outcome = ANY (${filters.outcome}::text[])`);
  if (filters.refusal) conditions.push(sql`x.refusal = ANY (${filters.refusal}::text[])`);
  if (filters.source) conditions.push(sql`x.source = ANY (${filters.source}::text[])`);
  if (filters.client) {
    const ids = await clientIdsOf(db, filters.client);
    conditions.push(
      holders === "by rows" ? sql`x.client_id = ANY (${ids}::uuid[])` : await byHolder(db, "client_id", ids),
    );
  }
  if (filters.user) {
    conditions.push(await byHolder(db, "user_id", await userIdsOf(db, filters.user)));
  }
  if (filters.verifier) {
    const ids = await verifierIdsOf(db, filters.verifier);
    conditions.push(sql`x.verifier_id = ANY (${ids}::uuid[])`);
  }
  if (filters.token) {
    conditions.push(sql`x.token_id = ${filters.token}::uuid`);
    // nothing happens to a token before it is issued: its id leaves older partitions out
    const issuedAt = uuidv7Time(filters.token);
    if (issuedAt !== null)
      conditions.push(sql`x.received_at >= ${new Date(issuedAt.getTime() - 60_000)}::timestamptz`);
  }
  if (filters.family) conditions.push(await byHolder(db, "family_id", [filters.family]));
  if (filters.ip) conditions.push(sql`x.ip = ${filters.ip}`);
  if (filters.network) conditions.push(inNetworks(sql`address_of(x.ip)`, filters.network));
  if (filters.country)
    conditions.push(sql`coalesce(x.country, ${UNKNOWN_COUNTRY}) = ANY (${filters.country}::text[])`);
  return conditions;
}
