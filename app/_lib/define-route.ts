import { randomUUID } from "node:crypto";
import type { z } from "zod";
import type { Context } from "#lib/context.ts";
import { getEnv } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import type { TableDeclaration } from "#lib/list-query/define-table.ts";
import { requireWithinBound, tellBound } from "./actor-bound.ts";
import { answerOf, respond } from "./answer.ts";
import { type Caller, callerOf } from "./context-of.ts";
import { seenVersionOf, withSeenVersion } from "./entity-tag.ts";
import { onceByKey } from "./idempotency.ts";
import { requireNoForeignOrigin, requireSameOrigin } from "./origin-check.ts";
import { holdsSent, parsePart, parseQuery, requireNoFields, requireNoSecret } from "./parse-input.ts";
import { logProblem, problemResponse, RequestRefusal } from "./problem.ts";
import { readJson, readNoJson } from "./read-body.ts";
import { recordRefusal } from "./record-refusal.ts";
import { requireAccess, requireAllowed } from "./require-access.ts";
import type {
  AnyRouteSpec,
  OtherContent,
  RawInput,
  Route,
  RouteInput,
  RouteSpec,
  Segments,
} from "./route-spec.ts";
import { requireSamePerson } from "./same-person.ts";
import { requireProofAtDoor, withSecondPerson } from "./second-person.ts";

/**
 * One method of one route: authenticates, refuses what other sites' pages send, bounds and parses the input, asks for the
 * permission, and where it is stale for the proof of who is there, calls the handler, once for each idempotency key, and shapes its answer. Every refusal is a
 * problem document (RFC 9457). Use cases ask for both again: this is the door, they are the lock.
 */
export function defineRoute<
  R extends z.ZodType | OtherContent,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  L extends TableDeclaration | undefined = undefined,
>(given: RouteSpec<P, Q, B, R, L>): Route {
  const spec = given as unknown as AnyRouteSpec;

  async function handle(request: Request, { params }: { params: Promise<Segments> }): Promise<Response> {
    const requestId = randomUUID();
    let caller: Caller | undefined;
    try {
      caller = await callerOf(request.headers, requestId);
      requireWithinBound(caller.ctx);
      // a route without segments has no params
      const segments = (await params) ?? {};
      return privately(await answer(caller, request, segments), requestId, caller);
    } catch (error) {
      logProblem(error, requestId, `${spec.method} ${spec.path}`);
      return privately(problemResponse(error, requestId), requestId, caller);
    }
  }

  async function answer(caller: Caller, request: Request, segments: Segments): Promise<Response> {
    const { ctx } = caller;
    try {
      if (spec.method !== "GET") requireOwnOrigin(caller, request.headers);
      if (spec.method !== "GET") requireSamePerson(request.headers, ctx.actor);
      await requireAccess(caller, spec);
      // what nobody can be asked for waits for a person: the use case tells
      if (typeof spec.stepUp === "string" && ctx.actor.kind !== "api_token")
        await requireProofAtDoor(ctx, spec.stepUp);
      const seenVersion = seenVersionOf(request.headers, spec);
      const raw = {
        params: segments,
        url: request.url,
        body: await bodyOf(request, seenVersion),
        seenVersion,
      };
      const input = inputOf(raw, request);
      const params = segmentsOf(input);
      const call = { spec, request, raw, hasSecret: holdsSent(raw.body) };
      const act = (own: Context) =>
        preconditioned(seenVersion, () =>
          withSecondPerson(own, call, (asWho) => given.handler(asWho, input)),
        );
      if (spec.method !== "GET")
        return await onceByKey({ spec, ctx, request, sent: raw.body ?? null, params }, act);
      const result = await act(ctx);
      return result instanceof Response ? result : respond(spec, answerOf(spec, result, params), request);
    } catch (error) {
      if (spec.method !== "GET") await recordRefusal(ctx, spec, segments, error);
      throw error;
    }
  }

  async function bodyOf(request: Request, seenVersion: number | undefined): Promise<unknown> {
    if (spec.method === "GET") return undefined;
    if (spec.body !== undefined) return withSeenVersion(await readJson(request), seenVersion);
    // an empty object says the same as nothing: it is the same request, under a key and as what was approved
    requireNoFields(await readNoJson(request));
    return undefined;
  }

  function inputOf(raw: RawInput, request: Request): RouteInput<P, Q, B, L> {
    return {
      params: parsePart(spec.params, raw.params, "path"),
      ...parseQuery(spec.query, spec.list, raw.url),
      body: spec.body === undefined ? {} : requireNoSecret(parsePart(spec.body, raw.body, "body")),
      seenVersion: raw.seenVersion,
      request,
    } as unknown as RouteInput<P, Q, B, L>;
  }

  async function replay(ctx: Context, raw: RawInput, request: Request): Promise<unknown> {
    requireAllowed(ctx, spec);
    const result = await given.handler(ctx, inputOf(raw, request));
    if (result instanceof Response) throw new Error(`${spec.method} ${spec.path} answers no JSON`);
    return result;
  }

  return Object.assign(handle, { spec, replay });
}

const segmentsOf = (input: { params: unknown }) => input.params as Record<string, string>;

/** Only a cookie can be sent by somebody else's page, and only a browser says where it comes from. */
function requireOwnOrigin({ credential }: Caller, headers: Headers): void {
  if (credential === "cookie") requireSameOrigin(headers, getEnv().consoleUrl);
  else if (credential === "none") requireNoForeignOrigin(headers, getEnv().consoleUrl);
}

/** A version that moved is 412 for who asked by `If-Match`. @see RFC 9110 section 15.5.13 */
async function preconditioned<T>(seenVersion: number | undefined, act: () => Promise<T>): Promise<T> {
  if (seenVersion === undefined) return act();
  try {
    return await act();
  } catch (error) {
    if (error instanceof DomainError && error.code === "STALE_VERSION")
      throw new RequestRefusal(412, error.code, error.message, error.fields);
    throw error;
  }
}

function privately(response: Response, requestId: string, caller: Caller | undefined): Response {
  response.headers.set("x-request-id", requestId);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  if (caller !== undefined) tellBound(response.headers, caller.ctx);
  return response;
}
