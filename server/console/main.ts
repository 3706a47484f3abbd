import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import path from "node:path";
import next from "next";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { requireKnownSchema, SchemaRefusal, watchSchema } from "#lib/db/schema-version.ts";
import { type Env, EnvError, getEnv } from "#lib/env.ts";
import { type RestoreWatch, watchRestore } from "#lib/restore/watch-restore.ts";
import { boundConnections, HTTP_LIMITS, TLS_LIMITS } from "#server/http-limits.ts";
import { letGo } from "#server/let-go.ts";
import { attachToSupervisor } from "#server/supervisor/child.ts";
import { type Certificate, readCertificate, TLS_POLICY } from "#server/tls/certificate.ts";
import { followCertificate } from "#server/tls/renewal.ts";
import { createAddressBound } from "./address-bound.ts";
import { leaveOutAborted } from "./leave-out-aborted.ts";
import { findFault, OUTDATED, refuse } from "./refuse.ts";
import { answerWhileRestored, isOpenWhileRestored } from "./restore-gate.ts";

/** Says which address a request came from; written here so that nobody else can. */
const PEER_HEADER = "x-tokenwarden-peer";

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

/** A newer version's schema ends this process. */
function guardSchema(db: Database, server: Server, end: (exitCode: number) => Promise<void>): void {
  watchSchema({
    db,
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
  await letGo(server, () => new Promise<void>((resolve) => void server.close(() => resolve())));
}

/** Serves the built console until it is told to stop. */
async function serveConsole(env: Env): Promise<void> {
  const certificate = env.tls && readCertificate(env.tls);
  if (env.databaseUrl !== undefined) await requireKnownSchema(env.databaseUrl);
  // without a database there is nothing to look at, and every page says so
  const watched =
    env.databaseUrl === undefined
      ? null
      : openDatabase({
          url: env.databaseUrl,
          role: "app",
          maxConnections: 1,
          applicationName: "tokenwarden-console watch",
        });
  const restored: RestoreWatch | null = watched && (await watchRestore(watched));
  const isSecure = env.consoleUrl.startsWith("https:");
  const app = next({ dev: false, dir: path.resolve(import.meta.dirname, "../.."), port: env.consolePort });
  await app.prepare();
  const handle = app.getRequestHandler();
  const overBound = createAddressBound(env);
  const server = openServer(env, certificate, (request, response) => {
    setCommonHeaders(response, isSecure);
    request.headers[PEER_HEADER] = request.socket.remoteAddress ?? "";
    // ended while it was read: what else came with it is answered to nobody
    if (request.socket.destroyed) return;
    const refusal = overBound(request) ?? findFault(request);
    if (refusal !== null) refuse(response, refusal);
    else if (restored?.isOpen === true && !isOpenWhileRestored(request.url ?? "/"))
      void restored
        .look()
        .then((isOpen) => (isOpen ? answerWhileRestored(request, response) : handle(request, response)));
    else void handle(request, response);
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
  if (watched !== null) guardSchema(watched, server, stop);
  leaveOutAborted();
  ready();
}

try {
  await serveConsole(getEnv());
} catch (error) {
  const isForPeople = error instanceof EnvError || error instanceof SchemaRefusal;
  console.error(isForPeople ? `tokenwarden: ${error.message}` : error);
  process.exit(error instanceof EnvError ? 2 : 1);
}
