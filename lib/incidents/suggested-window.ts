import { countryName } from "../list-query/country.ts";
import { networkOf } from "./network.ts";

/** The first event of a token from one place. */
export type PlacedEvent = {
  tokenId: string;
  /** Whether the token is of the case, rather than of the same user. */
  isOfCase: boolean;
  /** Whether somebody signed in for it, as a person or a service: not where a refresh token was exchanged. */
  isSignIn: boolean;
  /** Whether the token is a service's own: nobody signs in for it, and it has no user. */
  isOfService: boolean;
  ip: string | null;
  country: string | null;
  at: Date;
};

/** What a rule found of one of the case's tokens: a place that was unusual for it. */
export type FoundPlace = { rule: "new_country" | "new_network"; at: Date; says: string };

export type SuggestedWindow = { from: Date; why: string };
type Seen = SuggestedWindow & { by: "country" | "network" };

/** How the reasons begin that hold an address, what was called or a network, as a regular expression of PostgreSQL. */
export const WHY_TELLS_WHERE = "^(Detected \\(|First use from the network )";

const NOWHERE_BEFORE = {
  person: "nobody had signed in from there, and no token of its users had come from there before.",
  service:
    "its service had asked for no token from there, and none of its earlier tokens was used from there.",
};

function seenIn(event: PlacedEvent, by: Seen["by"], place: string): Seen {
  const before = NOWHERE_BEFORE[event.isOfService ? "service" : "person"];
  return { from: event.at, by, why: `First use from ${place}: ${before}` };
}

/** The first use, or exchange, from a place that is not known; null where there is none. */
function firstElsewhere(events: readonly PlacedEvent[], issuedAt: Date): Seen | null {
  const countries = new Set<string>();
  const networks = new Set<string>();
  // a service's tokens are used elsewhere than where it asks for them: behind a gateway, or beside the authority
  let isNetworkTaught = false;
  for (const event of events.toSorted((one, other) => one.at.getTime() - other.at.getTime())) {
    const { country } = event;
    const network = event.ip === null ? null : networkOf(event.ip);
    const isKnown = event.isSignIn || event.at < issuedAt;
    const isUse = event.isOfCase && !isKnown;
    if (isUse && country !== null && countries.size > 0 && !countries.has(country))
      return seenIn(event, "country", countryName(country));
    if (isUse && network !== null && isNetworkTaught && !networks.has(network))
      return seenIn(event, "network", `the network ${network}`);
    // where no place is known at all the first is where they belong
    if (country !== null && (isKnown || countries.size === 0)) countries.add(country);
    if (network === null || !(isKnown || !isNetworkTaught)) continue;
    networks.add(network);
    isNetworkTaught ||= !(event.isSignIn && event.isOfService);
  }
  return null;
}

/**
 * From when on a case's tokens may have been in other hands: the first use, or exchange, from a country or a network that nobody had signed in from and that
 * no token of their families, users and services had come from before the oldest of them was issued; without one that issue. What is done with the tokens themselves
 * teaches no place: whoever stole one would teach theirs. What a rule found of them says more than a network that is new: a case does not contradict its detections. Pure.
 *
 * @param events of the case's tokens and those of their users and services, in any order.
 * @param issuedAt when the oldest of the case's tokens was issued.
 * @param found of the case's tokens, in any order.
 */
export function suggestWindow(
  events: readonly PlacedEvent[],
  issuedAt: Date,
  found: readonly FoundPlace[] = [],
): SuggestedWindow {
  const seen = firstElsewhere(events, issuedAt);
  const detected = found
    .filter(({ rule, at }) => seen?.by !== "country" || (rule === "new_country" && at <= seen.from))
    .toSorted(
      (one, other) =>
        Number(other.rule === "new_country") - Number(one.rule === "new_country") ||
        one.at.getTime() - other.at.getTime(),
    )[0];
  if (detected !== undefined) return { from: detected.at, why: detected.says };
  if (seen !== null) return { from: seen.from, why: seen.why };
  return {
    from: issuedAt,
    why: "No use came from a new country or network: from the issue of the oldest token on, because nothing tells when it got out.",
  };
}
