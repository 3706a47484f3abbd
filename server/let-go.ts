import type { Server } from "node:http";
import { endAll, endUnasked } from "./http-limits.ts";

const SWEEP_MS = 25;
/** For what is on its way: after that who has not sent a whole request has none under way. */
const SEND_MS = 1_000;
/** For answers, and for readers of what has no end; the process itself ends not much later. */
const ANSWER_MS = 6_000;

/**
 * Closes a server as fast as its requests are answered: what is under way gets its answer, and no connection outlives its own. A server that
 * is merely closed waits for every client that keeps its connection for the next request, and Node no longer looks at the times of requests
 * that are half sent. Those end after a second, what is left after six.
 */
export async function letGo(server: Server, close: () => PromiseLike<unknown>): Promise<void> {
  server.prependListener("request", (_request, response) => {
    response.setHeader("connection", "close");
  });
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  server.closeIdleConnections();
  const unasked = setTimeout(() => endUnasked(server), SEND_MS);
  const rest = setTimeout(() => endAll(server), ANSWER_MS);
  try {
    await close();
  } finally {
    clearInterval(sweep);
    clearTimeout(unasked);
    clearTimeout(rest);
  }
}
