/** Where the certificates lie that a system trusts: of Debian, of Ubuntu and of Envoy's own images. */
const TRUSTED = "/etc/ssl/certs/ca-certificates.crt";

function addressOf(host: string, port: string | number): string {
  return `{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: ${host}, port_value: ${port} } } } }] }`;
}

/** Envoy believes any name of a certificate unless it is told which. */
function tlsOf(host: string): string {
  const isAddress = /^[\d.]+$|:/.test(host);
  return `
    transport_socket:
      name: envoy.transport_sockets.tls
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext${isAddress ? "" : `\n        sni: ${host}`}
        common_tls_context:
          validation_context:
            trusted_ca: { filename: ${TRUSTED} }
            match_typed_subject_alt_names: [{ san_type: ${isAddress ? "IP_ADDRESS" : "DNS"}, matcher: { exact: "${host}" } }]`;
}

/**
 * A whole configuration of Envoy in front of `your-application`: the ext_authz filter asks the authority about each request, with its own method and path, and
 * lets none through that it could not ask about. Envoy takes names with underscores for others than those with hyphens, and many applications do not: such
 * headers are dropped, as nginx does. The secret comes from Envoy's environment.
 *
 * @see https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/ext_authz_filter
 */
export function envoyLines(issuer: string): string {
  const { protocol, hostname, port } = new URL(issuer);
  const isTls = protocol === "https:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const type = "type.googleapis.com/envoy.extensions.filters";
  return `static_resources:
  listeners:
  - address: { socket_address: { address: 0.0.0.0, port_value: 8080 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": ${type}.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: gateway
          use_remote_address: true
          normalize_path: true
          common_http_protocol_options: { headers_with_underscores_action: DROP_HEADER }
          route_config: { virtual_hosts: [{ name: all, domains: ["*"], routes: [{ match: { prefix: / }, route: { cluster: application } }] }] }
          http_filters:
          - name: envoy.filters.http.ext_authz
            typed_config:
              "@type": ${type}.http.ext_authz.v3.ExtAuthz
              failure_mode_allow: false
              status_on_error: { code: ServiceUnavailable }
              allowed_headers: { patterns: [{ exact: user-agent }] }
              http_service:
                server_uri: { uri: "${issuer}", cluster: tokenwarden, timeout: 1s }
                path_prefix: /verify
                authorization_request:
                  headers_to_add:
                  - { key: x-tokenwarden-verifier, value: "%ENVIRONMENT(VERIFIER_SECRET)%" }
                  - { key: x-forwarded-for, value: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%" }
                authorization_response:
                  allowed_upstream_headers: { patterns: [{ prefix: x-auth- }] }
          - name: envoy.filters.http.router
            typed_config: { "@type": ${type}.http.router.v3.Router }
  clusters:
  - name: application
    type: LOGICAL_DNS
    load_assignment: { cluster_name: application, endpoints: [${addressOf("your-application", 80)}] }
  - name: tokenwarden
    type: LOGICAL_DNS
    dns_lookup_family: V4_PREFERRED
    load_assignment: { cluster_name: tokenwarden, endpoints: [${addressOf(host.includes(":") ? `"${host}"` : host, port || (isTls ? 443 : 80))}] }${isTls ? tlsOf(host) : ""}`;
}
