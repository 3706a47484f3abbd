import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import path from "node:path";
import next from "next";
import { type Env, EnvError, getEnv } from "#lib/env.ts";
import { boundConnections, HTTP_LIMITS, TLS_LIMITS } from "#server/http-limits.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { createAddressBound } from "./address-bound.ts";
import { findFault, refuse } from "./refuse.ts";

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

/** Serves the built console until it is told to stop. */
async function serveConsole(env: Env): Promise<void> {
  const app = next({ dev: false, dir: path.resolve(import.meta.dirname, "../.."), port: env.consolePort });
  await app.prepare();
  const handle = app.getRequestHandler();
  const overBound = createAddressBound(env);
  const server = openServer(env, (request, response) => {
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? "";
    // ended while it was read: what else came with it is answered to nobody
    if (request.socket.destroyed) return;
    const refusal = overBound(request) ?? findFault(request);
    if (refusal !== null) {
      refuse(response, refusal);
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
