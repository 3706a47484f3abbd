import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import path from "node:path";
import next from "next";
import { type Env, EnvError, getEnv } from "#lib/env.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";

/** Says which address a request came from; written here so that nobody else can. */
const PEER_HEADER = "x-tokenwarden-peer";

const LIMITS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  // longer than the idle time of common proxies, which otherwise meet a connection that was just closed
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};
const DRAIN_MS = 8_000;

function openServer(env: Env, listener: RequestListener): Server {
  if (!env.tls) return createServer(LIMITS, listener);
  const certificate = { cert: readFileSync(env.tls.certPath), key: readFileSync(env.tls.keyPath) };
  return createTlsServer({ ...LIMITS, ...certificate, minVersion: "TLSv1.2" }, listener);
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

/** Methods that a request to Next can have; of others its `Request` cannot be made. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

function refuse(
  response: ServerResponse,
  status: 400 | 405,
  code: string,
  detail: string,
  path: string,
): void {
  const requestId = randomUUID();
  const problem = {
    type: `urn:tokenwarden:problem:${code.toLowerCase().replaceAll("_", "-")}`,
    title: status === 400 ? "Bad request" : "Method not allowed",
    status,
    detail,
    code,
    requestId,
    errors: [{ path, message: detail }],
  };
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    ...(status === 405 ? { allow: METHODS.join(", ") } : {}),
  });
  response.end(JSON.stringify(problem));
}

/** Answers what would make Next fail. @returns whether it did. */
function refuseUnreadable(request: IncomingMessage, response: ServerResponse): boolean {
  const url = request.url ?? "/";
  if (!METHODS.includes(request.method ?? ""))
    refuse(response, 405, "METHOD_NOT_ALLOWED", "The console does not know this method.", "method");
  else if (!url.startsWith("/"))
    refuse(response, 400, "INVALID_INPUT", "The address must begin with a slash.", "path");
  else if (!isReadable(url))
    refuse(
      response,
      400,
      "INVALID_INPUT",
      "The path of the address has a % that begins no character.",
      "path",
    );
  else return false;
  return true;
}

/** Serves the built console until it is told to stop. */
async function serveConsole(env: Env): Promise<void> {
  const app = next({ dev: false, dir: path.resolve(import.meta.dirname, "../.."), port: env.consolePort });
  await app.prepare();
  const handle = app.getRequestHandler();
  const server = openServer(env, (request, response) => {
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? "";
    if (!refuseUnreadable(request, response)) void handle(request, response);
  });
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
