/** One bad field, by the path it was sent at. */
export type FieldFault = { path: string; message: string };

/** A refused or failed request, as its problem document told it; `requestId` finds it in the log. */
export class RequestFault extends Error {
  override name = "RequestFault";
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  readonly fields: FieldFault[];

  constructor(
    status: number,
    code: string,
    message: string,
    options: { requestId?: string | undefined; fields?: FieldFault[] } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.requestId = options.requestId;
    this.fields = options.fields ?? [];
  }
}

type ProblemDocument = {
  detail?: string;
  title?: string;
  code?: string;
  requestId?: string;
  errors?: FieldFault[];
};

/**
 * Sends JSON to the console's own API and gives what it answers.
 *
 * @throws {RequestFault} for every answer that is no success, and where the console cannot be reached.
 */
export async function sendJson<Answer>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  url: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new RequestFault(0, "UNREACHABLE", "The console did not answer. Whether it was done is not known: look before you try again.");
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  throw await faultOf(response);
}

async function faultOf(response: Response): Promise<RequestFault> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const problem = (await response.json().catch(() => ({}))) as ProblemDocument;
  const message = problem.detail ?? problem.title ?? `The console answered ${response.status}.`;
  return new RequestFault(response.status, problem.code ?? "UNKNOWN", message, {
    requestId: problem.requestId ?? requestId,
    fields: problem.errors ?? [],
  });
}
