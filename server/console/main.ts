import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import path from "node:path";
import next from "next";
import { type Env, EnvError, getEnv } from "#lib/env.ts";
import { boundConnections, HTTP_LIMITS, TLS_LIMITS } from "#server/http-limits.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { createAddressBound } from "./address-bound.ts";

/** Says which address a request came from; written here so that nobody else can. */
const PEER_HEADER = "x-tokenwarden-peer";

const DRAIN_MS = 8_000;

function openServer(env: Env, listener: RequestListener): Server {
  if (!env.tls) return createServer(HTTP_LIMITS, listener);
  const certificate = { cert: readFileSync(env.tls.certPath), key: readFileSync(env.tls.keyPath) };
  return createTlsServer({ ...HTTP_LIMITS, ...TLS_LIMITS, ...certificate }, listener);
}

/** Lets requests in flight end, then closes what is left. */
function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  });
}

/** Whether an address decodes: Next answers 500 to one that does not. */
function isReadable(url: string): boolean {
  try {
    decodeURIComponent(url.split("?", 1)[0] ?? "/");
    return true;
  } catch {
    return false;
  }
}

function refuseAddress(response: ServerResponse): void {
  const problem = {
    type: "about:blank",
    title: "Bad Request",
    status: 400,
    detail: "The path of the address has a % that begins no character.",
    code: "INVALID_INPUT",
    requestId: randomUUID(),
    errors: [{ path: "path", message: "cannot be decoded" }],
  };
  response.writeHead(400, { "content-type": "application/problem+json", "cache-control": "no-store" });
  response.end(JSON.stringify(problem));
}

/** Serves the built console until it is told to stop. */
async function serveConsole(env: Env): Promise<void> {
  const app = next({ dev: false, dir: path.resolve(import.meta.dirname, "../.."), port: env.consolePort });
  await app.prepare();
  const handle = app.getRequestHandler();
  const isRefused = createAddressBound(env);
  const server = openServer(env, (request, response) => {
    if (isRefused(request, response)) return;
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? "";
    if (!isReadable(request.url ?? "/")) {
      refuseAddress(response);
      return;
    }
    void handle(request, response);
  });
  boundConnections(server);
  const { ready } = attachToSupervisor({
    onStop: async () => {
      await drain(server);
      await app.close();
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(env.consolePort, resolve);
  });
  ready();
}

try {
  await serveConsole(getEnv());
} catch (error) {
  console.error(error instanceof EnvError ? `tokenwarden: ${error.message}` : error);
  process.exit(error instanceof EnvError ? 2 : 1);
}
