import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOutbound } from "../outbound/outbound.ts";
import { fetchKeySet } from "./fetch-key-set.ts";
import { KEY_SET_MAX_BYTES } from "./model.ts";

const SET = JSON.stringify({ keys: [{ kty: "OKP", crv: "Ed25519", x: "AA", kid: "a" }] });
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((req, res) => {
    if (req.url === "/slow") return void setTimeout(() => res.end(SET), 5_000).unref();
    if (req.url === "/trickle") {
      const timer = setInterval(() => res.write(" "), 20);
      res.on("close", () => clearInterval(timer));
      return;
    }
    if (req.url === "/huge") return void res.end("x".repeat(KEY_SET_MAX_BYTES + 1));
    if (req.url === "/gone") return void res.writeHead(404).end();
    if (req.url === "/broken") return void res.writeHead(503).end();
    res.end(SET);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const open = () => createOutbound({ allow: { ranges: [], hosts: [], origins: [origin] } });

describe("a fetch of keys", () => {
  test("gives what is at the address", async () => {
    expect(await fetchKeySet(open(), `${origin}/jwks`)).toMatchObject({ keys: [{ kid: "a" }] });
  });

  test.each([
    ["/slow", "does not answer in time", true],
    ["/trickle", "does not answer in time", true],
    ["/huge", "more than 65536 bytes", false],
    ["/gone", "answers 404", false],
    ["/broken", "answers 503", true],
  ])("of %s ends in words", async (path, says, isAway) => {
    const fetched = await fetchKeySet(open(), `${origin}${path}`, { timeoutMs: 300 });
    expect(fetched).toEqual({ error: expect.stringContaining(says), isAway });
  });

  test("does not follow a name that has turned to a private address since it was entered", async () => {
    let addresses = [{ address: "93.184.215.14", family: 4 }];
    const outbound = createOutbound({
      allow: { ranges: [], hosts: [], origins: [] },
      resolve: async () => addresses,
    });
    await outbound.check("https://robot.example.com/jwks");
    addresses = [{ address: "169.254.169.254", family: 4 }];
    expect(await fetchKeySet(outbound, "https://robot.example.com/jwks")).toEqual({
      error: "The address leads to an address that is not public.",
      isAway: false,
    });
  });
});
