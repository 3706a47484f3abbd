import { envoyLines } from "./envoy-lines.ts";
import { IDENTITY_HEADERS } from "./identity-headers.ts";

/** Takes over what the authority says of the caller, in the place of what the caller itself may have written there. */
const NGINX_IDENTITY = IDENTITY_HEADERS.map((header) => {
  const name = header.replaceAll("-", "_");
  return `  auth_request_set $${name} $upstream_http_${name}; proxy_set_header ${header} $${name};`;
}).join("\n");

/** Beside nginx.conf, and of no folder that it reads whole. */
const NGINX_SECRET_FILE = "tokenwarden-verifier.secret";

export type SetupId =
  | "introspection"
  | "nginx"
  | "traefik"
  | "envoy"
  | "npm"
  | "feed"
  | "status_list"
  | "jwks";

/**
 * The few lines that set a verifier up, for each way; browser-safe. Commands for a shell take the secret from `$VERIFIER_SECRET`, so that they can be pasted as they are and no history
 * holds it; gateways take it from where they take secrets: nginx, whose configuration knows no environment, from a file of its own, Traefik and Envoy from their environment.
 * Words in capitals are for the reader to fill in, and `your-application` is what a gateway stands before: it answers for the first of several audiences.
 */
export function setupLines({
  name,
  audiences,
  issuer,
}: {
  name: string;
  audiences: readonly string[];
  issuer: string;
}): Record<SetupId, string> {
  const [audience = "AUDIENCE"] = audiences;
  const anyOf =
    audiences.length > 1 ? JSON.stringify(audiences).replaceAll(",", ", ") : JSON.stringify(audience);
  const verify = `${issuer}/verify?audience=${encodeURIComponent(audience)}`;
  return {
    introspection: `curl -u "${name}:$VERIFIER_SECRET" \\
  -d "token=$TOKEN" \\
  ${issuer}/oauth/introspect`,
    nginx: `# once, in a shell beside nginx.conf: (umask 077; printf 'proxy_set_header X-Tokenwarden-Verifier "%s";' "$VERIFIER_SECRET" > ${NGINX_SECRET_FILE})
location / {
  auth_request /_verify; proxy_pass http://your-application;
${NGINX_IDENTITY}
}
location = /_verify {
  internal; proxy_pass ${verify}; proxy_ssl_server_name on; proxy_pass_request_body off;
  proxy_set_header Content-Length ""; include ${NGINX_SECRET_FILE};
  proxy_set_header X-Original-URI $request_uri; proxy_set_header X-Original-Method $request_method; proxy_set_header X-Forwarded-For $remote_addr;
}`,
    traefik: `http:
  middlewares:
    verifier-secret: { headers: { customRequestHeaders: { X-Tokenwarden-Verifier: '{{ env "VERIFIER_SECRET" }}' } } }
    verify: { forwardAuth: { address: "${verify}", authResponseHeaders: [${IDENTITY_HEADERS.join(", ")}] } }
    hide-secret: { headers: { customRequestHeaders: { X-Tokenwarden-Verifier: "" } } }
    checked: { chain: { middlewares: [verifier-secret, verify, hide-secret] } }`,
    envoy: envoyLines(issuer),
    npm: `// in Tokenwarden's folder: npm run build -w verifier && npm pack -w verifier
// in yours, from wherever you keep it: npm install ./tokenwarden-verifier-*.tgz
import express from "express";
import { createVerifier } from "@tokenwarden/verifier";
import { requireToken } from "@tokenwarden/verifier/express";
const app = express();
const verifier = createVerifier({ issuer: "${issuer}", audience: ${anyOf}, secret: process.env.VERIFIER_SECRET });
await verifier.ready();
app.use(requireToken(verifier));`,
    feed: `INSTANCE=$(uuidgen)  # of one process, for as long as it runs
curl -H "Authorization: Bearer $VERIFIER_SECRET" ${issuer}/revocations/snapshot
# then every fact from the snapshot's position on, as server-sent events
curl -N -H "Authorization: Bearer $VERIFIER_SECRET" -H "Accept: text/event-stream" \\
  "${issuer}/revocations?after=$POSITION&instance=$INSTANCE"
# each is a JWS: its keys are at ${issuer}/revocations/jwks
# then say how far it is, at each position and every 5 seconds (docs/feed.md)
curl -H "Authorization: Bearer $VERIFIER_SECRET" -H "Content-Type: application/json" ${issuer}/revocations/acknowledgements \\
  -d '{"instance": "'$INSTANCE'", "position": '$POSITION', "agent": "our-gateway/1.0.0", "way": "feed", "mode": "strict",
       "max_staleness_seconds": 60, "accepted": 0, "refused": 0, "stale": 0, "lost": 0}'`,
    status_list: `curl ${issuer}/oauth/jwks
# the token's claim status.status_list has the address and the index
curl -H "Accept: application/statuslist+jwt" "$STATUS_LIST_URI"
# two bits an index: 0 valid, 1 revoked, 2 suspended; fetch it again after its ttl`,
    jwks: `import { createRemoteJWKSet, jwtVerify } from "jose";
// anybody may have the keys; with the secret the console knows who has them
const keys = createRemoteJWKSet(new URL("${issuer}/oauth/jwks"), { headers: { authorization: \`Bearer \${process.env.VERIFIER_SECRET}\` } });
const { payload } = await jwtVerify(token, keys, {
  issuer: "${issuer}", audience: ${anyOf}, typ: "at+jwt", algorithms: ["ES256", "RS256", "PS256", "EdDSA"],
});`,
  };
}
