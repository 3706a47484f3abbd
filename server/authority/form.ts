import type { FastifyRequest } from "fastify";
import { Refused } from "./answers.ts";

/**
 * The form of a request, with each parameter at most once.
 *
 * @throws {Refused} 400 naming the parameter that comes twice.
 */
export function readForm(request: FastifyRequest): URLSearchParams {
  const coding = request.headers["content-encoding"];
  if (typeof request.body !== "string" || (coding !== undefined && coding !== "identity"))
    throw new Refused(415, "invalid_request", "Send application/x-www-form-urlencoded, not compressed.");
  return requireSingle(new URLSearchParams(request.body));
}

export function requireSingle(params: URLSearchParams): URLSearchParams {
  const seen = new Set<string>();
  for (const name of params.keys()) {
    if (seen.has(name)) throw new Refused(400, "invalid_request", `${printable(name)} is given twice`);
    seen.add(name);
  }
  return params;
}

/** A parameter that must be there. */
export function requireParameter(params: URLSearchParams, name: string): string {
  const value = params.get(name);
  if (value === null || value === "") throw new Refused(400, "invalid_request", `${name} is missing`);
  return value;
}

/** Text that a caller sent, safe to send back in an error. */
export function printable(text: string): string {
  return JSON.stringify(text.slice(0, 64)).replace(/[^\x20-\x7e]/g, "?");
}
