import type { FastifyRequest } from "fastify";
import type { z } from "zod";
import { holdsSecret } from "#lib/audit/redact.ts";
import { Refused } from "../answers.ts";
import { readJson } from "../read-json.ts";

/** Problems that are named in one answer. */
const MAX_NAMED = 5;

/** The JSON of a request as a schema has it. @throws {Refused} 400 naming what is wrong, 415 */
export function readJsonBody<S extends z.ZodType>(request: FastifyRequest, schema: S): z.output<S> {
  return parsed(schema, readJson(request.body));
}

/** Text that is kept and shown: a token that was pasted into it is not taken, and not repeated. */
export const kept = <S extends z.ZodType<string>>(text: S) =>
  text.refine((value) => !holdsSecret(value), "looks like a token or a secret");

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const named = result.error.issues
    .slice(0, MAX_NAMED)
    .map(({ path, message }) => `${path.join(".") || "body"}: ${message}`.slice(0, 200));
  throw new Refused(400, "invalid_request", named.join("; ").replace(/[^\x20-\x7e]/g, "?"));
}
