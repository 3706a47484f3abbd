import { randomUUID } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import path from "node:path";
import next from "next";
import { openDatabase } from "#lib/db/database.ts";
import { requireKnownSchema, SchemaRefusal, watchSchema } from "#lib/db/schema-version.ts";
import { type Env, EnvError, getEnv } from "#lib/env.ts";
import { boundConnections, HTTP_LIMITS, TLS_LIMITS } from "#server/http-limits.ts";
import { letGo } from "#server/let-go.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { type Certificate, readCertificate, TLS_POLICY } from "#server/tls/certificate.ts";
import { followCertificate } from "#server/tls/renewal.ts";
import { createAddressBound } from "./address-bound.ts";

/** Says which address a request came from; written here so that nobody else can. */
const PEER_HEADER = "x-tokenwarden-peer";

const DRAIN_MS = 8_000;

const log = {
  info: (fields: object, message: string) =>
    console.log(JSON.stringify({ level: "info", message, ...fields })),
  warn: (fields: object, message: string) =>
    console.error(JSON.stringify({ level: "warn", message, ...fields })),
};

function openServer(env: Env, certificate: Certificate | undefined, listener: RequestListener): Server {
  if (!env.tls || !certificate) return createServer(HTTP_LIMITS, listener);
  const { cert, key } = certificate;
  const server = createTlsServer({ ...HTTP_LIMITS, ...TLS_LIMITS, ...TLS_POLICY, cert, key }, listener);
  followCertificate({ server, paths: env.tls, current: certificate, log });
  return server;
}

/** A newer version's schema ends this process; without a database there is nothing to look at, and every page says so. */
function guardSchema(env: Env, server: Server, end: (exitCode: number) => Promise<void>): void {
  if (env.databaseUrl === undefined) return;
  const options = { url: env.databaseUrl, role: "app", maxConnections: 1 } as const;
  watchSchema({
    db: openDatabase({ ...options, applicationName: "tokenwarden-console schema" }),
    onRefusal: ({ message }) => {
      console.error(`tokenwarden: ${message}`);
      server.removeAllListeners("request");
      server.on("request", (_request, response) => refuse(response, OUTDATED));
      void end(1);
    },
  });
}

/** What goes for every answer, also for those that Next's own proxy does not see: the files of the build. */
function setCommonHeaders(response: ServerResponse, isSecure: boolean): void {
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("cross-origin-resource-policy", "same-origin");
  if (isSecure) response.setHeader("strict-transport-security", "max-age=63072000; includeSubDomains");
}

/** Lets requests in flight end, then closes what is left: streams of changes have no end of their own. */
async function drain(server: Server): Promise<void> {
  setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  await letGo(server, () => new Promise<void>((resolve) => void server.close(() => resolve())));
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

type Refusal = { status: 400 | 405 | 503; code: string; detail: string; path?: string };

const TITLES = { 400: "Bad request", 405: "Method not allowed", 503: "Unavailable" } as const;
const BAD_METHOD: Refusal = {
  status: 405,
  code: "METHOD_NOT_ALLOWED",
  detail: "The console does not know this method.",
  path: "method",
};
const NO_PATH: Refusal = {
  status: 400,
  code: "INVALID_INPUT",
  detail: "The address must begin with a slash.",
  path: "path",
};
const BAD_PATH: Refusal = {
  status: 400,
  code: "INVALID_INPUT",
  detail: "The path of the address has a % that begins no character.",
  path: "path",
};
const OUTDATED: Refusal = {
  status: 503,
  code: "UNAVAILABLE",
  detail: "This console is being replaced by a newer version. Try again in a moment.",
};

/** An answer that Next has no part in. */
function refuse(response: ServerResponse, { status, code, detail, path }: Refusal): void {
  const requestId = randomUUID();
  const problem = {
    type: `urn:tokenwarden:problem:${code.toLowerCase().replaceAll("_", "-")}`,
    title: TITLES[status],
    status,
    detail,
    code,
    requestId,
    errors: path === undefined ? [] : [{ path, message: detail }],
  };
  response.writeHead(status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-request-id": requestId,
    ...(status === 405 ? { allow: METHODS.join(", ") } : {}),
    ...(status === 503 ? { "retry-after": "1" } : {}),
  });
  response.end(JSON.stringify(problem));
}

/** Answers what would make Next fail. @returns whether it did. */
function refuseUnreadable(request: IncomingMessage, response: ServerResponse): boolean {
  const url = request.url ?? "/";
  if (!METHODS.includes(request.method ?? "")) refuse(response, BAD_METHOD);
  else if (!url.startsWith("/")) refuse(response, NO_PATH);
  else if (!isReadable(url)) refuse(response, BAD_PATH);
  else return false;
  return true;
}

/** Serves the built console until it is told to stop. */
async function serveConsole(env: Env): Promise<void> {
  const certificate = env.tls && readCertificate(env.tls);
  if (env.databaseUrl !== undefined) await requireKnownSchema(env.databaseUrl);
  const isSecure = env.consoleUrl.startsWith("https:");
  const app = next({ dev: false, dir: path.resolve(import.meta.dirname, "../.."), port: env.consolePort });
  await app.prepare();
  const handle = app.getRequestHandler();
  const isRefused = createAddressBound(env);
  const server = openServer(env, certificate, (request, response) => {
    setCommonHeaders(response, isSecure);
    if (isRefused(request, response)) return;
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? "";
    if (!refuseUnreadable(request, response)) void handle(request, response);
  });
  boundConnections(server);
  const { ready, stop } = attachToSupervisor({
    onStop: async () => {
      await drain(server);
      await app.close();
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(env.consolePort, resolve);
  });
  guardSchema(env, server, stop);
  ready();
}

try {
  await serveConsole(getEnv());
} catch (error) {
  const isForPeople = error instanceof EnvError || error instanceof SchemaRefusal;
  console.error(isForPeople ? `tokenwarden: ${error.message}` : error);
  process.exit(error instanceof EnvError ? 2 : 1);
}
