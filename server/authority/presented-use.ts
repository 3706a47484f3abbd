import type { FastifyRequest } from "fastify";
import { cleanMethod, cleanPath, cleanText } from "#lib/audit/clean-text.ts";
import type { Services } from "./services.ts";

/** Where a token was presented, as a registered verifier forwards it. */
export type PresentedUse = {
  method: string | null;
  path: string | null;
  ip: string | null;
  userAgent: string | null;
};

function first(value: string | string[] | undefined): string | null {
  return value === undefined ? null : Array.isArray(value) ? (value[0] ?? null) : value;
}

/** Reads what the verifier forwards: X-Forwarded-For, X-Original-/X-Forwarded-Method and -URI, User-Agent. Believe it only from a verifier. */
export function readPresentedUse(services: Services, request: FastifyRequest): PresentedUse {
  const { headers } = request;
  const method = first(headers["x-original-method"] ?? headers["x-forwarded-method"]);
  return {
    method: cleanMethod(method ?? null),
    path: cleanPath(
      first(headers["x-original-uri"] ?? headers["x-forwarded-uri"] ?? headers["x-original-url"]),
    ),
    ip: services.addresses.spokenOf(request.raw),
    userAgent: cleanText(first(headers["user-agent"]), 256),
  };
}
