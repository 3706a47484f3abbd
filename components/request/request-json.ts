import type { StepUpKind } from "#lib/step-up/model.ts";
import { askStepUp } from "./step-up-prompt.ts";

/** What is thrown instead of STEP_UP_REQUIRED where the person chose not to go on: nothing failed. */
const STEP_UP_CANCELLED = "STEP_UP_CANCELLED";
/** One request needs two proofs at most: of what it does, and of how far that reaches. */
const STEP_UPS_MAX = 2;

/** A refusal of the console's API, as RFC 9457 tells it. */
export class RequestProblem extends Error {
  override name = "RequestProblem";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  /** One entry per bad parameter. */
  readonly errors: { path: string; message: string }[];
  /** Of STEP_UP_REQUIRED. */
  readonly kind: StepUpKind | undefined;

  constructor(
    status: number,
    problem: {
      detail?: string;
      title?: string;
      code?: string;
      requestId?: string | undefined;
      errors?: { path: string; message: string }[];
      kind?: StepUpKind | undefined;
    },
  ) {
    super(problem.detail ?? problem.title ?? `The console answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "UNKNOWN";
    this.requestId = problem.requestId;
    this.errors = problem.errors ?? [];
    this.kind = problem.kind;
  }

  /** The person was asked who they are and left it at that: the form stays as it was, and there is nothing to complain of. */
  get isCancelled(): boolean {
    return this.code === STEP_UP_CANCELLED;
  }
}

type RequestOptions = {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
};

/**
 * Asks the console's own API. Where it wants to know again who is there, the person is asked, and the very same request is sent once more.
 *
 * @throws {RequestProblem} for every answer that is not a success, with status 0 where none came, and `isCancelled` where the person did not go on.
 */
export async function requestJson<T>(path: string, options: RequestOptions = {}): Promise<T> {
  for (let asked = 0; ; asked += 1) {
    try {
      return await requestOnce<T>(path, options);
    } catch (error) {
      if (!(error instanceof RequestProblem) || error.code !== "STEP_UP_REQUIRED") throw error;
      if (error.kind === undefined || asked >= STEP_UPS_MAX) throw error;
      if (!(await askStepUp(error.kind)))
        throw new RequestProblem(error.status, { detail: "It was not done.", code: STEP_UP_CANCELLED });
    }
  }
}

async function requestOnce<T>(path: string, options: RequestOptions): Promise<T> {
  const { method = "GET", body, signal } = options;
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      credentials: "same-origin",
      headers: {
        accept: "application/json",
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
    throw new RequestProblem(response.status, {
      ...(requestId === null ? {} : { requestId }),
      ...(typeof parsed === "object" && parsed !== null ? parsed : {}),
    });
  }
  return parsed as T;
}
