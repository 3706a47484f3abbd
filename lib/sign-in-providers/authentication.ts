import { PROVIDER_SKEW_SECONDS } from "./model.ts";
import { ProviderRefused } from "./provider-refused.ts";

type Claims = Readonly<Record<string, unknown>>;

export type RequiredAuthentication = {
  requiredAcr: readonly string[];
  requiredAmr: readonly string[];
  /** How old it may be; null: any age. */
  maxAgeSeconds: number | null;
};

/** When the person showed at the provider who they are; null where it does not say. */
export function authTimeOf(claims: Claims): Date | null {
  const { auth_time: seconds } = claims;
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds > 0
    ? new Date(seconds * 1000)
    : null;
}

/**
 * Holds how a person signed in at the provider to what is asked for: `acr` one of the required, `amr` all of them, `auth_time` not too old and not to come.
 *
 * @param since for a step-up: nothing before it counts, and it must be told.
 * @throws {ProviderRefused} TOO_WEAK; NOT_ANEW for a sign-in there that is too old, or does not say how old.
 * @see OpenID Connect Core 1.0 section 2
 */
export function requireAuthentication(
  claims: Claims,
  { requiredAcr, requiredAmr, maxAgeSeconds }: RequiredAuthentication,
  { now, since = null }: { now: Date; since?: Date | null },
): void {
  const { acr, amr } = claims;
  if (requiredAcr.length > 0 && !(typeof acr === "string" && requiredAcr.includes(acr)))
    throw new ProviderRefused("TOO_WEAK", `acr is not one of ${requiredAcr.join(", ")}`);
  const used: readonly unknown[] = Array.isArray(amr) ? amr : [];
  const missing = requiredAmr.filter((one) => !used.includes(one));
  if (missing.length > 0) throw new ProviderRefused("TOO_WEAK", `amr lacks ${missing.join(", ")}`);
  const at = authTimeOf(claims)?.getTime();
  const skew = PROVIDER_SKEW_SECONDS * 1000;
  // asked for or not: a session keeps it, and what is to come would count as just now for as long
  if (at !== undefined && at > now.getTime() + skew)
    throw new ProviderRefused("TOO_WEAK", "auth_time is in the future");
  if (maxAgeSeconds === null && since === null) return;
  if (at === undefined) throw new ProviderRefused("NOT_ANEW", "auth_time is missing");
  if (maxAgeSeconds !== null && at < now.getTime() - maxAgeSeconds * 1000 - skew)
    throw new ProviderRefused("NOT_ANEW", "auth_time is too long ago");
  if (since !== null && at < since.getTime() - skew)
    throw new ProviderRefused("NOT_ANEW", "auth_time is from before the question");
}
