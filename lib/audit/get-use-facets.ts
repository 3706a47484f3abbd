import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { all, type Fragment, joined, sql, trusted } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import { partsOf } from "../use-rollups/grains.ts";
import {
  MIX_COUNTS,
  MIX_FILTERS,
  type MixFilter,
  type MixValues,
  mixColumn,
  mixConditions,
  NO_VERIFIER,
  sumOf,
} from "../use-rollups/mix.ts";
import { readCovered } from "../use-rollups/read-covered.ts";
import { findBusyUses } from "./busy-uses.ts";
import { findCallUses } from "./call-uses.ts";
import type { UseFacet, UseFacets } from "./model.ts";
import type { TokenUsesQuery } from "./table.ts";
import { mixValuesOf, useConditions } from "./use-filters.ts";
import { countedRange } from "./use-range.ts";

/** Values of each facet that are listed, the most frequent ones. */
const VALUES_MAX = 12;
const TIMEOUT_MS = 2_000;

type FacetRecord = { facet: MixFilter; value: string; name: string | null; count: bigint };

/** What stands for nothing is no value of a facet. */
const NOTHING: Partial<Record<MixFilter, string>> = { refusal: "", verifier: NO_VERIFIER };

function facetOf(facet: MixFilter, values: MixValues): Fragment {
  const column = trusted(mixColumn(facet));
  const nothing = NOTHING[facet] ?? null;
  return sql`(SELECT ${trusted(`'${facet}'`)} AS facet, s.${column}::text AS value, ${sumOf("s.n")} AS count FROM sums s
    WHERE ${all(mixConditions("s", values, facet))} AND s.${column}::text IS DISTINCT FROM ${nothing}::text
    GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT ${VALUES_MAX}::int)`;
}

/**
 * How many uses of a query's time range have which outcome, client, verifier and so on: of each the most frequent values, counted under all filters but its own.
 * The range is as `getUseHistogram` has it. `isCounted` is false where counting took over two seconds, which only filters by address, user, token, family, network, path, method, status, user agent or audience can
 * make it: those are read from the log, but for the days in which the one that is followed is busy. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function getUseFacets(ctx: Context, filters: TokenUsesQuery["filters"]): Promise<UseFacets> {
  requirePermission(ctx, "audit:read");
  const startedAt = performance.now();
  const range = countedRange(filters, ctx.now);
  const { values, others } = await mixValuesOf(ctx.db, filters);
  const isByMix = Object.keys(others).length === 0;
  const ofOthers = () => useConditions(ctx.db, others, ctx.now);
  const counted = isByMix
    ? null
    : ((await findBusyUses(ctx.db, others, range, {
        stepSeconds: null,
        conditionsOf: (of) => useConditions(ctx.db, { ...others, ...of }, ctx.now),
      })) ??
      (await findCallUses(ctx.db, others, range, {
        stepSeconds: null,
        needsMixes: true,
        conditions: ofOthers,
      })));
  const parts = partsOf(range, isByMix ? await readCovered(ctx.db) : null, null);
  const rolled = counted === null ? parts.rolled : [];
  const conditions = isByMix || counted !== null ? [] : await ofOthers();
  const log = counted?.log ?? parts.log.map((span) => ({ ...span, conditions }));
  const spans = rolled.map(
    ({ grain, from, to }) =>
      sql`(r.grain = ${grain}::int AND r.at >= ${from}::timestamptz AND r.at < ${to}::timestamptz)`,
  );
  const columns = MIX_FILTERS.map((filter) => `m.${mixColumn(filter)}`).join(", ");
  const sums = [
    ...(spans.length === 0
      ? []
      : [
          sql`SELECT ${trusted(columns)}, t.n FROM (SELECT u.mix, ${sumOf("u.n")} AS n FROM (SELECT ${MIX_COUNTS} FROM use_rollup r WHERE ${joined(spans, " OR ")}) u
            GROUP BY 1) t JOIN mixes m ON m.id = t.mix`,
        ]),
    ...(counted === null || counted.hours === null
      ? []
      : [
          sql`SELECT ${trusted(columns)}, t.n FROM (SELECT u.mix, ${sumOf("u.n")} AS n FROM (${counted.hours}) u GROUP BY 1) t JOIN mixes m ON m.id = t.mix`,
        ]),
    ...log.map(
      ({
        from,
        to,
        conditions: asked,
      }) => sql`SELECT x.outcome, coalesce(x.refusal, ''), x.source, x.client_id, coalesce(x.verifier_id, ${NO_VERIFIER}::uuid), coalesce(x.country, 'unknown'), count(*) AS n
        FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz AND ${all(asked)} GROUP BY 1, 2, 3, 4, 5, 6`,
    ),
  ];
  const records = await withinTime<FacetRecord>(
    ctx.db,
    sql`WITH ${counted === null ? sql`` : sql`${counted.intact}, `}mixes AS MATERIALIZED (SELECT m.* FROM use_mix m),
        sums (outcome, refusal, source, client_id, verifier_id, country, n) AS MATERIALIZED (${joined(sums, " UNION ALL ")}),
        counted AS (${joined(
          MIX_FILTERS.map((facet) => facetOf(facet, values)),
          " UNION ALL ",
        )})
      SELECT k.facet, k.value, CASE k.facet WHEN 'client' THEN (SELECT c.client_id FROM client c WHERE c.id = k.value::uuid)
        WHEN 'verifier' THEN (SELECT v.name FROM verifier v WHERE v.id = k.value::uuid) END AS name, k.count
      FROM counted k ORDER BY k.count DESC, k.value`,
    TIMEOUT_MS - (performance.now() - startedAt),
  );
  const of = (facet: MixFilter): UseFacet[] =>
    (records ?? [])
      .filter((record) => record.facet === facet)
      .map(({ value, name, count }) => ({ value: name ?? value, count: Number(count) }));
  return {
    from: range.from.toISOString(),
    to: range.to.toISOString(),
    isCounted: records !== null,
    facets: {
      outcome: of("outcome"),
      refusal: of("refusal"),
      source: of("source"),
      client: of("client"),
      verifier: of("verifier"),
      country: of("country"),
    },
  };
}
