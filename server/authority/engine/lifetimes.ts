import { accessTokenSeconds } from "#lib/lifetimes/ends.ts";
import type { Lifetime } from "#lib/lifetimes/model.ts";
import { resolveLifetime, resolveRotation } from "#lib/lifetimes/resolve.ts";
import type { RegistryClient, RegistryOrganisation } from "#lib/registry/snapshot.ts";

/**
 * What holds for a client under one state of the registry, which is replaced whole: resolved once, not at each token. `rotates`: whether its refresh tokens are
 * replaced at each use, those that are bound to a key and those that are not.
 */
type Known = {
  organisation: RegistryOrganisation;
  seconds: Map<string, number>;
  rotates: { bound: boolean; unbound: boolean };
};

const KNOWN = new WeakMap<RegistryClient, Known>();

function knownOf(organisation: RegistryOrganisation, client: RegistryClient): Known {
  const known = KNOWN.get(client);
  if (known?.organisation === organisation) return known;
  const unbound = { ...client, isSenderConstrained: false };
  const fresh = {
    organisation,
    seconds: new Map<string, number>(),
    rotates: {
      bound: resolveRotation(client, organisation).rotates,
      unbound: resolveRotation(unbound, organisation).rotates,
    },
  };
  KNOWN.set(client, fresh);
  return fresh;
}

/** Seconds of one of a client's lifetimes; of an access token for the audiences that it names. */
export function lifetimeSeconds(
  organisation: RegistryOrganisation,
  client: RegistryClient,
  key: Lifetime,
  audiences: readonly string[] = [],
): number {
  const { seconds } = knownOf(organisation, client);
  const name = audiences.length === 0 ? key : `${key} ${audiences.join(" ")}`;
  const known = seconds.get(name);
  if (known !== undefined) return known;
  const limits = client.audiences.filter((audience) => audiences.includes(audience.name));
  const resolved = resolveLifetime(key, client, organisation, limits).seconds;
  seconds.set(name, resolved);
  return resolved;
}

/**
 * Whether a refresh token of the client is replaced at each use. What counts is whether the token itself is bound to a key: one that was issued before its client had to
 * use DPoP is not.
 */
export function rotatesAlways(
  organisation: RegistryOrganisation,
  client: RegistryClient,
  isBound: boolean,
): boolean {
  const { rotates } = knownOf(organisation, client);
  return isBound ? rotates.bound : rotates.unbound;
}

/** An authorization and the end that it was given with it; tokens of before that was kept have none. */
export type FamilyTimes = { rootedAtMs: number; familyEndsAtMs?: number | undefined };

/** Seconds since the authorization after which nothing of the family lives: as it was then or as it is set now, whichever is sooner. */
export function familySeconds(
  organisation: RegistryOrganisation,
  client: RegistryClient,
  { rootedAtMs, familyEndsAtMs }: FamilyTimes,
): number {
  const now = lifetimeSeconds(organisation, client, "refreshTokenAbsoluteSeconds");
  if (familyEndsAtMs === undefined) return now;
  return Math.min(now, Math.floor(familyEndsAtMs / 1_000) - Math.floor(rootedAtMs / 1_000));
}

/** Seconds that an access token issued now lives. `family` is null for a service's. */
export function accessTokenTtlSeconds(
  organisation: RegistryOrganisation,
  client: RegistryClient,
  { audiences, family, nowMs }: { audiences: readonly string[]; family: FamilyTimes | null; nowMs: number },
): number {
  if (family === null) return lifetimeSeconds(organisation, client, "serviceTokenTtlSeconds", audiences);
  const seconds = lifetimeSeconds(organisation, client, "accessTokenTtlSeconds", audiences);
  // without refresh tokens an authorization gives one access token, which ends by itself
  if (!client.grantTypes.includes("refresh_token")) return seconds;
  const absoluteSeconds = familySeconds(organisation, client, family);
  return accessTokenSeconds(seconds, { rootedAtMs: family.rootedAtMs, absoluteSeconds }, nowMs);
}
