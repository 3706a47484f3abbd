import type { FastifyRequest } from "fastify";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import type { Services } from "./services.ts";

/** A client without a secret names itself in the form; it can revoke only what it holds, so that the name is enough. @see RFC 7009 section 2.1 */
export function findPublicClient(
  services: Services,
  request: FastifyRequest,
  form: URLSearchParams,
): RegistryClient | null {
  if (request.headers.authorization !== undefined || form.get("client_secret") !== null) return null;
  if (form.has("client_assertion")) return null;
  const client = services.follower.registry.clientsByClientId.get(form.get("client_id") ?? "");
  return client === undefined || client.isConfidential || client.isDisabled ? null : client;
}
