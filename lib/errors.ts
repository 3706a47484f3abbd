/** What a caller can act on. Two places map it to HTTP: the console's API (400 to 503 as told here) and the authority. */
export type ErrorCode =
  /** 400: what was given is wrong; `fields` say where. */
  | "INVALID_INPUT"
  /** 401: nobody is signed in. */
  | "NOT_SIGNED_IN"
  /** 403: who asks may not, and asking again changes nothing. */
  | "FORBIDDEN"
  /** 403: who asks has to show again who they are. @see StepUpRequired */
  | "STEP_UP_REQUIRED"
  /** 403: it wants a second person. @see ApprovalRequired */
  | "APPROVAL_REQUIRED"
  /** 404: it is not there, or not for the eyes of who asks. */
  | "NOT_FOUND"
  /** 409: what is there stands against it: a name that is taken, a last owner. */
  | "CONFLICT"
  /** 409: it was changed since the caller saw it. */
  | "STALE_VERSION"
  /** 409: somebody ended or decided it before. */
  | "ALREADY_ENDED"
  /** 409: the order would reach whom its plan did not show. */
  | "PLAN_CHANGED"
  /** 409: what was approved would do something else by now. */
  | "APPROVAL_STALE"
  /** 410: its time is over: a link, a plan, an approval. */
  | "GONE"
  /** 429: asked too often; later it works. */
  | "TOO_MANY_ATTEMPTS"
  /** 503: the database is away or cannot write, and nothing was changed. */
  | "UNAVAILABLE"
  /** 503: another master key is in force than this process has. */
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
