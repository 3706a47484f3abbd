import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { maxBytesOf, tooLargeWords } from "#lib/input/body-bound.ts";
import { findMessageFault } from "#server/http-message.ts";

export type Refusal = {
  status: 400 | 405 | 411 | 413 | 429 | 503 | 505;
  code: string;
  title: string;
  detail: string;
  /** The part of the request that is wrong. */
  path?: string;
  /** Whether nothing more is read from this connection. */
  isLast?: boolean;
};

/** Methods that a request to Next can have; of others its `Request` cannot be made. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Answers a request that Next never gets to see, as the console's API words a refusal. @see RFC 9457 */
export function refuse(response: ServerResponse, refusal: Refusal): void {
  const { status, code, title, detail, path, isLast = false } = refusal;
  const requestId = randomUUID();
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    ...(status === 405 ? { allow: METHODS.join(", ") } : {}),
    ...(status === 429 || status === 503 ? { "retry-after": "1" } : {}),
    ...(isLast || status === 411 || status === 413 ? { connection: "close" } : {}),
  });
  const type = `urn:tokenwarden:problem:${code.toLowerCase().replaceAll("_", "-")}`;
  const errors = path === undefined ? [] : [{ path, message: detail }];
  response.end(JSON.stringify({ type, title, status, detail, code, requestId, errors }));
}

/** A newer version has taken over. */
export const OUTDATED: Refusal = {
  status: 503,
  code: "UNAVAILABLE",
  title: "Unavailable",
  detail: "This console is being replaced by a newer version. Try again in a moment.",
};

/** Far above what any route takes; each route has its own bound below it, which is what is said. */
const MAX_BODY_BYTES = 1_024 * 1_024;

function badPath(detail: string): Refusal {
  return { status: 400, code: "INVALID_INPUT", title: "Bad request", detail, path: "path" };
}

function findFaultOfMessage(request: IncomingMessage): Refusal | null {
  const fault = findMessageFault(request);
  if (fault === null) return null;
  const { status, part, message } = fault;
  const [code, title] =
    status === 505
      ? ["VERSION_NOT_SUPPORTED", "HTTP version not supported"]
      : ["INVALID_INPUT", "Bad request"];
  return { status, code, title, detail: message, path: part, isLast: true };
}

function findFaultOfAddress(method: string, url: string): Refusal | null {
  if (!METHODS.includes(method))
    return {
      status: 405,
      code: "METHOD_NOT_ALLOWED",
      title: "Method not allowed",
      detail: "The console does not know this method.",
      path: "method",
    };
  if (!url.startsWith("/")) return badPath("The address must begin with a slash.");
  try {
    decodeURIComponent(url.split("?", 1)[0] ?? "/");
    return null;
  } catch {
    return badPath("The path of the address has a % that begins no character.");
  }
}

function findFaultOfBody({ headers, url = "/" }: IncomingMessage): Refusal | null {
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
      detail: tooLargeWords(maxBytesOf(url)),
    };
  return null;
}

/** What of a request would make Next fail, or keep it busy without end. */
export function findFault(request: IncomingMessage): Refusal | null {
  return (
    findFaultOfMessage(request) ??
    findFaultOfAddress(request.method ?? "", request.url ?? "/") ??
    findFaultOfBody(request)
  );
}
