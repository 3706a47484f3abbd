import { createHmac } from "node:crypto";
import { can } from "#lib/authz/require-permission.ts";
import type { Permission } from "#lib/authz/roles.ts";
import type { Context } from "#lib/context.ts";
import { DomainError } from "#lib/errors.ts";
import { claimKey } from "#lib/idempotency/claim-key.ts";
import { giveUpIdleKey, giveUpKey, keepAnswer } from "#lib/idempotency/end-claim.ts";
import { fencedDatabase } from "#lib/idempotency/fenced-database.ts";
import {
  type ClaimResult,
  IDEMPOTENCY_HOURS,
  IDEMPOTENCY_KEY_MAX,
  IDEMPOTENCY_KEYS_MAX,
  type IdempotencyClaim,
  type KeptAnswer,
} from "#lib/idempotency/model.ts";
import { type Answer, answerOf, respond } from "./answer.ts";
import { badHeader } from "./entity-tag.ts";
import { RequestRefusal } from "./problem.ts";
import type { AnyRouteSpec } from "./route-spec.ts";
import { BREAK_GLASS_REASON, requireProofAtDoor, WaitsAnswer } from "./second-person.ts";
import { derivedKey } from "./secrets.ts";

export type KeyedRequest = {
  spec: AnyRouteSpec;
  ctx: Context;
  request: Request;
  /** The body as it was sent. */
  sent: unknown;
  params: Record<string, string>;
};

/**
 * Acts and answers; under an `Idempotency-Key` once: the same request of the same actor is answered as it was the first time, for 24 hours, and nothing is
 * done again. The key says that it has acted in the transaction of the act. A refusal gives the key back. Strangers have no keys: theirs are not looked at.
 *
 * @throws {RequestRefusal} 422 for another request under the key, 409 while it runs, where its answer was lost or had something that is shown once, 429 where
 * the actor has too many keys.
 * @see draft-ietf-httpapi-idempotency-key-header
 */
export async function onceByKey(
  keyed: KeyedRequest,
  act: (ctx: Context) => Promise<unknown>,
): Promise<Response> {
  const { spec, ctx, request, params } = keyed;
  const key = ctx.actor.kind === "anonymous" ? null : readKey(request.headers);
  if (key === null) {
    const result = await act(ctx);
    return result instanceof Response ? result : respond(spec, answerOf(spec, result, params), request);
  }
  const claimed = await claimKey(ctx.db, {
    actorId: ctx.actor.id,
    key,
    fingerprint: fingerprintOf(keyed),
    requestId: ctx.requestId,
    now: ctx.now,
  });
  if (claimed.outcome !== "claimed") {
    // the use case, which asks where the door does not, is not there for a repeat
    if (typeof spec.stepUp === "string" && ctx.actor.kind === "admin")
      await requireProofAtDoor(ctx, spec.stepUp);
    return repeat(keyed, claimed);
  }
  return actUnder(keyed, claimed.claim, act);
}

async function actUnder(
  { spec, ctx, request, params }: KeyedRequest,
  claim: IdempotencyClaim,
  act: (ctx: Context) => Promise<unknown>,
): Promise<Response> {
  let result: unknown;
  const granted = new Set<Permission>();
  try {
    result = await act({ ...ctx, granted, db: fencedDatabase(ctx.db, claim) });
  } catch (error) {
    const isRefusal = error instanceof DomainError && error.code !== "UNAVAILABLE";
    const giveUp = isRefusal || error instanceof RequestRefusal ? giveUpKey : giveUpIdleKey;
    await giveUp(ctx.db, claim).catch((cause) => ctx.noteFailure?.(cause, "give an idempotency key back"));
    throw error;
  }
  if (result instanceof Response) {
    await endWaiting(ctx, claim, { answer: result, granted });
    return result;
  }
  const answer = answerOf(spec, result, params);
  // it is done: whoever asks again is told so, with or without the answer
  await keepAnswer(ctx.db, claim, { ...keptOf(spec, answer), permissions: [...granted] }).catch((cause) =>
    ctx.noteFailure?.(cause, "keep the answer under an idempotency key"),
  );
  return respond(spec, answer, request);
}

/** Asked for once: a repeat is told where it waits. What its asker does themselves, once it is approved, is done by the very same request, under its key. */
async function endWaiting(
  ctx: Context,
  claim: IdempotencyClaim,
  { answer, granted }: { answer: Response; granted: ReadonlySet<Permission> },
): Promise<void> {
  const isKept = answer instanceof WaitsAnswer && answer.isDoneByApprover;
  await (isKept
    ? keepAnswer(ctx.db, claim, { ...answer.kept, permissions: [...granted] })
    : giveUpKey(ctx.db, claim)
  ).catch((cause) => ctx.noteFailure?.(cause, "end an idempotency key"));
}

function keptOf(
  { shownOnce = [] }: AnyRouteSpec,
  { status, location, text, value }: Answer,
): Omit<KeptAnswer, "permissions"> {
  if (shownOnce.length === 0) return { status, location, text, isShownOnce: false };
  const rest = shownOnce.reduce(without, value);
  return { status, location, text: JSON.stringify(rest), isShownOnce: JSON.stringify(rest) !== text };
}

/** The same without what stands at a path; in lists, of each of them. */
function without(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((one) => without(one, path));
  if (typeof value !== "object" || value === null) return value;
  const [name = "", ...rest] = path.split(".");
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key !== name) return [[key, inner]];
      if (inner === null) return [[key, inner]];
      return rest.length === 0 ? [] : [[key, without(inner, rest.join("."))]];
    }),
  );
}

function repeat(
  { spec, ctx, request }: KeyedRequest,
  claimed: Exclude<ClaimResult, { outcome: "claimed" }>,
): Response {
  switch (claimed.outcome) {
    case "running":
      throw new RequestRefusal(
        409,
        "IDEMPOTENCY_KEY_RUNNING",
        "A request under this idempotency key is under way. Send it again in a moment for its answer.",
        [],
        { headers: { "retry-after": "1" } },
      );
    case "other_request":
      throw new RequestRefusal(
        422,
        "IDEMPOTENCY_KEY_REUSED",
        "This idempotency key was used for another request. Nothing was changed.",
      );
    case "acted":
      throw answerLost(claimed.requestId);
    case "full":
      throw new RequestRefusal(
        429,
        "IDEMPOTENCY_KEYS_FULL",
        `You have ${IDEMPOTENCY_KEYS_MAX.toLocaleString("en")} idempotency keys of the last ${IDEMPOTENCY_HOURS} hours. Nothing was changed: send it without a key, or when the oldest is over.`,
        [],
        { headers: { "retry-after": String(claimed.retryAfter) } },
      );
    case "answered":
      requireGranted(ctx, claimed);
      return answeredAgain(spec, claimed, request);
    default:
      return claimed satisfies never;
  }
}

/** What the act asked for by its target's kind, beside the route's own: whoever may not see it now is not told what it was. @throws {DomainError} FORBIDDEN */
function requireGranted(
  ctx: Context,
  { requestId, answer }: Extract<ClaimResult, { outcome: "answered" }>,
): void {
  if (answer.permissions.every((one) => can(ctx, one as Permission))) return;
  throw new DomainError(
    "FORBIDDEN",
    `This was done by request ${requestId}. What it answered is not for your role of now. Nothing was done again.`,
  );
}

function answerLost(requestId: string): RequestRefusal {
  return new RequestRefusal(
    409,
    "ANSWER_LOST",
    `This was done by request ${requestId}, and its answer was lost. The audit log says what was done. Nothing was done again.`,
  );
}

function answeredAgain(
  spec: AnyRouteSpec,
  { requestId, answer }: Extract<ClaimResult, { outcome: "answered" }>,
  request: Request,
): Response {
  const { status, location, text, isShownOnce } = answer;
  if (text === null) throw answerLost(requestId);
  if (isShownOnce)
    throw new RequestRefusal(
      409,
      "SHOWN_ONCE",
      `This was done by request ${requestId}, whose answer had something that is shown once and kept nowhere. The rest of it is under "answer". Nothing was done again.`,
      [],
      {
        members: { answer: JSON.parse(text) },
        ...(location === null ? {} : { headers: { location } }),
      },
    );
  const response = respond(spec, { status, location, text, value: JSON.parse(text) }, request);
  response.headers.set("idempotency-replayed", "true");
  return response;
}

/** The key, bare or as a structured field's string. @throws {RequestRefusal} 400 */
function readKey(headers: Headers): string | null {
  const given = headers.get("idempotency-key");
  if (given === null) return null;
  const key = /^"(.*)"$/.exec(given.trim())?.[1] ?? given.trim();
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(key) || key.length > IDEMPOTENCY_KEY_MAX)
    throw badHeader(
      "Idempotency-Key",
      `must be 1 to ${IDEMPOTENCY_KEY_MAX} printable characters, without spaces, quotes and backslashes`,
    );
  return key;
}

/** Keyed: a body may hold a password, which a plain hash would let somebody guess. */
function fingerprintOf({ spec, request, sent }: KeyedRequest): Buffer {
  const { pathname, search } = new URL(request.url);
  const ifMatch = request.headers.get("if-match") ?? "";
  // asking for a second person and doing without are two things
  const alone = request.headers.has(BREAK_GLASS_REASON) ? [BREAK_GLASS_REASON] : [];
  return createHmac("sha256", derivedKey("idempotency"))
    .update(JSON.stringify([spec.method, pathname, search, ifMatch, sent, ...alone]))
    .digest();
}
