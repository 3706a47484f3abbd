import { hkdfSync } from "node:crypto";
import {
  type Configuration,
  errors,
  interactionPolicy,
  type JWK,
  type KoaContextWithOIDC,
} from "oidc-provider";
import type { StateSeal } from "#lib/protocol/state-seal.ts";
import { STATUS_LISTS_PATH } from "#lib/status-lists/model.ts";
import type { EngineDeps } from "./deps.ts";
import { renderEngineError, renderLoggedOut, renderLogout } from "./engine-pages.ts";
import { sessionTtlSeconds } from "./lifetimes.ts";
import { loadGrant } from "./load-grant.ts";
import { createAccountFinder } from "./model-accounts.ts";
import { registryClient } from "./model-clients.ts";
import { defaultResourceOf, findResource } from "./resources.ts";
import { createStateAdapter } from "./state-adapter.ts";

export const OIDC_SCOPES = ["openid", "profile", "email", "groups", "offline_access"];
/** Seconds that a person has to sign in and consent. */
export const INTERACTION_TTL_SECONDS = 600;
const GRANT_MARGIN_SECONDS = 3_600;
const AUTH_METHODS = ["client_secret_basic", "client_secret_post", "none"] as const;

function isOriginOf(uris: readonly string[], origin: string): boolean {
  return uris.some((uri) => URL.parse(uri)?.origin === origin);
}

/** How the authority's cookies are written. */
export function cookieOf(issuer: string) {
  const isSecure = issuer.startsWith("https:");
  return { isSecure, options: { httpOnly: true, sameSite: "lax", signed: true, secure: isSecure } as const };
}

export type ConfigurationOptions = { deps: EngineDeps; seal: StateSeal; idTokenJwks: JWK[] };

/** Everything that the engine is told; there is nothing that it decides by a default that we do not want. */
export function createConfiguration({ deps, seal, idTokenJwks }: ConfigurationOptions): Configuration {
  const issuer = deps.env.authorityIssuer;
  const { isSecure, options: cookie } = cookieOf(issuer);
  const organisation = () => deps.registry().organisation;
  const cookieKey = Buffer.from(
    hkdfSync("sha256", deps.masterKey, "", "tokenwarden authority cookies v1", 32),
  ).toString("base64url");

  return {
    adapter: createStateAdapter(deps.db, seal),
    jwks: { keys: idTokenJwks },
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
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    enabledJWA: { idTokenSigningAlgValues: ["ES256"], dPoPSigningAlgValues: ["ES256", "Ed25519", "EdDSA"] },
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    conformIdTokenClaims: false,
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed("refresh_token"),
    rotateRefreshToken: true,
    revokeGrantPolicy: () => false,
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === "none" && isOriginOf(client.redirectUris ?? [], origin),
    clockTolerance: organisation().clockSkewSeconds,
    cookies: {
      keys: [cookieKey],
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
    },
    discovery: {
      introspection_endpoint: `${issuer}/oauth/introspect`,
      introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
      revocation_feed_endpoint: `${issuer}/revocations`,
      revocation_feed_jwks_uri: `${issuer}/revocations/jwks`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      use_report_endpoint: `${issuer}/events`,
      status_list_aggregation_endpoint: `${issuer}${STATUS_LISTS_PATH}`,
      revocation_endpoint_auth_methods_supported: [...AUTH_METHODS],
    },
    interactions: {
      policy: interactionPolicy.base(),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
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
      AuthorizationCode: () => organisation().authorizationCodeTtlSeconds,
      IdToken: () => organisation().idTokenTtlSeconds,
      Interaction: () => INTERACTION_TTL_SECONDS,
      Session: (_ctx, session) => sessionTtlSeconds(organisation(), session.loginTs, Date.now()),
      // a consent outlives every refresh token that a session can have begun
      Grant: () =>
        organisation().refreshTokenAbsoluteSeconds +
        organisation().sessionAbsoluteSeconds +
        GRANT_MARGIN_SECONDS,
    },
    extraClientMetadata: { properties: [] },
    acceptQueryParamAccessTokens: false,
    enableHttpPostMethods: false,
  };
}
