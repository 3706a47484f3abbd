import type { FastifyRequest } from "fastify";
import { cleanText } from "#lib/audit/clean-text.ts";
import type { SqlContext } from "#lib/context.ts";
import type { RegistryVerifier } from "#lib/registry/snapshot.ts";
import type { Services } from "../services.ts";

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
    userAgent: cleanText(request.headers["user-agent"] ?? null, 512),
  };
}
