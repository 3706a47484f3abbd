import { ApprovalRequired } from "#lib/approvals/approval-required.ts";
import { seldom } from "#lib/bounds/seldom.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { DomainError, type ErrorCode, type FieldProblem } from "#lib/errors.ts";
import { StepUpRequired } from "#lib/step-up/require-step-up.ts";
import { type Problem, problemDocument, problemHeaders } from "./problem-document.ts";

/** A refusal that belongs to HTTP alone: the domain never saw the request. */
export class RequestRefusal extends Error {
  override name = "RequestRefusal";
  readonly status: 400 | 401 | 403 | 405 | 409 | 412 | 413 | 415 | 422 | 429;
  readonly code: string;
  readonly fields: FieldProblem[];
  /** Members of the problem document beside those that each has (RFC 9457 section 3.2), and headers. */
  readonly more: { members?: Pick<Problem, "answer">; headers?: Record<string, string> };

  constructor(
    status: RequestRefusal["status"],
    code: string,
    message: string,
    fields: FieldProblem[] = [],
    more: RequestRefusal["more"] = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.more = more;
  }
}

const STATUS: Record<ErrorCode, number> = {
  INVALID_INPUT: 400,
  NOT_SIGNED_IN: 401,
  FORBIDDEN: 403,
  STEP_UP_REQUIRED: 403,
  APPROVAL_REQUIRED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  STALE_VERSION: 409,
  ALREADY_ENDED: 409,
  PLAN_CHANGED: 409,
  APPROVAL_STALE: 409,
  GONE: 410,
  TOO_MANY_ATTEMPTS: 429,
  UNAVAILABLE: 503,
  SEALED: 503,
};

/** The one place where the console's API turns an error into an answer. Details and causes stay inside. */
function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof RequestRefusal)
    return {
      ...problemDocument(error.status, error.code, error.message, requestId, error.fields),
      ...error.more.members,
    };
  if (error instanceof StepUpRequired)
    return {
      ...problemDocument(403, error.code, error.message, requestId),
      kind: error.kind,
      ...(error.subject === null ? {} : { subject: error.subject }),
    };
  if (error instanceof ApprovalRequired)
    return {
      ...problemDocument(403, error.code, error.message, requestId),
      kind: error.kind,
      ...(error.approvalId === null ? {} : { approvalId: error.approvalId }),
    };
  if (error instanceof DomainError)
    return problemDocument(STATUS[error.code], error.code, error.message, requestId, error.fields);
  if (isUnavailable(error))
    return problemDocument(
      503,
      "UNAVAILABLE",
      "The database cannot be reached or cannot write. Nothing was changed.",
      requestId,
    );
  return problemDocument(
    500,
    "INTERNAL",
    "Something went wrong. The request id finds it in the log.",
    requestId,
  );
}

/** A problem as its response. */
export function problemResponse(error: unknown, requestId: string): Response {
  const body = problemOf(error, requestId);
  const headers = problemHeaders(requestId);
  if (body.status === 401) headers.set("www-authenticate", 'Bearer realm="tokenwarden"');
  if (body.status === 503) headers.set("retry-after", "5");
  if (body.status === 429) headers.set("retry-after", String(retryAfterOf(error, body)));
  if (error instanceof RequestRefusal)
    for (const [name, value] of Object.entries(error.more.headers ?? {})) headers.set(name, value);
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

/** What passes by itself in a moment: the pace of requests. */
const PACE_SECONDS = 1;
/** Where something else has to end first, and nobody knows when. */
const UNKNOWN_SECONDS = 30;

function retryAfterOf(error: unknown, { code }: Problem): number {
  if (error instanceof DomainError && error.retryAfterSeconds !== undefined) return error.retryAfterSeconds;
  return code === "TOO_MANY_REQUESTS" ? PACE_SECONDS : UNKNOWN_SECONDS;
}

type AwayLine = { error: unknown; requestId: string; what: string };

// the build has this module in several copies: the pace is the process's
const store = globalThis as typeof globalThis & { tokenwardenAwayLine?: (line: AwayLine) => void };

function writeAwayLine({ error, requestId, what }: AwayLine, leftOut: number): void {
  const detail = error instanceof DomainError ? error.detail : undefined;
  const words = inWords(error, false);
  console.error(
    JSON.stringify({ level: "warn", requestId, what, status: 503, leftOut, detail, error: words }),
  );
}

/**
 * Writes what was kept from the caller to the log of the process. Refusals that the caller caused are not worth a line. While the database is
 * away every request is answered 503: then one line a second, without the stack, with the number of those left out.
 */
export function logProblem(error: unknown, requestId: string, what: string): void {
  const status = problemOf(error, requestId).status;
  if (status < 500) return;
  if (status === 503) {
    store.tokenwardenAwayLine ??= seldom(writeAwayLine);
    store.tokenwardenAwayLine({ error, requestId, what });
    return;
  }
  const detail = error instanceof DomainError ? error.detail : undefined;
  console.error(
    JSON.stringify({ level: "error", requestId, what, status, detail, error: inWords(error, true) }),
  );
}

function inWords(error: unknown, hasStack: boolean): string {
  if (!(error instanceof Error)) return "a value that is no error was thrown";
  // statements and parameters stay out: one line names the fault, the stack the place
  const stack = (hasStack ? error.stack : "")
    ?.split("\n")
    .filter((line) => line.trimStart().startsWith("at "));
  const cause = error.cause instanceof Error ? ` <- ${inWords(error.cause, hasStack)}` : "";
  const { code } = error as { code?: unknown };
  return `${error.name}${typeof code === "string" ? ` ${code}` : ""}: ${lastLine(error.message)} ${stack?.slice(0, 6).join(" ") ?? ""}${cause}`;
}

// Prisma's first lines name its own method, the last what happened
function lastLine(message: string): string {
  const line = message.split("\n").findLast((part) => part.trim() !== "") ?? "";
  return line.slice(0, 300);
}
