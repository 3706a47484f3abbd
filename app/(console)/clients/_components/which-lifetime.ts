import { type ClientKind, type EffectiveTtl, resolveAccessTokenTtl } from "#lib/clients/model.ts";
import type { Organisation } from "#lib/organisation/model.ts";

export type Bounds = Pick<
  Organisation,
  "accessTokenTtlSeconds" | "serviceTokenTtlSeconds" | "accessTokenTtlMinSeconds" | "accessTokenTtlMaxSeconds"
>;

/** What the ruler draws, in seconds, and the sentence that says which setting wins. */
export type LifetimeAnswer = {
  minSeconds: number;
  maxSeconds: number;
  /** The organisation's default for this kind of client. */
  defaultSeconds: number;
  effectiveSeconds: number;
  /** The client's own setting where it is outside of the bounds. */
  outsideSeconds: number | null;
  /** Completes "<duration>, …". */
  says: string;
};

/** A client's access-token lifetime on the organisation's scale. */
export function whichLifetime(
  client: { kind: ClientKind; accessTokenTtlSeconds: number | null },
  bounds: Bounds,
): LifetimeAnswer {
  const isService = client.kind === "service";
  const effective = resolveAccessTokenTtl(client, bounds);
  return {
    minSeconds: bounds.accessTokenTtlMinSeconds,
    maxSeconds: bounds.accessTokenTtlMaxSeconds,
    defaultSeconds: isService ? bounds.serviceTokenTtlSeconds : bounds.accessTokenTtlSeconds,
    effectiveSeconds: effective.seconds,
    outsideSeconds: effective.clampedBy ? client.accessTokenTtlSeconds : null,
    says: ttlWords(effective),
  };
}

/** Which setting wins, in words that follow the duration. */
export function ttlWords({ source, clampedBy }: EffectiveTtl): string {
  if (clampedBy === "max") return "by the organisation's upper bound: this client's own setting is longer";
  if (clampedBy === "min") return "by the organisation's lower bound: this client's own setting is shorter";
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
