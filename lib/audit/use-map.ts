import type { NetworkOf } from "../places/network-database.ts";
import { networkLabelOf } from "../places/network-label.ts";
import type { MapAddress, MapLine, MapNetwork, PlaceCounts, UseMap } from "./model.ts";

/** Uses of one address, as they are summed up for a map. `series`: what they are told apart by, an outcome or a phase. */
export type MapRecord = {
  country: string | null;
  ip: string | null;
  series: string;
  uses: number;
  first: Date;
  last: Date;
};

/** Networks that are listed, those with the most uses. */
const NETWORKS_MAX = 50;
/** Addresses that are. */
const ADDRESSES_MAX = 6;

type Sum = { counts: Record<string, number>; uses: number; first: Date; last: Date };

function add(sums: Map<string, Sum>, key: string, { series, uses, first, last }: MapRecord): void {
  const sum = sums.get(key);
  if (sum === undefined) {
    sums.set(key, { counts: { [series]: uses }, uses, first, last });
    return;
  }
  sum.counts[series] = (sum.counts[series] ?? 0) + uses;
  sum.uses += uses;
  if (first < sum.first) sum.first = first;
  if (last > sum.last) sum.last = last;
}

function lineOf({ counts, uses, first, last }: Sum): MapLine {
  return { uses, counts, firstAt: first.toISOString(), lastAt: last.toISOString() };
}

function byUses(one: MapLine, other: MapLine): number {
  return other.uses - one.uses;
}

/** How many countries and networks uses are known to come from, each once: the one count of places, wherever one is said. */
export function knownPlaces(
  places: readonly { country: string | null; network: string | null }[],
): PlaceCounts {
  const count = (of: "country" | "network") => new Set(places.map((place) => place[of] ?? "")).size;
  const isUnknown = (of: "country" | "network") => places.some((place) => place[of] === null);
  return {
    countries: count("country") - Number(isUnknown("country")),
    networks: count("network") - Number(isUnknown("network")),
  };
}

/** Uses by address, those with the most. */
export function addressesOf(records: readonly MapRecord[]): MapAddress[] {
  const places = new Map<string, Pick<MapAddress, "country" | "ip">>();
  const sums = new Map<string, Sum>();
  for (const record of records) {
    const { country, ip } = record;
    const key = `${country} ${ip}`;
    places.set(key, { country, ip });
    add(sums, key, record);
  }
  return [...sums]
    .map(([key, sum]) => ({ ...(places.get(key) as Pick<MapAddress, "country" | "ip">), ...lineOf(sum) }))
    .toSorted(byUses)
    .slice(0, ADDRESSES_MAX);
}

/**
 * Uses by country and by network, the most frequent first.
 *
 * @param isCut whether there are more uses than were looked at.
 * @param builtAt the day that the database of networks is of.
 */
export function mapOf(
  records: readonly MapRecord[],
  { isCut, networkOf, builtAt }: { isCut: boolean; networkOf: NetworkOf; builtAt: string | null },
): UseMap {
  const countries = new Map<string, Sum>();
  const sums = new Map<string, Sum>();
  const labels = new Map<string, Pick<MapNetwork, "country" | "network" | "networkName">>();
  for (const record of records) {
    const { country, ip } = record;
    const label = { country, ...(networkLabelOf(ip, networkOf) ?? { network: null, networkName: null }) };
    const key = `${country} ${label.network}`;
    labels.set(key, label);
    add(countries, country ?? "", record);
    add(sums, key, record);
  }
  const networks = [...sums]
    .map(([key, sum]) => ({ ...(labels.get(key) as MapNetwork), ...lineOf(sum) }))
    .toSorted(byUses);
  return {
    uses: records.reduce((sum, { uses }) => sum + uses, 0),
    isCut,
    networksOf: builtAt,
    countries: [...countries]
      .map(([country, sum]) => ({ country: country === "" ? null : country, ...lineOf(sum) }))
      .toSorted(byUses),
    networks: networks.slice(0, NETWORKS_MAX),
    moreNetworks: Math.max(0, networks.length - NETWORKS_MAX),
    known: knownPlaces(networks),
  };
}
