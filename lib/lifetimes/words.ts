import { LIFETIME_WORDS, type LifetimeKey } from "../organisation/model.ts";
import type { LifetimeSource, ResolvedLifetime, ResolvedRotation } from "./model.ts";

/** A setting's name inside of a sentence: `longest ID token`. */
function named(setting: LifetimeKey): string {
  return LIFETIME_WORDS[setting].replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}

/** Who has a say, as the end of "set by …" and "held by …". */
export function sourceWords(source: LifetimeSource): string {
  switch (source.from) {
    case "client":
      return "this client's own setting";
    case "organisation":
      return /(Min|Max)Seconds$/.test(source.setting)
        ? `the organisation's bound (${named(source.setting)})`
        : "the organisation's default";
    case "audience":
      return `the audience ${source.name}`;
    case "other_lifetime":
      return `another lifetime (${named(source.setting)})`;
    default:
      return source satisfies never;
  }
}

/** Which setting wins, as the end of "10 minutes, …". */
export function decidedWords({
  decidedBy,
  limitedBy,
}: Pick<ResolvedLifetime, "decidedBy" | "limitedBy">): string {
  if (limitedBy === null) return `set by ${sourceWords(decidedBy)}`;
  // a session's own limit is the organisation's value itself
  const holds =
    limitedBy.from === "organisation" && !/(Min|Max)Seconds$/.test(limitedBy.setting)
      ? "the organisation's, which is shorter"
      : sourceWords(limitedBy);
  return `held by ${holds}; ${sourceWords(decidedBy)} says otherwise`;
}

/** How refresh tokens are replaced, a sentence without its stop. */
export function rotationWords({ rotates, decidedBy }: ResolvedRotation): string {
  const how = rotates
    ? "Each use of a refresh token replaces it"
    : "A refresh token is replaced once half of its idle time has gone, and works until then";
  switch (decidedBy) {
    case "kind":
      return `${how}: always so for a client that keeps no secret`;
    case "client":
      return `${how}, by this client's own setting`;
    case "organisation":
      return `${how}, by the organisation's default`;
    default:
      return decidedBy satisfies never;
  }
}
