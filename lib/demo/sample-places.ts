import type { CountryOf } from "../places/country-database.ts";
import {
  type AddressRange,
  findAmong,
  type Network,
  type NetworkDatabase,
} from "../places/network-database.ts";

/** Where the sample organisation's people, thieves and machines are. */
export const SAMPLE_COUNTRIES =
  "FR CZ DE GH JO SG EG IE KE US NG ES TR IT SE JP BR VN PL IN KR NL GB PT".split(" ");
/** The country of its machines. */
const HOME = "NL";

/** How many addresses of each network for documents are in one sample country. */
export const SHARE = 10;

/**
 * Countries as before, and made-up ones for the networks that are kept for documents: the sample organisation has no other addresses. @see
 * RFC 5737, RFC 3849
 */
export function withSamplePlaces(countryOf: CountryOf): CountryOf {
  return (address) => {
    if (address === null) return null;
    if (address.startsWith("192.0.2.")) return HOME;
    const place = samplePlaceOf(address);
    return place === null ? countryOf(address) : (SAMPLE_COUNTRIES[place] ?? null);
  };
}

/** Which of the sample countries an address for documents is in; null for any other address. */
function samplePlaceOf(address: string): number | null {
  const host = /^(?:203\.0\.113|198\.51\.100)\.(\d{1,3})$/.exec(address)?.[1];
  if (host !== undefined) return Math.floor(Number(host) / SHARE);
  const network = /^2001:db8:([0-9a-f]{1,2}):/.exec(address)?.[1];
  return network === undefined ? null : Math.floor(Number.parseInt(network, 16) / SHARE);
}

/** Numbers that are kept for documents, one for each sample country and one for the machines. @see RFC 5398 */
const FIRST_NUMBER = 64_496;
const MACHINES: Network = { number: 64_511, name: "Sample Hosting" };
const NAMES = ["Sample Mobile", "Sample Cable", "Sample Fibre", "Sample Telecom", "Sample Wireless"];

function sampleNetworkOf(place: number): Network | null {
  if (SAMPLE_COUNTRIES[place] === undefined) return null;
  const nth = place % 15;
  return { number: FIRST_NUMBER + nth, name: NAMES[nth % NAMES.length] as string };
}

const ALL_NETWORKS = [MACHINES, ...SAMPLE_COUNTRIES.map((_, place) => sampleNetworkOf(place) as Network)];
const SAMPLE_NAMES = [...new Map(ALL_NETWORKS.map(({ number, name }) => [String(number), name]))];

/** Networks as before, and made-up ones for the addresses of the sample organisation. */
export function withSampleNetworks(database: NetworkDatabase): NetworkDatabase {
  return {
    ...database,
    networkOf(address) {
      if (address === null) return null;
      if (address.startsWith("192.0.2.")) return MACHINES;
      const place = samplePlaceOf(address);
      return place === null ? database.networkOf(address) : sampleNetworkOf(place);
    },
    find: (text, most) =>
      [...findAmong(SAMPLE_NAMES, text, most), ...database.find(text, most)].slice(0, most),
    rangesOf(number) {
      if (number === MACHINES.number) return [{ first: "192.0.2.0", last: "192.0.2.255" }];
      return [...database.rangesOf(number), ...sampleRangesOf(number)];
    },
  };
}

function sampleRangesOf(number: number): AddressRange[] {
  return SAMPLE_COUNTRIES.flatMap((_, place) =>
    sampleNetworkOf(place)?.number !== number
      ? []
      : [
          ...["198.51.100", "203.0.113"].map((network) => ({
            first: `${network}.${place * SHARE}`,
            last: `${network}.${place * SHARE + SHARE - 1}`,
          })),
          {
            first: `2001:db8:${(place * SHARE).toString(16)}::`,
            last: `2001:db8:${(place * SHARE + SHARE - 1).toString(16)}:ffff:ffff:ffff:ffff:ffff`,
          },
        ],
  );
}
