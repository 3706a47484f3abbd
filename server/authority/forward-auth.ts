import type { FastifyReply, FastifyRequest } from "fastify";
import { cleanPath } from "#lib/audit/clean-text.ts";
import type { IdentityHeader } from "#lib/verifiers/identity-headers.ts";
import { Refused } from "./answers.ts";
import { findCaller } from "./callers.ts";
import { printable, requireSingle } from "./form.ts";
import { readPresentedUse } from "./presented-use.ts";
import type { Services } from "./services.ts";
import { type Presentation, verifyPresented } from "./verification.ts";

/** Before the path of a request that a gateway asks about with its own method and path, as Envoy does. */
export const PREFIXED = "/verify/";
export const FORWARDED_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

const PARAMETERS = new Set(["audience", "permission"]);
const NAME = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

function readDemand(
  request: FastifyRequest,
  own: ReadonlySet<string>,
): { audiences: ReadonlySet<string>; permissions: string[] } {
  const query = requireSingle(new URLSearchParams(request.raw.url?.split("?")[1] ?? ""));
  for (const name of query.keys()) {
    if (!PARAMETERS.has(name))
      throw new Refused(400, "invalid_request", `${printable(name)} is not a parameter of /verify`);
  }
  const audience = query.get("audience");
  const asked = query.get("permission");
  const permissions = (asked ?? "").split(/[ ,]/).filter((name) => name !== "");
  // a gateway's variable that was not set must not open what it guards
  if (asked !== null && permissions.length === 0)
    throw new Refused(400, "invalid_request", "permission is empty: name one, or leave it out");
  for (const name of permissions) {
    if (!NAME.test(name))
      throw new Refused(400, "invalid_request", `permission: ${printable(name)} is not a permission`);
  }
  if (audience === null) return { audiences: own, permissions };
  if (!own.has(audience))
    throw new Refused(
      400,
      "invalid_request",
      `audience: ${printable(audience)} is not one of this verifier's`,
    );
  return { audiences: new Set([audience]), permissions };
}

/** Headers hold no characters beyond ASCII: names outside it are percent-encoded. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x24\x26-\x7e]/g, (character) => encodeURIComponent(character));
}

function bearerOf(authorization: string | undefined): string | null {
  const match = /^Bearer +([^\s,]+)$/i.exec(authorization ?? "");
  return match?.[1] ?? null;
}

function challenge(error: string, description: string, scope?: string): string {
  return `Bearer realm="tokenwarden", error="${error}", error_description="${description}"${scope ? `, scope="${scope}"` : ""}`;
}

/**
 * Forward authentication for nginx `auth_request`, Traefik and Envoy: reads the bearer of the request that a gateway holds, and answers
 * 200 with identity headers, 401 for a token that is not good, 403 where a permission is missing. The gateway shows who it is with
 * `X-Tokenwarden-Verifier: <its secret>`. Envoy appends the request's path to `/verify` and keeps its method: then every audience of the verifier
 * is good, and path and method are taken from there.
 *
 * @see RFC 6750 section 3
 */
export async function forwardAuth(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const startedMs = performance.now();
  const secret = request.headers["x-tokenwarden-verifier"];
  const caller =
    typeof secret === "string"
      ? findCaller(services.follower.registry, { id: null, secret }, Date.now())
      : null;
  if (caller?.kind !== "verifier") {
    const ip = services.addresses.of(request.raw);
    services.refusals.count("nobody", ip, "credentials", new Date());
    throw services.bounds.refuseCredentials(
      ip,
      new Refused(
        403,
        "invalid_client",
        "The gateway did not show a registered verifier's credential (X-Tokenwarden-Verifier).",
      ),
    );
  }
  const { verifier } = caller;
  services.sightings.saw(verifier, new Date());
  const url = request.raw.url ?? "";
  const isPrefixed = url.startsWith(PREFIXED);
  // its query is the caller's, and asks nothing of us
  const demand = isPrefixed
    ? { audiences: verifier.audiences, permissions: [] }
    : readDemand(request, verifier.audiences);
  const value = bearerOf(request.headers.authorization);
  const told = readPresentedUse(services, request);
  const use = isPrefixed
    ? { ...told, method: request.method, path: cleanPath(url.slice(PREFIXED.length - 1)) }
    : told;
  if (value === null) {
    services.refusals.count(verifier.id, use.ip, "no_token", new Date());
    throw new Refused(401, "invalid_token", "Send a bearer token.", 'Bearer realm="tokenwarden"');
  }
  const presentation: Presentation = {
    source: "forward_auth",
    verifier,
    isBearer: true,
    askerId: verifier.id,
    demand: { ...demand, kind: "access" },
    ...use,
  };
  services.reading.saw(request.raw, reply.raw, verifier.id);
  const outcome = await services.bounds.turnstile.pass(verifier.id, 1, () =>
    verifyPresented(services, value, presentation),
  );
  services.sightings.answered(verifier.id, performance.now() - startedMs);
  if (outcome.token !== null && outcome.refusal === "permission") {
    const scope = demand.permissions.join(" ");
    throw new Refused(
      403,
      "insufficient_scope",
      `The token lacks ${scope}.`,
      challenge("insufficient_scope", "a permission is missing", scope),
    );
  }
  if (outcome.token === null || outcome.refusal !== null)
    throw new Refused(
      401,
      "invalid_token",
      "The token is not good.",
      challenge("invalid_token", "the token is not good"),
    );
  const { token } = outcome;
  const client = services.follower.registry.clientsByUuid.get(token.clientId);
  const identity: Record<IdentityHeader, string> = {
    "x-auth-subject": headerText(token.subject),
    "x-auth-user": token.userId ?? "",
    "x-auth-client": headerText(client?.clientId ?? token.clientId),
    "x-auth-permissions": headerText(token.scopes.join(" ")),
    "x-auth-groups": token.groups.map((group) => headerText(group).replaceAll(",", "%2C")).join(","),
    "x-auth-audience": headerText(token.audiences.join(" ")),
    "x-auth-token-id": token.id,
    "x-auth-expires": String(Math.floor(token.expiresAtMs / 1000)),
  };
  reply
    .code(200)
    .headers({ "cache-control": "no-store", ...identity })
    .send();
}
