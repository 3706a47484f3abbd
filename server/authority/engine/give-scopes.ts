import type Provider from "oidc-provider";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import { scopeValues } from "./extend-model.ts";
import { coveredIndicators } from "./resources.ts";

export type EngineGrant = InstanceType<Provider["Grant"]>;

/**
 * Puts permissions at a resource into a grant, unsaved. What had been settled as not given, because the person did not hold it then, is given
 * from now on.
 */
export function giveScopes(
  grant: EngineGrant,
  client: RegistryClient,
  indicator: string,
  scopes: readonly string[],
): void {
  if (scopes.length === 0) return;
  for (const covered of coveredIndicators(client, indicator)) {
    grant.addResourceScope(covered, scopes.join(" "));
    const rejected = grant.rejected?.resources;
    if (rejected?.[covered] === undefined) continue;
    rejected[covered] = scopeValues(rejected[covered])
      .filter((scope) => !scopes.includes(scope))
      .join(" ");
  }
}
