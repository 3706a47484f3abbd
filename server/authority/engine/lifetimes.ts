import type { RegistryClient, RegistryOrganisation } from "#lib/registry/snapshot.ts";

/** Seconds an access token of a client lives: its own setting or the organisation's, inside the organisation's bounds. */
export function accessTokenTtlSeconds(
  organisation: RegistryOrganisation,
  client: Pick<RegistryClient, "accessTokenTtlSeconds">,
  grantType: string,
): number {
  const fallback =
    grantType === "client_credentials"
      ? organisation.serviceTokenTtlSeconds
      : organisation.accessTokenTtlSeconds;
  const wanted = client.accessTokenTtlSeconds ?? fallback;
  return Math.min(
    Math.max(wanted, organisation.accessTokenTtlMinSeconds),
    organisation.accessTokenTtlMaxSeconds,
  );
}

/** When a refresh token ends, in whole seconds since the epoch: after its idle time, and never after its family's absolute end. */
export function refreshTokenExpiry(
  organisation: RegistryOrganisation,
  rootedAtMs: number,
  nowMs: number,
): number {
  const idleEnd = Math.floor(nowMs / 1_000) + organisation.refreshTokenIdleSeconds;
  const absoluteEnd = Math.floor(rootedAtMs / 1_000) + organisation.refreshTokenAbsoluteSeconds;
  return Math.min(idleEnd, absoluteEnd);
}

/** Seconds that an SSO session lives on from now: its idle time, and never past its maximum since sign-in. */
export function sessionTtlSeconds(
  organisation: RegistryOrganisation,
  signedInAt: number | undefined,
  nowMs: number,
): number {
  if (signedInAt === undefined) return organisation.sessionIdleSeconds;
  const left = signedInAt + organisation.sessionAbsoluteSeconds - Math.floor(nowMs / 1_000);
  return Math.max(1, Math.min(organisation.sessionIdleSeconds, left));
}
