import type { AudienceLimit, EffectiveTtl, LifetimeSubject, OrganisationLifetimes } from "./model.ts";
import { resolveLifetime } from "./resolve.ts";

/** The lifetime of a client's next access token for all of its audiences, in one line. */
export function accessTokenTtlOf(
  client: LifetimeSubject,
  organisation: OrganisationLifetimes,
  audiences: readonly AudienceLimit[],
): EffectiveTtl {
  const isForPeople = client.grantTypes.some((grant) => grant !== "client_credentials");
  const key = isForPeople ? "accessTokenTtlSeconds" : "serviceTokenTtlSeconds";
  const { seconds, decidedBy, limitedBy } = resolveLifetime(key, client, organisation, audiences);
  const source =
    decidedBy.from === "client" ? "client" : isForPeople ? "organisation" : "organisation_service";
  return { seconds, source, clampedBy: limitedBy === null ? null : clampOf(limitedBy) };
}

function clampOf(source: NonNullable<ReturnType<typeof resolveLifetime>["limitedBy"]>) {
  switch (source.from) {
    case "audience":
      return "audience";
    case "other_lifetime":
      return "refresh_token";
    case "client":
    case "organisation":
      return source.setting === "accessTokenTtlMinSeconds" ? "min" : "max";
    default:
      return source satisfies never;
  }
}
