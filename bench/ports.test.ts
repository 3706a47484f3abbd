import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { answers } from "./child.ts";
import { findPorts } from "./ports.ts";

test("every port that a benchmark may be given can be asked by fetch", { timeout: 60_000 }, async () => {
  const found = new Set<number>();
  for (let seed = 0; seed < 100; seed += 1) for (const port of await findPorts(3, seed)) found.add(port);
  const mute: number[] = [];
  for (const port of found) {
    const server = createServer((_request, response) => response.end("up")).listen(port);
    await once(server, "listening");
    if (!(await answers(`http://127.0.0.1:${port}/`))) mute.push(port);
    server.closeAllConnections();
    server.close();
  }
  expect(mute).toEqual([]);
  expect(found.size).toBeGreaterThan(50);
});
