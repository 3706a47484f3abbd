import { createRequire } from "node:module";

/**
 * Where the country database is that comes with the product. In a file of its own: the console's bundler would take the database for a module, where it saw its name
 * resolved.
 */
export function ourCountryDatabase(): string {
  return createRequire(import.meta.url).resolve(
    "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb",
  );
}
