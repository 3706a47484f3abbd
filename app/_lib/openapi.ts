import { takesIfMatch } from "./entity-tag.ts";
import { ANSWER_COMPONENTS, isGuarded, responsesOf } from "./openapi-answers.ts";
import { type Json, listParameters, parametersOf, schemaOf } from "./openapi-parameters.ts";
import type { AnyRouteSpec, Route } from "./route-spec.ts";
import { APPROVAL_REASON, BREAK_GLASS_REASON } from "./second-person.ts";

function headerParameters(spec: AnyRouteSpec): Json[] {
  const named = (name: string): Json => ({ $ref: `#/components/parameters/${name}` });
  if (spec.method === "GET") return "contentType" in spec.response ? [] : [named("IfNoneMatch")];
  return [
    ...(spec.permission === "public" ? [] : [named("IdempotencyKey")]),
    ...(takesIfMatch(spec) ? [named("IfMatch")] : []),
  ];
}

function operationOf(spec: AnyRouteSpec): Json {
  const isPublic = spec.permission === "public";
  return {
    operationId: operationId(spec),
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    tags: [areaOf(spec)],
    security: isPublic ? [] : [{ apiToken: [] }, { session: [] }],
    "x-permission": spec.permission,
    ...stepUpOf(spec),
    ...approvalOf(spec),
    ...(spec.shownOnce === undefined ? {} : { "x-shown-once": [...spec.shownOnce] }),
    parameters: [
      ...parametersOf(spec.params, "path"),
      ...parametersOf(spec.query, "query"),
      ...(spec.list === undefined ? [] : listParameters(spec.list)),
      ...(isGuarded(spec) ? SECOND_PERSON : []),
      ...headerParameters(spec),
    ],
    ...(spec.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(spec.body, "input") } },
          },
        }),
    responses: responsesOf(spec),
  };
}

/** The part of the API that an operation belongs to: the first word of its path. */
function areaOf(spec: AnyRouteSpec): string {
  return spec.path.split("/")[3] ?? "api";
}

/** Of an act that a person is asked again for: the kind; where it depends on what is asked for, on what; and whether it only shuts somebody out. */
function stepUpOf({ stepUp, shutsOut }: AnyRouteSpec): Json {
  if (stepUp === undefined) return {};
  const asked = typeof stepUp === "string" ? { kind: stepUp } : stepUp;
  return { "x-step-up": shutsOut ? { ...asked, shutsOut } : asked };
}

/** The name of an operation in the document: `postKeysKidEmergency`. */
export function operationId(spec: AnyRouteSpec): string {
  const words = spec.path
    .replace("/api/v1/", "")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  return [spec.method.toLowerCase(), ...words]
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}

function approvalOf(spec: AnyRouteSpec): Json {
  return isGuarded(spec) ? { "x-approval": { runBy: spec.runBy ?? "approver" } } : {};
}

const SECOND_PERSON: Json[] = [
  {
    name: APPROVAL_REASON,
    in: "header",
    required: false,
    description:
      "Why, percent-encoded: where the act wants a second person, one is asked for (202) instead of `APPROVAL_REQUIRED`. A signed-in admin shows who they are for this very request (`STEP_UP_REQUIRED` with a `subject`), however lately they did for others. API tokens ask in any case.",
    schema: { type: "string" },
  },
  {
    name: BREAK_GLASS_REASON,
    in: "header",
    required: false,
    description:
      "Why, percent-encoded: an owner in person does it without a second person. Every other owner is alarmed, and one of them is to review it.",
    schema: { type: "string" },
  },
];

const PARAMETERS: Json = {
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description:
      "The same request of the same caller under the same key is done once, and answered as the first time for 24 hours, with `Idempotency-Replayed: true`. Another request under it is refused with 422, one that still runs with 409 `IDEMPOTENCY_KEY_RUNNING`. What is shown once is not kept: a repeat is refused with 409 `SHOWN_ONCE` and the rest of the answer. Where an answer was lost in a crash: 409 `ANSWER_LOST`, and nothing is done again. A refused request gives its key back. One whose act waits for a second person is answered 202 again where it is done with the approval; where its answer holds a secret it may be sent once more under the key. A caller has up to 10,000 keys at once: 429 `IDEMPOTENCY_KEYS_FULL`.",
    schema: {
      type: "string",
      minLength: 1,
      maxLength: 255,
      examples: ["6f1b1a0e-2c2b-4f0e-9d0c-7c9f6f3f8f11"],
    },
  },
  IfMatch: {
    name: "If-Match",
    in: "header",
    description:
      "The `ETag` that was read: refused with 412 where the version has moved since. A `version` of the body may then be left out.",
    schema: { type: "string", examples: ['"v3.Zm9vYmFyYmF6cXV4cXV1eA"'] },
  },
  IfNoneMatch: {
    name: "If-None-Match",
    in: "header",
    description: "The `ETag` that was read: answered with 304 and no body where nothing changed since.",
    schema: { type: "string" },
  },
};

/** The API as OpenAPI 3.1, made of the very schemas that parse its input. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const { spec } of routes) {
    const path = paths[spec.path] ?? {};
    path[spec.method.toLowerCase()] = operationOf(spec);
    paths[spec.path] = path;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Tokenwarden admin API",
      version: "1",
      description:
        "Every refusal is a problem document (RFC 9457) with a stable `code`. Parameters that are not named here are refused with 400, methods that an address does not have with 405 and `Allow`. A change that names no request body takes none: nothing or an empty object is sent, and anything else is refused with 400. Lists come in pages: `next` and `previous` are cursors.",
    },
    servers: [{ url: "/" }],
    tags: [...new Set(routes.map(({ spec }) => areaOf(spec)))].sort().map((name) => ({ name })),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        apiToken: {
          type: "http",
          scheme: "bearer",
          description: "An API token, `twk_…`. It counts as whoever made it, and may be bound to networks.",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "tokenwarden.session",
          description: "The console's own; `__Host-tokenwarden.session` behind TLS. Changes need its Origin.",
        },
      },
      parameters: PARAMETERS,
      ...ANSWER_COMPONENTS,
    },
  };
}
