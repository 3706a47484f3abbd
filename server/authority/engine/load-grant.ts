import type { KoaContextWithOIDC } from "oidc-provider";
import type { EngineDeps } from "./deps.ts";
import { type EngineGrant, giveScopes } from "./give-scopes.ts";
import { registryClient } from "./model-clients.ts";

/**
 * What a person has consented to for this client in this session. A client whose users are not asked has everything that it asks for;
 * what the person does not hold is left out of the token all the same.
 */
export async function loadGrant(deps: EngineDeps, ctx: KoaContextWithOIDC): Promise<EngineGrant | undefined> {
  const { client, session, account, provider, result } = ctx.oidc;
  if (client === undefined || account === undefined) return undefined;
  const grantId = result?.consent?.grantId ?? session?.grantIdFor(client.clientId);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const isTheirs = found?.accountId === account.accountId && found.clientId === client.clientId;
  const grant = isTheirs ? found : undefined;
  const registered = registryClient(deps, client.clientId);
  if (registered.requireConsent) return grant;

  const given = grant ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  const content = () => JSON.stringify([given.openid, given.resources, given.rejected]);
  const before = content();
  const oidc = [...ctx.oidc.requestParamOIDCScopes].join(" ");
  if (oidc !== "") given.addOIDCScope(oidc);
  const asked = ctx.oidc.requestParamScopes;
  for (const [indicator, server] of Object.entries(ctx.oidc.resourceServers ?? {})) {
    const scopes = [...asked].filter((scope) => server.scopes.has(scope));
    giveScopes(given, registered, indicator, scopes);
  }
  if (grant === undefined || before !== content()) await given.save();
  return given;
}
