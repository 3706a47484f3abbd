import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { readOutboundAllow } from "./allow-list.ts";
import { createOutbound, type Outbound, type Resolved } from "./outbound.ts";

const servers: Server[] = [];
const opened: Outbound[] = [];

async function serve(listener: RequestListener): Promise<{ port: number; count(): number }> {
  let requests = 0;
  const server = createServer((req, res) => {
    requests += 1;
    listener(req, res);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, count: () => requests };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  for (const one of opened.splice(0)) one.close();
});

function outbound(allowed: string, resolve?: (host: string) => Promise<Resolved[]>): Outbound {
  const one = createOutbound({
    allow: readOutboundAllow(allowed) ?? expect.fail("no allow list"),
    ...(resolve ? { resolve } : {}),
  });
  opened.push(one);
  return one;
}

const post = (url: string) => ({
  url,
  method: "POST" as const,
  headers: { "content-type": "text/plain" },
  body: "hello",
  timeoutMs: 1_000,
  maxAnswerBytes: 1_000,
});

describe("an address that somebody entered", () => {
  test.each([
    ["http", "http://example.com/", "url"],
    ["another scheme", "file:///etc/passwd", "url"],
    ["a user", "https://user:secret@example.com/", "url"],
    ["no URL", "example.com", "url"],
    ["a URL too long", `https://example.com/${"x".repeat(2_048)}`, "url"],
    ["loopback", "https://127.0.0.1/", "address"],
    ["loopback in hex", "https://0x7f.1/", "address"],
    ["loopback as a number", "https://2130706433/", "address"],
    ["loopback in octal", "https://0177.0.0.1/", "address"],
    ["IPv6 loopback", "https://[::1]/", "address"],
    ["IPv4-mapped", "https://[::ffff:169.254.169.254]/", "address"],
    ["the metadata address", "https://169.254.169.254/latest/meta-data/", "address"],
    ["a name of this machine", "https://localhost/", "address"],
  ])("is refused when it is entered, and when it is used: %s", async (_, url, fault) => {
    const out = outbound("");
    await expect(out.check(url)).rejects.toMatchObject({ fault });
    await expect(out.request(post(url))).rejects.toMatchObject({ fault });
  });

  test("is refused where one of its addresses is private, whichever comes first", async () => {
    const mixed = async () => [
      { address: "1.1.1.1", family: 4 },
      { address: "10.0.0.1", family: 4 },
    ];
    await expect(outbound("", mixed).check("https://two.example/")).rejects.toMatchObject({
      fault: "address",
    });
  });

  test("that was public when it was entered and is private when it is used is never connected to", async () => {
    const inside = await serve((_, res) => res.end("inside"));
    let asked = 0;
    const rebinding = async () => {
      asked += 1;
      return [{ address: asked === 1 ? "93.184.216.34" : "127.0.0.1", family: 4 }];
    };
    const out = outbound("", rebinding);
    const url = `https://rebinding.example:${inside.port}/`;
    await out.check(url);
    await expect(out.request(post(url))).rejects.toMatchObject({ fault: "address" });
    expect(asked).toBe(2);
    expect(inside.count()).toBe(0);
  });

  test("is connected to at the address that was looked at: the name is asked for once", async () => {
    const inside = await serve((_, res) => res.end("inside"));
    let asked = 0;
    const out = outbound(`127.0.0.0/8,http://once.example:${inside.port}`, async () => {
      asked += 1;
      return [{ address: "127.0.0.1", family: 4 }];
    });
    const answer = await out.request(post(`http://once.example:${inside.port}/`));
    expect({ asked, text: answer.body.toString() }).toEqual({ asked: 1, text: "inside" });
  });

  test("of a range, a name or an origin that is allowed is called, its neighbours are not", async () => {
    const there = await serve((req, res) => res.end(req.headers["content-length"]));
    const origin = `http://127.0.0.1:${there.port}`;
    const answer = await outbound(origin).request(post(`${origin}/a?b`));
    expect({ status: answer.status, text: answer.body.toString() }).toEqual({ status: 200, text: "5" });
    await expect(
      outbound(`http://127.0.0.1:${there.port + 1}`).request(post(`${origin}/`)),
    ).rejects.toMatchObject({ fault: "url" });
    await expect(outbound(origin).check("https://127.0.0.1/")).rejects.toMatchObject({ fault: "address" });
    await outbound("10.0.0.0/8").check("https://10.2.3.4/");
    await expect(outbound("10.0.0.0/8").check("https://11.0.0.1:8443/")).resolves.toBeUndefined();
    await expect(outbound("10.0.0.0/8").check("https://192.168.0.1/")).rejects.toMatchObject({
      fault: "address",
    });
    await outbound("siem.internal", async () => [{ address: "10.0.0.1", family: 4 }]).check(
      "https://siem.internal/",
    );
  });
});

describe("a connection for messages", () => {
  const settings = { timeoutMs: 1_000 };

  test.each([
    ["without TLS to nobody that was named", "syslog+tcp://1.1.1.1:514", "url"],
    ["by HTTP", "https://1.1.1.1/", "url"],
    ["without a host", "syslog+tls:", "url"],
    ["with a user", "syslog+tls://user@1.1.1.1", "url"],
    ["to loopback", "syslog+tls://127.0.0.1:6514", "address"],
    ["to IPv6 loopback", "syslog+tls://[::1]", "address"],
    ["to the metadata address by a number", "syslog+tls://2852039166", "address"],
    ["to a name of this machine", "syslog+tls://localhost", "address"],
  ])("is refused when it is entered, and when it is made: %s", async (_, url, fault) => {
    const out = outbound("");
    await expect(out.check(url, "syslog")).rejects.toMatchObject({ fault });
    await expect(out.connect({ url, ...settings })).rejects.toMatchObject({ fault });
    await expect(out.check("syslog+tls://1.1.1.1")).rejects.toMatchObject({ fault: "url" });
  });

  test("stands without TLS with an origin that was named, and with no neighbour of it", async () => {
    const there = await serve(() => {});
    const origin = `syslog+tcp://127.0.0.1:${there.port}`;
    const out = outbound(origin);
    const socket = await out.connect({ url: origin, ...settings });
    expect(socket.remotePort).toBe(there.port);
    socket.destroy();
    await expect(
      out.connect({ url: `syslog+tcp://127.0.0.1:${there.port + 1}`, ...settings }),
    ).rejects.toMatchObject({ fault: "url" });
    await expect(out.request(post(`http://127.0.0.1:${there.port}/`))).rejects.toMatchObject({
      fault: "url",
    });
  });

  test("is not made to a name that has turned private, and ends by the time allowed where nobody speaks TLS", async () => {
    const silent = await serve(() => {});
    let leadsTo = "93.184.216.34";
    const out = outbound("", async () => [{ address: leadsTo, family: 4 }]);
    const url = `syslog+tls://rebinding.example:${silent.port}`;
    await out.check(url, "syslog");
    leadsTo = "127.0.0.1";
    await expect(out.connect({ url, ...settings })).rejects.toMatchObject({ fault: "address" });
    const named = outbound("127.0.0.0/8");
    await expect(
      named.connect({ url: `syslog+tls://127.0.0.1:${silent.port}`, ...settings }),
    ).rejects.toMatchObject({ fault: expect.stringMatching(/^(?:timeout|unreachable)$/) });
  });
});

describe("an answer", () => {
  const from = async (listener: RequestListener) => {
    const server = await serve(listener);
    const origin = `http://127.0.0.1:${server.port}`;
    return { server, send: () => outbound(origin).request(post(`${origin}/`)) };
  };

  test("that redirects is not followed", async () => {
    const target = await serve((_, res) => res.end());
    const { send } = await from((_, res) =>
      res.writeHead(307, { location: `http://127.0.0.1:${target.port}/` }).end(),
    );
    await expect(send()).rejects.toMatchObject({ fault: "redirect" });
    expect(target.count()).toBe(0);
  });

  test("that is too large is cut off", async () => {
    const { send } = await from((_, res) => res.end("x".repeat(1_001)));
    await expect(send()).rejects.toMatchObject({ fault: "too_large" });
  });

  test("that never comes, or comes a byte at a time, ends by the time allowed", async () => {
    const silent = await from(() => {});
    await expect(silent.send()).rejects.toMatchObject({ fault: "timeout" });
    const drip = await from((_, res) => {
      res.writeHead(200);
      const timer = setInterval(() => res.write("x"), 50);
      res.on("close", () => clearInterval(timer));
    });
    await expect(drip.send()).rejects.toMatchObject({ fault: "timeout" });
  });

  test("of nobody says so", async () => {
    const { server, send } = await from((_, res) => res.destroy());
    await expect(send()).rejects.toMatchObject({ fault: "unreachable" });
    expect(server.count()).toBe(1);
  });
});
