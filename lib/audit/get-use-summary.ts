import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { networkOf } from "../incidents/network.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { DAY, type Span } from "../use-rollups/grains.ts";
import { earlier, later } from "../use-rollups/stretches.ts";
import type { UsePlace, UseSummary } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";
import { findFollowedTokens, useConditions } from "./use-filters.ts";
import { countedRange } from "./use-range.ts";
import { findUseWindows, hullOf, lengthOf, rowsOfTokens, rowsWithin } from "./use-windows.ts";

/** Uses that are looked at, the newest: fewer where those would have to be picked out of many. */
const LOOKED_AT = { many: 20_000, few: 2_000 };
const LINES_MAX = 5;
const TIMEOUT_MS = 2_000;
/** Windows longer than this together are not read row by row: uses are found by who is followed. */
const WINDOWS_MAX_MS = 86_400_000;
/** Within so many days, and today's part, it is worth asking in which quarters of an hour they are. */
const NEAR_DAYS_MS = 2 * WINDOWS_MAX_MS;

type Record = {
  country: string | null;
  ip: string | null;
  endpoint: string | null;
  status: number | null;
  uses: number;
  refused: number;
  bytes: bigint | null;
  first: Date;
  last: Date;
};

/** Filters that name whom to follow. */
const FOLLOWED = ["token", "family", "user", "client", "ip", "verifier"] as const;

/** Whether a query follows something through time, rather than looking at all. */
export function isFollowing(filters: TokenUsesQuery["filters"]): boolean {
  return FOLLOWED.some((filter) => filters[filter] !== undefined);
}

function summed<Key>(
  records: readonly Record[],
  keyOf: (record: Record) => Key | null,
): { key: Key; uses: number; refused: number; first: Date; last: Date }[] {
  const lines = new Map<string, { key: Key; uses: number; refused: number; first: Date; last: Date }>();
  for (const record of records) {
    const key = keyOf(record);
    if (key === null) continue;
    const name = JSON.stringify(key);
    const line = lines.get(name) ?? { key, uses: 0, refused: 0, first: record.first, last: record.last };
    line.uses += record.uses;
    line.refused += record.refused;
    if (record.first < line.first) line.first = record.first;
    if (record.last > line.last) line.last = record.last;
    lines.set(name, line);
  }
  return [...lines.values()].toSorted((one, other) => other.uses - one.uses);
}

/** Where the newest so many are, if the rollups tell: to the quarter of an hour if that is not far back, else the days alone. */
async function findNewest(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
  limit: number,
): Promise<{ windows: Span[]; isShort: boolean } | null> {
  const range = countedRange(filters, ctx.now);
  const next = { direction: "desc", limit } as const;
  const days = await findUseWindows(ctx.db, filters, range, { ...next, downTo: DAY });
  if (days === null) return null;
  if (lengthOf(days) > NEAR_DAYS_MS) return { windows: days, isShort: false };
  const windows = (await findUseWindows(ctx.db, filters, range, next)) ?? days;
  return { windows, isShort: lengthOf(windows) <= WINDOWS_MAX_MS };
}

/** What rollups count by beside the client: of a client's uses those that match are picked out. */
const PICKED = ["outcome", "refusal", "source", "verifier", "country"] as const;

/** The newest uses that match: within the windows that rollups tell, where those are short; else from the first of them to the last. And how many those are at most. */
async function newestOf(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
): Promise<{ rows: Fragment; lookedAt: number }> {
  const { at: _, ...asked } = filters;
  const range = countedRange(filters, ctx.now);
  let lookedAt = LOOKED_AT.many;
  let newest = await findNewest(ctx, filters, lookedAt + 1);
  if (newest !== null && !newest.isShort && PICKED.some((filter) => asked[filter] !== undefined)) {
    lookedAt = LOOKED_AT.few;
    newest = await findNewest(ctx, filters, lookedAt + 1);
  }
  const { from, to } = (newest && !newest.isShort && hullOf(newest.windows)) || range;
  const followed = newest === null ? await findFollowedTokens(ctx.db, asked) : null;
  const conditions = [
    sql`x.received_at >= ${later(from, range.from)}::timestamptz AND x.received_at < ${earlier(to, range.to)}::timestamptz`,
    ...(await useConditions(
      ctx.db,
      followed?.others ?? asked,
      ctx.now,
      newest?.isShort ? "by rows" : "by tokens",
    )),
  ];
  const newestFirst = sql`x.received_at DESC, x.id DESC`;
  const rows =
    followed === null
      ? rowsWithin(newest?.isShort ? newest.windows : null, conditions, newestFirst, lookedAt + 1)
      : rowsOfTokens(followed.tokens, conditions, newestFirst, lookedAt + 1);
  return { rows, lookedAt };
}

/**
 * Where a token, family, user, client, address or verifier was used in a query's time range, what was called and what was answered: by country and network, by
 * endpoint, by status, with the first and the last time of each. Of the newest 20,000 uses, or 2,000 where those have to be picked out of many; null where reading them takes over two seconds. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getUseSummary(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
): Promise<UseSummary | null> {
  requirePermission(ctx, "audit:read");
  const { rows, lookedAt } = await newestOf(ctx, filters);
  const records = await withinTime<Record>(
    ctx.db,
    sql`WITH newest AS MATERIALIZED (${rows})
      SELECT x.country, x.ip, nullif(concat_ws(' ', x.method, x.path), '') AS endpoint, x.status, count(*)::int AS uses,
        count(*) FILTER (WHERE x.outcome = 'refused')::int AS refused, sum(x.bytes)::bigint AS bytes, min(x.at) AS first, max(x.at) AS last
      FROM newest x GROUP BY 1, 2, 3, 4`,
    TIMEOUT_MS,
  );
  if (records === null) return null;
  const uses = records.reduce((sum, record) => sum + record.uses, 0);
  const iso = ({ first, last }: { first: Date; last: Date }) => ({
    firstAt: first.toISOString(),
    lastAt: last.toISOString(),
  });
  const places = summed(records, ({ country, ip }) =>
    ip === null && country === null ? null : { country, network: ip === null ? null : networkOf(ip) },
  ).map(
    ({ key, uses: count, refused, ...times }): UsePlace => ({ ...key, uses: count, refused, ...iso(times) }),
  );
  const whole = summed(records, () => "all")[0];
  const bytes = records.filter((record) => record.bytes !== null);
  return {
    uses,
    isCut: uses > lookedAt,
    lookedAt,
    firstAt: whole?.first.toISOString() ?? null,
    lastAt: whole?.last.toISOString() ?? null,
    bytes: bytes.length === 0 ? null : bytes.reduce((sum, record) => sum + Number(record.bytes), 0),
    countries: new Set(places.map(({ country }) => country)).size,
    networks: new Set(places.map(({ network }) => network)).size,
    places: places.slice(0, LINES_MAX),
    endpoints: summed(records, ({ endpoint }) => endpoint)
      .slice(0, LINES_MAX)
      .map(({ key, uses: count, refused, ...times }) => ({
        endpoint: key,
        uses: count,
        refused,
        ...iso(times),
      })),
    statuses: summed(records, ({ status }) => status)
      .slice(0, LINES_MAX)
      .map(({ key, uses: count }) => ({ status: key, uses: count })),
  };
}
