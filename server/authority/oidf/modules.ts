/**
 * The modules of the OpenID Foundation's certification plans for providers (conformance suite 5.1) whose behaviour this suite holds, by their ids.
 * @see https://gitlab.com/openid/conformance-suite
 */
export const PLANS = {
  "oidcc-basic-certification-test-plan": [
    "oidcc-server",
    "oidcc-response-type-missing",
    "oidcc-userinfo-get",
    "oidcc-userinfo-post-header",
    "oidcc-userinfo-post-body",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
    "oidcc-scope-profile",
    "oidcc-scope-email",
    "oidcc-scope-address",
    "oidcc-scope-phone",
    "oidcc-scope-all",
    "oidcc-alternate-happy-flow",
    "oidcc-display-page",
    "oidcc-display-popup",
    "oidcc-prompt-login",
    "oidcc-prompt-none-not-logged-in",
    "oidcc-prompt-none-logged-in",
    "oidcc-max-age-1",
    "oidcc-max-age-10000",
    "oidcc-ensure-request-with-unknown-parameter-succeeds",
    "oidcc-id-token-hint",
    "oidcc-login-hint",
    "oidcc-ui-locales",
    "oidcc-claims-locales",
    "oidcc-ensure-request-with-acr-values-succeeds",
    "oidcc-codereuse",
    "oidcc-codereuse-30seconds",
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-ensure-post-request-succeeds",
    "oidcc-server-client-secret-post",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "oidcc-claims-essential",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-refresh-token",
    "oidcc-ensure-request-with-valid-pkce-succeeds",
  ],
  "oidcc-config-certification-test-plan": ["oidcc-discovery-endpoint-verification"],
  // of the dynamic plan, whose other modules register clients by themselves
  "oidcc-dynamic-certification-test-plan": ["oidcc-server-rotate-keys"],
  "oidcc-rp-initiated-logout-certification-test-plan": [
    "oidcc-rp-initiated-logout-discovery-endpoint-verification",
    "oidcc-rp-initiated-logout",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-modified-id-token-hint",
    "oidcc-rp-initiated-logout-no-id-token-hint",
    "oidcc-rp-initiated-logout-no-params",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-no-state",
    "oidcc-rp-initiated-logout-only-state",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-bad-id-token-hint",
  ],
} as const satisfies Record<string, readonly string[]>;

export type ModuleId = (typeof PLANS)[keyof typeof PLANS][number];

/** Modules that do not apply, and why: what is tested instead is that metadata does not offer it. */
export const NOT_APPLICABLE: Partial<Record<ModuleId, string>> = {
  "oidcc-scope-address": "people have no postal address here; `address` is not among scopes_supported",
  "oidcc-scope-phone": "people have no phone number here; `phone` is not among scopes_supported",
  "oidcc-ensure-post-request-succeeds":
    "the engine takes an authorization request by POST only with cookies of SameSite=None; ours are Lax, and long requests are pushed (RFC 9126)",
};
