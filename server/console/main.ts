import { randomUUID } from "node:crypto";
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
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

const BAD_ADDRESS = {
  title: "Bad Request",
  status: 400,
  detail: "The path of the address has a % that begins no character.",
  code: "INVALID_INPUT",
  errors: [{ path: "path", message: "cannot be decoded" }],
};
const OUTDATED = {
  title: "Unavailable",
  status: 503,
  detail: "This console is being replaced by a newer version. Try again in a moment.",
  code: "UNAVAILABLE",
  errors: [],
};

/** An answer that Next has no part in. */
function refuse(response: ServerResponse, what: { status: number; code: string }): void {
  const problem = { type: "about:blank", ...what, requestId: randomUUID() };
  response.writeHead(what.status, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
  });
  response.end(JSON.stringify(problem));
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
    if (!isReadable(request.url ?? "/")) {
      refuse(response, BAD_ADDRESS);
      return;
    }
    void handle(request, response);
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
