import Link from "next/link";
import type { ReactNode } from "react";
import type { SignedInContext } from "#app/_lib/context.ts";
import { type MapSeries, WorldMap } from "#components/charts/world-map.tsx";
import { Card } from "#components/display/card.tsx";
import { Country } from "#components/display/country.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import type { MapCountry, MapLine, MapNetwork, UseMap as Uses } from "#lib/audit/model.ts";
import { countryName, UNKNOWN_COUNTRY } from "#lib/list-query/country.ts";
import { dayWords } from "#lib/log-retention/model.ts";
import { NetworkCredit } from "./network-credit.tsx";
import { MAP_SPAN, readUseMap } from "./read-use-map.ts";
import classes from "./use-map.module.css";
import { OUTCOME_SERIES, mapWords as words } from "./use-map-words.ts";

/** Where the log shows what a line is made of; null: it cannot be asked for there. */
type LinesOf = { [filter: string]: string } | null;

function LineLink({
  of,
  filter,
  children,
}: {
  of: LinesOf;
  filter: Record<string, string>;
  children: ReactNode;
}) {
  if (of === null) return children;
  return (
    <Link prefetch={false} href={`/audit?${new URLSearchParams({ ...of, ...filter })}`}>
      {children}
    </Link>
  );
}

function seriesColumns<Line extends MapLine>(lines: readonly MapLine[], series: readonly MapSeries[]) {
  return [
    ...series
      .filter(({ key }) => lines.some(({ counts }) => (counts[key] ?? 0) > 0))
      .map(({ key, name, color }) => ({
        header: `${name[0]?.toUpperCase()}${name.slice(1)}`,
        align: "end" as const,
        cell: ({ counts }: Line) =>
          counts[key] ? (
            <span className={classes.count}>
              <i style={{ background: color }} aria-hidden />
              <NumberText value={counts[key]} />
            </span>
          ) : (
            <span className="faint">–</span>
          ),
      })),
    { header: words.first, isExtra: true, cell: (line: Line) => <Instant at={line.firstAt} /> },
    { header: words.last, isExtra: true, cell: (line: Line) => <Instant at={line.lastAt} /> },
  ];
}

/** So many countries stand beside the map with their networks; of more, the networks stand below it. */
const BESIDE = 4;

/** A map with its table twin: countries, and the networks in them, with how much of each series came from there. */
export function UseMapFigure({
  map,
  series,
  linesOf,
}: {
  map: Uses;
  series: readonly MapSeries[];
  linesOf: LinesOf;
}) {
  const places = map.countries.flatMap(({ country, uses, counts }) =>
    country === null ? [] : [{ code: country, name: countryName(country), total: uses, counts }],
  );
  return (
    <div className={classes.frame}>
      <div className={classes.whole} data-long={map.countries.length > BESIDE || undefined}>
        <div className={classes.map}>
          <WorldMap label={words.label(places.length)} places={places} series={series} />
          {map.isCut ? <p className="muted">{words.cut}</p> : null}
        </div>
        <div className={classes.countries}>
          <PlainTable
            name={words.countries}
            rows={map.countries}
            keyOf={({ country }) => `from-${country}`}
            columns={[
              {
                header: words.country,
                isWrapping: true,
                cell: ({ country }: MapCountry) => (
                  <LineLink of={linesOf} filter={{ country: country ?? UNKNOWN_COUNTRY }}>
                    <Country code={country} />
                  </LineLink>
                ),
              },
              ...seriesColumns<MapCountry>(map.countries, series),
            ]}
          />
        </div>
        <div className={classes.networks}>
          <PlainTable
            name={words.networks}
            rows={map.networks}
            keyOf={({ country, network }) => `by-${country}-${network}`}
            columns={[
              {
                header: words.network,
                isWrapping: true,
                cell: (line: MapNetwork) => (
                  <>
                    <NetworkName line={line} linesOf={linesOf} />
                    <small className={classes.of}>
                      <Country code={line.country} />
                    </small>
                  </>
                ),
              },
              ...seriesColumns<MapNetwork>(map.networks, series).filter(
                ({ header }) => header !== words.first,
              ),
            ]}
          />
          {map.moreNetworks > 0 ? <p className="muted">{words.moreNetworks(map.moreNetworks)}</p> : null}
        </div>
        <p className={classes.source}>
          {words.countriesFrom}{" "}
          {map.networksOf === null ? null : (
            <>
              {words.networksFrom(dayWords(map.networksOf))} <NetworkCredit />
            </>
          )}
        </p>
      </div>
    </div>
  );
}

function NetworkName({ line: { network, networkName }, linesOf }: { line: MapNetwork; linesOf: LinesOf }) {
  if (network === null) return <span className="faint">{words.noAddress}</span>;
  if (!network.startsWith("AS"))
    return (
      <span className="mono" title={words.private}>
        {network}
      </span>
    );
  return (
    <LineLink of={linesOf} filter={{ network }}>
      <span className={classes.network}>
        {networkName} <span className="mono">{network}</span>
      </span>
    </LineLink>
  );
}

/** Where something was used from, in the last 90 days or another time. */
export async function UseMap({
  ctx,
  of,
  at = MAP_SPAN,
}: {
  ctx: SignedInContext;
  /** The log's filter that means it. */
  of: { [filter: string]: string };
  at?: string;
}) {
  const asked = { ...of, at };
  const map = await readUseMap(ctx, of, at);
  return (
    <Card
      title={words.title}
      aside={
        map === null || map.uses === 0 ? null : (
          <>
            <NumberText value={map.known.countries} unit={["country", "countries"]} />,{" "}
            <NumberText value={map.known.networks} unit={["network", "networks"]} />
            {at === MAP_SPAN ? " in 90 days" : null}
          </>
        )
      }
    >
      {map === null || map.uses === 0 ? (
        <p className="muted">{map === null ? words.notRead : words.none}</p>
      ) : (
        <UseMapFigure map={map} series={OUTCOME_SERIES} linesOf={asked} />
      )}
    </Card>
  );
}
