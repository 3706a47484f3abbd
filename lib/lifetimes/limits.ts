import type { Lifetime, LifetimeSubject, OrganisationLifetimes } from "./model.ts";
import { resolveLifetime } from "./resolve.ts";

/** The new limits of one client that live tokens may outlive; null: not made shorter, so not looked at. Seconds. */
export type ClientLimits = {
  clientId: string;
  access: number | null;
  service: number | null;
  idle: number | null;
  /** Of refresh tokens. */
  absolute: number | null;
  /** The same where it ends access tokens too: null of a client without refresh tokens, whose authorizations give one access token that ends by itself. */
  family: number | null;
};

const LIMITS = {
  access: "accessTokenTtlSeconds",
  service: "serviceTokenTtlSeconds",
  idle: "refreshTokenIdleSeconds",
  absolute: "refreshTokenAbsoluteSeconds",
} as const satisfies Record<Exclude<keyof ClientLimits, "clientId" | "family">, Lifetime>;

export type LimitKey = keyof typeof LIMITS;
const LIMIT_KEYS = Object.keys(LIMITS) as LimitKey[];

/** A client under some settings of its own and of its organisation. */
export type Under = { client: LifetimeSubject; organisation: OrganisationLifetimes };

/**
 * The limits of a client that a change makes shorter; all of its limits where there is no `before`. Null where there are none.
 * What audiences take is not in it: a token's own audiences say that.
 */
export function shortenedLimits(clientId: string, before: Under | null, after: Under): ClientLimits | null {
  const limits: ClientLimits = {
    clientId,
    access: null,
    service: null,
    idle: null,
    absolute: null,
    family: null,
  };
  for (const key of LIMIT_KEYS) {
    const is = resolveLifetime(LIMITS[key], after.client, after.organisation).seconds;
    const was =
      before === null
        ? Number.POSITIVE_INFINITY
        : resolveLifetime(LIMITS[key], before.client, before.organisation).seconds;
    if (is < was) limits[key] = is;
  }
  if (after.client.grantTypes.includes("refresh_token")) limits.family = limits.absolute;
  return LIMIT_KEYS.every((key) => limits[key] === null) ? null : limits;
}
