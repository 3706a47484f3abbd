import type { KeyAlgorithm, KeyPurpose } from "./model.ts";

const WHO_CHECKS: Record<KeyPurpose, string> = {
  access_token: "A resource server that lists the algorithms it takes must take",
  id_token: "A client that keeps metadata from before, or was set to one algorithm, must take",
  status_list: "A resource server that reads status lists must take",
  feed: "Verifiers that hear the feed, and receivers of security events, must take",
  checkpoint: "Whoever checks checkpoints must take",
};

/** What a rotation to another algorithm asks of those who check signatures, beyond knowing the key. Nothing where the algorithm stays. */
export function algorithmChangeSays(purpose: KeyPurpose, from: KeyAlgorithm, to: KeyAlgorithm): string[] {
  if (from === to) return [];
  const metadata = purpose === "id_token" ? "The metadata names both algorithms from now on. " : "";
  return [`${metadata}${WHO_CHECKS[purpose]} ${to} before the key signs; until then ${from} signs.`];
}

/** The same where the key signs at once, as a standby key of another algorithm does in an emergency. */
export function algorithmTakeoverSays(purpose: KeyPurpose, from: KeyAlgorithm, to: KeyAlgorithm): string[] {
  return from === to ? [] : [`It signs with ${to}, no longer ${from}. ${WHO_CHECKS[purpose]} ${to} at once.`];
}
