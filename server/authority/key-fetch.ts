import { findCaller, readCredentials } from "./callers.ts";
import type { Services } from "./services.ts";

/**
 * Notes which keys a verifier was given that asked for a key set with its secret. The keys are everybody's, so that whoever shows no credential, a wrong one or a
 * client's is answered all the same, and known to nobody.
 */
export function noteKeyFetch(services: Services, authorization: string, kids: readonly string[]): void {
  const credentials = readCredentials(authorization, null);
  if (credentials === null || credentials === "malformed" || services.disk.isFull) return;
  const now = new Date();
  const caller = findCaller(services.follower.registry, credentials, now.getTime());
  if (caller?.kind !== "verifier") return;
  services.sightings.showed(caller.verifier, now);
  services.keyFetches.has(caller.verifier.id, kids, now);
}

/** Of what a verifier says that it holds, the keys that there are. */
export function knownKids(services: Services, said: readonly string[]): string[] {
  const ours = new Set(services.follower.registry.keys.map(({ kid }) => kid));
  return [...new Set(said)].filter((kid) => ours.has(kid));
}
