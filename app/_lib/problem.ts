import { redactSecrets } from "#lib/audit/redact.ts";
import { isUnavailable } from "#lib/db/database.ts";
import { DomainError, type ErrorCode, type FieldProblem } from "#lib/errors.ts";

/** A refusal that belongs to HTTP alone: the domain never saw the request. */
export class RequestRefusal extends Error {
  override name = "RequestRefusal";
  readonly status: 400 | 403 | 405 | 413 | 415;
  readonly code: string;
  readonly fields: FieldProblem[];

  constructor(status: RequestRefusal["status"], code: string, message: string, fields: FieldProblem[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}

const STATUS: Record<ErrorCode, number> = {
  INVALID_INPUT: 400,
  NOT_SIGNED_IN: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  STALE_VERSION: 409,
  ALREADY_ENDED: 409,
  GONE: 410,
  TOO_MANY_ATTEMPTS: 429,
  UNAVAILABLE: 503,
  SEALED: 503,
};

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  410: "Gone",
  413: "Too large",
  415: "Unsupported media type",
  429: "Too many attempts",
  500: "Internal error",
  503: "Unavailable",
};

/** RFC 9457, with a stable `code`, the request's id, and one entry per bad parameter. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors: FieldProblem[];
};

/** The one place where the console's API turns an error into an answer. Details and causes stay inside. */
export function problemOf(error: unknown, requestId: string): Problem {
  if (error instanceof RequestRefusal)
    return problem(error.status, error.code, error.message, requestId, error.fields);
  if (error instanceof DomainError)
    return problem(STATUS[error.code], error.code, error.message, requestId, error.fields);
  if (isUnavailable(error))
    return problem(
      503,
      "UNAVAILABLE",
      "The database cannot be reached or cannot write. Nothing was changed.",
      requestId,
    );
  return problem(500, "INTERNAL", "Something went wrong. The request id finds it in the log.", requestId);
}

function problem(
  status: number,
  code: string,
  detail: string,
  requestId: string,
  errors: FieldProblem[] = [],
): Problem {
  const slug = code.toLowerCase().replaceAll("_", "-");
  return {
    type: `urn:tokenwarden:problem:${slug}`,
    title: TITLES[status] ?? "Error",
    status,
    // a caller's own words come back in these: a token that was put where it does not belong must not
    detail: redactSecrets(detail),
    code,
    requestId,
    errors: errors.map(({ path, message }) => ({
      path: redactSecrets(path),
      message: redactSecrets(message),
    })),
  };
}

/** A problem as its response. */
export function problemResponse(error: unknown, requestId: string): Response {
  const body = problemOf(error, requestId);
  const headers = new Headers({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
  });
  if (body.status === 401) headers.set("www-authenticate", 'Bearer realm="tokenwarden"');
  if (body.status === 503) headers.set("retry-after", "5");
  return new Response(JSON.stringify(body), { status: body.status, headers });
}

/** Writes what was kept from the caller to the log of the process. Refusals that the caller caused are not worth a line. */
export function logProblem(error: unknown, requestId: string, what: string): void {
  const status = problemOf(error, requestId).status;
  if (status < 500) return;
  const detail = error instanceof DomainError ? error.detail : undefined;
  console.error(
    JSON.stringify({
      level: status === 503 ? "warn" : "error",
      requestId,
      what,
      status,
      detail,
      error: inWords(error),
    }),
  );
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return "a value that is no error was thrown";
  // statements and parameters stay out: one line names the fault, the stack the place
  const stack = error.stack?.split("\n").filter((line) => line.trimStart().startsWith("at "));
  const cause = error.cause instanceof Error ? ` <- ${inWords(error.cause)}` : "";
  const { code } = error as { code?: unknown };
  return `${error.name}${typeof code === "string" ? ` ${code}` : ""}: ${lastLine(error.message)} ${stack?.slice(0, 6).join(" ") ?? ""}${cause}`;
}

// Prisma's first lines name its own method, the last what happened
function lastLine(message: string): string {
  const line = message.split("\n").findLast((part) => part.trim() !== "") ?? "";
  return line.slice(0, 300);
}
