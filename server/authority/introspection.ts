import type { FastifyReply, FastifyRequest } from "fastify";
import { lineageClaims } from "#lib/tokens/lineage-claims.ts";
import { PROTOCOL_SCOPES } from "#lib/tokens/model.ts";
import type { RegisteredToken } from "#lib/verification/registered-token.ts";
import { Refused } from "./answers.ts";
import { type Caller, findCaller, readCredentials } from "./callers.ts";
import { findAssertingClient } from "./client-assertion.ts";
import { readForm, requireParameter } from "./form.ts";
import { readPresentedUse } from "./presented-use.ts";
import type { Services } from "./services.ts";
import { type Presentation, verifyPresented } from "./verification.ts";

const CHALLENGE = 'Basic realm="tokenwarden", charset="UTF-8"';

/** Whoever shows a secret, or a refusal that names what is wrong. */
export function requireSecretCaller(
  services: Services,
  request: FastifyRequest,
  form: URLSearchParams,
): Caller {
  const credentials = readCredentials(request.headers.authorization, form);
  if (credentials === "malformed") throw unreadable();
  const caller =
    credentials === null ? null : findCaller(services.follower.registry, credentials, Date.now());
  if (caller === null) throw nobody(services, request);
  const now = new Date();
  if (caller.kind === "verifier") services.sightings.showed(caller.verifier, now);
  else if (caller.secretId !== null) services.sightings.clientShowed(caller.secretId, now);
  return caller;
}

/** The caller of introspection or revocation, by a secret or a signed assertion, or a refusal that names what is wrong. */
export async function requireCaller(
  services: Services,
  request: FastifyRequest,
  form: URLSearchParams,
): Promise<Caller> {
  if (!form.has("client_assertion")) return requireSecretCaller(services, request, form);
  if (readCredentials(request.headers.authorization, form) !== null) throw unreadable();
  const caller = await findByAssertion(services, request, form);
  if (caller === null) throw nobody(services, request);
  return caller;
}

function unreadable(): Refused {
  return new Refused(400, "invalid_request", "The credentials cannot be read, or are given in two ways.");
}

function nobody(services: Services, request: FastifyRequest): Refused {
  const ip = services.addresses.of(request.raw);
  services.refusals.count("nobody", ip, "credentials", new Date());
  return services.bounds.refuseCredentials(
    ip,
    new Refused(401, "invalid_client", "Authenticate as a verifier or a client.", CHALLENGE),
  );
}

/** An address whose assertions were wrong too often has none looked at for a while: each may cost a fetch of keys and many checks. */
async function findByAssertion(
  services: Services,
  request: FastifyRequest,
  form: URLSearchParams,
): Promise<Caller | null> {
  if (services.bounds.isSpent(services.addresses.of(request.raw))) return null;
  const { authorityIssuer } = services.env;
  const client = await findAssertingClient(
    {
      registry: services.follower.registry,
      keys: services.clientKeys,
      db: services.db,
      audiences: [
        authorityIssuer,
        `${authorityIssuer}/oauth/token`,
        `${authorityIssuer}${request.routeOptions.url}`,
      ],
    },
    form,
  );
  return client === null ? null : { kind: "client", client, secretId: null };
}

/** What introspection says of a good token. @see RFC 7662 section 2.2, RFC 9068 section 2.2 */
function introspectionOf(token: RegisteredToken, issuer: string, clientId: string): Record<string, unknown> {
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
  reply: FastifyReply,
): Promise<Record<string, unknown>> {
  const startedMs = performance.now();
  const form = readForm(request);
  const caller = await requireCaller(services, request, form);
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
  services.reading.saw(request.raw, reply.raw, asker.id);
  const outcome = await services.bounds.turnstile.pass(asker.id, 1, () =>
    verifyPresented(services, value, presentation),
  );
  if (caller.kind === "verifier")
    services.sightings.answered(caller.verifier.id, performance.now() - startedMs);
  if (outcome.token === null || outcome.refusal !== null) return { active: false };
  const { token } = outcome;
  const client = services.follower.registry.clientsByUuid.get(token.clientId);
  return introspectionOf(token, services.env.authorityIssuer, client?.clientId ?? token.clientId);
}
