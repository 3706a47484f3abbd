import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

export type Refusal = {
  status: 400 | 411 | 413 | 429;
  code: string;
  title: string;
  detail: string;
  errors?: { path: string; message: string }[];
};

/** Answers a request that Next never gets to see, as the console's API words a refusal. @see RFC 9457 */
export function refuse(
  response: ServerResponse,
  { status, code, title, detail, errors = [] }: Refusal,
): void {
  const requestId = randomUUID();
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": requestId,
    ...(status === 429 ? { "retry-after": "1" } : {}),
    ...(status === 411 || status === 413 ? { connection: "close" } : {}),
  });
  const type = `urn:tokenwarden:problem:${code.toLowerCase().replaceAll("_", "-")}`;
  response.end(JSON.stringify({ type, title, status, detail, code, requestId, errors }));
}

/** Far above what any route takes; each route has its own bound below it. */
const MAX_BODY_BYTES = 1_024 * 1_024;

/** What is wrong with a request before anything of it is looked at: its address cannot be decoded, its body has no end in sight. */
export function findFault({ url = "/", headers }: IncomingMessage): Refusal | null {
  try {
    // Next answers 500 to one that does not decode
    decodeURIComponent(url.split("?", 1)[0] ?? "/");
  } catch {
    return {
      status: 400,
      code: "INVALID_INPUT",
      title: "Bad request",
      detail: "The path of the address has a % that begins no character.",
      errors: [{ path: "path", message: "cannot be decoded" }],
    };
  }
  // Next reads a body to its end before a route may refuse it
  if (headers["transfer-encoding"] !== undefined)
    return {
      status: 411,
      code: "LENGTH_REQUIRED",
      title: "Length required",
      detail: "Send the body with its Content-Length.",
    };
  if (Number(headers["content-length"] ?? 0) > MAX_BODY_BYTES)
    return {
      status: 413,
      code: "TOO_LARGE",
      title: "Too large",
      detail: `The body is larger than ${MAX_BODY_BYTES / 1_024} KiB.`,
    };
  return null;
}
