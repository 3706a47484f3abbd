import { addressKey } from "./address-key.ts";

/** For so many days an address that an account signed in from is one that it is wont to come from, and so many of its last places are looked at. */
export const KNOWN_DAYS = 30;
export const PLACES_MAX = 200;

/** What the attempts of an account from this very address are counted by, where it is wont to come from there. */
export function accountKeyHere(account: string, ip: string | null): string {
  return `${account} at ${addressKey(ip)}`;
}

/** Whether an address is of a place among these: the same one, or of IPv6 another of the same line. */
export function isAmong(places: readonly string[], ip: string | null): boolean {
  return ip !== null && places.some((place) => addressKey(place) === addressKey(ip));
}
