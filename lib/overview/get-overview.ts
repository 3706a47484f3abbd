import { requirePermission } from "../authz/require-permission.ts";
import { countNeeding } from "../client-findings/count-needing.ts";
import type { Context } from "../context.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readStandings } from "../propagation/list-standings.ts";
import type { Standing, VerifierPropagation } from "../propagation/model.ts";
import { listOrders } from "../revocations/list-orders.ts";
import { ORDERING_KINDS } from "../revocations/model.ts";
import { ordersTable } from "../revocations/table.ts";
import { countTokens, countTokensSoon } from "../tokens/count-tokens.ts";
import type { TokensQuery } from "../tokens/table.ts";
import { readKeyHealth } from "./key-health.ts";
import { type LiveCount, liveTokensByClient } from "./live-tokens-by-client.ts";
import type { LinkedCount, Overview, OverviewClient, OverviewSeries, OverviewVerifier } from "./model.ts";
import { emptySeries, usesPerHour, usesPerMinute } from "./use-series.ts";

/** What the page waits for the last token of a figure beyond the first ten thousand. */
const EXACTLY_MS = 700;
const CLIENTS_SHOWN = 8;
const VERIFIERS_SHOWN = 8;
const ORDERS_SHOWN = 6;

const exactly = (value: number, href: string): LinkedCount => ({ value, isExact: true, href });

function sumOf(counts: readonly LiveCount[], kind: "access" | "refresh" | null): number {
  return counts.reduce((sum, one) => sum + (kind === null || one.kind === kind ? one.count : 0), 0);
}

async function liveOf(ctx: Context, counts: LiveCount[] | null): Promise<Overview["live"]> {
  const href = "/tokens?state=active";
  const count = async (kind: "access" | "refresh" | null): Promise<LinkedCount> => {
    const link = kind === null ? href : `${href}&kind=${kind}`;
    if (counts !== null) return exactly(sumOf(counts, kind), link);
    const filters: TokensQuery["filters"] =
      kind === null ? { state: ["active"] } : { state: ["active"], kind: [kind] };
    return { ...(await countTokens(ctx, filters)), href: link };
  };
  const [all, access, refresh] = await Promise.all([count(null), count("access"), count("refresh")]);
  return { all, access, refresh };
}

function clientsOf(counts: readonly LiveCount[]): { shown: OverviewClient[]; others: number } {
  const byClient = new Map<string, OverviewClient>();
  for (const { clientUuid, clientId, name, kind, count } of counts) {
    const href = (of: string) => `/tokens?state=active&kind=${of}&client=${encodeURIComponent(clientId)}`;
    const client = byClient.get(clientUuid) ?? {
      id: clientUuid,
      clientId,
      name,
      access: exactly(0, href("access")),
      refresh: exactly(0, href("refresh")),
    };
    client[kind] = exactly(count, href(kind));
    byClient.set(clientUuid, client);
  }
  const size = (client: OverviewClient) => client.access.value + client.refresh.value;
  const clients = [...byClient.values()].sort(
    (one, other) => size(other) - size(one) || one.clientId.localeCompare(other.clientId),
  );
  return { shown: clients.slice(0, CLIENTS_SHOWN), others: Math.max(0, clients.length - CLIENTS_SHOWN) };
}

function usesOf(series: OverviewSeries | null, within: string): Overview["lastHour"] {
  const count = (outcome: "issued" | "allowed" | "refused"): LinkedCount => ({
    value: series?.points.reduce((sum, point) => sum + point[outcome], 0) ?? 0,
    isExact: series !== null,
    href: `/audit?at=within%3A${within}&outcome=${outcome}`,
  });
  return { issued: count("issued"), allowed: count("allowed"), refused: count("refused") };
}

const TROUBLES: readonly Standing[] = ["silent", "behind", "old_version"];

async function readVerifiers(ctx: Context): Promise<{ shown: OverviewVerifier[]; behind: LinkedCount }> {
  const { rows } = await readStandings(ctx, null);
  const isTroubled = (row: VerifierPropagation) => !row.isDisabled && TROUBLES.includes(row.standing);
  const rank = (row: VerifierPropagation) => (row.isDisabled ? 2 : isTroubled(row) ? 0 : 1);
  const sorted = rows.toSorted(
    (one, other) =>
      rank(one) - rank(other) ||
      (other.lastHeardAt ?? "").localeCompare(one.lastHeardAt ?? "") ||
      one.name.localeCompare(other.name),
  );
  const shown = sorted.slice(0, VERIFIERS_SHOWN).map((propagation) => ({
    id: propagation.verifierId,
    name: propagation.name,
    mode: propagation.mode,
    lastSeenAt: propagation.lastHeardAt,
    isDisabled: propagation.isDisabled,
    propagation,
    href: `/verifiers/${propagation.verifierId}`,
  }));
  const href = `/verifiers?${TROUBLES.map((standing) => `standing=${standing}`).join("&")}`;
  return { shown, behind: exactly(rows.filter(isTroubled).length, href) };
}

async function readRegistry(ctx: Context): Promise<Overview["registry"]> {
  const [row] = await run<{ audiences: bigint; users: bigint; clients: bigint; verifiers: bigint }>(
    ctx.db,
    sql`SELECT (SELECT count(*) FROM audience) AS audiences, (SELECT count(*) FROM user_account) AS users,
      (SELECT count(*) FROM client) AS clients, (SELECT count(*) FROM verifier) AS verifiers`,
  );
  return {
    audiences: Number(row?.audiences ?? 0),
    users: Number(row?.users ?? 0),
    clients: Number(row?.clients ?? 0),
    verifiers: Number(row?.verifiers ?? 0),
  };
}

/**
 * The overview's numbers, each with the list it comes from. Where a number would take too long it is given as "at least" and `precision` says
 * so. Needs `overview:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getOverview(ctx: Context): Promise<Overview> {
  requirePermission(ctx, "overview:read");
  const count = async (filters: TokensQuery["filters"], href: string): Promise<LinkedCount> => ({
    ...(await countTokensSoon(ctx, filters, EXACTLY_MS)),
    href,
  });
  const expiring = (seconds: number, text: string) =>
    count(
      { state: ["active"], expires: { type: "within", seconds } },
      `/tokens?state=active&expires=within%3A${text}&sort=expires`,
    );
  const [byClient, minute, hour, suspended, withinHour, withinDay] = await Promise.all([
    liveTokensByClient(ctx),
    usesPerMinute(ctx),
    usesPerHour(ctx),
    count({ state: ["suspended"] }, "/tokens?state=suspended"),
    expiring(3_600, "1h"),
    expiring(86_400, "24h"),
  ]);
  const [live, keys, verifiers, orders, unsettled, registry, needing] = await Promise.all([
    liveOf(ctx, byClient),
    readKeyHealth(ctx),
    readVerifiers(ctx),
    listOrders(ctx, {
      ...defaultQuery(ordersTable),
      // at each logout a client gives up tokens of its own: they would hide what people did
      filters: { by: ORDERING_KINDS.filter((kind) => kind !== "client") },
      pageSize: ORDERS_SHOWN,
    }),
    listOrders(ctx, { ...defaultQuery(ordersTable), filters: { unsettled: true }, pageSize: 1 }),
    readRegistry(ctx),
    countNeeding(ctx),
  ]);
  const clients = clientsOf(byClient ?? []);
  const isAllCounted = byClient !== null && minute !== null && hour !== null;
  return {
    at: ctx.now.toISOString(),
    live,
    clients: clients.shown,
    otherClients: clients.others,
    clientsNeedingLook: needing === null ? null : exactly(needing, "/clients?needs=anything"),
    suspended,
    expiringWithinHour: withinHour,
    expiringWithinDay: withinDay,
    lastHour: usesOf(minute, "1h"),
    lastDay: usesOf(hour, "24h"),
    perMinute: minute ?? emptySeries(ctx, 60, 60),
    perHour: hour ?? emptySeries(ctx, 3_600, 24),
    keys,
    verifiers: verifiers.shown,
    verifiersBehind: verifiers.behind,
    recentOrders: orders.rows,
    unsettledOrders: { ...unsettled.total, href: "/orders?unsettled=true" },
    registry,
    precision: isAllCounted
      ? "Counted exactly, at most 20 seconds ago; numbers with a plus are at least that many."
      : "There is too much to count at once: numbers with a plus are at least that many.",
  };
}
