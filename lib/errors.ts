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

export type DomainErrorOptions = {
  detail?: string;
  cause?: unknown;
  fields?: FieldProblem[];
  /** Of what was asked for too often: when it may be asked for again. */
  retryAfterSeconds?: number;
};

/**
 * A refusal with a stable `code` and a `message` that may be shown to the caller.
 * `detail` and `cause` are logged, never sent.
 */
export class DomainError extends Error {
  override name = "DomainError";
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly fields: FieldProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.detail = options.detail;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A span to wait for, in words: to the second where it is short. */
export function waitWords(seconds: number): string {
  const [count, unit] = seconds <= 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/** Asked too often: says why, and for how long nothing more is answered. @param why a sentence without its stop. */
export function tooManyAttempts(why: string, waitMs: number): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return new DomainError("TOO_MANY_ATTEMPTS", `${why}. Try again in ${waitWords(retryAfterSeconds)}.`, {
    retryAfterSeconds,
  });
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
