import type { Sql } from "../db/sql.ts";
import { isUuid, uuidv7Time } from "../ids.ts";
import { negationKey } from "../list-query/negations.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import { MIX_FILTERS, type MixValues } from "../use-rollups/mix.ts";
import type { TokenUsesQuery } from "./table.ts";
import { tokensOf } from "./tokens-of.ts";
import { columnHas, USE_COLUMN_FILTERS } from "./use-columns.ts";

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

/** What filters by name mean, the others as they are. */
const IDS_OF = { client: clientIdsOf, user: userIdsOf, verifier: verifierIdsOf } as const;
const HOLDERS = Object.keys(IDS_OF) as (keyof typeof IDS_OF)[];
const isHolder = (filter: string): filter is keyof typeof IDS_OF => Object.hasOwn(IDS_OF, filter);

/** What rollups count by, and what of it is left out: nothing else can be asked of them. */
const BY_MIX: readonly string[] = MIX_FILTERS.flatMap((filter) => [filter, negationKey(filter)]);

/** A query's filters beside those by what rollups count by and the time. */
export function notByMix(filters: TokenUsesQuery["filters"]): TokenUsesQuery["filters"] {
  return Object.fromEntries(
    Object.entries(filters).filter(
      ([key, value]) => key !== "at" && value !== undefined && !BY_MIX.includes(key),
    ),
  );
}

/** Filters that no index helps with, and no rollup: what they ask for is looked for in the log, row by row; by the first ones only in the hours that counted days have them in. */
const LOOKED_FOR: readonly string[] = [
  "detection",
  "network",
  ...["path", "method", "status", "agent", "audience"].flatMap((filter) => [filter, negationKey(filter)]),
  ...["user", "token", "family", "detection", "ip", "network"].map(negationKey),
];

/** Whether what matches has to be looked for in the log, row by row. */
export function isLookedFor(filters: TokenUsesQuery["filters"]): boolean {
  return Object.keys(filters).some((key) => LOOKED_FOR.includes(key));
}

/** A query's filters by what rollups count by, with names resolved, and whether it has others beside them and the time. */
export async function mixValuesOf(
  db: Sql,
  filters: TokenUsesQuery["filters"],
): Promise<{ values: MixValues; others: TokenUsesQuery["filters"] }> {
  const values: MixValues = {};
  for (const filter of MIX_FILTERS)
    for (const key of [filter, negationKey(filter)] as const) {
      const given = filters[key];
      if (given === undefined) continue;
      values[key] = isHolder(filter) ? await IDS_OF[filter](db, given) : given;
    }
  return { values, others: notByMix(filters) };
}

/** Whether a detection counted it and keeps it. */
function isCountedBy(detectionId: string): Fragment {
  return sql`((x.received_at, x.id) IN (SELECT d.received_at, d.use_id FROM detection_use d WHERE d.detection_id = ${detectionId}::uuid))`;
}

/** The uses that a detection counted: within the time that they are of, so that no other part of the log is looked at, and by its token where it is of one. */
async function countedBy(db: Sql, detectionId: string): Promise<Fragment[]> {
  const [of] = await run<{ from: Date | null; to: Date | null; tokenId: string | null }>(
    db,
    sql`SELECT min(u.received_at) AS "from", max(u.received_at) AS "to", CASE WHEN d.subject_kind = 'token' THEN d.subject_id END AS "tokenId"
      FROM detection d JOIN detection_use u ON u.detection_id = d.id WHERE d.id = ${detectionId}::uuid GROUP BY d.id`,
  );
  if (of === undefined || of.from === null || of.to === null) return [sql`false`];
  const conditions = [
    sql`x.received_at >= ${of.from}::timestamptz AND x.received_at <= ${of.to}::timestamptz`,
    isCountedBy(detectionId),
  ];
  if (of.tokenId !== null) conditions.push(sql`x.token_id = ${of.tokenId}::uuid`);
  return conditions;
}

/** What those of a query's filters mean that are by a column alone, on `token_use x` or anything with these columns. */
export function columnConditions(filters: TokenUsesQuery["filters"]): Fragment[] {
  return USE_COLUMN_FILTERS.flatMap((filter) => {
    const [wanted, unwanted] = [filters[filter], filters[negationKey(filter)]];
    return [
      ...(wanted !== undefined && filter !== "family"
        ? [columnHas(filter, typeof wanted === "string" ? [wanted] : wanted)]
        : []),
      ...(unwanted !== undefined ? [sql`(${columnHas(filter, unwanted)}) IS NOT TRUE`] : []),
    ];
  });
}

/**
 * What a query's filters mean on `token_use x`. What is left out leaves rows in that have no value at all: who asks for all but one client's path does not mean those without a path.
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
  for (const holder of HOLDERS) {
    const [wanted, unwanted] = [filters[holder], filters[negationKey(holder)]];
    const column = `${holder}_id` as const;
    if (wanted !== undefined) {
      const ids = await IDS_OF[holder](db, wanted);
      const isByRows = column === "verifier_id" || (column === "client_id" && holders === "by rows");
      conditions.push(
        isByRows
          ? sql`x.${trusted(column)} = ANY (${ids}::uuid[])`
          : await byHolder(db, column as "client_id" | "user_id", ids),
      );
    }
    if (unwanted !== undefined)
      conditions.push(
        sql`(x.${trusted(column)} = ANY (${await IDS_OF[holder](db, unwanted)}::uuid[])) IS NOT TRUE`,
      );
  }
  if (filters.token) {
    // nothing happens to a token before it is issued: its id leaves older partitions out
    const issuedAt = uuidv7Time(filters.token);
    if (issuedAt !== null)
      conditions.push(sql`x.received_at >= ${new Date(issuedAt.getTime() - 60_000)}::timestamptz`);
  }
  if (filters.detection) conditions.push(...(await countedBy(db, filters.detection)));
  for (const id of filters.notDetection ?? []) conditions.push(sql`NOT ${isCountedBy(id)}`);
  if (filters.family) conditions.push(await byHolder(db, "family_id", [filters.family]));
  conditions.push(...columnConditions(filters));
  return conditions;
}
