import { LIFETIME_RANGES } from "../organisation/model.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";

/** No access token was ever issued for longer, whatever the settings were then. Milliseconds. */
export const ACCESS_TOKEN_MAX_MS = LIFETIME_RANGES.accessTokenTtlSeconds.max * 1_000;

/** What is counted on top, for an exchange that was under way and for clocks. */
export const MARGIN_MS = 3_600_000;

/** Seconds that an access token can live which is issued under these settings, of whatever client. */
export function longestLifetimeSeconds({
  organisation,
  clientsByUuid,
}: Pick<RegistrySnapshot, "organisation" | "clientsByUuid">): number {
  let longest = Math.max(organisation.accessTokenTtlSeconds, organisation.serviceTokenTtlSeconds);
  for (const { accessTokenTtlSeconds } of clientsByUuid.values())
    longest = Math.max(longest, accessTokenTtlSeconds ?? 0);
  return Math.min(
    Math.max(longest, organisation.accessTokenTtlMinSeconds),
    organisation.accessTokenTtlMaxSeconds,
  );
}
