/**
 * The modules of the OpenID Foundation's plans for relying parties (conformance suite 5.1) by their ids: those of the certification profiles and the ones beside them that are
 * about a sign-in by code. Which test answers to which: `docs/relying-party.md`.
 * @see https://gitlab.com/openid/conformance-suite
 */
export const PLANS = {
  "oidcc-client-basic-certification-test-plan": [
    "oidcc-client-test",
    "oidcc-client-test-invalid-iss",
    "oidcc-client-test-missing-sub",
    "oidcc-client-test-invalid-aud",
    "oidcc-client-test-missing-iat",
    "oidcc-client-test-kid-absent-single-jwks",
    "oidcc-client-test-kid-absent-multiple-jwks",
    "oidcc-client-test-idtoken-sig-rs256",
    "oidcc-client-test-idtoken-sig-none",
    "oidcc-client-test-invalid-sig-rs256",
    "oidcc-client-test-userinfo-invalid-sub",
    "oidcc-client-test-nonce-invalid",
    "oidcc-client-test-scope-userinfo-claims",
    "oidcc-client-test-client-secret-basic",
  ],
  "oidcc-client-dynamic-certification-test-plan": [
    "oidcc-client-test-discovery-webfinger-acct",
    "oidcc-client-test-discovery-webfinger-url",
    "oidcc-client-test-discovery-openid-config",
    "oidcc-client-test-discovery-jwks-uri-keys",
    "oidcc-client-test-discovery-issuer-mismatch",
    "oidcc-client-test-dynamic-registration",
    "oidcc-client-test-request-uri-signed-rs256",
    "oidcc-client-test-request-uri-signed-none",
    "oidcc-client-test-signing-key-rotation-just-before-signing",
    "oidcc-client-test-signing-key-rotation",
    "oidcc-client-test-userinfo-signed",
  ],
  // of the plan of all modules, which no profile is made of
  "oidcc-client-test-plan": [
    "oidcc-client-test-missing-aud",
    "oidcc-client-test-invalid-sig-es256",
    "oidcc-client-test-invalid-sig-hs256",
    "oidcc-client-test-distributed-claims",
  ],
  "oidcc-client-refreshtoken-test-plan": [
    "oidcc-client-test-refresh-token",
    "oidcc-client-test-refresh-token-invalid-issuer",
    "oidcc-client-test-refresh-token-invalid-sub",
  ],
  "oidcc-client-test-3rd-party-init-login-test-plan": ["oidcc-client-test-3rd-party-init-login"],
  "oidcc-client-rp-initiated-logout-rp-basic": [
    "oidcc-client-test-rp-init-logout",
    "oidcc-client-test-rp-init-logout-other-state",
    "oidcc-client-test-rp-init-logout-no-state",
  ],
  "oidcc-client-back-channel-logout-rp-basic": [
    "oidcc-client-test-rp-backchannel-rpinitlogout",
    "oidcc-client-test-rp-backchannel-rpinitlogout-alg-none",
    "oidcc-client-test-rp-backchannel-rpinitlogout-no-event",
    "oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce",
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg",
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud",
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event",
    "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss",
  ],
  "oidcc-client-front-channel-logout-rp-basic": ["oidcc-client-test-rp-frontchannel-rpinitlogout"],
  "oidcc-client-rp-session-management-rp-basic": ["oidcc-client-test-session-management"],
} as const satisfies Record<string, readonly string[]>;

export type ModuleId = (typeof PLANS)[keyof typeof PLANS][number];

const WEBFINGER = "an owner enters the issuer: nobody is asked for an address from which one would be found";
const REQUEST_OBJECT = "the question is plain parameters; no request object is sent";
const NO_REFRESH =
  "`offline_access` is not asked for and no refresh token is kept: a session of the console lives by its own row, and a fresh sign-in is asked for";
const NO_LOGOUT =
  "signing out ends the console's own session and not the provider's, which tells of none; whom the provider lets go comes in no more, and an owner ends their sessions here at once";

/** Modules about what the console does not do, and why. */
export const NOT_APPLICABLE: Partial<Record<ModuleId, string>> = {
  "oidcc-client-test-discovery-webfinger-acct": WEBFINGER,
  "oidcc-client-test-discovery-webfinger-url": WEBFINGER,
  "oidcc-client-test-dynamic-registration":
    "an owner enters the client id and secret that the company gave: the console registers itself nowhere",
  "oidcc-client-test-request-uri-signed-rs256": REQUEST_OBJECT,
  "oidcc-client-test-request-uri-signed-none": REQUEST_OBJECT,
  "oidcc-client-test-userinfo-signed":
    "signed userinfo has to be registered for, which the console does not: an issuer answers with plain JSON over TLS",
  "oidcc-client-test-distributed-claims":
    "claims that lead elsewhere are not followed: a sign-in calls the issuer's own endpoints alone",
  "oidcc-client-test-refresh-token": NO_REFRESH,
  "oidcc-client-test-refresh-token-invalid-issuer": NO_REFRESH,
  "oidcc-client-test-refresh-token-invalid-sub": NO_REFRESH,
  "oidcc-client-test-3rd-party-init-login":
    "a sign-in is begun by our own pages alone (`provider.endpoint.test.ts`: is begun by our own pages alone): a link from elsewhere would be login CSRF",
  "oidcc-client-test-rp-init-logout": NO_LOGOUT,
  "oidcc-client-test-rp-init-logout-other-state": NO_LOGOUT,
  "oidcc-client-test-rp-init-logout-no-state": NO_LOGOUT,
  "oidcc-client-test-rp-backchannel-rpinitlogout": NO_LOGOUT,
  "oidcc-client-test-rp-backchannel-rpinitlogout-alg-none": NO_LOGOUT,
  "oidcc-client-test-rp-backchannel-rpinitlogout-no-event": NO_LOGOUT,
  "oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce": NO_LOGOUT,
  "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg": NO_LOGOUT,
  "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud": NO_LOGOUT,
  "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event": NO_LOGOUT,
  "oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss": NO_LOGOUT,
  "oidcc-client-test-rp-frontchannel-rpinitlogout": NO_LOGOUT,
  "oidcc-client-test-session-management": NO_LOGOUT,
};
