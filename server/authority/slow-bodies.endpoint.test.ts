import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { introspect, issue, startTestInstance, type TestInstance } from "./test-authority.ts";

/** As many as take an address's whole share, if each had its turn while it is sent. */
const SLOW = 8;

let instance: TestInstance;
let port: number;
let url: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  instance = await startTestInstance(1);
  url = instance.urls[0] as string;
  port = Number(new URL(url).port);
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await instance.stop();
});

test.each([
  ["/oauth/token", "application/x-www-form-urlencoded; charset=utf-8"],
  ["/oauth/token", "application/x-www-form-urlencoded"],
  ["/oauth/par", "application/x-www-form-urlencoded"],
  ["/oauth/device_authorization", "application/x-www-form-urlencoded"],
  ["/device", "application/x-www-form-urlencoded"],
])("bodies that are half sent to %s (%s) keep nobody of their address waiting", async (path, type) => {
  const { jwtService, verifiers } = instance.registry;
  const token = await issue(url, jwtService);
  for (let index = 0; index < SLOW; index += 1) {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: 100\r\n\r\na`,
    );
  }
  await wait(100);
  // another caller is there, so that each has its share
  expect(await introspect(url, token, verifiers.billing.secret)).toMatchObject({ active: true });
  const startedAt = performance.now();
  const answers = await Promise.all([
    fetch(`${url}/oauth/authorize?client_id=nobody`),
    fetch(`${url}/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: jwtService.clientId,
        client_secret: jwtService.secret,
      }),
    }),
  ]);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  expect(answers.map(({ status }) => status)).toEqual([400, 200]);
});

test("a body in chunks that never ends, or is too long, is refused by the engine and not kept", async () => {
  const socket = connect(port, "127.0.0.1");
  sockets.push(socket);
  let received = "";
  socket.setEncoding("utf8").on("data", (text) => {
    received += text;
  });
  const ended = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.write(
    "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  const piece = `4000\r\n${"a".repeat(0x4000)}\r\n`;
  for (let index = 0; index < 8; index += 1) socket.write(piece);
  await ended;
  expect(received).toMatch(/^HTTP\/1\.1 400 /);
  expect(received).toContain("failed to parse the request body");
});

test("reports that are promised by the megabyte and not sent are bounded, and keep no other verifier's out", async () => {
  const { billing, ledger } = instance.registry.verifiers;
  const report = async (secret: string) => {
    const answer = await fetch(`${url}/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ instance: "0196f0a0-0000-7000-8000-00000000000a", reports: [] }),
    });
    return { status: answer.status, retryAfter: answer.headers.get("retry-after") };
  };
  const promised = Array.from({ length: 12 }, () => {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.write(
      `POST /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${billing.secret}\r\nContent-Type: application/json\r\nContent-Length: 1048576\r\n\r\n{`,
    );
    return socket;
  });
  await expect.poll(() => report(billing.secret)).toEqual({ status: 429, retryAfter: "1" });
  expect(await report(ledger.secret)).toMatchObject({ status: 200 });
  for (const socket of promised) socket.destroy();
  await expect.poll(() => report(billing.secret)).toMatchObject({ status: 200 });
});
