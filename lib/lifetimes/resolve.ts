import {
  type AudienceLimit,
  LEAST,
  type Lifetime,
  type LifetimeSource,
  type LifetimeStep,
  type LifetimeSubject,
  lifetimesOf,
  MOST,
  type OrganisationLifetimes,
  ownKeyOf,
  type ResolvedLifetime,
  type ResolvedRotation,
} from "./model.ts";

type Bound = { source: LifetimeSource; as: "least" | "most"; seconds: number | null };

/** What no setting of a client loosens, in the order in which it is asked: what is asked later wins. */
function boundsOn(
  key: Lifetime,
  client: LifetimeSubject,
  organisation: OrganisationLifetimes,
  audiences: readonly AudienceLimit[],
): Bound[] {
  const bounds: Bound[] = [];
  const least = LEAST[key];
  if (least !== undefined)
    bounds.push({
      source: { from: "organisation", setting: least },
      as: "least",
      seconds: organisation[least],
    });
  const most = MOST[key];
  // where the organisation's own value is the bound, it is asked once
  if (most !== undefined && !(most === key && client[ownKeyOf(key)] === null))
    bounds.push({
      source: { from: "organisation", setting: most },
      as: "most",
      seconds: organisation[most],
    });
  const within = (setting: Lifetime) =>
    bounds.push({
      source: { from: "other_lifetime", setting },
      as: "most",
      seconds: resolveLifetime(setting, client, organisation).seconds,
    });
  if (key === "refreshTokenIdleSeconds") within("refreshTokenAbsoluteSeconds");
  if (key === "sessionIdleSeconds") within("sessionAbsoluteSeconds");
  if (key === "devicePollSeconds") within("deviceCodeTtlSeconds");
  if (key === "accessTokenTtlSeconds" && client.grantTypes.includes("refresh_token"))
    within("refreshTokenIdleSeconds");
  if (key === "accessTokenTtlSeconds" || key === "serviceTokenTtlSeconds")
    for (const audience of audiences)
      bounds.push({
        source: { from: "audience", name: audience.name },
        as: "most",
        seconds: audience.accessTokenTtlMaxSeconds,
      });
  return bounds;
}

/**
 * How long something of a client lives and why: its own setting, else the organisation's default, held by the organisation's bounds, by the lifetimes
 * that it must not outlast, and by the audiences that the token names. Pure; the authority, the explanation and the preview ask this one.
 */
export function resolveLifetime(
  key: Lifetime,
  client: LifetimeSubject,
  organisation: OrganisationLifetimes,
  audiences: readonly AudienceLimit[] = [],
): ResolvedLifetime {
  const setting = ownKeyOf(key);
  const own = client[setting];
  const inherited = organisation[key];
  const ofClient: LifetimeSource = { from: "client", setting };
  const ofOrganisation: LifetimeSource = { from: "organisation", setting: key };
  const decidedBy = own === null ? ofOrganisation : ofClient;
  const steps: LifetimeStep[] = [
    { source: ofClient, as: "default", seconds: own, outcome: own === null ? "unset" : "wins" },
    {
      source: ofOrganisation,
      as: "default",
      seconds: inherited,
      outcome: own === null ? "wins" : "overruled",
    },
  ];
  let seconds = own ?? inherited;
  let limitedBy: LifetimeSource | null = null;
  for (const bound of boundsOn(key, client, organisation, audiences)) {
    const isLeft =
      bound.seconds !== null && (bound.as === "least" ? seconds < bound.seconds : seconds > bound.seconds);
    if (isLeft) {
      seconds = bound.seconds as number;
      limitedBy = bound.source;
    }
    steps.push({ ...bound, outcome: bound.seconds === null ? "unset" : isLeft ? "limits" : "within" });
  }
  // of several bounds the last one that changed it is the one to move
  if (limitedBy !== null)
    for (const step of steps)
      if (step.outcome === "limits" && step.source !== limitedBy) step.outcome = "overruled";
  return { key, seconds, decidedBy, limitedBy, steps };
}

/** All lifetimes that a client has. */
export function resolveLifetimes(
  client: LifetimeSubject,
  organisation: OrganisationLifetimes,
  audiences: readonly AudienceLimit[] = [],
): ResolvedLifetime[] {
  return lifetimesOf(client.grantTypes).map((key) => resolveLifetime(key, client, organisation, audiences));
}

/**
 * Whether a refresh token is replaced at each use. One of a public client that anybody could use always is.
 * @see RFC 9700 section 4.14.2
 */
export function resolveRotation(
  client: Pick<LifetimeSubject, "rotatesRefreshTokens" | "isConfidential" | "isSenderConstrained">,
  organisation: Pick<OrganisationLifetimes, "rotatesConfidentialRefreshTokens">,
): ResolvedRotation {
  if (!client.isConfidential && !client.isSenderConstrained) return { rotates: true, decidedBy: "kind" };
  if (client.rotatesRefreshTokens !== null)
    return { rotates: client.rotatesRefreshTokens, decidedBy: "client" };
  return { rotates: organisation.rotatesConfidentialRefreshTokens, decidedBy: "organisation" };
}
