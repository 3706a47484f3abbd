import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { networkLabelOf } from "../places/network-label.ts";
import { knownNetworkOf } from "../places/our-networks.ts";
import type { UsePlace, UseSummary } from "./model.ts";
import { newestOf } from "./newest-uses.ts";
import type { TokenUsesQuery } from "./table.ts";
import { knownPlaces } from "./use-map.ts";

const LINES_MAX = 5;
const TIMEOUT_MS = 2_000;

type Record = {
  country: string | null;
  ip: string | null;
  endpoint: string | null;
  status: number | null;
  uses: number;
  refused: number;
  bytes: number | null;
  first: Date;
  last: Date;
};

/** Filters that name whom to follow. */
const FOLLOWED = ["token", "family", "user", "client", "ip", "network", "verifier"] as const;

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
        count(*) FILTER (WHERE x.outcome = 'refused')::int AS refused, sum(x.bytes)::float8 AS bytes, min(x.at) AS first, max(x.at) AS last
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
    ip === null && country === null
      ? null
      : { country, ...(networkLabelOf(ip, knownNetworkOf) ?? { network: null, networkName: null }) },
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
    bytes: bytes.length === 0 ? null : bytes.reduce((sum, record) => sum + (record.bytes ?? 0), 0),
    ...knownPlaces(places),
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
