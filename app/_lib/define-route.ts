import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { RunBy } from "#lib/approvals/model.ts";
import { holdsSecret } from "#lib/audit/redact.ts";
import { requirePermission } from "#lib/authz/require-permission.ts";
import type { Permission } from "#lib/authz/roles.ts";
import type { Context } from "#lib/context.ts";
import { getEnv } from "#lib/env.ts";
import { DomainError, type FieldProblem } from "#lib/errors.ts";
import type { ListQuery, TableDeclaration } from "#lib/list-query/define-table.ts";
import { parseListQueryStrict } from "#lib/list-query/parse-list-query.ts";
import type { StepUpKind } from "#lib/step-up/model.ts";
import { requireStepUp } from "#lib/step-up/require-step-up.ts";
import { requireWithinBound } from "./actor-bound.ts";
import { callerOf } from "./context-of.ts";
import { requireNoForeignOrigin, requireSameOrigin } from "./origin-check.ts";
import { logProblem, problemResponse } from "./problem.ts";
import { readJson } from "./read-body.ts";
import { recordRefusal } from "./record-refusal.ts";
import { withSecondPerson } from "./second-person.ts";
import { requireStorable } from "./storable.ts";

/** Who may call: holders of a permission, anybody signed in, or everybody. */
export type Access = Permission | "signed-in" | "public";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** An answer that is not JSON: the handler makes the `Response` itself. */
export type OtherContent = { contentType: string; description: string };

/**
 * For which acts a person is asked again who they are. A kind alone: always, and here already. With `where`: what is asked for decides, so that the
 * use case alone asks; in words for the API's document.
 */
export type StepUp = StepUpKind | { kind: StepUpKind; where: string };

type Nothing = Record<string, never>;
type Output<S> = S extends z.ZodType ? z.output<S> : Nothing;

/** What a handler gets: everything typed, nothing raw but `request` (for its signal and URL). */
export type RouteInput<P, Q, B, L> = {
  params: Output<P>;
  query: Output<Q>;
  body: Output<B>;
  list: L extends TableDeclaration ? ListQuery<L> : undefined;
  request: Request;
};

export type RouteSpec<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
  R extends z.ZodType | OtherContent,
  L extends TableDeclaration | undefined,
> = {
  method: Method;
  /** OpenAPI form: `/api/v1/clients/{id}`. */
  path: `/api/${string}`;
  summary: string;
  description?: string;
  permission: Access;
  stepUp?: StepUp;
  params?: P;
  /** An object schema; parameters it does not name are refused. A parameter given twice arrives as an array. */
  query?: Q;
  /** The table whose filters, sort, size and cursor the query carries. */
  list?: L;
  body?: B;
  response: R;
  /** Of the success; 200 unless told. */
  status?: 200 | 201 | 202;
  /** Where an act waits for a second person: its answer holds a secret or is fetched by who asked, so that they do it themselves once it is approved. */
  runBy?: RunBy;
  /** Statuses of refusals that its shape does not tell: a link that is used up, too many attempts. */
  refusals?: readonly (401 | 404 | 409 | 410 | 429)[];
  handler: (
    ctx: Context,
    input: RouteInput<P, Q, B, L>,
  ) => Promise<(R extends z.ZodType ? z.input<R> : never) | Response>;
};

export type AnyRouteSpec = Omit<
  RouteSpec<
    z.ZodType | undefined,
    z.ZodType | undefined,
    z.ZodType | undefined,
    z.ZodType | OtherContent,
    TableDeclaration | undefined
  >,
  "handler"
>;

/** Enough to mend a form by; an answer is never much longer than the request. */
const MAX_FIELD_PROBLEMS = 50;

type Segments = Record<string, string | string[] | undefined>;

/** What a `route.ts` exports under its method's name, with its declaration for OpenAPI and the access matrix. */
export type Route = ((request: Request, context: { params: Promise<Segments> }) => Promise<Response>) & {
  spec: AnyRouteSpec;
  replay(ctx: Context, raw: RawInput, request: Request): Promise<unknown>;
};

/**
 * One method of one route: authenticates, refuses what other sites' pages send, bounds and parses the input, asks for the
 * permission, and where it is stale for the proof of who is there, calls the handler and shapes its answer. Every refusal is a problem document (RFC 9457).
 * Use cases ask for both again: this is the door, they are the lock.
 */
export function defineRoute<
  R extends z.ZodType | OtherContent,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  L extends TableDeclaration | undefined = undefined,
>(spec: RouteSpec<P, Q, B, R, L>): Route {
  async function handle(request: Request, { params }: { params: Promise<Segments> }): Promise<Response> {
    const requestId = randomUUID();
    try {
      const { ctx, credential } = await callerOf(request.headers, requestId);
      // a route without segments has no params
      const segments = (await params) ?? {};
      requireWithinBound(ctx);
      try {
        if (spec.method !== "GET") {
          if (credential === "cookie") requireSameOrigin(request.headers, getEnv().consoleUrl);
          else if (credential === "none") requireNoForeignOrigin(request.headers, getEnv().consoleUrl);
        }
        requireAccess(ctx, spec.permission);
        // what nobody can be asked for waits for a person: the use case tells
        if (typeof spec.stepUp === "string" && ctx.actor.kind !== "api_token")
          await requireStepUp(ctx, spec.stepUp);
        const raw = {
          params: segments,
          url: request.url,
          body: spec.body === undefined ? undefined : await readJson(request),
        };
        const input = inputOf(spec, raw, request);
        const call = { spec, request, raw, hasSecret: holdsSent(raw.body) };
        const result = await withSecondPerson(ctx, call, (asWho) => spec.handler(asWho, input));
        return result instanceof Response ? privately(result, requestId) : answer(spec, result, requestId);
      } catch (error) {
        if (spec.method !== "GET") await recordRefusal(ctx, spec, segments, error);
        throw error;
      }
    } catch (error) {
      logProblem(error, requestId, `${spec.method} ${spec.path}`);
      return problemResponse(error, requestId);
    }
  }

  /** The same act as it was asked for earlier, as who is in the context: what is stored is parsed anew. */
  async function replay(ctx: Context, raw: RawInput, request: Request): Promise<unknown> {
    requireAccess(ctx, spec.permission);
    const result = await spec.handler(ctx, inputOf(spec, raw, request));
    if (result instanceof Response) throw new Error(`${spec.method} ${spec.path} answers no JSON`);
    return result;
  }

  return Object.assign(handle, { spec: spec as unknown as AnyRouteSpec, replay });
}

/** What was sent, before it is parsed. */
export type RawInput = { params: Segments; url: string; body: unknown };

type Schemas = {
  params?: z.ZodType | undefined;
  query?: z.ZodType | undefined;
  list?: TableDeclaration | undefined;
  body?: z.ZodType | undefined;
};

function inputOf<P, Q, B, L>(spec: Schemas, raw: RawInput, request: Request): RouteInput<P, Q, B, L> {
  return {
    params: parse(spec.params, raw.params, "path"),
    ...parseQuery(spec.query, spec.list, raw.url),
    body: spec.body === undefined ? {} : requireNoSecret(parse(spec.body, raw.body, "body")),
    request,
  } as unknown as RouteInput<P, Q, B, L>;
}

function requireAccess(ctx: Context, access: Access): void {
  if (access === "public") return;
  if (ctx.actor.kind === "anonymous") throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  if (access !== "signed-in") requirePermission(ctx, access);
}

function parseQuery(schema: z.ZodType | undefined, table: TableDeclaration | undefined, url: string) {
  const given = readQuery(url);
  requireStorable(Object.fromEntries(given), "query");
  const own = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  if (table === undefined) {
    const strict = schema instanceof z.ZodObject ? schema.strict() : (schema ?? z.strictObject({}));
    return { query: parse(strict, Object.fromEntries(given), "query"), list: undefined };
  }
  const list = parseListQueryStrict(table, Object.fromEntries(given), own);
  const rest = [...given].filter(([name]) => own.includes(name));
  return { query: parse(schema, Object.fromEntries(rest), "query"), list };
}

function readQuery(url: string): Map<string, string | string[]> {
  const query = new Map<string, string | string[]>();
  for (const [name, value] of new URL(url).searchParams) {
    const before = query.get(name);
    query.set(name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value]);
  }
  return query;
}

function parse(schema: z.ZodType | undefined, value: unknown, place: "path" | "query" | "body"): unknown {
  if (schema === undefined) return {};
  requireStorable(value, place);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues
    .flatMap(fieldProblems)
    .slice(0, MAX_FIELD_PROBLEMS)
    .map(({ path, message }) => ({ path: path || place, message }));
  const first = fields[0];
  throw new DomainError("INVALID_INPUT", first ? `${first.path}: ${first.message}` : "Bad input.", {
    fields,
  });
}

function fieldProblems(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      path: (path === "" ? key : `${path}.${key}`).slice(0, 100),
      message: "is not a known parameter",
    }));
  return [{ path, message: issue.message }];
}

/** What is sent to be used and not kept: hashed, sealed or compared; a file's part, whose cells are looked at one by one when it is read. */
const SENT_TO_BE_USED = new Set([
  "setupToken",
  "enrolment",
  "password",
  "code",
  "authorization",
  "content",
  "challenge",
  "passkey",
  "clientSecret",
]);

function holdsSent(body: unknown): boolean {
  return (
    typeof body === "object" && body !== null && Object.keys(body).some((key) => SENT_TO_BE_USED.has(key))
  );
}

/** Names, notes and settings are shown and kept for years: a token that was pasted into one is not taken. */
function requireNoSecret<T>(body: T, at: string[] = []): T {
  if (typeof body === "string" && holdsSecret(body)) {
    const path = at.join(".");
    throw new DomainError(
      "INVALID_INPUT",
      `${path}: looks like a token or a secret, which is not kept here.`,
      {
        fields: [{ path, message: "looks like a token or a secret" }],
      },
    );
  }
  if (typeof body === "object" && body !== null)
    for (const [key, inner] of Object.entries(body)) {
      requireNoSecret(key, [...at, "key"]);
      if (at.length > 0 || !SENT_TO_BE_USED.has(key)) requireNoSecret(inner, [...at, key]);
    }
  return body;
}

function answer(
  spec: { response: z.ZodType | OtherContent; status?: number; method: Method; path: string },
  result: unknown,
  requestId: string,
): Response {
  if (process.env.NODE_ENV !== "production" && spec.response instanceof z.ZodType) {
    const checked = spec.response.safeParse(result);
    if (!checked.success)
      throw new Error(
        `${spec.method} ${spec.path} answers what it did not declare: ${checked.error.message}`,
      );
  }
  return privately(
    new Response(JSON.stringify(result), {
      status: spec.status ?? 200,
      headers: { "content-type": "application/json" },
    }),
    requestId,
  );
}

function privately(response: Response, requestId: string): Response {
  response.headers.set("x-request-id", requestId);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  return response;
}
