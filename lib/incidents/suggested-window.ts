import { networkOf } from "./network.ts";

/** The first event of a token from one place. */
export type PlacedEvent = {
  tokenId: string;
  /** Whether the token is of the case, rather than of the same user. */
  isOfCase: boolean;
  /** Whether somebody signed in for it, as a person or a service: not where a refresh token was exchanged. */
  isSignIn: boolean;
  ip: string | null;
  country: string | null;
  at: Date;
};

export type SuggestedWindow = { from: Date; why: string };

/**
 * From when on a case's tokens may have been in other hands: the first use, or exchange, from a country or a network that nobody had signed in from and that
 * no token of their families and users had come from before the oldest of them was issued; without one that issue. What is done with the tokens themselves
 * teaches no place: whoever stole one would teach theirs. Pure.
 *
 * @param events of the case's tokens and those of their users, in any order.
 * @param issuedAt when the oldest of the case's tokens was issued.
 */
export function suggestWindow(events: readonly PlacedEvent[], issuedAt: Date): SuggestedWindow {
  const countries = new Set<string>();
  const networks = new Set<string>();
  for (const event of events.toSorted((one, other) => one.at.getTime() - other.at.getTime())) {
    const network = event.ip === null ? null : networkOf(event.ip);
    const isKnown = event.isSignIn || event.at < issuedAt;
    const isUse = event.isOfCase && !isKnown;
    if (isUse && event.country !== null && countries.size > 0 && !countries.has(event.country))
      return {
        from: event.at,
        why: `First use from ${event.country}: nobody had signed in from there, and no token of its users had come from there before.`,
      };
    if (isUse && network !== null && networks.size > 0 && !networks.has(network))
      return {
        from: event.at,
        why: `First use from the network ${network}: nobody had signed in from there, and no token of its users had come from there before.`,
      };
    // where no place is known at all the first is where they belong
    if (event.country !== null && (isKnown || countries.size === 0)) countries.add(event.country);
    if (network !== null && (isKnown || networks.size === 0)) networks.add(network);
  }
  return {
    from: issuedAt,
    why: "No use came from a new country or network: from the issue of the oldest token on, because nothing tells when it got out.",
  };
}
