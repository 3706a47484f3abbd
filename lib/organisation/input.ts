import { z } from "zod";
import { line, seenVersion } from "../input/plain-text.ts";
import { shortenInput, wantsShortening } from "../lifetimes/input.ts";
import {
  LIFETIME_RANGES,
  type LifetimeKey,
  ORDER_BOUND_RANGES,
  type OrderBoundKey,
  REFRESH_TOKENS_RANGE,
} from "./model.ts";

function seconds(key: LifetimeKey) {
  const { min, max } = LIFETIME_RANGES[key];
  return z
    .int("must be a whole number of seconds")
    .min(min, `must be at least ${min} seconds`)
    .max(max, `must be at most ${max} seconds`);
}

function bound(key: OrderBoundKey) {
  const { min, max } = ORDER_BOUND_RANGES[key];
  return z
    .int("must be a whole number")
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
}

/** The lifetimes and their bounds. */
const lifetimes = {
  accessTokenTtlSeconds: seconds("accessTokenTtlSeconds").optional(),
  serviceTokenTtlSeconds: seconds("serviceTokenTtlSeconds").optional(),
  accessTokenTtlMinSeconds: seconds("accessTokenTtlMinSeconds").optional(),
  accessTokenTtlMaxSeconds: seconds("accessTokenTtlMaxSeconds").optional(),
  refreshTokenIdleSeconds: seconds("refreshTokenIdleSeconds").optional(),
  refreshTokenIdleMaxSeconds: seconds("refreshTokenIdleMaxSeconds").optional(),
  refreshTokenAbsoluteSeconds: seconds("refreshTokenAbsoluteSeconds").optional(),
  refreshTokenAbsoluteMaxSeconds: seconds("refreshTokenAbsoluteMaxSeconds").optional(),
  refreshGraceSeconds: seconds("refreshGraceSeconds").optional(),
  refreshGraceMaxSeconds: seconds("refreshGraceMaxSeconds").optional(),
  rotatesConfidentialRefreshTokens: z.boolean().optional(),
  authorizationCodeTtlSeconds: seconds("authorizationCodeTtlSeconds").optional(),
  authorizationCodeTtlMaxSeconds: seconds("authorizationCodeTtlMaxSeconds").optional(),
  idTokenTtlSeconds: seconds("idTokenTtlSeconds").optional(),
  idTokenTtlMaxSeconds: seconds("idTokenTtlMaxSeconds").optional(),
  deviceCodeTtlSeconds: seconds("deviceCodeTtlSeconds").optional(),
  deviceCodeTtlMaxSeconds: seconds("deviceCodeTtlMaxSeconds").optional(),
  devicePollSeconds: seconds("devicePollSeconds").optional(),
  sessionIdleSeconds: seconds("sessionIdleSeconds").optional(),
  sessionAbsoluteSeconds: seconds("sessionAbsoluteSeconds").optional(),
  clockSkewSeconds: seconds("clockSkewSeconds").optional(),
};

/** What may be changed of the organisation; settings left out stay. */
export const updateOrganisationInput = z.strictObject({
  version: seenVersion,
  /** Ends the tokens that a preview of this change showed to outlive it. */
  shorten: shortenInput.optional(),
  name: line(80).optional(),
  ...lifetimes,
  refreshTokensMax: z
    .int("must be a whole number")
    .min(REFRESH_TOKENS_RANGE.min, `must be at least ${REFRESH_TOKENS_RANGE.min}`)
    .max(REFRESH_TOKENS_RANGE.max, `must be at most ${REFRESH_TOKENS_RANGE.max}`)
    .optional(),
  orderHorizonDays: bound("orderHorizonDays").optional(),
  orderPlanMinutes: bound("orderPlanMinutes").optional(),
  wideOrderTokens: bound("wideOrderTokens").optional(),
});

export type UpdateOrganisationInput = z.output<typeof updateOrganisationInput>;

export const previewOrganisationInput = z.strictObject({ ...lifetimes, ...wantsShortening });
