import { countryName } from "../list-query/country.ts";
import { plural } from "../order-plans/plan-words.ts";
import { networkWords } from "../places/network-words.ts";
import type { Facts, UseEvent } from "./rule.ts";

/** Where an event came from, for the facts of a finding. */
export function placeFacts(event: UseEvent): Facts {
  return {
    useId: event.id,
    ip: event.ip,
    country: event.country,
    network: event.network,
    networkName: event.networkName,
    source: event.source,
    verifierId: event.verifierId,
    request: event.path === null ? null : `${event.method ?? ""} ${event.path}`.trim(),
  };
}

/** " from 203.0.113.7 in Germany", or nothing where no address is known. */
export function fromWords({ ip, country }: Facts): string {
  if (typeof ip !== "string") return "";
  return ` from ${ip}${typeof country === "string" ? ` in ${countryName(country)}` : ""}`;
}

/** "the network Google LLC (AS15169)", or the stretch of addresses where no number is known. */
export function ofNetworkWords({ network, networkName }: Facts): string {
  return `the network ${networkWords({ network: String(network), networkName: typeof networkName === "string" ? networkName : null })}`;
}

/** Codes with spaces between, as names: "Germany, France". */
export function countriesWords(codes: string): string {
  return codes
    .split(" ")
    .filter((code) => code !== "")
    .map(countryName)
    .join(", ");
}

/** ", asking for GET /invoices", or nothing. */
export function requestWords({ request }: Facts): string {
  return typeof request === "string" ? `, asking for ${request}` : "";
}

/** A number of a finding's facts; 0 where it is none. */
export function numberOf(facts: Facts, key: string): number {
  const value = facts[key];
  return typeof value === "number" ? value : 0;
}

/** "once", "twice", "1,204 times". */
export function timesWords(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count.toLocaleString("en")} times`;
}

/** A span in its largest unit: "10 minutes". */
export function spanWords(seconds: number): string {
  const [size, word] = (
    [
      [86_400, "day"],
      [3_600, "hour"],
      [60, "minute"],
    ] as const
  ).find(([unit]) => seconds >= unit) ?? [1, "second"];
  return plural(Math.round(seconds / size), word, `${word}s`);
}
