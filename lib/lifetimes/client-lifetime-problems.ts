import type { FieldProblem } from "../errors.ts";
import { LIFETIME_WORDS } from "../organisation/model.ts";
import {
  boundsOf,
  CLIENT_LIFETIME_KEYS,
  type ClientLifetimeKey,
  type ClientSettingKey,
  type LifetimeSubject,
  lifetimesOf,
  type OrganisationLifetimes,
  ownKeyOf,
} from "./model.ts";
import { resolveLifetime } from "./resolve.ts";

/** The first of each never outlasts the second. */
const ORDERED = [
  ["accessTokenTtlSeconds", "refreshTokenIdleSeconds"],
  ["refreshTokenIdleSeconds", "refreshTokenAbsoluteSeconds"],
  ["sessionIdleSeconds", "sessionAbsoluteSeconds"],
  ["devicePollSeconds", "deviceCodeTtlSeconds"],
] as const satisfies readonly (readonly [ClientLifetimeKey, ClientLifetimeKey])[];

/**
 * What is wrong with a client's own lifetimes, by the setting to change: outside of the organisation's bounds, contradicting each other, or of no use to
 * this client. Only what is `changed` is looked at: what was valid once is not refused because of a change elsewhere.
 */
export function clientLifetimeProblems(
  client: LifetimeSubject,
  organisation: OrganisationLifetimes,
  changed: ReadonlySet<ClientSettingKey>,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const has = new Set(lifetimesOf(client.grantTypes).map(ownKeyOf));
  for (const key of CLIENT_LIFETIME_KEYS) {
    const seconds = client[key];
    if (seconds === null || !changed.has(key)) continue;
    const { min, max } = boundsOf(key, organisation);
    if (!has.has(key)) problems.push({ path: key, message: "is of no use to a client of this kind" });
    else if (seconds < min || seconds > max)
      problems.push({
        path: key,
        message: `must be from ${min} to ${max} seconds, the organisation's bounds`,
      });
  }
  if (changed.has("rotatesRefreshTokens") && client.rotatesRefreshTokens === false) {
    if (!has.has("refreshTokenIdleSeconds"))
      problems.push({ path: "rotatesRefreshTokens", message: "is of no use to a client of this kind" });
    else if (!client.isConfidential && !client.isSenderConstrained)
      problems.push({
        path: "rotatesRefreshTokens",
        message: "a client that keeps no secret always has its refresh tokens replaced",
      });
  }
  if (problems.length > 0) return problems;
  for (const [low, high] of ORDERED) {
    const mine = client[low];
    if (mine === null || !has.has(low) || !has.has(high)) continue;
    if (!changed.has(low) && !changed.has(high)) continue;
    // where the client says nothing of the shorter one, it gives way to the longer
    const most = Math.min(
      resolveLifetime(high, client, organisation).seconds,
      client[high] ?? Number.POSITIVE_INFINITY,
    );
    if (mine <= most) continue;
    problems.push(
      changed.has(low)
        ? { path: low, message: `must be at most ${most} seconds (${LIFETIME_WORDS[high].toLowerCase()})` }
        : { path: high, message: `must be at least ${mine} seconds (${LIFETIME_WORDS[low].toLowerCase()})` },
    );
  }
  return problems;
}
