import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Env } from "#lib/env.ts";
import { boundConnections, HTTP_LIMITS, TLS_LIMITS } from "#server/http-limits.ts";
import { letGo } from "#server/let-go.ts";
import { readCertificate, TLS_POLICY } from "#server/tls/certificate.ts";

/** Answers 503 to every request, whatever it asks, and says why. */
export function answerClosed(description: string, retryAfterSeconds: number) {
  const body = JSON.stringify({ error: "temporarily_unavailable", error_description: description });
  return (_req: IncomingMessage, res: ServerResponse): void => {
    res.writeHead(503, {
      "content-type": "application/json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "retry-after": String(retryAfterSeconds),
      connection: "close",
    });
    res.end(body);
  };
}

async function listen(server: Server, port: number): Promise<void> {
  const on = (host: string) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  await on("::").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EAFNOSUPPORT") throw error;
    return on("0.0.0.0");
  });
}

/** The authority's port while nothing is served. @returns what lets go of it. */
export async function openClosedDoor(env: Env, description: string): Promise<() => Promise<void>> {
  const answer = answerClosed(description, 5);
  const certificate = env.tls && readCertificate(env.tls);
  const server: Server = certificate
    ? createTlsServer(
        { ...HTTP_LIMITS, ...TLS_LIMITS, ...TLS_POLICY, cert: certificate.cert, key: certificate.key },
        answer,
      )
    : createServer(HTTP_LIMITS, answer);
  boundConnections(server);
  await listen(server, env.authorityPort);
  return () => letGo(server, () => new Promise<void>((resolve) => void server.close(() => resolve())));
}
