import { z } from "zod";
import { GUARDED_KINDS } from "#lib/approvals/model.ts";
import { STEP_UP_KINDS } from "#lib/step-up/model.ts";
import { takesIfMatch } from "./entity-tag.ts";
import { type Json, schemaOf } from "./openapi-parameters.ts";
import type { AnyRouteSpec } from "./route-spec.ts";
import { approvalRow } from "./schemas/approvals.ts";

function contentOf(response: AnyRouteSpec["response"]): Json {
  if (response instanceof z.ZodType) return { "application/json": { schema: schemaOf(response, "output") } };
  const { contentType, description } = response;
  const type = contentType === "application/json" ? "object" : "string";
  return { [contentType]: { schema: { type, description } } };
}

const isJson = (spec: AnyRouteSpec) => spec.response instanceof z.ZodType;

/** Whether an answer has a version of its own. */
function hasVersion({ response }: AnyRouteSpec): boolean {
  return response instanceof z.ZodObject && "version" in response.shape;
}

/** Whether an act may want a second person: what a person is asked again for, but for what is their own or is itself the second person's. */
export function isGuarded({ stepUp, permission, path }: AnyRouteSpec): boolean {
  if (stepUp === undefined || permission === "signed-in" || permission === "public") return false;
  return !path.startsWith("/api/v1/approvals/");
}

/** Every status with which an operation refuses; whatever else comes is a fault of ours. */
function refusalsOf(spec: AnyRouteSpec): number[] {
  const isChange = spec.method !== "GET";
  const isPublic = spec.permission === "public";
  const statuses = [
    400,
    ...(isPublic ? [] : [401]),
    ...(isPublic && !isChange ? [] : [403]),
    ...(spec.params === undefined ? [] : [404]),
    ...(isChange ? [409] : []),
    ...(takesIfMatch(spec) ? [412] : []),
    ...(isChange ? [413, 415] : []),
    ...(isChange && !isPublic ? [422] : []),
    429,
    ...(spec.refusals ?? []),
    500,
    503,
  ];
  return [...new Set(statuses)].sort((a, b) => a - b);
}

const header = (name: string): Json => ({ $ref: `#/components/headers/${name}` });
const ALWAYS = {
  "X-Request-Id": header("RequestId"),
  RateLimit: header("RateLimit"),
  "RateLimit-Policy": header("RateLimitPolicy"),
};

const REFUSED: Record<number, string> = { 409: "ProblemLater", 429: "ProblemLater", 503: "ProblemLater" };

/** Of what was made and had something that is shown once, a repeat says where it is. */
function refusedAs({ location, shownOnce }: AnyRouteSpec, status: number): string {
  if (status === 409 && location !== undefined && shownOnce !== undefined) return "ProblemShownOnce";
  return REFUSED[status] ?? "Problem";
}

/** What an operation answers, by status. */
export function responsesOf(spec: AnyRouteSpec): Json {
  const isRead = spec.method === "GET" && isJson(spec);
  const success: Json = {
    description: "Done",
    headers: {
      ...ALWAYS,
      ...(isRead || (isJson(spec) && hasVersion(spec)) ? { ETag: header("ETag") } : {}),
      ...(spec.location === undefined ? {} : { Location: header("Location") }),
      ...(spec.method === "GET" || spec.permission === "public"
        ? {}
        : { "Idempotency-Replayed": header("IdempotencyReplayed") }),
    },
    content: contentOf(spec.response),
  };
  return {
    [String(spec.status ?? 200)]: success,
    ...(isGuarded(spec) ? { 202: { $ref: "#/components/responses/Waits" } } : {}),
    ...(isRead ? { 304: { $ref: "#/components/responses/NotModified" } } : {}),
    ...Object.fromEntries(
      refusalsOf(spec).map((status) => [
        String(status),
        { $ref: `#/components/responses/${refusedAs(spec, status)}` },
      ]),
    ),
  };
}

const PROBLEM: Json = {
  type: "object",
  required: ["type", "title", "status", "detail", "code", "requestId", "errors"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: {
      type: "string",
      description:
        "Stable: decide by this. `STEP_UP_REQUIRED`: a signed-in admin shows again who they are (`POST /api/v1/me/step-up`), for `kind`, and sends the very same request once more. API tokens are not asked. `APPROVAL_REQUIRED`: another person must approve; send the very same request with `approval-reason` to ask for it. `APPROVAL_STALE`: it would now do something else than what others saw.",
    },
    answer: {
      description:
        "Of `SHOWN_ONCE` alone: what was answered then under the same idempotency key, without what is shown once.",
    },
    kind: {
      type: "string",
      enum: [...new Set([...STEP_UP_KINDS, ...GUARDED_KINDS])],
      description: "Of `STEP_UP_REQUIRED` and `APPROVAL_REQUIRED` alone.",
    },
    subject: {
      type: "string",
      description: "Of a `STEP_UP_REQUIRED` for one very act: prove it with this subject.",
    },
    approvalId: {
      type: "string",
      description: "Of an `APPROVAL_REQUIRED` where the very same request waits already.",
    },
    requestId: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

const problemContent = { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } };

/** What the operations refer to. */
export const ANSWER_COMPONENTS: Json = {
  schemas: { Problem: PROBLEM, Approval: schemaOf(approvalRow, "output") },
  headers: {
    RequestId: {
      description: "Names the request in the log and in the audit.",
      required: true,
      schema: { type: "string", format: "uuid" },
    },
    RateLimit: {
      description:
        "What may still be asked: `r` requests at once, all of the policy's `q` again after `t` seconds of none (draft-ietf-httpapi-ratelimit-headers). Not there where the database is away: nobody knows then who asks.",
      required: false,
      schema: { type: "string", pattern: '^"(?:caller|address)";r=\\d+;t=\\d+$' },
    },
    RateLimitPolicy: {
      description: "`q` requests in `w` seconds: of one admin or API token, or of one address for strangers.",
      required: false,
      schema: { type: "string", pattern: '^"(?:caller|address)";q=\\d+;w=\\d+$' },
    },
    ETag: {
      description:
        "Strong. Send it in `If-None-Match` to be told 304 where nothing changed, in `If-Match` to change nothing that somebody else changed meanwhile.",
      required: true,
      schema: { type: "string", pattern: '^"(?:v\\d+\\.)?[\\w-]{22}"$' },
    },
    Location: {
      description: "Where what was made, or what goes on, is read.",
      required: true,
      schema: { type: "string", format: "uri-reference" },
    },
    LocationOfDone: {
      description: "Of `SHOWN_ONCE` alone: where what was made then is read.",
      required: false,
      schema: { type: "string", format: "uri-reference" },
    },
    RetryAfter: { description: "Seconds.", schema: { type: "integer", minimum: 1 } },
    IdempotencyReplayed: {
      description: "`true`: this was answered before under the same key, and nothing was done again.",
      schema: { type: "string", enum: ["true"] },
    },
  },
  responses: {
    Problem: { description: "Refused", headers: ALWAYS, content: problemContent },
    ProblemLater: {
      description: "Refused; with `Retry-After` where asking again may help",
      headers: { ...ALWAYS, "Retry-After": header("RetryAfter") },
      content: problemContent,
    },
    ProblemShownOnce: {
      description:
        "Refused; with `Retry-After` where asking again may help. `SHOWN_ONCE`: it was done under this idempotency key, and its answer had something that is shown once; the rest of it is under `answer`, and `Location` says where it is read",
      headers: {
        ...ALWAYS,
        "Retry-After": header("RetryAfter"),
        Location: header("LocationOfDone"),
      },
      content: problemContent,
    },
    Waits: {
      description:
        "A second person is needed: it waits for 4 hours as the approval at `Location`, and is done once, as planned. Where `runBy` is `requester`, the very same request does it once it is approved.",
      headers: { ...ALWAYS, Location: header("Location") },
      content: { "application/json": { schema: { $ref: "#/components/schemas/Approval" } } },
    },
    NotModified: {
      description: "The caller has this very answer already",
      headers: { ...ALWAYS, ETag: header("ETag") },
    },
  },
};
