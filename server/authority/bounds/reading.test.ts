import { Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAddressReader } from "../client-address.ts";
import { createReading } from "./reading.ts";
import { Turnstile } from "./turnstile.ts";

const SHARE = 2;
const sockets = new Set<Socket>();
let server: Server;
let port: number;
let mostWaiting: number;
let agents: Agent[];

beforeEach(async () => {
  const turnstile = new Turnstile({ share: SHARE, maxWaiting: 1_000 });
  const reading = createReading(turnstile, createAddressReader(["127.0.0.2"]));
  server = createServer((req, res) => {
    const caller = String(req.headers["x-caller"]);
    reading.saw(req, res, caller);
    void turnstile
      .pass(caller, 1, () => wait(2))
      .then(() => {
        mostWaiting = Math.max(mostWaiting, turnstile.waiting);
        res.end(caller);
      });
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ({ port } = server.address() as AddressInfo);
  mostWaiting = 0;
  agents = [];
});

afterEach(async () => {
  for (const agent of agents) agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** How many connections are not read now. */
const paused = () => [...sockets].filter((socket) => socket.isPaused()).length;

function newAgent(options: { maxSockets: number; localAddress?: string }): Agent {
  const agent = new Agent({ keepAlive: true, ...options });
  agents.push(agent);
  return agent;
}

function ask(agent: Agent, caller: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", agent, headers: { "x-caller": caller, ...headers } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      answer.once("end", () => resolve(text));
    })
      .once("error", reject)
      .end();
  });
}

/** Asks again as soon as each of an agent's connections is answered, for as long as another caller asks now and then. */
async function floodBesideAnother(
  agent: Agent,
  rounds: number,
  send: () => Promise<string>,
): Promise<{ answers: string[]; mostPaused: number }> {
  const other = newAgent({ maxSockets: 1 });
  let goesOn = true;
  let mostPaused = 0;
  const beside = (async () => {
    while (goesOn) await Promise.all([ask(other, "another"), wait(20)]);
  })();
  const answers = await Promise.all(
    Array.from({ length: agent.maxSockets }, async () => {
      const got: string[] = [];
      for (let round = 0; round < rounds; round += 1) {
        got.push(await send());
        mostPaused = Math.max(mostPaused, paused());
      }
      return got;
    }),
  );
  goesOn = false;
  await beside;
  return { answers: answers.flat(), mostPaused };
}

test("a caller's connections are left unread while its line is long, and every request on them is answered", async () => {
  const agent = newAgent({ maxSockets: 60 });
  let answered = 0;
  const { answers, mostPaused } = await floodBesideAnother(agent, 8, async () => {
    const answer = await ask(agent, "flood");
    answered += 1;
    // the first request on a connection tells whose it is
    if (answered === 120) mostWaiting = 0;
    return answer;
  });
  expect(answers).toEqual(Array(480).fill("flood"));
  expect(mostPaused).toBeGreaterThan(30);
  expect(mostWaiting).toBeLessThanOrEqual(6 * SHARE);
  await expect.poll(paused).toBe(0);
});

test("a connection on which several have asked is read on, and so is one of a trusted proxy", async () => {
  const shared = newAgent({ maxSockets: 30 });
  await Promise.all(Array.from({ length: 30 }, () => ask(shared, "somebody else")));
  const beside = await floodBesideAnother(shared, 4, () => ask(shared, "flood"));
  expect(beside).toEqual({ answers: Array(120).fill("flood"), mostPaused: 0 });
  const proxy = newAgent({ maxSockets: 30, localAddress: "127.0.0.2" });
  const behind = await floodBesideAnother(proxy, 4, () =>
    ask(proxy, "flood", { "x-forwarded-for": "192.0.2.7" }),
  );
  expect(behind).toEqual({ answers: Array(120).fill("flood"), mostPaused: 0 });
});

test("a connection that ends while it is unread takes nobody's turn", async () => {
  const agent = newAgent({ maxSockets: 30 });
  const other = newAgent({ maxSockets: 1 });
  await ask(other, "another");
  const given = await Promise.allSettled(
    Array.from({ length: 30 }, async (_, index) => {
      await ask(agent, "flood");
      if (index % 2 === 0) throw new Error("gone");
      return ask(agent, "flood");
    }),
  );
  agent.destroy();
  expect(given.filter(({ status }) => status === "fulfilled")).toHaveLength(15);
  expect(await ask(newAgent({ maxSockets: 1 }), "flood")).toBe("flood");
});
