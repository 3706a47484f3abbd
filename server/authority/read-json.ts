import { nameGivenTwice } from "#lib/input/name-given-twice.ts";
import { Refused } from "./answers.ts";

/** The JSON of a body that came as text. @throws {Refused} 400 for what is no JSON or has a name twice, 415 where none came. */
export function readJson(body: unknown): unknown {
  if (typeof body !== "string" || body === "")
    throw new Refused(415, "invalid_request", "Send application/json.");
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Refused(400, "invalid_request", "The body is no JSON.");
  }
  // never the name: it may be a secret in the wrong place
  if (nameGivenTwice(body) !== null)
    throw new Refused(400, "invalid_request", "The body gives a name twice.");
  return value;
}
