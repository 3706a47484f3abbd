import type { KoaContextWithOIDC } from "oidc-provider";
import { findRememberedGrant } from "#lib/sign-on/remember-grant.ts";
import type { EngineDeps } from "./deps.ts";
import { currentSql } from "./exchange.ts";
import { type EngineGrant, giveScopes } from "./give-scopes.ts";
import { isOutlived, keepGrant } from "./keep-grant.ts";
import { registryClient } from "./model-clients.ts";

/**
 * What a person has consented to for this client, in this session or in another one. A client whose users are not asked has everything that it asks for;
 * what the person does not hold is left out of the token all the same.
 */
export async function loadGrant(deps: EngineDeps, ctx: KoaContextWithOIDC): Promise<EngineGrant | undefined> {
  const { client, session, account, provider, result } = ctx.oidc;
  if (client === undefined || account === undefined) return undefined;
  const registered = registryClient(deps, client.clientId);
  const findTheirs = async (grantId: string | null | undefined): Promise<EngineGrant | undefined> => {
    const found = typeof grantId === "string" ? await provider.Grant.find(grantId) : undefined;
    return found?.accountId === account.accountId && found.clientId === client.clientId ? found : undefined;
  };
  const ofSession = result?.consent?.grantId ?? session?.grantIdFor(client.clientId);
  const asked = { userId: account.accountId, clientId: registered.id, now: new Date() };
  const grant =
    (await findTheirs(ofSession)) ??
    (await findTheirs(await findRememberedGrant(currentSql(deps.db), asked)));
  if (registered.requireConsent) {
    if (grant !== undefined && isOutlived(deps, registered, grant)) await keepGrant(deps, registered, grant);
    return grant;
  }

  const given = grant ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  const content = () => JSON.stringify([given.openid, given.resources, given.rejected]);
  const before = content();
  const oidc = [...ctx.oidc.requestParamOIDCScopes].join(" ");
  if (oidc !== "") given.addOIDCScope(oidc);
  const requested = ctx.oidc.requestParamScopes;
  for (const [indicator, server] of Object.entries(ctx.oidc.resourceServers ?? {})) {
    const scopes = [...requested].filter((scope) => server.scopes.has(scope));
    giveScopes(given, registered, indicator, scopes);
  }
  if (grant === undefined || before !== content() || isOutlived(deps, registered, given))
    await keepGrant(deps, registered, given);
  return given;
}
