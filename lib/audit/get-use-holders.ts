import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { networkLabelOf } from "../places/network-label.ts";
import { knownNetworkOf } from "../places/our-networks.ts";
import { newestOf } from "./newest-uses.ts";
import type { TokenUsesQuery } from "./table.ts";
import type { UsedBy, UseHolders } from "./use-holders.ts";

const LINES_MAX = 8;
const TIMEOUT_MS = 2_000;

type Record = {
  of: "tokens" | "clients" | "users" | "verifiers" | "addresses";
  id: string;
  name: string | null;
  about: string | null;
  uses: number;
  refused: number;
  first: Date;
  last: Date;
  all: number;
  looked: number;
};

/** Lines of one kind: those with the most uses, and how many there are. */
function linesOf(records: readonly Record[], of: Record["of"]) {
  const mine = records.filter((record) => record.of === of);
  return {
    rows: mine.map(({ id, name, about, uses, refused, first, last }): UsedBy & { about: string | null } => ({
      id,
      name: name ?? id,
      about,
      uses,
      refused,
      firstAt: first.toISOString(),
      lastAt: last.toISOString(),
    })),
    total: mine[0]?.all ?? 0,
  };
}

/**
 * Which tokens, clients, users, verifiers and addresses are behind uses that match, those with the most uses of each. Of the newest 20,000, or 2,000 where those have to be
 * picked out of many; null where reading them takes over two seconds. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getUseHolders(
  ctx: Context,
  filters: TokenUsesQuery["filters"],
): Promise<UseHolders | null> {
  requirePermission(ctx, "audit:read");
  const { rows, lookedAt } = await newestOf(ctx, filters);
  const records = await withinTime<Record>(
    ctx.db,
    sql`WITH newest AS MATERIALIZED (${rows}),
        counted AS (SELECT CASE WHEN grouping(x.token_id) = 0 THEN 'tokens' WHEN grouping(x.client_id) = 0 THEN 'clients' WHEN grouping(x.user_id) = 0 THEN 'users'
            WHEN grouping(x.verifier_id) = 0 THEN 'verifiers' ELSE 'addresses' END AS of,
          coalesce(x.token_id::text, x.client_id::text, x.user_id::text, x.verifier_id::text, x.ip) AS id, coalesce(x.token_kind, x.country) AS about,
          count(*)::int AS uses, count(*) FILTER (WHERE x.outcome = 'refused')::int AS refused, min(x.at) AS first, max(x.at) AS last
        FROM newest x GROUP BY GROUPING SETS ((x.token_id, x.token_kind), (x.client_id), (x.user_id), (x.verifier_id), (x.ip, x.country))),
        ranked AS (SELECT c.*, row_number() OVER (PARTITION BY c.of ORDER BY c.uses DESC, c.id) AS rank, count(*) OVER (PARTITION BY c.of)::int AS "all"
          FROM counted c WHERE c.id IS NOT NULL)
      SELECT r.of, r.id, r.about, r.uses, r.refused, r.first, r.last, r."all", (SELECT count(*) FROM newest)::int AS looked,
        CASE r.of WHEN 'clients' THEN (SELECT c.name FROM client c WHERE c.id = r.id::uuid) WHEN 'users' THEN (SELECT u.email FROM user_account u WHERE u.id = r.id::uuid)
          WHEN 'verifiers' THEN (SELECT v.name FROM verifier v WHERE v.id = r.id::uuid) END AS name
      FROM ranked r WHERE r.rank <= ${LINES_MAX}::int ORDER BY r.uses DESC, r.id`,
    TIMEOUT_MS,
  );
  if (records === null) return null;
  const [tokens, addresses] = [linesOf(records, "tokens"), linesOf(records, "addresses")];
  const plain = (of: Record["of"]) => {
    const { rows: lines, total } = linesOf(records, of);
    return { rows: lines.map(({ about: _, ...line }) => line), total };
  };
  const uses = records[0]?.looked ?? 0;
  return {
    uses: Math.min(uses, lookedAt),
    isCut: uses > lookedAt,
    tokens: { ...tokens, rows: tokens.rows.map(({ about, ...line }) => ({ ...line, kind: about ?? "" })) },
    clients: plain("clients"),
    users: plain("users"),
    verifiers: plain("verifiers"),
    addresses: {
      ...addresses,
      rows: addresses.rows.map(({ about, ...line }) => ({
        ...line,
        country: about,
        ...(networkLabelOf(line.id, knownNetworkOf) ?? { network: null, networkName: null }),
      })),
    },
  };
}
