import { createHash } from "node:crypto";
import { z } from "zod";
import { RequestRefusal } from "./problem.ts";
import type { AnyRouteSpec } from "./route-spec.ts";

const HASH_CHARACTERS = 22;
const VERSIONED = /^"v(\d{1,9})\.[\w-]+"$/;

/**
 * The strong tag of an answer: its version, where what it shows has one, and a hash of its bytes. Two different answers never share one; an edit is compared by
 * the version alone, so that a count which moved meanwhile does not refuse it.
 *
 * @see RFC 9110 section 8.8.3
 */
export function entityTag(text: string, answer: unknown): string {
  const hash = createHash("sha256").update(text).digest("base64url").slice(0, HASH_CHARACTERS);
  const version = (answer as { version?: unknown } | null)?.version;
  return Number.isInteger(version) ? `"v${version}.${hash}"` : `"${hash}"`;
}

/** Whether the caller has this very answer already. @see RFC 9110 section 13.1.2 */
export function isKnown(headers: Headers, tag: string): boolean {
  const given = headers.get("if-none-match");
  if (given === null) return false;
  return given.trim() === "*" || given.split(",").some((one) => one.trim().replace(/^W\//, "") === tag);
}

/** Whether a route's body carries the version that the caller saw. */
export function hasVersion(body: z.ZodType | undefined): boolean {
  return body instanceof z.ZodObject && "version" in body.shape;
}

/** Whether a route takes `If-Match`. */
export function takesIfMatch(spec: Pick<AnyRouteSpec, "method" | "body" | "versioned">): boolean {
  return spec.method !== "GET" && (spec.versioned === true || hasVersion(spec.body));
}

/**
 * The version that `If-Match` asks for, or undefined where there is none, or `*`. A weak tag, one of another resource and one without a version match nothing.
 *
 * @throws {RequestRefusal} 412 for what cannot match, 400 where the route has no version to compare, or for several tags.
 * @see RFC 9110 section 13.1.1
 */
export function seenVersionOf(headers: Headers, spec: AnyRouteSpec): number | undefined {
  const given = headers.get("if-match")?.trim();
  if (given === undefined || spec.method === "GET") return undefined;
  if (!takesIfMatch(spec))
    throw badHeader("If-Match", "is not taken here: there is no version to compare with");
  if (given === "*") return undefined;
  if (given.includes(",")) throw badHeader("If-Match", "must be one entity tag");
  const version = VERSIONED.exec(given)?.[1];
  if (version === undefined)
    throw new RequestRefusal(
      412,
      "PRECONDITION_FAILED",
      "If-Match is no tag of what is here now. Nothing was changed.",
    );
  return Number(version);
}

/**
 * A body with the version of `If-Match`, which may be left out of it then.
 *
 * @throws {RequestRefusal} 412 where the body names another one.
 */
export function withSeenVersion(body: unknown, version: number | undefined): unknown {
  if (version === undefined || typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const own = (body as { version?: unknown }).version;
  if (own !== undefined && own !== version)
    throw new RequestRefusal(
      412,
      "PRECONDITION_FAILED",
      "If-Match and the body's version are not the same. Nothing was changed.",
    );
  return { ...body, version };
}

export function badHeader(name: string, message: string): RequestRefusal {
  return new RequestRefusal(400, "INVALID_INPUT", `${name}: ${message}`, [{ path: name, message }]);
}
