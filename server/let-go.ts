import type { Server } from "node:http";

const SWEEP_MS = 25;

/**
 * Closes a server as fast as its requests are answered: what is under way gets its answer, and no connection outlives its own. A server that
 * is merely closed waits for every client that keeps its connection for the next request.
 */
export async function letGo(server: Server, close: () => PromiseLike<unknown>): Promise<void> {
  server.prependListener("request", (_request, response) => {
    response.setHeader("connection", "close");
  });
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  server.closeIdleConnections();
  try {
    await close();
  } finally {
    clearInterval(sweep);
  }
}
