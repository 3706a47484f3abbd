import { createServer } from "node:net";
import { threadId } from "node:worker_threads";

/** Below the ports that the system itself hands out, to connections and to servers that leave the choice to it: none of them takes one of these meanwhile. */
const FIRST = 20_000;
const COUNT = 12_000;
/** So far apart are the first ports of two processes that were started one after the other. */
const APART = 97;

let asked = 0;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port for a server that is about to start: no other test is given it before that server listens. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < COUNT; tries += 1) {
    const port = FIRST + (((process.pid + threadId) * APART + asked) % COUNT);
    asked += 1;
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}
