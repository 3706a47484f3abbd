/** Lifetimes of a client, and what decides each; browser-safe. Seconds everywhere. */
import { LIFETIME_RANGES, type LifetimeKey } from "../organisation/model.ts";

/** What a client may set of its own; null takes the organisation's. */
export const CLIENT_LIFETIME_KEYS = [
  "accessTokenTtlSeconds",
  "refreshTokenIdleSeconds",
  "refreshTokenAbsoluteSeconds",
  "refreshGraceSeconds",
  "authorizationCodeTtlSeconds",
  "idTokenTtlSeconds",
  "sessionIdleSeconds",
  "sessionAbsoluteSeconds",
  "deviceCodeTtlSeconds",
  "devicePollSeconds",
] as const satisfies readonly LifetimeKey[];
export type ClientLifetimeKey = (typeof CLIENT_LIFETIME_KEYS)[number];

/** A client's own settings. `rotatesRefreshTokens`: true replaces a refresh token at each use, false only when half of its idle time has gone. */
export type ClientLifetimes = Record<ClientLifetimeKey, number | null> & {
  rotatesRefreshTokens: boolean | null;
};

export const CLIENT_SETTING_KEYS = [...CLIENT_LIFETIME_KEYS, "rotatesRefreshTokens"] as const;
export type ClientSettingKey = (typeof CLIENT_SETTING_KEYS)[number];

/** The settings alone of something that has them. */
export function ownLifetimes(settings: ClientLifetimes): ClientLifetimes {
  return Object.fromEntries(CLIENT_SETTING_KEYS.map((key) => [key, settings[key]])) as ClientLifetimes;
}

/** A client that sets none of its own. */
export const NO_LIFETIMES = Object.fromEntries(
  CLIENT_SETTING_KEYS.map((key) => [key, null]),
) as ClientLifetimes;

/** The organisation's part in it. */
export type OrganisationLifetimes = Record<LifetimeKey, number> & {
  rotatesConfidentialRefreshTokens: boolean;
};

export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** What the resolver must know of a client. */
export type LifetimeSubject = ClientLifetimes & {
  grantTypes: readonly string[];
  /** It can keep a secret. */
  isConfidential: boolean;
  /** Its refresh tokens work with a proof of possession alone. */
  isSenderConstrained: boolean;
};

/** An audience that a token names, and the longest that a token for it may live; null: no limit of its own. */
export type AudienceLimit = { name: string; accessTokenTtlMaxSeconds: number | null };

/** What is resolved: the client's settings, with the access token of a service beside that of people. */
export const LIFETIMES = [
  "accessTokenTtlSeconds",
  "serviceTokenTtlSeconds",
  "refreshTokenIdleSeconds",
  "refreshTokenAbsoluteSeconds",
  "refreshGraceSeconds",
  "authorizationCodeTtlSeconds",
  "idTokenTtlSeconds",
  "sessionIdleSeconds",
  "sessionAbsoluteSeconds",
  "deviceCodeTtlSeconds",
  "devicePollSeconds",
] as const satisfies readonly LifetimeKey[];
export type Lifetime = (typeof LIFETIMES)[number];

/** Where a value comes from, or what held it back. */
export type LifetimeSource =
  | { from: "client" | "organisation"; setting: LifetimeKey }
  | { from: "audience"; name: string }
  | { from: "other_lifetime"; setting: Lifetime };

/** One that was asked, in order. `role`: wins, limits the winner, is beaten by an earlier one, has no say, or says nothing. */
export type LifetimeStep = {
  source: LifetimeSource;
  /** default: taken where nobody before it says anything; least, most: a bound. */
  as: "default" | "least" | "most";
  seconds: number | null;
  outcome: "wins" | "limits" | "overruled" | "within" | "unset";
};

export type ResolvedLifetime = {
  key: Lifetime;
  seconds: number;
  /** Whose value was asked for. */
  decidedBy: LifetimeSource;
  /** The bound that changed it, or null. */
  limitedBy: LifetimeSource | null;
  steps: LifetimeStep[];
};

/** `kind`: a public client's, whatever the settings say. */
export type ResolvedRotation = {
  rotates: boolean;
  decidedBy: "kind" | "client" | "organisation";
};

/** The organisation's setting that bounds what a client may choose, where there is one besides the range. */
export const LEAST: Partial<Record<Lifetime, LifetimeKey>> = {
  accessTokenTtlSeconds: "accessTokenTtlMinSeconds",
  serviceTokenTtlSeconds: "accessTokenTtlMinSeconds",
  // a refresh token lasts as long as the shortest access token at least
  refreshTokenIdleSeconds: "accessTokenTtlMinSeconds",
  refreshTokenAbsoluteSeconds: "accessTokenTtlMinSeconds",
};
export const MOST: Partial<Record<Lifetime, LifetimeKey>> = {
  accessTokenTtlSeconds: "accessTokenTtlMaxSeconds",
  serviceTokenTtlSeconds: "accessTokenTtlMaxSeconds",
  refreshTokenIdleSeconds: "refreshTokenIdleMaxSeconds",
  refreshTokenAbsoluteSeconds: "refreshTokenAbsoluteMaxSeconds",
  refreshGraceSeconds: "refreshGraceMaxSeconds",
  authorizationCodeTtlSeconds: "authorizationCodeTtlMaxSeconds",
  idTokenTtlSeconds: "idTokenTtlMaxSeconds",
  deviceCodeTtlSeconds: "deviceCodeTtlMaxSeconds",
  // one session serves several clients: a client may want a younger one, never an older
  sessionIdleSeconds: "sessionIdleSeconds",
  sessionAbsoluteSeconds: "sessionAbsoluteSeconds",
};

/** What a client may choose of a lifetime under an organisation's bounds. */
export function boundsOf(
  key: ClientLifetimeKey,
  organisation: OrganisationLifetimes,
): { min: number; max: number } {
  const { min, max } = LIFETIME_RANGES[key];
  const least = LEAST[key];
  const most = MOST[key];
  return {
    min: least === undefined ? min : Math.max(min, organisation[least]),
    max: most === undefined ? max : Math.min(max, organisation[most]),
  };
}

/** Which lifetimes a client has, by what it may do at the token endpoint. */
export function lifetimesOf(grantTypes: readonly string[]): Lifetime[] {
  const has = (grant: string) => grantTypes.includes(grant);
  const isForPeople = has("authorization_code") || has(DEVICE_GRANT);
  return LIFETIMES.filter((key) => {
    switch (key) {
      case "serviceTokenTtlSeconds":
        return has("client_credentials");
      case "accessTokenTtlSeconds":
      case "idTokenTtlSeconds":
        return isForPeople;
      case "refreshTokenIdleSeconds":
      case "refreshTokenAbsoluteSeconds":
      case "refreshGraceSeconds":
        return has("refresh_token");
      case "authorizationCodeTtlSeconds":
        return has("authorization_code");
      case "sessionIdleSeconds":
      case "sessionAbsoluteSeconds":
        return isForPeople;
      case "deviceCodeTtlSeconds":
      case "devicePollSeconds":
        return has(DEVICE_GRANT);
      default:
        return key satisfies never;
    }
  });
}

/** The client's own setting behind a lifetime. */
export function ownKeyOf(key: Lifetime): ClientLifetimeKey {
  return key === "serviceTokenTtlSeconds" ? "accessTokenTtlSeconds" : key;
}

/** Where the lifetime of a client's next access token comes from. */
export const TTL_SOURCES = ["client", "organisation", "organisation_service"] as const;
/** What changed it: the organisation's bounds, the refresh token that it must not outlive, or an audience that it names. */
export const TTL_CLAMPS = ["min", "max", "refresh_token", "audience"] as const;

export type EffectiveTtl = {
  seconds: number;
  source: (typeof TTL_SOURCES)[number];
  clampedBy: (typeof TTL_CLAMPS)[number] | null;
};
