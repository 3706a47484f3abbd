import { type CountryDatabase, openCountryDatabase } from "#lib/places/country-database.ts";

// each route is a bundle of its own: one database for all of them
const store = globalThis as typeof globalThis & { tokenwardenPlaces?: CountryDatabase };

/** Which country an address is in, from the database that comes with the product: no address leaves it. */
export function countryOf(address: string | null): string | null {
  store.tokenwardenPlaces ??= openCountryDatabase();
  return store.tokenwardenPlaces.countryOf(address);
}
