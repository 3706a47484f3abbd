import { hkdfSync } from "node:crypto";
import { type Configuration, errors, type KoaContextWithOIDC } from "oidc-provider";
import { ASSERTION_ALGORITHMS } from "#lib/client-keys/model.ts";
import { KEY_ALGORITHMS } from "#lib/keys/model.ts";
import { sessionSeconds } from "#lib/lifetimes/ends.ts";
import type { Lifetime } from "#lib/lifetimes/model.ts";
import type { StateSeal } from "#lib/protocol/state-seal.ts";
import { STATUS_LISTS_PATH } from "#lib/status-lists/model.ts";
import { endsSoon } from "#server/authority/client-assertion.ts";
import type { EngineDeps } from "./deps.ts";
import { DEVICE_PATH, deviceFlow } from "./device-pages.ts";
import { renderEngineError, renderLoggedOut, renderLogout } from "./engine-pages.ts";
import { createInteractionPolicy, isToBeReplaced } from "./interaction-policy.ts";
import { lifetimeSeconds } from "./lifetimes.ts";
import { loadGrant } from "./load-grant.ts";
import { createAccountFinder } from "./model-accounts.ts";
import { registryClient } from "./model-clients.ts";
import { defaultResourceOf, findResource } from "./resources.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { createStateAdapter } from "./state-adapter.ts";

export const OIDC_SCOPES = ["openid", "profile", "email", "groups", "offline_access"];
/** Seconds that a person has to sign in and consent. */
const INTERACTION_TTL_SECONDS = 600;
const GRANT_MARGIN_SECONDS = 3_600;
const AUTH_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] as const;
const CALLER_METHODS = AUTH_METHODS.filter((method) => method !== "none");

/** Whether a page of one of these addresses asks. What has no origin, a private scheme's, is `null` to both, and so is every sandboxed page. */
function isOriginOf(uris: readonly string[], origin: string): boolean {
  return origin !== "null" && uris.some((uri) => URL.parse(uri)?.origin === origin);
}

/** How the authority's cookies are written. */
export function cookieOf(issuer: string) {
  const isSecure = issuer.startsWith("https:");
  return { isSecure, options: { httpOnly: true, sameSite: "lax", signed: true, secure: isSecure } as const };
}

export type ConfigurationOptions = {
  deps: EngineDeps;
  seal: StateSeal;
  keys: Pick<SigningKeys, "idTokenJwks" | "idTokenAlgorithm">;
};

/** Everything that the engine is told; there is nothing that it decides by a default that we do not want. */
export function createConfiguration({ deps, seal, keys }: ConfigurationOptions): Configuration {
  const issuer = deps.env.authorityIssuer;
  const { isSecure, options: cookie } = cookieOf(issuer);
  const organisation = () => deps.registry().organisation;
  const secondsOf = (client: { clientId: string }, key: Lifetime) =>
    lifetimeSeconds(organisation(), registryClient(deps, client.clientId), key);
  // the first signs; cookies from before there was a root secret are good until they end, or until the master key that signed them is replaced
  const cookieKeys = [deps.root, ...deps.masterKeys()].map((secret) =>
    Buffer.from(hkdfSync("sha256", secret, "", "tokenwarden authority cookies v1", 32)).toString("base64url"),
  );

  return {
    adapter: createStateAdapter(deps.db, seal),
    jwks: { keys: keys.idTokenJwks },
    findAccount: createAccountFinder(deps),
    loadExistingGrant: (ctx) => loadGrant(deps, ctx),
    scopes: OIDC_SCOPES,
    claims: {
      openid: ["sub"],
      profile: ["name"],
      email: ["email"],
      groups: ["groups"],
      acr: null,
      auth_time: null,
      iss: null,
      sid: null,
    },
    responseTypes: ["code"],
    subjectTypes: ["public"],
    clientAuthMethods: AUTH_METHODS,
    clientDefaults: { id_token_signed_response_alg: keys.idTokenAlgorithm },
    enabledJWA: {
      // of these the engine offers what it has keys for
      idTokenSigningAlgValues: [...KEY_ALGORITHMS],
      dPoPSigningAlgValues: ["ES256", "Ed25519", "EdDSA"],
      clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS],
    },
    assertJwtClientAuthClaimsAndHeader: (_ctx, { exp }) => {
      if (!endsSoon(exp, Date.now()))
        throw new errors.InvalidClientAuth("the client_assertion is good for longer than it may");
    },
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    conformIdTokenClaims: false,
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: (ctx) => isToBeReplaced(deps, ctx),
    revokeGrantPolicy: () => false,
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === "none" && isOriginOf(client.redirectUris ?? [], origin),
    clockTolerance: organisation().clockSkewSeconds,
    cookies: {
      keys: cookieKeys,
      names: {
        session: isSecure ? "__Host-tw_session" : "tw_session",
        interaction: isSecure ? "__Secure-tw_interaction" : "tw_interaction",
        resume: isSecure ? "__Secure-tw_resume" : "tw_resume",
      },
      long: cookie,
      short: cookie,
    },
    routes: {
      authorization: "/oauth/authorize",
      token: "/oauth/token",
      jwks: "/oauth/jwks",
      userinfo: "/oauth/userinfo",
      end_session: "/oauth/logout",
      pushed_authorization_request: "/oauth/par",
      device_authorization: "/oauth/device_authorization",
      code_verification: DEVICE_PATH,
    },
    discovery: {
      introspection_endpoint: `${issuer}/oauth/introspect`,
      introspection_endpoint_auth_methods_supported: CALLER_METHODS,
      introspection_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGORITHMS],
      revocation_feed_endpoint: `${issuer}/revocations`,
      revocation_feed_jwks_uri: `${issuer}/revocations/jwks`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      use_report_endpoint: `${issuer}/events`,
      status_list_aggregation_endpoint: `${issuer}${STATUS_LISTS_PATH}`,
      revocation_endpoint_auth_methods_supported: [...AUTH_METHODS],
      revocation_endpoint_auth_signing_alg_values_supported: [...ASSERTION_ALGORITHMS],
    },
    interactions: {
      policy: createInteractionPolicy(deps),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: deviceFlow(deps),
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      introspection: { enabled: false },
      revocation: { enabled: false },
      userinfo: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => renderLogout(deps, ctx, form),
        postLogoutSuccessSource: (ctx) => renderLoggedOut(deps, ctx),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_ctx, client, oneOf) => oneOf ?? defaultResourceOf(client.clientId),
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx: KoaContextWithOIDC, indicator: string, client) => {
          const registered = registryClient(deps, client.clientId);
          const resource = findResource(registered, indicator);
          if (resource === null) throw new errors.InvalidTarget();
          return { scope: resource.permissions.join(" "), accessTokenFormat: registered.tokenFormat };
        },
      },
    },
    renderError: (ctx, out, error) => renderEngineError(deps, ctx, out, error),
    ttl: {
      // access and refresh tokens set their own end when they are issued
      AccessToken: () => organisation().accessTokenTtlSeconds,
      ClientCredentials: () => organisation().serviceTokenTtlSeconds,
      RefreshToken: () => organisation().refreshTokenIdleSeconds,
      AuthorizationCode: (_ctx, _code, client) => secondsOf(client, "authorizationCodeTtlSeconds"),
      DeviceCode: (_ctx, _code, client) => secondsOf(client, "deviceCodeTtlSeconds"),
      IdToken: (_ctx, _token, client) => secondsOf(client, "idTokenTtlSeconds"),
      Interaction: () => INTERACTION_TTL_SECONDS,
      Session: (_ctx, session) =>
        sessionSeconds(
          {
            idleSeconds: organisation().sessionIdleSeconds,
            absoluteSeconds: organisation().sessionAbsoluteSeconds,
          },
          session.loginTs,
          Date.now(),
        ),
      // a consent outlives every refresh token that a session can have begun
      Grant: (_ctx, grant) =>
        secondsOf({ clientId: grant.clientId ?? "" }, "refreshTokenAbsoluteSeconds") +
        organisation().sessionAbsoluteSeconds +
        GRANT_MARGIN_SECONDS,
    },
    extraClientMetadata: { properties: [] },
    acceptQueryParamAccessTokens: false,
    enableHttpPostMethods: false,
  };
}
