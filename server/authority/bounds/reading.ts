import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { AddressReader } from "../client-address.ts";
import type { Turnstile } from "./turnstile.ts";

/** A connection on which more than one has asked: it may be a proxy's, and the next request on it anybody's. */
const SEVERAL = "several";

export type ConnectionReading = ReturnType<typeof createReading>;

/**
 * Reads no more from the connections of a caller whose line is long already: what is not read costs nothing, and waits where it came from. Only
 * connections on which nobody else has asked are left unread.
 */
export function createReading(turnstile: Turnstile, addresses: AddressReader) {
  const askers = new WeakMap<Socket, string>();

  function isOfOne(request: IncomingMessage, callerId: string): boolean {
    const { socket } = request;
    const known = askers.get(socket);
    if (known === callerId) return true;
    const isForwarded = request.headers["x-forwarded-for"] !== undefined && addresses.isForwarded(request);
    const asker = known !== undefined || isForwarded ? SEVERAL : callerId;
    askers.set(socket, asker);
    return asker === callerId;
  }

  function leave(socket: Socket, callerId: string): void {
    if (socket.destroyed || askers.get(socket) !== callerId) return;
    const goOn = () => {
      if (!socket.destroyed) socket.resume();
    };
    if (turnstile.leaveUnread(callerId, goOn)) socket.pause();
  }

  return {
    /** A request of a caller, before it waits for its turn. */
    saw(request: IncomingMessage, response: ServerResponse, callerId: string): void {
      if (!isOfOne(request, callerId) || !turnstile.hasLine(callerId)) return;
      response.once("finish", () => leave(request.socket, callerId));
    },
  };
}
