import type { FastifyRequest } from "fastify";
import type { SqlContext } from "#lib/context.ts";
import type { RegistryVerifier } from "#lib/registry/snapshot.ts";
import { Refused } from "../answers.ts";
import { findCaller, readCredentials } from "../callers.ts";
import type { Services } from "../services.ts";

const CHALLENGE = 'Bearer realm="tokenwarden", Basic realm="tokenwarden", charset="UTF-8"';

/**
 * The verifier whose credential a request of the stream API carries. A stream belongs to a verifier: what it may hear of follows from it, its secret can be rotated, and
 * a disabled one hears nothing any more.
 *
 * @throws {Refused} 401
 */
export function requireVerifier(services: Services, request: FastifyRequest): RegistryVerifier {
  const credentials = readCredentials(request.headers.authorization, null);
  if (credentials === "malformed")
    throw new Refused(400, "invalid_request", "The credentials cannot be read.");
  const caller =
    credentials === null ? null : findCaller(services.follower.registry, credentials, Date.now());
  if (caller?.kind === "verifier") {
    services.sightings.saw(caller.verifier, new Date());
    return caller.verifier;
  }
  const ip = services.addresses.of(request.raw);
  services.refusals.count("nobody", ip, "credentials", new Date());
  throw services.bounds.refuseCredentials(
    ip,
    new Refused(401, "invalid_client", "Authenticate as a verifier.", CHALLENGE),
  );
}

/** What a verifier does by its credential is on record under its name. */
export function verifierContext(
  services: Services,
  request: FastifyRequest,
  { id, name }: RegistryVerifier,
): SqlContext {
  return {
    db: services.db,
    now: new Date(),
    actor: { kind: "system", id, name: `verifier ${name}` },
    requestId: request.id,
    ip: services.addresses.of(request.raw),
    userAgent: request.headers["user-agent"]?.slice(0, 512) ?? null,
  };
}
