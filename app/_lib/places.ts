import path from "node:path";
import { getEnv } from "#lib/env.ts";
import { type CountryOf, openCountryDatabase } from "#lib/places/country-database.ts";

/** The database that comes with the product: the console runs in the product's own folder, and its bundler knows no such files. */
const OURS = "node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb";

// each route is a bundle of its own: one database for all of them
const store = globalThis as typeof globalThis & { tokenwardenCountryOf?: CountryOf };

function open(): CountryOf {
  const file = getEnv().countryDatabase ?? path.join(/* turbopackIgnore: true */ process.cwd(), OURS);
  try {
    return openCountryDatabase(file).countryOf;
  } catch (error) {
    // a list of sessions is shown without its places rather than not at all
    process.emitWarning(error as Error);
    return () => null;
  }
}

/** Which country an address is in, by a database of this machine: no address leaves it. */
export function countryOf(address: string | null): string | null {
  store.tokenwardenCountryOf ??= open();
  return store.tokenwardenCountryOf(address);
}
