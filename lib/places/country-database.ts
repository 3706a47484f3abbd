import { readFileSync } from "node:fs";
import { Reader } from "mmdb-lib";
import { publicAddress } from "./public-address.ts";

/** The country that an address is in, as ISO 3166-1 alpha-2, or null where that is not known. Never throws, whatever it is asked. */
export type CountryOf = (address: string | null) => string | null;

/** A country database in memory. */
export type CountryDatabase = {
  countryOf: CountryOf;
  /** When its data was put together. */
  builtAt: Date;
};

/** What databases in this format say of an address: one field, or MaxMind's own. */
type Place = { country_code?: unknown; country?: { iso_code?: unknown } | string };

/** Callers come again: this many addresses are remembered, longer texts are none. */
const KEPT_MAX = 10_000;
const ADDRESS_MAX = 64;

function codeOf(place: Place | null): string | null {
  const country = place?.country;
  const code = place?.country_code ?? (typeof country === "object" ? country?.iso_code : country);
  return typeof code === "string" && /^[A-Z]{2}$/.test(code) && code !== "ZZ" ? code : null;
}

/**
 * Reads a country database in the MaxMind DB format into memory: the one that comes with the product, or the operator's own. It is not read again
 * while the process runs.
 *
 * @throws {Error} in one line, where the file cannot be read or is none of that format.
 */
export function openCountryDatabase(path: string): CountryDatabase {
  let reader: Reader<never>;
  try {
    reader = new Reader<never>(readFileSync(path));
  } catch (error) {
    throw new Error(`the country database ${path} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const kept = new Map<string, string | null>();

  function lookUp(text: string): string | null {
    try {
      const address = publicAddress(text);
      return address === null ? null : codeOf(reader.get(address) as Place | null);
    } catch {
      // a damaged entry: an issue or a use never fails for its place
      return null;
    }
  }

  return {
    builtAt: reader.metadata.buildEpoch,
    countryOf(address) {
      if (address === null || address.length > ADDRESS_MAX) return null;
      const known = kept.get(address);
      if (known !== undefined) return known;
      const country = lookUp(address);
      if (kept.size === KEPT_MAX) kept.clear();
      kept.set(address, country);
      return country;
    },
  };
}
