import { z } from "zod";
import { entityTag, isKnown } from "./entity-tag.ts";
import type { AnyRouteSpec } from "./route-spec.ts";

/** What a handler gave, as it goes out and as it is kept for a repeat: status, place and text. */
export type Answer = { status: number; location: string | null; text: string; value: unknown };

/** Shapes what a handler gave. Outside of production it is held against what the route declared. */
export function answerOf(spec: AnyRouteSpec, value: unknown, params: Record<string, string>): Answer {
  if (process.env.NODE_ENV !== "production" && spec.response instanceof z.ZodType) {
    const checked = spec.response.safeParse(value);
    if (!checked.success)
      throw new Error(
        `${spec.method} ${spec.path} answers what it did not declare: ${checked.error.message}`,
      );
  }
  return {
    status: spec.status ?? 200,
    location: spec.location?.(value, params) ?? null,
    text: JSON.stringify(value),
    value,
  };
}

/** The answer as its response: what the caller has already is not sent again. */
export function respond(
  spec: AnyRouteSpec,
  { status, location, text, value }: Answer,
  request: Request,
): Response {
  const headers = new Headers({ "content-type": "application/json" });
  if (location !== null) headers.set("location", location);
  const isVersioned = Number.isInteger((value as { version?: unknown } | null)?.version);
  if (spec.method === "GET" || isVersioned) headers.set("etag", entityTag(text, value));
  const tag = headers.get("etag");
  if (spec.method === "GET" && tag !== null && isKnown(request.headers, tag)) {
    headers.delete("content-type");
    return new Response(null, { status: 304, headers });
  }
  return new Response(text, { status, headers });
}
