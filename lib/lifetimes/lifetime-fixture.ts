import { type LifetimeSubject, NO_LIFETIMES, type OrganisationLifetimes } from "./model.ts";

/** The defaults of a new organisation. */
export const DEFAULT_LIFETIMES: OrganisationLifetimes = {
  accessTokenTtlSeconds: 3_600,
  serviceTokenTtlSeconds: 600,
  accessTokenTtlMinSeconds: 60,
  accessTokenTtlMaxSeconds: 86_400,
  refreshTokenIdleSeconds: 604_800,
  refreshTokenIdleMaxSeconds: 31_536_000,
  refreshTokenAbsoluteSeconds: 2_592_000,
  refreshTokenAbsoluteMaxSeconds: 31_536_000,
  refreshGraceSeconds: 0,
  refreshGraceMaxSeconds: 60,
  rotatesConfidentialRefreshTokens: true,
  authorizationCodeTtlSeconds: 60,
  authorizationCodeTtlMaxSeconds: 600,
  idTokenTtlSeconds: 3_600,
  idTokenTtlMaxSeconds: 86_400,
  deviceCodeTtlSeconds: 600,
  deviceCodeTtlMaxSeconds: 1_800,
  devicePollSeconds: 5,
  sessionIdleSeconds: 1_800,
  sessionAbsoluteSeconds: 36_000,
  clockSkewSeconds: 30,
};

/** A web application that sets nothing of its own. */
export const WEB: LifetimeSubject = {
  ...NO_LIFETIMES,
  grantTypes: ["authorization_code", "refresh_token"],
  isConfidential: true,
  isSenderConstrained: false,
};

export const SERVICE: LifetimeSubject = { ...WEB, grantTypes: ["client_credentials"] };
