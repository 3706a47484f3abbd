import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { INSTANCE_WAYS } from "#lib/feed/instance-recorder.ts";
import { isUuid } from "#lib/ids.ts";
import { MAX_STALENESS_RANGE, VERIFIER_MODES } from "#lib/verifiers/model.ts";
import { Refused } from "../answers.ts";
import { readCredentials, secretDigest } from "../callers.ts";
import { requireSingle } from "../form.ts";
import { requireSecretCaller } from "../introspection.ts";
import { readJson } from "../read-json.ts";
import type { Services } from "../services.ts";
import type { Listener } from "./listener.ts";

const MAX_WAIT_SECONDS = 30;

function refuse(message: string): Refused {
  return new Refused(400, "invalid_request", message);
}

/** The parameters of a request, each at most once. */
export function readQuery(request: FastifyRequest): URLSearchParams {
  const [, query = ""] = (request.raw.url ?? "").split("?", 2);
  return requireSingle(new URLSearchParams(query));
}

/** An instance's id, or null where it is not told. @throws {Refused} 400 */
export function readInstance(query: URLSearchParams): string | null {
  // some systems print their UUIDs in upper case
  const instance = query.get("instance")?.toLowerCase() ?? null;
  if (instance !== null && !isUuid(instance)) throw refuse("instance must be a UUID");
  return instance;
}

function readPosition(name: string, text: string): number {
  const position = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(position)) throw refuse(`${name} must be a position of the feed: a whole number`);
  return position;
}

/** Where the reader is: `Last-Event-ID` of a stream that was there before, else `after`. @throws {Refused} 400 */
export function readAfter(request: FastifyRequest, query: URLSearchParams, isStream: boolean): number {
  const last = request.headers["last-event-id"];
  if (isStream && typeof last === "string" && last !== "") return readPosition("Last-Event-ID", last);
  const after = query.get("after");
  if (after === null) throw refuse("after is missing: the position that you have, 0 for none");
  return readPosition("after", after);
}

const MARK = /^[A-Za-z0-9_-]{1,64}$/;

/** What the position's batch or snapshot had as its mark, null where it is not told: `Last-Event-ID` has none. @throws {Refused} 400 */
export function readMark(request: FastifyRequest, query: URLSearchParams, isStream: boolean): string | null {
  const mark = query.get("mark");
  if (mark !== null && !MARK.test(mark)) throw refuse("mark must be what came with the position");
  const isResumed = isStream && (request.headers["last-event-id"] ?? "") !== "";
  return isResumed ? null : mark;
}

/** Seconds that a poll may wait. @throws {Refused} 400 */
export function readWait(query: URLSearchParams): number {
  const text = query.get("wait") ?? "0";
  const seconds = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= MAX_WAIT_SECONDS)) throw refuse(`wait must be 0 to ${MAX_WAIT_SECONDS} seconds`);
  return seconds;
}

/**
 * The verifier that asks, by its secret.
 *
 * @throws {Refused} 401 for credentials that are nobody's, 403 for a client: it hears of its own tokens at introspection.
 */
export function requireListener(
  services: Services,
  request: FastifyRequest,
  instanceId: string | null,
): Listener {
  const caller = requireSecretCaller(services, request, new URLSearchParams());
  if (caller.kind !== "verifier")
    throw new Refused(403, "unauthorized_client", "The feed is for verifiers: show a verifier's secret.");
  const credentials = readCredentials(request.headers.authorization, null);
  if (credentials === null || credentials === "malformed") throw new Error("a caller without credentials");
  return { verifier: caller.verifier, digest: secretDigest(credentials.secret), instanceId };
}

const count = z.int().min(0);
const micros = z.int().min(0).max(2_147_483_647);

const acknowledgement = z.strictObject({
  instance: z.string().toLowerCase().refine(isUuid, "must be a UUID"),
  position: count,
  mark: z.string().regex(MARK, "must be what came with the position").optional(),
  agent: z
    .string()
    .regex(/^[A-Za-z0-9@._+-]{1,48}(?:\/[A-Za-z0-9@._+-]{1,48}){1,2}$/, "must be name/version"),
  way: z.enum(INSTANCE_WAYS),
  mode: z.enum(VERIFIER_MODES),
  max_staleness_seconds: z.int().min(0).max(MAX_STALENESS_RANGE.max),
  accepted: count,
  refused: count,
  stale: count,
  lost: count,
  latency_us: z.strictObject({ p50: micros, p99: micros }).optional(),
  closing: z.boolean().optional(),
  kids: z.array(z.string().min(1).max(200)).max(100).optional(),
});

export type Acknowledgement = z.output<typeof acknowledgement>;

/** @throws {Refused} 400 naming all members that are wrong, 415. */
export function readAcknowledgement(body: unknown): Acknowledgement {
  const parsed = acknowledgement.safeParse(readJson(body));
  if (parsed.success) return parsed.data;
  throw refuse(parsed.error.issues.map(faultOf).join("; "));
}

function faultOf({ code, path, message }: z.core.$ZodIssue): string {
  // never a name or a value of theirs: either may be a secret in the wrong place
  if (code === "unrecognized_keys") return "The body has a member that nobody knows.";
  return `${path.join(".") || "The body"}: ${message}`;
}
