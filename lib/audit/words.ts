import type { UseOutcome, UseSource } from "./model.ts";

/** What acts, outcomes and refusals are called. One place; browser-safe. */
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

export const REFUSALS = [
  "revoked",
  "suspended",
  "expired",
  "not_yet_valid",
  "consumed",
  "replayed",
  "audience",
  "permission",
  "kind",
  "client_disabled",
  "user_disabled",
  "verifier_disabled",
  "unregistered",
  "forged",
  "signature",
] as const;
export type Refusal = (typeof REFUSALS)[number];

export const REFUSAL_WORDS: Record<Refusal, string> = {
  revoked: "The token is revoked",
  suspended: "The token is suspended",
  expired: "The token has expired",
  not_yet_valid: "The token is not valid yet",
  consumed: "The refresh token was already exchanged",
  replayed: "A used refresh token came back: its family was ended",
  audience: "The token is for another audience",
  permission: "The token lacks the permission",
  kind: "The wrong kind of token",
  client_disabled: "The client is disabled",
  user_disabled: "The user is disabled",
  verifier_disabled: "The verifier is disabled",
  unregistered: "No such token is on record",
  forged: "A valid signature over a token that was never issued",
  signature: "The signature is not ours",
};

/** A refusal in words; one that this version does not know is shown as it is. */
export function refusalWords(refusal: string): string {
  return Object.hasOwn(REFUSAL_WORDS, refusal)
    ? REFUSAL_WORDS[refusal as Refusal]
    : refusal.replaceAll("_", " ");
}
