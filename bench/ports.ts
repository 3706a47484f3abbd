import { createServer } from "node:net";

const FIRST = 3_600;
const LAST = 3_699;
/** Nothing that fetch asks can be here: it refuses the port itself. @see WHATWG Fetch section 2.9 */
const REFUSED_BY_FETCH = new Set([3_659]);

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Two benchmarks of one moment rarely look at the same ports. */
function firstOf(count: number, seed: number): number {
  return FIRST + (seed % (LAST - FIRST - count));
}

/**
 * Free ports from 3600 to 3699.
 *
 * @throws where there are not enough.
 */
export async function findPorts(count: number, seed = process.pid): Promise<number[]> {
  const ports: number[] = [];
  for (let step = 0; step <= LAST - FIRST && ports.length < count; step += 1) {
    const port = FIRST + ((firstOf(count, seed) - FIRST + step) % (LAST - FIRST + 1));
    if (!REFUSED_BY_FETCH.has(port) && (await isFree(port))) ports.push(port);
  }
  if (ports.length < count) throw new Error(`no ${count} ports are free from ${FIRST} to ${LAST}`);
  return ports;
}
