import http from "node:http";
import https from "node:https";
import { PEER_HEADER } from "./client-address.ts";

const store = globalThis as typeof globalThis & { tokenwardenMarksPeers?: boolean };

/**
 * Writes the socket's address into a header of every request before Next sees it, over whatever the caller sent there.
 * Next hands route handlers no socket, and passes on a forwarded address that any caller can write.
 */
export function markPeers(): void {
  if (store.tokenwardenMarksPeers) return;
  store.tokenwardenMarksPeers = true;
  for (const prototype of [http.Server.prototype, https.Server.prototype]) {
    const { emit } = prototype;
    prototype.emit = function marked(this: http.Server, event: string | symbol, ...rest: unknown[]): boolean {
      if (event === "request" || event === "upgrade") {
        const request = rest[0] as http.IncomingMessage;
        request.headers[PEER_HEADER] = request.socket.remoteAddress ?? "";
      }
      return Reflect.apply(emit, this, [event, ...rest]) as boolean;
    } as typeof emit;
  }
}
