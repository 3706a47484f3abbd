/** The organisation's lifetimes and the bounds around them; browser-safe. Seconds everywhere. */

export type Organisation = {
  name: string;
  accessTokenTtlSeconds: number;
  serviceTokenTtlSeconds: number;
  accessTokenTtlMinSeconds: number;
  accessTokenTtlMaxSeconds: number;
  refreshTokenIdleSeconds: number;
  refreshTokenIdleMaxSeconds: number;
  refreshTokenAbsoluteSeconds: number;
  refreshTokenAbsoluteMaxSeconds: number;
  refreshGraceSeconds: number;
  refreshGraceMaxSeconds: number;
  /** Whether a confidential client's refresh token is replaced at each use, where the client says nothing. */
  rotatesConfidentialRefreshTokens: boolean;
  /** Live refresh tokens that a user may have with a client; one more revokes the oldest. */
  refreshTokensMax: number;
  authorizationCodeTtlSeconds: number;
  authorizationCodeTtlMaxSeconds: number;
  idTokenTtlSeconds: number;
  idTokenTtlMaxSeconds: number;
  deviceCodeTtlSeconds: number;
  deviceCodeTtlMaxSeconds: number;
  /** Seconds between two questions of a device. */
  devicePollSeconds: number;
  sessionIdleSeconds: number;
  sessionAbsoluteSeconds: number;
  clockSkewSeconds: number;
  orderHorizonDays: number;
  orderPlanMinutes: number;
  wideOrderTokens: number;
  version: number;
  updatedAt: string;
};

/** What an admin may change of it. */
export type OrganisationSettings = Omit<Organisation, "version" | "updatedAt">;

export type OrderBoundKey = "orderHorizonDays" | "orderPlanMinutes" | "wideOrderTokens";

export type LifetimeKey = Exclude<
  keyof OrganisationSettings,
  "name" | "rotatesConfidentialRefreshTokens" | "refreshTokensMax" | OrderBoundKey
>;

/** The range of `refreshTokensMax`. */
export const REFRESH_TOKENS_RANGE = { min: 1, max: 10_000 };

export const ORDER_BOUND_WORDS: Record<OrderBoundKey, { name: string; unit: string }> = {
  orderHorizonDays: { name: "Ahead that an order may be scheduled", unit: "days" },
  orderPlanMinutes: { name: "Time that an order's plan holds", unit: "minutes" },
  wideOrderTokens: { name: "Above so many, an owner who types it", unit: "tokens" },
};

/** The range of each bound of orders. */
export const ORDER_BOUND_RANGES: Record<OrderBoundKey, { min: number; max: number }> = {
  orderHorizonDays: { min: 1, max: 365 },
  orderPlanMinutes: { min: 1, max: 60 },
  wideOrderTokens: { min: 1, max: 1_000_000_000 },
};

const MINUTE = 60;
const DAY = 86_400;

/** The range of each setting; `warnAbove` is allowed and worth a word. */
export const LIFETIME_RANGES: Record<LifetimeKey, { min: number; max: number; warnAbove?: number }> = {
  accessTokenTtlSeconds: { min: MINUTE, max: DAY, warnAbove: 3600 },
  serviceTokenTtlSeconds: { min: MINUTE, max: DAY, warnAbove: 3600 },
  accessTokenTtlMinSeconds: { min: MINUTE, max: DAY },
  accessTokenTtlMaxSeconds: { min: MINUTE, max: DAY },
  refreshTokenIdleSeconds: { min: 5 * MINUTE, max: 365 * DAY },
  refreshTokenIdleMaxSeconds: { min: 5 * MINUTE, max: 365 * DAY },
  refreshTokenAbsoluteSeconds: { min: 5 * MINUTE, max: 365 * DAY },
  refreshTokenAbsoluteMaxSeconds: { min: 5 * MINUTE, max: 365 * DAY },
  refreshGraceSeconds: { min: 0, max: MINUTE },
  refreshGraceMaxSeconds: { min: 0, max: MINUTE },
  authorizationCodeTtlSeconds: { min: 10, max: 10 * MINUTE },
  authorizationCodeTtlMaxSeconds: { min: 10, max: 10 * MINUTE },
  idTokenTtlSeconds: { min: 5 * MINUTE, max: DAY, warnAbove: 3600 },
  idTokenTtlMaxSeconds: { min: 5 * MINUTE, max: DAY },
  deviceCodeTtlSeconds: { min: MINUTE, max: 30 * MINUTE },
  deviceCodeTtlMaxSeconds: { min: MINUTE, max: 30 * MINUTE },
  devicePollSeconds: { min: 1, max: MINUTE },
  sessionIdleSeconds: { min: MINUTE, max: 30 * DAY },
  sessionAbsoluteSeconds: { min: MINUTE, max: 30 * DAY },
  clockSkewSeconds: { min: 0, max: 120 },
};

export const LIFETIME_WORDS: Record<LifetimeKey, string> = {
  accessTokenTtlSeconds: "Access token",
  serviceTokenTtlSeconds: "Access token of a service",
  accessTokenTtlMinSeconds: "Shortest access token",
  accessTokenTtlMaxSeconds: "Longest access token",
  refreshTokenIdleSeconds: "Refresh token, idle",
  refreshTokenIdleMaxSeconds: "Longest refresh token, idle",
  refreshTokenAbsoluteSeconds: "Refresh token, absolute",
  refreshTokenAbsoluteMaxSeconds: "Longest refresh token, absolute",
  refreshGraceSeconds: "Refresh token, grace",
  refreshGraceMaxSeconds: "Longest refresh token grace",
  authorizationCodeTtlSeconds: "Authorization code",
  authorizationCodeTtlMaxSeconds: "Longest authorization code",
  idTokenTtlSeconds: "ID token",
  idTokenTtlMaxSeconds: "Longest ID token",
  deviceCodeTtlSeconds: "Device code",
  deviceCodeTtlMaxSeconds: "Longest device code",
  devicePollSeconds: "Device poll interval",
  sessionIdleSeconds: "Sign-on session, idle",
  sessionAbsoluteSeconds: "Sign-on session, absolute",
  clockSkewSeconds: "Clock skew",
};

export type LifetimeProblem = { path: LifetimeKey; message: string };

/** What is wrong with a set of lifetimes, each by the setting to change; empty where nothing is. */
export function lifetimeProblems(settings: Record<LifetimeKey, number>): LifetimeProblem[] {
  const problems: LifetimeProblem[] = [];
  for (const [key, range] of Object.entries(LIFETIME_RANGES) as [
    LifetimeKey,
    { min: number; max: number },
  ][]) {
    const value = settings[key];
    if (!Number.isSafeInteger(value))
      problems.push({ path: key, message: "must be a whole number of seconds" });
    else if (value < range.min || value > range.max)
      problems.push({ path: key, message: `must be from ${range.min} to ${range.max} seconds` });
  }
  if (problems.length > 0) return problems;
  const atMost = (low: LifetimeKey, high: LifetimeKey, blamed: LifetimeKey = low) => {
    if (settings[low] > settings[high])
      problems.push({
        path: blamed,
        message:
          blamed === low
            ? `must be at most ${settings[high]} seconds (${LIFETIME_WORDS[high].toLowerCase()})`
            : `must be at least ${settings[low]} seconds (${LIFETIME_WORDS[low].toLowerCase()})`,
      });
  };
  atMost("accessTokenTtlMinSeconds", "accessTokenTtlMaxSeconds");
  atMost("accessTokenTtlSeconds", "accessTokenTtlMaxSeconds");
  atMost("accessTokenTtlMinSeconds", "accessTokenTtlSeconds", "accessTokenTtlSeconds");
  atMost("serviceTokenTtlSeconds", "accessTokenTtlMaxSeconds");
  atMost("accessTokenTtlMinSeconds", "serviceTokenTtlSeconds", "serviceTokenTtlSeconds");
  atMost("accessTokenTtlSeconds", "refreshTokenIdleSeconds", "refreshTokenIdleSeconds");
  atMost("refreshTokenIdleSeconds", "refreshTokenAbsoluteSeconds");
  atMost("refreshTokenIdleSeconds", "refreshTokenIdleMaxSeconds");
  atMost("refreshTokenAbsoluteSeconds", "refreshTokenAbsoluteMaxSeconds");
  atMost("refreshGraceSeconds", "refreshGraceMaxSeconds");
  atMost("authorizationCodeTtlSeconds", "authorizationCodeTtlMaxSeconds");
  atMost("idTokenTtlSeconds", "idTokenTtlMaxSeconds");
  atMost("deviceCodeTtlSeconds", "deviceCodeTtlMaxSeconds");
  atMost("sessionIdleSeconds", "sessionAbsoluteSeconds");
  return problems;
}
