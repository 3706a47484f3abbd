import type { RegistryClient } from "#lib/registry/snapshot.ts";
import { rememberGrant } from "#lib/sign-on/remember-grant.ts";
import type { EngineDeps } from "./deps.ts";
import { currentSql } from "./exchange.ts";
import { scopeValues } from "./extend-model.ts";
import type { EngineGrant } from "./give-scopes.ts";
import { lifetimeSeconds } from "./lifetimes.ts";

/** Whether what begins now under a grant could live longer than the grant: a refresh token that finds none is refused. */
export function isOutlived(deps: EngineDeps, client: RegistryClient, grant: EngineGrant): boolean {
  const seconds = lifetimeSeconds(deps.registry().organisation, client, "refreshTokenAbsoluteSeconds");
  return (grant.exp ?? 0) < Date.now() / 1_000 + seconds;
}

/** Permissions of a grant, over all of its resources. */
function permissionsOf(grant: EngineGrant): string[] {
  const resources = Object.keys(grant.resources ?? {});
  return [...new Set(resources.flatMap((indicator) => scopeValues(grant.getResourceScope(indicator))))];
}

/** Saves a grant for as long as what begins under it can live, and remembers it as what the person allows the client. @returns its id. */
export async function keepGrant(
  deps: EngineDeps,
  client: RegistryClient,
  grant: EngineGrant,
): Promise<string> {
  const { accountId } = grant;
  const exp = Math.floor(Date.now() / 1_000) + (grant as unknown as { expiration: number }).expiration;
  // the engine would leave one that was kept before to its first end
  grant.exp = exp;
  const id = await grant.save();
  if (accountId === undefined) throw new Error("a grant is of a person");
  await rememberGrant(currentSql(deps.db), {
    userId: accountId,
    clientId: client.id,
    grantId: id,
    scopes: scopeValues(grant.getOIDCScope()),
    permissions: permissionsOf(grant),
    isAsked: client.requireConsent,
    now: new Date(),
    expiresAt: new Date(exp * 1_000),
  });
  return id;
}
