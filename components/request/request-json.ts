/** A refusal of the console's API, as RFC 9457 tells it. */
export class RequestProblem extends Error {
  override name = "RequestProblem";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  /** One entry per bad parameter. */
  readonly errors: { path: string; message: string }[];

  constructor(
    status: number,
    problem: {
      detail?: string;
      title?: string;
      code?: string;
      requestId?: string | undefined;
      errors?: { path: string; message: string }[];
    },
  ) {
    super(problem.detail ?? problem.title ?? `The console answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? "UNKNOWN";
    this.requestId = problem.requestId;
    this.errors = problem.errors ?? [];
  }
}

type RequestOptions = {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
};

/**
 * Asks the console's own API.
 *
 * @throws {RequestProblem} for every answer that is not a success, and with status 0 where none came.
 */
export async function requestJson<T>(path: string, options: RequestOptions = {}): Promise<T> {
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
