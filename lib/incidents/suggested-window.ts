import { networkOf } from "./network.ts";

/** The first event of a token from one place. */
export type PlacedEvent = {
  tokenId: string;
  /** Whether the token is of the case, rather than of the same user. */
  isOfCase: boolean;
  isIssue: boolean;
  ip: string | null;
  country: string | null;
  at: Date;
};

export type SuggestedWindow = { from: Date; why: string };

/**
 * From when on a case's tokens may have been in other hands: the first use from a country or a network that neither they nor the tokens of their families
 * and users had come from before; without one the issue of the oldest. Pure.
 *
 * @param events of the case's tokens and those of their users, in any order.
 * @param issuedAt when the oldest of the case's tokens was issued.
 */
export function suggestWindow(events: readonly PlacedEvent[], issuedAt: Date): SuggestedWindow {
  const countries = new Set<string>();
  const networks = new Set<string>();
  for (const event of events.toSorted((one, other) => one.at.getTime() - other.at.getTime())) {
    const network = event.ip === null ? null : networkOf(event.ip);
    const isUse = event.isOfCase && !event.isIssue && event.at >= issuedAt;
    if (isUse && event.country !== null && countries.size > 0 && !countries.has(event.country))
      return {
        from: event.at,
        why: `First use from ${event.country}: neither the tokens of the case nor others of their families and users had come from there.`,
      };
    if (isUse && network !== null && networks.size > 0 && !networks.has(network))
      return {
        from: event.at,
        why: `First use from the network ${network}: neither the tokens of the case nor others of their families and users had come from there.`,
      };
    if (event.country !== null) countries.add(event.country);
    if (network !== null) networks.add(network);
  }
  return {
    from: issuedAt,
    why: "No use came from a new country or network: from the issue of the oldest token on, because nothing tells when it got out.",
  };
}
