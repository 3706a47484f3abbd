import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Whether a TCP port can be listened on; every address of the machine when `host` is left out. */
export function isPortFree(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A free loopback port, `preferred` if it is; below the range from which systems take ports for outgoing calls. */
export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred, "127.0.0.1"))) return preferred;
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if (await isPortFree(port, "127.0.0.1")) return port;
  }
  throw new Error("no free loopback port was found");
}
