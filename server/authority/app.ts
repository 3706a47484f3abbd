import { randomUUID } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer, type ServerOptions as TlsOptions } from "node:https";
import type { Socket } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { CHECKPOINT_KEYS_PATH, checkpointKeys } from "#lib/keys/checkpoint-keys.ts";
import { isOfCommonSet, isOfFeed } from "#lib/keys/key-sets.ts";
import { publicJwks } from "#lib/keys/public-jwks.ts";
import type { StatusListKeeper } from "#lib/status-lists/status-list-keeper.ts";
import { boundConnections, HTTP_LIMITS, TLS_LIMITS } from "#server/http-limits.ts";
import { findMessageFault, isFaulty, type MessageFault } from "#server/http-message.ts";
import { logFailure } from "#server/log-failure.ts";
import { answerError, asRefused, diskFull, notReady } from "./answers.ts";
import { addressAsker } from "./bounds/bounds.ts";
import { addEvents } from "./events.ts";
import { addFeedRoutes } from "./feed/routes.ts";
import { FORWARDED_METHODS, forwardAuth, PREFIXED } from "./forward-auth.ts";
import { introspect } from "./introspection.ts";
import { createJwksAnswer } from "./jwks.ts";
import { noteKeyFetch } from "./key-fetch.ts";
import { addLeakReports } from "./leak-reports.ts";
import { allowOf } from "./methods.ts";
import type { Metrics } from "./metrics.ts";
import { revoke } from "./revocation.ts";
import type { Services } from "./services.ts";
import { addSignalRoutes } from "./signals/routes.ts";
import { createStatusListAnswer } from "./status-lists.ts";

/** The protocol engine: takes whole requests. */
export type EngineDoor = { handle(req: IncomingMessage, res: ServerResponse): void };

export type AppOptions = {
  services: Services;
  engine: EngineDoor;
  statusLists: StatusListKeeper;
  metrics: Metrics;
  tls?: TlsOptions | undefined;
};

/** What has no body needs no stream for one: a fifth of what the smallest answer costs. */
const HTTP_OPTIONS = { ...HTTP_LIMITS, optimizeEmptyRequests: true };

const OURS =
  /^\/(?:(?:oauth\/(?:introspect|revoke|jwks)|events|leak-reports|status-lists(?:\/\d+)?|revocations(?:\/(?:acknowledgements|jwks|snapshot))?|verify|healthz|readyz|\.well-known\/(?:ssf-configuration|tokenwarden-checkpoint-keys\.json))(?:\?|$)|signals\/|verify\/)/;
function requireCurrent(services: Services): void {
  if (services.follower.isStale) throw notReady();
  if (services.disk.isFull) throw diskFull();
}

/** What cannot be read or leads nowhere; a token that is not good is no misuse. */
const MISUSES = new Set([400, 404, 405, 413, 414, 415]);

/** A request that cannot be used, or what it is when its address had too many of them. */
function overBound({ bounds, addresses }: Services, req: IncomingMessage, error: unknown): unknown {
  const { status, statusCode } = error as { status?: number; statusCode?: number };
  if (!MISUSES.has(status ?? statusCode ?? 0)) return error;
  try {
    bounds.countGarbage(addressAsker(addresses.of(req)));
    return error;
  } catch (throttled) {
    return throttled;
  }
}

type JwksAnswer = ReturnType<typeof createJwksAnswer>;
type KeySets = { common: JwksAnswer; feed: JwksAnswer; checkpoints: JwksAnswer };

function addRoutes(app: FastifyInstance, services: Services, keySets: KeySets): void {
  app.post("/oauth/introspect", async (request, reply) => {
    requireCurrent(services);
    const answer = await introspect(services, request, reply);
    return reply.header("cache-control", "no-store").send(answer);
  });
  app.post("/oauth/revoke", async (request, reply) => {
    await revoke(services, request);
    return reply.code(200).header("cache-control", "no-store").send();
  });
  app.get("/verify", async (request, reply) => {
    requireCurrent(services);
    await forwardAuth(services, request, reply);
    return reply;
  });
  // Envoy asks with the request's own method, and its path after ours
  app.route({
    method: [...FORWARDED_METHODS],
    url: `${PREFIXED}*`,
    handler: async (request, reply) => {
      requireCurrent(services);
      await forwardAuth(services, request, reply);
      return reply;
    },
  });
  app.get("/oauth/jwks", (request, reply) => {
    reply.hijack();
    keySets.common(request.raw, reply.raw);
  });
  app.get("/revocations/jwks", (request, reply) => {
    reply.hijack();
    keySets.feed(request.raw, reply.raw);
  });
  app.get(CHECKPOINT_KEYS_PATH, (request, reply) => {
    reply.hijack();
    keySets.checkpoints(request.raw, reply.raw);
  });
  addFeedRoutes(app, services);
  app.get("/healthz", (_request, reply) => reply.header("cache-control", "no-store").send({ status: "ok" }));
  app.get("/readyz", async (request, reply) => {
    if (services.follower.isStale) throw notReady();
    const asker = addressAsker(services.addresses.of(request.raw));
    await services.bounds.turnstile.pass(asker, 1, () => services.db.query("SELECT 1"));
    reply.header("cache-control", "no-store");
    // with a full disk it is ready for revocations, and no other authority on that database would be for more
    const intake = services.disk.isFull ? "revocations only" : "all";
    return { status: "ready", position: String(services.follower.book.position), intake };
  });
}

/** To a request that may be read in two ways, before any route; nothing more is read from its connection. */
function answerFault(res: ServerResponse, { status, message }: MessageFault): void {
  const body = JSON.stringify({
    error: "invalid_request",
    error_description: message,
    request_id: randomUUID(),
  });
  res.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    connection: "close",
  });
  res.end(body);
}

/** What the parser refuses, by its code; anything else is 400. */
const PARSER_STATUS: Record<string, string> = {
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

/** To what the parser could not read; what came after a message that has its answer gets none. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (isFaulty(socket)) return;
  if (socket.writable && error.code !== "ECONNRESET") {
    const status = PARSER_STATUS[error.code ?? ""] ?? "400 Bad Request";
    socket.write(
      `HTTP/1.1 ${status}\r\ncontent-length: 0\r\ncache-control: no-store\r\nconnection: close\r\n\r\n`,
    );
  }
  socket.destroy(error);
}

/** The machine-facing door: introspection, revocation, forward-auth, keys and health here, the rest of OAuth by the engine. */
export function buildAuthority({ services, engine, statusLists, metrics, tls }: AppOptions): FastifyInstance {
  const common = ["x-content-type-options", "nosniff"];
  if (tls !== undefined) common.push("strict-transport-security", "max-age=31536000; includeSubDomains");
  const registry = () => services.follower.registry;
  const isStale = () => services.follower.isStale;
  const onGiven = (authorization: string, kids: readonly string[]) =>
    noteKeyFetch(services, authorization, kids);
  const keySets = {
    common: createJwksAnswer(
      registry,
      isStale,
      (keys) => publicJwks(keys.filter(isOfCommonSet)),
      common,
      onGiven,
    ),
    feed: createJwksAnswer(registry, isStale, (keys) => publicJwks(keys.filter(isOfFeed)), common, onGiven),
    // nobody verifies tokens by it: who asked tells nothing of who has which key
    checkpoints: createJwksAnswer(registry, isStale, checkpointKeys, common, () => {}),
  };
  const lists = createStatusListAnswer(services, statusLists, common);
  const app = Fastify({
    logger: false,
    bodyLimit: 64 * 1024,
    clientErrorHandler: answerUnreadable,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 200 },
    // an address that no route gets to see: the framework's own answer would repeat it
    frameworkErrors: (raised, request, reply) => {
      const error = overBound(services, request.raw, asRefused(raised));
      void services.bounds.hold(error).then(() => answerError(error, reply));
    },
    serverFactory: (handler) => {
      const listener = (req: IncomingMessage, res: ServerResponse) => {
        // ended while it was read: what else came with it is answered to nobody
        if (req.socket.destroyed) return;
        metrics.watch(req, res);
        const fault = findMessageFault(req);
        if (fault === null && req.url === "/oauth/jwks" && req.method === "GET")
          return keySets.common(req, res);
        if (fault === null && (req.method === "GET" || req.method === "HEAD") && lists.answerHeld(req, res))
          return;
        for (let at = 0; at < common.length; at += 2)
          res.setHeader(common[at] as string, common[at + 1] as string);
        if (fault !== null) return answerFault(res, fault);
        if (OURS.test(req.url ?? "/")) handler(req, res);
        else engine.handle(req, res);
      };
      const server =
        tls === undefined
          ? createHttpServer(HTTP_OPTIONS, listener)
          : createHttpsServer({ ...HTTP_OPTIONS, ...TLS_LIMITS, ...tls }, listener);
      boundConnections(server, () => services.bounds.count("pipelining"));
      return server;
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, body),
  );
  app.setErrorHandler(async (raised, request, reply) => {
    const error = overBound(services, request.raw, raised);
    await services.bounds.hold(error);
    const { status, isOurs } = answerError(error, reply);
    // what is refused on purpose is counted by the metrics; a line for each of a million requests helps nobody
    if (status >= 500 && !isOurs)
      logFailure(
        services.log,
        error,
        { requestId: request.id, url: request.raw.url?.split("?")[0] },
        "request failed",
      );
    return reply;
  });
  app.setNotFoundHandler((request, reply) => {
    services.bounds.countGarbage(addressAsker(services.addresses.of(request.raw)));
    const allow = allowOf(request.raw.url ?? "/", request.method);
    if (allow !== null) reply.header("allow", allow);
    reply
      .code(allow === null ? 404 : 405)
      .header("cache-control", "no-store")
      .send({
        error: "invalid_request",
        error_description: allow === null ? "There is nothing at this address." : `Ask by ${allow}.`,
        request_id: request.id,
      });
  });
  addRoutes(app, services, keySets);
  lists.addRoutes(app);
  addEvents(app, services, () => requireCurrent(services));
  addLeakReports(app, services, () => requireCurrent(services));
  addSignalRoutes(app, services);
  return app;
}
