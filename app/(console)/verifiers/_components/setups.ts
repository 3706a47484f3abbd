import { IDENTITY_HEADERS } from "#lib/verifiers/identity-headers.ts";
import type { CheckWay } from "#lib/verifiers/model.ts";
import { howWords as words } from "./words.ts";

export type Setup = {
  id: string;
  /** The way that it sets up; the first of a way is the one that is open. */
  way: CheckWay;
  name: string;
  says: string;
  text: string;
  /** What the text is, for the copy button. */
  what: string;
  note?: string;
};

/** Takes over what the authority says of the caller, in the place of what the caller itself may have written there. */
const NGINX_IDENTITY = IDENTITY_HEADERS.map((header) => {
  const name = header.replaceAll("-", "_");
  return `  auth_request_set $${name} $upstream_http_${name}; proxy_set_header ${header} $${name};`;
}).join("\n");

/** The few lines that set a verifier up, for each way. */
export function setupsOf({
  name,
  audience,
  issuer,
}: {
  name: string;
  audience: string;
  issuer: string;
}): Setup[] {
  const verify = `${issuer}/verify?audience=${encodeURIComponent(audience)}`;
  return [
    {
      id: "introspection",
      way: "introspection",
      ...words.introspection,
      what: "introspection command",
      text: `curl -u ${name}:SECRET \\
  -d token=TOKEN \\
  ${issuer}/oauth/introspect`,
    },
    {
      id: "nginx",
      way: "forward_auth",
      ...words.nginx,
      what: "nginx configuration",
      text: `location / {
  auth_request /_verify; proxy_pass http://your-application;
${NGINX_IDENTITY}
}
location = /_verify {
  internal; proxy_pass ${verify}; proxy_ssl_server_name on; proxy_pass_request_body off;
  proxy_set_header Content-Length ""; proxy_set_header X-Tokenwarden-Verifier SECRET;
  proxy_set_header X-Original-URI $request_uri; proxy_set_header X-Original-Method $request_method; proxy_set_header X-Forwarded-For $remote_addr;
}`,
    },
    {
      id: "traefik",
      way: "forward_auth",
      ...words.traefik,
      what: "Traefik configuration",
      text: `http:
  middlewares:
    verifier-secret: { headers: { customRequestHeaders: { X-Tokenwarden-Verifier: SECRET } } }
    verify: { forwardAuth: { address: "${verify}", authResponseHeaders: [${IDENTITY_HEADERS.join(", ")}] } }
    hide-secret: { headers: { customRequestHeaders: { X-Tokenwarden-Verifier: "" } } }
    checked: { chain: { middlewares: [verifier-secret, verify, hide-secret] } }`,
    },
    {
      id: "envoy",
      way: "forward_auth",
      ...words.envoy,
      what: "Envoy configuration",
      text: `http_service:
  server_uri: { uri: ${issuer}, cluster: tokenwarden, timeout: 1s }
  path_prefix: /verify
  authorization_request:
    headers_to_add: [{ key: x-tokenwarden-verifier, value: SECRET }]
  authorization_response:
    allowed_upstream_headers: { patterns: [{ prefix: x-auth- }] }`,
    },
    {
      id: "npm",
      way: "feed",
      ...words.npm,
      what: "code",
      text: `// in Tokenwarden's folder: npm run build -w verifier && npm pack -w verifier
// in yours, from wherever you keep it: npm install ./tokenwarden-verifier-*.tgz
import express from "express";
import { createVerifier } from "@tokenwarden/verifier";
import { requireToken } from "@tokenwarden/verifier/express";
const app = express();
const verifier = createVerifier({ issuer: "${issuer}", audience: "${audience}", secret: process.env.VERIFIER_SECRET });
await verifier.ready();
app.use(requireToken(verifier));`,
    },
    {
      id: "feed",
      way: "feed",
      ...words.feed,
      what: "feed commands",
      text: `curl -H "Authorization: Bearer SECRET" ${issuer}/revocations/snapshot
# then every fact from the snapshot's position on, as server-sent events
curl -N -H "Authorization: Bearer SECRET" -H "Accept: text/event-stream" \\
  "${issuer}/revocations?after=POSITION&instance=$(uuidgen)"
# each is a JWS: its keys are at ${issuer}/revocations/jwks
# then say how far it is, at each position and every 5 seconds (docs/feed.md)
curl -H "Authorization: Bearer SECRET" -H "Content-Type: application/json" ${issuer}/revocations/acknowledgements \\
  -d '{"instance": "THE SAME UUID", "position": POSITION, "agent": "our-gateway/1.0.0", "way": "feed", "mode": "strict",
       "max_staleness_seconds": 60, "accepted": 0, "refused": 0, "stale": 0, "lost": 0}'`,
    },
    {
      id: "status_list",
      way: "status_list",
      ...words.statusList,
      what: "status list commands",
      text: `curl ${issuer}/oauth/jwks
# the token's claim status.status_list has the address and the index
curl -H "Accept: application/statuslist+jwt" STATUS_LIST_URI
# two bits an index: 0 valid, 1 revoked, 2 suspended; fetch it again after its ttl`,
    },
    {
      id: "jwks",
      way: "jwks",
      ...words.jwks,
      what: "code",
      text: `import { createRemoteJWKSet, jwtVerify } from "jose";
const keys = createRemoteJWKSet(new URL("${issuer}/oauth/jwks"));
const { payload } = await jwtVerify(token, keys, {
  issuer: "${issuer}", audience: "${audience}", typ: "at+jwt", algorithms: ["ES256", "RS256", "PS256", "EdDSA"],
});`,
    },
  ];
}
