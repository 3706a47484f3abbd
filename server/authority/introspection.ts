import type { FastifyRequest } from "fastify";
import { lineageClaims } from "#lib/tokens/lineage-claims.ts";
import { PROTOCOL_SCOPES } from "#lib/tokens/model.ts";
import type { RegisteredToken } from "#lib/verification/registered-token.ts";
import { Refused } from "./answers.ts";
import { type Caller, findCaller, readCredentials } from "./callers.ts";
import { readForm, requireParameter } from "./form.ts";
import { readPresentedUse } from "./presented-use.ts";
import type { Services } from "./services.ts";
import { type Presentation, verifyPresented } from "./verification.ts";

const CHALLENGE = 'Basic realm="tokenwarden", charset="UTF-8"';

/** The caller of introspection or revocation, or a refusal that names what is wrong. */
export function requireCaller(services: Services, request: FastifyRequest, form: URLSearchParams): Caller {
  const credentials = readCredentials(request.headers.authorization, form);
  if (credentials === "malformed")
    throw new Refused(400, "invalid_request", "The credentials cannot be read, or are given in two ways.");
  const caller =
    credentials === null ? null : findCaller(services.follower.registry, credentials, Date.now());
  if (caller === null) {
    const ip = services.addresses.of(request.raw);
    services.refusals.count("nobody", ip, "credentials", new Date());
    throw services.bounds.refuseCredentials(
      ip,
      new Refused(401, "invalid_client", "Authenticate as a verifier or a client.", CHALLENGE),
    );
  }
  if (caller.kind === "verifier") services.sightings.showed(caller.verifier, new Date());
  return caller;
}

/** What introspection says of a good token. @see RFC 7662 section 2.2, RFC 9068 section 2.2 */
export function introspectionOf(
  token: RegisteredToken,
  issuer: string,
  clientId: string,
): Record<string, unknown> {
  return {
    ...token.claims,
    active: true,
    iss: issuer,
    sub: token.subject,
    client_id: clientId,
    ...(token.kind === "access"
      ? { aud: token.audiences.length === 1 ? token.audiences[0] : token.audiences }
      : {}),
    scope: token.scopes.join(" "),
    groups: token.groups,
    roles: token.roles,
    ...(token.kind === "access"
      ? { entitlements: token.scopes.filter((scope) => !PROTOCOL_SCOPES.has(scope)) }
      : {}),
    token_type:
      token.kind === "refresh" ? "refresh_token" : token.claims.cnf === undefined ? "Bearer" : "DPoP",
    jti: token.id,
    iat: Math.floor(token.issuedAtMs / 1000),
    exp: Math.floor(token.expiresAtMs / 1000),
    rooted_at: token.rootedAtMs,
    ...lineageClaims(token),
  };
}

/**
 * Token introspection. Whatever is not good for this caller is exactly `{"active":false}`.
 *
 * @see RFC 7662
 */
export async function introspect(
  services: Services,
  request: FastifyRequest,
): Promise<Record<string, unknown>> {
  const form = readForm(request);
  const caller = requireCaller(services, request, form);
  if (caller.kind === "verifier") services.sightings.saw(caller.verifier, new Date());
  const value = requireParameter(form, "token");
  const asker = caller.kind === "verifier" ? caller.verifier : caller.client;
  const presentation: Presentation = {
    source: "introspection",
    verifier: caller.kind === "verifier" ? caller.verifier : null,
    // the asker sees `cnf` in the answer and checks the proof itself
    isBearer: false,
    askerId: asker.id,
    // a client may ask about its own tokens only, a verifier about access tokens only; what it may not ask about is refused on record too
    demand:
      caller.kind === "verifier"
        ? { audiences: caller.verifier.audiences, permissions: [], kind: "access" }
        : { audiences: null, permissions: [], clientId: caller.client.id },
    ...(caller.kind === "verifier"
      ? readPresentedUse(services, request)
      : { method: null, path: null, ip: null, userAgent: null }),
  };
  const outcome = await services.bounds.turnstile.pass(asker.id, 1, () =>
    verifyPresented(services, value, presentation),
  );
  if (outcome.token === null || outcome.refusal !== null) return { active: false };
  const { token } = outcome;
  const client = services.follower.registry.clientsByUuid.get(token.clientId);
  return introspectionOf(token, services.env.authorityIssuer, client?.clientId ?? token.clientId);
}
