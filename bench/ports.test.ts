import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { answers } from "./child.ts";
import { findPorts } from "./ports.ts";

test("ports that a benchmark is given can be asked by fetch, and are given once", async () => {
  const ports = [...(await findPorts(5)), ...(await findPorts(5))];
  expect(new Set(ports).size).toBe(10);
  for (const port of ports) {
    const server = createServer((_request, response) => response.end("up")).listen(port);
    await once(server, "listening");
    expect(await answers(`http://127.0.0.1:${port}/`), `port ${port}`).toBe(true);
    server.closeAllConnections();
    server.close();
  }
});

test("benchmarks of the same moment are given different ones, although none of them listens yet", async () => {
  const ports = JSON.stringify(import.meta.resolve("./ports.ts"));
  const program = `import { findPorts } from ${ports}; process.stdout.write(JSON.stringify(await findPorts(5)));`;
  const run = promisify(execFile);
  const given = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program]);
      return JSON.parse(stdout) as number[];
    }),
  );
  expect(new Set(given.flat()).size).toBe(20);
});
