import type { CountryOf } from "../places/country-database.ts";

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
    const host = /^(?:203\.0\.113|198\.51\.100)\.(\d{1,3})$/.exec(address)?.[1];
    if (host !== undefined) return SAMPLE_COUNTRIES[Math.floor(Number(host) / SHARE)] ?? null;
    const network = /^2001:db8:([0-9a-f]{1,2}):/.exec(address)?.[1];
    if (network !== undefined)
      return SAMPLE_COUNTRIES[Math.floor(Number.parseInt(network, 16) / SHARE)] ?? null;
    return countryOf(address);
  };
}
