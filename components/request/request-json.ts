import type { ApprovalRow, GuardedKind } from "#lib/approvals/model.ts";
import type { StepUpKind } from "#lib/step-up/model.ts";
import { drawnFor } from "./drawn-for.ts";
import { askSecondPerson, tellAsked } from "./second-person-prompt.ts";
import { askStepUp } from "./step-up-prompt.ts";

/** What is thrown where the person chose not to go on, or asked somebody else first: nothing failed. */
const NOT_GONE_ON = "NOT_GONE_ON";
/** One request needs three proofs at most: of what it does, of how far that reaches, and for this very act. */
const STEP_UPS_MAX = 3;

/** A refusal of the console's API, as RFC 9457 tells it. */
export class RequestProblem extends Error {
  override name = "RequestProblem";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  /** One entry per bad parameter. */
  readonly errors: { path: string; message: string }[];
  /** Of STEP_UP_REQUIRED and APPROVAL_REQUIRED. */
  readonly kind: string | undefined;
  /** Of STEP_UP_REQUIRED for one very act. */
  readonly subject: string | undefined;
  /** Of APPROVAL_REQUIRED where the very same request waits already. */
  readonly approvalId: string | undefined;

  constructor(
    status: number,
    problem: {
      detail?: string;
      title?: string;
      code?: string;
      requestId?: string | undefined;
      errors?: { path: string; message: string }[];
      kind?: string | undefined;
      subject?: string | undefined;
      approvalId?: string | undefined;
    },
  ) {
    super(problem.detail ?? problem.title ?? `The console answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "UNKNOWN";
    this.requestId = problem.requestId;
    this.errors = problem.errors ?? [];
    this.kind = problem.kind;
    this.subject = problem.subject;
    this.approvalId = problem.approvalId;
  }

  /** The person left it at that, or asked a second one: the form stays as it was, and there is nothing to complain of. */
  get isCancelled(): boolean {
    return this.code === NOT_GONE_ON;
  }
}

type RequestOptions = {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
  /** Under it the very same request is done once, however often it is sent. */
  idempotencyKey?: string;
};

type Headers = Record<string, string>;

/**
 * Asks the console's own API. Where it wants to know again who is there, or a second person, the person is asked, and the very same request is sent once more.
 *
 * @throws {RequestProblem} for every answer that is not a success, with status 0 where none came, and `isCancelled` where the person did not go on.
 */
export async function requestJson<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { idempotencyKey } = options;
  let headers: Headers = idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
  for (let asked = 0; ; asked += 1) {
    try {
      return await requestOnce<T>(path, options, headers);
    } catch (error) {
      if (!(error instanceof RequestProblem) || asked > STEP_UPS_MAX) throw error;
      headers = { ...headers, ...(await goOn(error)) };
    }
  }
}

/** What the very same request is to be sent with once more; throws where it is not. */
async function goOn(problem: RequestProblem): Promise<Headers> {
  const { code, kind, subject, approvalId } = problem;
  if (kind === undefined) throw problem;
  if (code === "STEP_UP_REQUIRED") {
    if (await askStepUp(kind as StepUpKind, subject)) return {};
  } else if (code === "APPROVAL_REQUIRED") {
    const chosen = await askSecondPerson({ kind: kind as GuardedKind, approvalId, says: problem.message });
    if (chosen !== null) return { [chosen.header]: encodeURIComponent(chosen.reason) };
  } else throw problem;
  throw notGoneOn(problem.status);
}

function notGoneOn(status: number): RequestProblem {
  return new RequestProblem(status, { detail: "It was not done.", code: NOT_GONE_ON });
}

/** Whether an answer is not the act's own, but says that it waits for a second person. */
function isWaiting(response: Response): boolean {
  return (
    response.status === 202 && response.headers.get("location")?.startsWith("/api/v1/approvals/") === true
  );
}

async function requestOnce<T>(path: string, options: RequestOptions, more: Headers): Promise<T> {
  const { method = "GET", body, signal } = options;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
        ...more,
        ...(method === "GET" ? {} : drawnFor()),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new RequestProblem(0, {
      code: "UNREACHABLE",
      detail: "The console could not be reached. Look at the network and try again.",
    });
  }
  const text = await response.text();
  let parsed: unknown;
  try {
    parsed = text === "" ? undefined : JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  if (!response.ok) {
    const requestId = response.headers.get("x-request-id");
    const problem = typeof parsed === "object" && parsed !== null ? (parsed as { code?: string }) : {};
    throw new RequestProblem(response.status, {
      ...(requestId === null ? {} : { requestId }),
      ...problem,
      // who asks from a page was signed in when it was drawn
      ...(problem.code === "NOT_SIGNED_IN" ? { detail: "Your session has ended." } : {}),
    });
  }
  if (isWaiting(response)) {
    tellAsked(parsed as ApprovalRow);
    throw notGoneOn(response.status);
  }
  return parsed as T;
}
