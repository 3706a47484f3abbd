import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { AuthorityDoor, Origin } from "./authority-door.ts";
import { findOperation, type Operation } from "./operations.ts";

/** The status to answer with; 200 where the token is good for the operation. */
type Verdict = 200 | 401 | 403;
/** `onAnswered` where whoever checked wants to know what became of the request. */
export type Checked = { verdict: Verdict; onAnswered?(answer: { status: number; bytes: number }): void };
/** How a resource server asks about a token. */
export type Check = (bearer: string, operation: Operation, request: IncomingMessage) => Promise<Checked>;

export type ResourceServer = { name: string; port: number; close(): void };

export function originOf(request: IncomingMessage): Origin {
  return {
    ip: String(request.headers["x-forwarded-for"] ?? "127.0.0.1"),
    userAgent: request.headers["user-agent"] ?? "",
  };
}

function forwarded(request: IncomingMessage): OutgoingHttpHeaders {
  return { "x-original-method": request.method ?? "GET", "x-original-uri": request.url ?? "/" };
}

/** Asks by introspection, then looks at audience and permission itself. @see RFC 7662 */
export function checkByIntrospection(door: AuthorityDoor, secret: string): Check {
  return async (bearer, operation, request) => {
    const { introspect } = await door.endpoints();
    const answer = await door.post(introspect, new URLSearchParams({ token: bearer }), originOf(request), {
      authorization: `Bearer ${secret}`,
      ...forwarded(request),
    });
    if (answer.status !== 200) throw new Error(`introspection is answered with ${answer.status}`);
    const token = JSON.parse(answer.body) as { active: boolean; aud?: string | string[]; scope?: string };
    if (!token.active || ![token.aud].flat().includes(operation.audience)) return { verdict: 401 };
    return { verdict: token.scope?.split(" ").includes(operation.permission) ? 200 : 403 };
  };
}

/** Asks by forward authentication: the authority looks at audience and permission. */
export function checkByForwardAuth(door: AuthorityDoor, secret: string): Check {
  return async (bearer, operation, request) => {
    const query = new URLSearchParams({ audience: operation.audience, permission: operation.permission });
    const answer = await door.get(`/verify?${query}`, originOf(request), {
      authorization: `Bearer ${bearer}`,
      "x-tokenwarden-verifier": secret,
      ...forwarded(request),
    });
    if (answer.status === 200 || answer.status === 401) return { verdict: answer.status };
    // 403 without a challenge is about the gateway itself, not about the token
    if (answer.status === 403 && answer.headers["www-authenticate"] !== undefined) return { verdict: 403 };
    throw new Error(`/verify is answered with ${answer.status}`);
  };
}

/** Of a hundred requests that may pass: what an API answers beside what was asked for. None of them is about the token. */
const MISHAPS: readonly (readonly [of: number, status: number])[] = [
  [4, 404],
  [2, 422],
  [1, 409],
  [1, 500],
];
/** Bytes of an answer that has something in it. */
const ANSWER_BYTES = { least: 200, most: 6_000 };

function outcomeOf(method: string | undefined): number {
  let at = Math.random() * 100;
  for (const [of, status] of MISHAPS) {
    if (at < of) return status;
    at -= of;
  }
  return method === "POST" ? 201 : 200;
}

function bodyOf(name: string, status: number): string {
  const { least, most } = ANSWER_BYTES;
  const length = status < 300 ? least + Math.floor(Math.random() ** 2 * (most - least)) : 0;
  return JSON.stringify({ server: name, status, ...(length === 0 ? {} : { data: "x".repeat(length) }) });
}

type Answer = { status: number; onAnswered?: Checked["onAnswered"] };

async function answer(request: IncomingMessage, check: Check): Promise<Answer> {
  const operation = findOperation(request.method ?? "", (request.url ?? "").split("?", 1)[0] ?? "");
  if (operation === null) return { status: 404 };
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (bearer === undefined) return { status: 401 };
  try {
    const { verdict, onAnswered } = await check(bearer, operation, request);
    return { status: verdict === 200 ? outcomeOf(request.method) : verdict, onAnswered };
  } catch {
    // without a verdict nothing is let through
    return { status: 503 };
  }
}

/** A sample API on a free port of loopback that verifies the token of every request before it answers. */
export async function startResourceServer(name: string, check: Check): Promise<ResourceServer> {
  const server = createServer((request, response) => {
    request.resume();
    void answer(request, check).then(({ status, onAnswered }) => {
      const body = bodyOf(name, status);
      const bytes = Buffer.byteLength(body);
      response.writeHead(status, {
        "content-type": "application/json",
        "content-length": bytes,
      });
      response.end(body);
      onAnswered?.({ status, bytes });
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    name,
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
