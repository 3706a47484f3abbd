import type { EffectiveTtl } from "#lib/lifetimes/model.ts";

/** Which setting wins, in words that follow the duration. */
export function ttlWords({ source, clampedBy }: EffectiveTtl): string {
  if (clampedBy === "max") return "by the organisation's upper bound: this client's own setting is longer";
  if (clampedBy === "min") return "by the organisation's lower bound: this client's own setting is shorter";
  if (clampedBy === "refresh_token") return "by its refresh tokens: an access token never outlives them";
  if (clampedBy === "audience") return "by an audience that takes no longer ones";
  switch (source) {
    case "client":
      return "by this client's own setting, which wins over the organisation's default";
    case "organisation":
      return "by the organisation's default: this client sets none of its own";
    case "organisation_service":
      return "by the organisation's default for services: this client sets none of its own";
    default:
      return source satisfies never;
  }
}
