import { createServer } from "node:net";

const FIRST = 3_600;
const LAST = 3_699;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Two benchmarks of one moment rarely look at the same ports. */
function firstOf(count: number): number {
  return FIRST + (process.pid % (LAST - FIRST - count));
}

/**
 * Free ports from 3600 to 3699.
 *
 * @throws where there are not enough.
 */
export async function findPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let step = 0; step <= LAST - FIRST && ports.length < count; step += 1) {
    const port = FIRST + ((firstOf(count) - FIRST + step) % (LAST - FIRST + 1));
    if (await isFree(port)) ports.push(port);
  }
  if (ports.length < count) throw new Error(`no ${count} ports are free from ${FIRST} to ${LAST}`);
  return ports;
}
