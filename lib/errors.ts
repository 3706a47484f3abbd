/** What a caller can act on. Two places map it to HTTP: the console's API and the authority. */
export type ErrorCode =
  | "INVALID_INPUT"
  | "NOT_SIGNED_IN"
  | "FORBIDDEN"
  | "STEP_UP_REQUIRED"
  | "APPROVAL_REQUIRED"
  | "NOT_FOUND"
  | "CONFLICT"
  | "STALE_VERSION"
  | "ALREADY_ENDED"
  | "PLAN_CHANGED"
  | "APPROVAL_STALE"
  | "GONE"
  | "TOO_MANY_ATTEMPTS"
  | "UNAVAILABLE"
  | "SEALED";

/** One bad parameter, by the path a caller wrote it at. */
export type FieldProblem = { path: string; message: string };

export type DomainErrorOptions = { detail?: string; cause?: unknown; fields?: FieldProblem[] };

/**
 * A refusal with a stable `code` and a `message` that may be shown to the caller.
 * `detail` and `cause` are logged, never sent.
 */
export class DomainError extends Error {
  override name = "DomainError";
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly fields: FieldProblem[];

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.fields = options.fields ?? [];
  }
}

/** "Not found" for what is absent and for what the actor may not see. */
export function notFound(what: string): DomainError {
  return new DomainError("NOT_FOUND", `${what} was not found.`);
}

/** The database could not be reached or could not write: nothing was done. */
export function unavailable(cause: unknown): DomainError {
  return new DomainError(
    "UNAVAILABLE",
    "The database cannot be reached or cannot write. Nothing was changed.",
    { cause },
  );
}
