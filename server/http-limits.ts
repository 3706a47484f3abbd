import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import { Server as TlsServer } from "node:https";
import type { Socket } from "node:net";

/** How long and how large a request may be at either door, before anybody has looked at it. */
export const HTTP_LIMITS = {
  headersTimeout: 10_000,
  /** Of the whole request, its body included. */
  requestTimeout: 15_000,
  /** Longer than the idle time of common proxies, which otherwise meet a connection that was just closed. */
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1_024,
  /** How often the two above are looked at: Node's own half a minute would stand beside them. */
  connectionsCheckingInterval: 1_000,
  /** No other protocol is spoken here: who asks for one is answered in this. What is upgraded is under none of these limits. @see RFC 9110 7.8 */
  shouldUpgradeCallback: () => false,
} satisfies ServerOptions;

/** For a TLS door: who does not finish the handshake holds a connection no longer than who does not send headers. */
export const TLS_LIMITS = { handshakeTimeout: 10_000, minVersion: "TLSv1.2" } as const;

/** A connection on which nothing moves in either direction while a request is answered. */
const IDLE_MS = 30_000;
/** Requests of one connection that are not answered yet. No client of ours sends more than one. */
const MAX_PIPELINED = 32;
const MAX_CONNECTIONS = 20_000;
/** Idle connections are closed once so many are open, so that there is room for others. */
const CROWDED = 0.75;
const MAKE_ROOM_MS = 1_000;
const UNREAD_MS = 500;
const UNREAD_BYTES = 1_024 * 1_024;

/** What is answered before its body was read: the rest is waited for shortly, so that the sender gets to read the answer, and never swallowed. */
function endUnread(request: IncomingMessage): void {
  if (request.complete || request.socket.destroyed) return;
  const isLarge = Number(request.headers["content-length"] ?? 0) > UNREAD_BYTES;
  setTimeout(
    () => {
      if (!request.complete) request.socket.destroy();
    },
    isLarge ? 0 : UNREAD_MS,
  ).unref();
}

/** Without either there is no body. @see RFC 9112 6.3 */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

/** What a server has open, for whoever closes it. */
type Open = {
  /** Every connection, whether or not TLS has begun on it. */
  all: Set<Socket>;
  /** Those on which HTTP is spoken. */
  speaking: Set<Socket>;
  /** Those on which the handshake of TLS is not over, by their other end: the socket that HTTP is spoken on later is another object. */
  shaking: Map<string, Socket>;
  unanswered: WeakMap<Socket, number>;
  latest: WeakMap<Socket, IncomingMessage>;
};
const openOf = new WeakMap<Server, Open>();

/** Ends the connections that have no whole request under way: of those half a request was sent, half a handshake, or nothing. */
export function endUnasked(server: Server): void {
  const { speaking, shaking, unanswered, latest } = openOf.get(server) ?? {};
  for (const socket of shaking?.values() ?? []) socket.destroy();
  for (const socket of speaking ?? [])
    if ((unanswered?.get(socket) ?? 0) === 0 || latest?.get(socket)?.complete === false) socket.destroy();
}

/** Ends every connection, also those on which the handshake of TLS is not over. */
export function endAll(server: Server): void {
  for (const socket of openOf.get(server)?.all ?? []) socket.destroy();
}

const otherEnd = ({ remoteAddress, remotePort }: Socket) => `${remoteAddress} ${remotePort}`;

function rememberShaking(shaking: Map<string, Socket>, socket: Socket): void {
  const end = otherEnd(socket);
  shaking.set(end, socket);
  socket.once("close", () => {
    if (shaking.get(end) === socket) shaking.delete(end);
  });
}

function remember(sockets: Set<Socket>, socket: Socket): void {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}

/**
 * Bounds what connections may hold: one that nothing moves on ends, one that sends requests without waiting for answers ends, and where there
 * are very many the idle ones make room.
 */
export function boundConnections(server: Server, onExcess: () => void = () => {}): void {
  const unanswered = new WeakMap<Socket, number>();
  const latest = new WeakMap<Socket, IncomingMessage>();
  const all = new Set<Socket>();
  const isTls = server instanceof TlsServer;
  const speaking = isTls ? new Set<Socket>() : all;
  const shaking = new Map<string, Socket>();
  openOf.set(server, { all, speaking, shaking, unanswered, latest });
  if (isTls)
    server.on("secureConnection", (socket: Socket) => {
      shaking.delete(otherEnd(socket));
      remember(speaking, socket);
    });
  let madeRoomAt = Number.NEGATIVE_INFINITY;
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(IDLE_MS);
  server.on("connection", (socket: Socket) => {
    remember(all, socket);
    if (isTls) rememberShaking(shaking, socket);
    const now = performance.now();
    if (all.size < MAX_CONNECTIONS * CROWDED || now - madeRoomAt < MAKE_ROOM_MS) return;
    madeRoomAt = now;
    server.closeIdleConnections();
  });
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // what came in one piece with it, the parser has let go of: a later answer would be to no request of theirs
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    const count = (unanswered.get(socket) ?? 0) + 1;
    unanswered.set(socket, count);
    latest.set(socket, request);
    response.once("close", () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    if (hasBody(request)) response.once("finish", () => endUnread(request));
    if (count <= MAX_PIPELINED || socket.destroyed) return;
    onExcess();
    socket.destroy();
  });
}
