import { DELIVERY_URNS } from "#lib/signals/model.ts";

/** The addresses of the stream API, below the issuer. */
export const STREAMS_PATH = "/signals/streams";
export const STATUS_PATH = "/signals/status";
export const VERIFY_PATH = "/signals/verify";
export const CONFIGURATION_PATH = "/.well-known/ssf-configuration";

/** What this transmitter is. @see OpenID Shared Signals Framework 1.0 section 7.1 */
export function transmitterConfiguration(issuer: string): Record<string, unknown> {
  return {
    spec_version: "1_0",
    issuer,
    jwks_uri: `${issuer}/revocations/jwks`,
    delivery_methods_supported: Object.values(DELIVERY_URNS),
    configuration_endpoint: `${issuer}${STREAMS_PATH}`,
    status_endpoint: `${issuer}${STATUS_PATH}`,
    verification_endpoint: `${issuer}${VERIFY_PATH}`,
    authorization_schemes: [{ spec_urn: "urn:ietf:rfc:6750" }, { spec_urn: "urn:ietf:rfc:7617" }],
    default_subjects: "ALL",
  };
}

/** Where a stream that polls is polled. */
export function pollUrl(issuer: string, streamId: string): string {
  return `${issuer}${STREAMS_PATH}/${streamId}/poll`;
}
