import type { FastifyRequest } from "fastify";
import type { RegistryVerifier } from "#lib/registry/snapshot.ts";
import { Refused } from "./answers.ts";
import { findCaller, readCredentials } from "./callers.ts";
import type { Services } from "./services.ts";

const CHALLENGE = 'Bearer realm="tokenwarden"';

/**
 * The verifier whose credentials a request has, by its headers alone: nothing has to be read of what comes after them.
 *
 * @throws {Refused} 400 or 401; {Throttled} where the address had too many failures.
 */
export function requireVerifier(services: Services, request: FastifyRequest): RegistryVerifier {
  const credentials = readCredentials(request.headers.authorization, null);
  if (credentials === "malformed")
    throw new Refused(400, "invalid_request", "The credentials cannot be read.");
  const caller =
    credentials === null ? null : findCaller(services.follower.registry, credentials, Date.now());
  if (caller?.kind === "verifier") return caller.verifier;
  const ip = services.addresses.of(request.raw);
  services.refusals.count("nobody", ip, "credentials", new Date());
  throw services.bounds.refuseCredentials(
    ip,
    new Refused(401, "invalid_client", "Authenticate as a registered verifier.", CHALLENGE),
  );
}
