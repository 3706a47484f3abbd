import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { AuthorityDoor, Origin } from "./authority-door.ts";
import { findOperation, type Operation } from "./operations.ts";

/** How a resource server asks the authority about a token. */
export type Check = (bearer: string, operation: Operation, request: IncomingMessage) => Promise<Verdict>;
/** The status to answer with; 200 where the token is good for the operation. */
export type Verdict = 200 | 401 | 403;

export type ResourceServer = { name: string; port: number; close(): void };

function originOf(request: IncomingMessage): Origin {
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
    if (!token.active || ![token.aud].flat().includes(operation.audience)) return 401;
    return token.scope?.split(" ").includes(operation.permission) ? 200 : 403;
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
    if (answer.status === 200 || answer.status === 401) return answer.status;
    // 403 without a challenge is about the gateway itself, not about the token
    if (answer.status === 403 && answer.headers["www-authenticate"] !== undefined) return 403;
    throw new Error(`/verify is answered with ${answer.status}`);
  };
}

async function answer(request: IncomingMessage, check: Check): Promise<number> {
  const operation = findOperation(request.method ?? "", (request.url ?? "").split("?", 1)[0] ?? "");
  if (operation === null) return 404;
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (bearer === undefined) return 401;
  try {
    const verdict = await check(bearer, operation, request);
    return verdict === 200 && request.method === "POST" ? 201 : verdict;
  } catch {
    // without a verdict nothing is let through
    return 503;
  }
}

/** A sample API on a free port of loopback that verifies the token of every request before it answers. */
export async function startResourceServer(name: string, check: Check): Promise<ResourceServer> {
  const server = createServer((request, response) => {
    request.resume();
    void answer(request, check).then((status) => {
      const body = JSON.stringify({ server: name, status });
      response.writeHead(status, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      });
      response.end(body);
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
