import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { boundConnections, HTTP_LIMITS } from "./http-limits.ts";
import { letGo } from "./let-go.ts";
import { openConnection } from "./test-socket.ts";

const REQUEST = "POST /slow HTTP/1.1\r\nHost: localhost\r\n";

/** A server with the limits of both doors that answers once the body is there and `ms` are over. */
async function startServer(ms: number) {
  const server = createServer(HTTP_LIMITS, (request, response) => {
    request.resume().on("end", () => setTimeout(() => response.end("done"), ms));
  });
  boundConnections(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    const startedAt = performance.now();
    await letGo(server, () => new Promise<void>((resolve) => void server.close(() => resolve())));
    return performance.now() - startedAt;
  };
  return { port, stop };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 200));

test.each([
  ["half a line", "POST /sl"],
  ["half of the headers", REQUEST],
  ["half of the body", `${REQUEST}Content-Length: 100\r\n\r\nabc`],
  [
    "an upgrade that has half of its body",
    `${REQUEST}Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 9\r\n\r\na`,
  ],
  ["nothing", ""],
])("a server stops within three seconds while a connection has sent %s", async (_what, text) => {
  const { port, stop } = await startServer(0);
  const connection = openConnection(port);
  connection.write(text);
  await settle();
  expect(await stop()).toBeLessThan(3_000);
  await connection.ended;
});

test("an upgrade that was asked for keeps no server from stopping, and its answer comes", async () => {
  const { port, stop } = await startServer(1_500);
  const connection = openConnection(port);
  connection.write(
    `${REQUEST}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nContent-Length: 0\r\n\r\n`,
  );
  await settle();
  expect(await stop()).toBeLessThan(4_000);
  await connection.ended;
  expect(connection.received()).toMatch(/^HTTP\/1\.1 200 [\s\S]*done/);
});

test("a whole request gets its answer, though it takes longer than half ones may", async () => {
  const { port, stop } = await startServer(2_500);
  const connection = openConnection(port);
  connection.write(`${REQUEST}Content-Length: 3\r\n\r\nabc`);
  await settle();
  const took = await stop();
  expect(took).toBeGreaterThan(1_500);
  expect(took).toBeLessThan(5_000);
  await connection.ended;
  expect(connection.received()).toMatch(/^HTTP\/1\.1 200 [\s\S]*done/);
});

test("an answer that never comes ends with its connection after six seconds", async () => {
  const { port, stop } = await startServer(60_000);
  const connection = openConnection(port);
  connection.write(`${REQUEST}Content-Length: 0\r\n\r\n`);
  await settle();
  expect(await stop()).toBeLessThan(8_000);
  await connection.ended;
});
