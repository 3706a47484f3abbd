import type { UseOutcome, UseSource } from "./model.ts";

/** What outcomes, sources and refusals of uses are called. One place; browser-safe. */
export const OUTCOME_WORDS: Record<UseOutcome, string> = {
  issued: "Issued",
  allowed: "Allowed",
  refused: "Refused",
};

export const SOURCE_WORDS: Record<UseSource, string> = {
  issue: "Token endpoint",
  introspection: "Introspection",
  forward_auth: "Forward-auth",
  userinfo: "Userinfo",
  refresh: "Refresh",
  report: "Reported by a verifier",
};

/** Where a use was seen, in words; one that this version does not know is shown as it is. */
export function sourceWords(source: string): string {
  return Object.hasOwn(SOURCE_WORDS, source)
    ? SOURCE_WORDS[source as UseSource]
    : source.replaceAll("_", " ");
}

/** Why a registered token was refused. */
export const REFUSALS = [
  "revoked",
  "suspended",
  "expired",
  "not_yet_valid",
  "consumed",
  "replayed",
  "altered",
  "audience",
  "permission",
  "not_an_access_token",
  "client_disabled",
  "user_disabled",
  "wrong_client",
  "proof_missing",
  // only a verifier that decides by itself refuses for these
  "proof_invalid",
  "status_missing",
  "stale",
  "unavailable",
  "audit_unavailable",
] as const;
export type Refusal = (typeof REFUSALS)[number];

export const REFUSAL_WORDS: Record<Refusal, string> = {
  revoked: "The token is revoked",
  suspended: "The token is suspended",
  expired: "The token has expired",
  not_yet_valid: "The token is not valid yet",
  consumed: "The refresh token was already exchanged",
  replayed: "A used refresh token came back: its family was ended",
  altered: "The value is not the one that was issued: its signature was rewritten",
  audience: "The token is for another audience",
  permission: "The token lacks the permission",
  not_an_access_token: "It is not an access token",
  client_disabled: "The client is disabled",
  user_disabled: "The user is disabled",
  wrong_client: "Another client presented it",
  proof_missing: "The token is bound to a key, and its holder did not prove it",
  proof_invalid: "The token is bound to a key, and the proof was not good",
  status_missing: "The token names no status that could be looked up",
  stale: "The verifier had not heard for too long of what is revoked",
  unavailable: "The verifier could not ask whether the token is good",
  audit_unavailable: "The verifier could not put the use on record",
};

/** A refusal in words; one that this version does not know is shown as it is. */
export function refusalWords(refusal: string): string {
  return Object.hasOwn(REFUSAL_WORDS, refusal)
    ? REFUSAL_WORDS[refusal as Refusal]
    : refusal.replaceAll("_", " ");
}

/** Why something was refused that no token on record stands for. */
export const COUNTED_REFUSALS = [
  "malformed",
  "unknown",
  "bad_signature",
  "wrong_key",
  "unregistered",
  "purged",
  "lost",
  "no_token",
  "credentials",
] as const;
export type CountedRefusal = (typeof COUNTED_REFUSALS)[number];

export const COUNTED_REFUSAL_WORDS: Record<CountedRefusal, string> = {
  malformed: "It is no token: it cannot be read",
  unknown: "A token of ours by its looks, but nobody was given it",
  bad_signature: "Its signature is not ours",
  wrong_key: "It names a key that does not sign tokens",
  unregistered: "A good signature over a token that was never registered: forged",
  purged: "It expired long ago: its week has left the register",
  lost: "Issued in a time that a restore of the database lost: nothing is known of it",
  no_token: "No bearer token was sent",
  credentials: "The asker's secret was wrong or missing",
};

/** The same in words; one that this version does not know is shown as it is. */
export function countedRefusalWords(refusal: string): string {
  return Object.hasOwn(COUNTED_REFUSAL_WORDS, refusal)
    ? COUNTED_REFUSAL_WORDS[refusal as CountedRefusal]
    : refusal.replaceAll("_", " ");
}
