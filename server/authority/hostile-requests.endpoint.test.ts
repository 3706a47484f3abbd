import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawAnswer, sendRaw } from "#lib/test-raw-request.ts";
import { discover, logIn, type People, seedPeople } from "./engine/test-people.ts";
import { issue, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

let instance: TestInstance;
let people: People;
let token: string;

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  await instance.authorities[0]?.services.follower.poll();
  token = await issue(instance.issuer, instance.registry.jwtService);
});
afterAll(() => instance.stop());

const billing = () => instance.registry.verifiers.billing.secret;
const FORM = "Content-Type: application/x-www-form-urlencoded";
const INSIDE = /node_modules|\bat .+\.(?:ts|js):\d+|\/work\/|\bSELECT\b|prisma|ECONN|oidc-provider/;
const MARKUP = /<script>alert|<img src=x|<svg onload|javascript:alert/i;

type Request = { method?: string; target: string; headers?: string[]; body?: string };

async function send({ method = "GET", target, headers = [], body = "" }: Request): Promise<RawAnswer> {
  const port = Number(new URL(instance.issuer).port);
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: localhost:${port}`];
  const isSized = headers.some((line) => /^(?:content-length|transfer-encoding):/i.test(line));
  const length =
    method === "POST" && !isSized ? [`Content-Length: ${Buffer.byteLength(body, "latin1")}`] : [];
  const lines = [`${method} ${target} HTTP/1.1`, ...host, "Connection: close", ...length, ...headers];
  const answer = await sendRaw(port, `${lines.join("\r\n")}\r\n\r\n${body}`);
  expect(answer.status, answer.body.slice(0, 300)).toBeLessThan(500);
  expect(answer.body).not.toMatch(INSIDE);
  expect(answer.body).not.toMatch(MARKUP);
  expect(answer.body).not.toContain('"active":true');
  expect(answer.body.length).toBeLessThan(64 * 1_024);
  expect([...answer.headers.keys()]).not.toContain("x-evil");
  // what the parser of HTTP itself refuses has no headers of ours
  if (![0, 400, 431].includes(answer.status) || answer.headers.has("content-type"))
    expect(answer.headers.get("cache-control") ?? "no-store").toMatch(/no-store/);
  return answer;
}

function post(target: string, body: string, ...headers: string[]): Request {
  return { method: "POST", target, headers: [FORM, ...headers], body };
}

describe("a method that an address does not have is answered 405 with Allow (RFC 9110 section 15.5.6)", () => {
  test.each([
    ["GET", "/oauth/token", "POST"],
    ["GET", "/oauth/introspect?token=x", "POST"],
    ["PUT", "/oauth/revoke", "POST"],
    ["DELETE", "/oauth/par", "POST"],
    ["POST", "/verify", "GET, HEAD"],
    ["POST", "/oauth/jwks", "GET, HEAD"],
    ["GET", "/events", "POST"],
    ["GET", "/leak-reports", "POST"],
    ["POST", "/status-lists", "GET, HEAD"],
    ["DELETE", "/status-lists/1", "GET, HEAD"],
    ["DELETE", "/oauth/userinfo", "GET, HEAD, POST"],
    ["POST", "/oauth/authorize", "GET, HEAD"],
    ["PATCH", "/.well-known/openid-configuration", "GET, HEAD"],
    ["TRACE", "/oauth/token", "POST"],
    ["PROPFIND", "/healthz", "GET, HEAD"],
  ])("%s %s", async (method, target, allow) => {
    const answer = await send({ method, target, headers: ["Content-Length: 0"] });
    expect({ status: answer.status, allow: answer.headers.get("allow") }).toEqual({ status: 405, allow });
    expect(answer.body).toContain('"error":"invalid_request"');
  });
});

describe("an address that is none is answered 404, whatever it is written as", () => {
  test.each([
    "/",
    "/nosuch",
    "/OAUTH/token",
    "/oauth/token/",
    "/oauth//token",
    "/oauth/introspect/",
    "/oauth/introspect;x=1",
    "/oauth/introspect%00",
    "/%6fauth/introspect",
    "/oauth%2fintrospect",
    "/oauth/../verify",
    "/./verify",
    "/verify%2f..%2fmetrics",
    "/metrics",
    "/oauth/__proto__",
    "/constructor",
    "/%ff",
    "/%zz",
    "/%ED%A0%80",
    "/oauth/registration",
    "/oauth/reg",
    "/oauth/device",
    "/oauth/ciba",
    "/<script>alert(1)</script>",
    "/'%20OR%201=1--",
    `/${"a".repeat(9_000)}`,
  ])("%.60s", async (target) => {
    const answer = await send({ target });
    expect([400, 404]).toContain(answer.status);
  });

  test.each([
    ["POST", "/OAUTH/token"],
    ["POST", "/oauth/token/"],
    ["POST", "/oauth/PAR"],
    ["POST", "/oauth/userinfo/"],
    ["GET", "/OAUTH/authorize?client_id=web&response_type=code"],
    ["GET", "/oauth/authorize/?client_id=web&response_type=code"],
    ["GET", "/oauth/LOGOUT"],
    ["OPTIONS", "/oauth/Token"],
    ["GET", "/.WELL-KNOWN/openid-configuration"],
  ])("%s %s, which the engine's router would fold", async (method, target) => {
    expect((await send({ method, target, headers: [FORM] })).status).toBe(404);
  });

  test.each(["/signals/%MARK%", "/signals/streams/%MARK%/poll", "/status-lists/%MARK%", "/verify/%zz%MARK%"])(
    "%s is refused without its address being repeated, however long it is or whatever it holds",
    async (target) => {
      for (const mark of [`twv_${"m".repeat(43)}`, `twv_${"m".repeat(400)}`, `%zz-twv_${"m".repeat(43)}`])
        for (const method of ["GET", "POST"]) {
          const answer = await send({ method, target: target.replace("%MARK%", mark), headers: [FORM] });
          expect([400, 401, 403, 404, 405, 414, 415]).toContain(answer.status);
          expect(answer.body).not.toContain("mmmm");
        }
    },
  );

  test("what follows /verify/ is another server's address, and leads nowhere here: the gateway has to say who it is", async () => {
    for (const target of ["/verify/../../etc/passwd", "/verify/../oauth/jwks", "/verify/%2e%2e/metrics"])
      expect((await send({ target })).status, target).toBe(403);
  });

  test.each(["http://evil.example/oauth/jwks", "*", "oauth/jwks", "evil.example:443"])(
    "%s is refused",
    async (target) => {
      expect((await send({ target })).status).toBe(400);
    },
  );
});

describe("HTTP that can be read in two ways is refused before it is read", () => {
  const rows: [string, Request, number[]][] = [
    [
      "a length and chunks",
      post("/oauth/token", "0\r\n\r\n", "Content-Length: 4", "Transfer-Encoding: chunked"),
      [400],
    ],
    ["two lengths", post("/oauth/token", "a=b", "Content-Length: 3", "Content-Length: 4"), [400]],
    ["two lengths in one", post("/oauth/token", "a=b", "Content-Length: 3, 4"), [400]],
    ["a negative length", post("/oauth/introspect", "a=b", "Content-Length: -3"), [400]],
    ["chunks that are none", post("/oauth/introspect", "zz\r\n", "Transfer-Encoding: chunked"), [400]],
    ["a coding that is none", post("/oauth/introspect", "x", "Transfer-Encoding: xchunked"), [400]],
    ["100 MB announced", post("/oauth/introspect", "x", "Content-Length: 104857600"), [413]],
    ["100 MB announced at the engine", post("/oauth/token", "x", "Content-Length: 104857600"), [400, 413]],
    ["a space before the colon", { target: "/verify", headers: ["X-Tokenwarden-Verifier : x"] }, [400]],
    ["a NUL in a header", { target: "/verify", headers: ["X-Tokenwarden-Verifier: a\0b"] }, [400]],
    ["a bare line feed", { target: "/verify", headers: ["X-A: a\nX-Evil: b"] }, [400, 403]],
    ["headers of 20 KB", { target: "/verify", headers: [`X-A: ${"a".repeat(20_000)}`] }, [431]],
    [
      "3,000 headers",
      { target: "/verify", headers: Array.from({ length: 3_000 }, (_, n) => `a${n}: b`) },
      [403, 431],
    ],
  ];
  test.each(rows)("%s", async (_name, request, statuses) => {
    expect(statuses).toContain((await send(request)).status);
  });
});

describe("a form that is none is refused, and says so", () => {
  const doors = ["/oauth/token", "/oauth/par", "/oauth/introspect", "/oauth/revoke"];
  const bodies: [string, string[], string][] = [
    ["JSON", ["Content-Type: application/json"], '{"token":"x"}'],
    ["text", ["Content-Type: text/plain"], "token=x"],
    ["parts", ["Content-Type: multipart/form-data; boundary=x"], "--x--"],
    ["XML", ["Content-Type: application/xml"], "<a/>"],
    ["no type", [], "token=x"],
    [
      "two types",
      ["Content-Type: application/json", "Content-Type: application/x-www-form-urlencoded"],
      "token=x",
    ],
    ["a type with a line of its own", ["Content-Type: application/x-www-form-urlencoded\t; \x80"], "token=x"],
    ["nothing", [FORM], ""],
    ["NUL", [FORM], "\0=\0&token=%00"],
    ["bytes that are no UTF-8", [FORM], "token=\xff\xfe&%ff=%fe"],
    ["half characters", [FORM], "token=%ED%A0%80"],
    ["overlong characters", [FORM], "token=%c0%ae%c0%ae"],
    ["UTF-7", ["Content-Type: application/x-www-form-urlencoded; charset=utf-7"], "token=+ADw-script+AD4-"],
    ["UTF-16", ["Content-Type: application/x-www-form-urlencoded; charset=utf-16"], "t\0o\0"],
    ["compressed", [FORM, "Content-Encoding: gzip"], "\x1f\x8b\x08"],
    ["a parameter twice", [FORM], "token=a&token=b&grant_type=x&grant_type=y"],
    ["names of the prototype", [FORM], "__proto__=1&constructor=2&__proto__[x]=3&toString=4"],
    ["an operator", [FORM], "token[$ne]=x&grant_type[]=client_credentials"],
    ["10,000 parameters", [FORM], Array.from({ length: 6_000 }, (_, n) => `p${n}=1`).join("&")],
    ["70 KB", [FORM], `token=${"x".repeat(70_000)}`],
    [
      "a client that is none",
      [FORM],
      "token=x&grant_type=client_credentials&client_id=__proto__&client_secret=x",
    ],
    ["a client's name that is SQL", [FORM], "token=x&client_id=%27%20OR%201=1--&client_secret=x"],
    [
      "a client's name with markup",
      [FORM],
      "token=x&grant_type=%3Cscript%3Ealert(1)%3C/script%3E&client_id=%3Cscript%3Ealert(1)%3C/script%3E",
    ],
    ["a header in a value", [FORM], "token=x%0d%0aX-Evil:1&client_id=a%0d%0aX-Evil:1&client_secret=x"],
    ["Basic that cannot be read", [FORM, "Authorization: Basic %%%"], "token=x"],
    ["Basic without a colon", [FORM, "Authorization: Basic YWJj"], "token=x"],
    [
      "Basic with percent signs that are none",
      [FORM, `Authorization: Basic ${Buffer.from("%zz:%zz").toString("base64")}`],
      "token=x",
    ],
    ["Basic of NUL", [FORM, `Authorization: Basic ${Buffer.from("\0:\0").toString("base64")}`], "token=x"],
    [
      "Basic of 9 KB",
      [FORM, `Authorization: Basic ${Buffer.from(`a:${"x".repeat(9_000)}`).toString("base64")}`],
      "token=x",
    ],
    [
      "two credentials",
      [FORM, `Authorization: Basic ${Buffer.from("reconciler:x").toString("base64")}`],
      "token=x&client_id=web&client_secret=y",
    ],
    ["a scheme that is none", [FORM, "Authorization: Negotiate YWJj"], "token=x"],
    ["two authorizations", [FORM, "Authorization: Bearer a", "Authorization: Bearer b"], "token=x"],
  ];
  const rows = doors.flatMap((door) =>
    bodies.map(([name, headers, body]) => ({ door, name, headers, body })),
  );
  test.each(rows)("$door: $name", async ({ door, headers, body }) => {
    const answer = await send({ method: "POST", target: door, headers, body });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    expect(answer.body).toMatch(/"error":"[a-z_]+"/);
    expect(answer.body).toMatch(/"error_description":"[^"]+/);
  });
});

describe("a verifier's request is read strictly (RFC 6750)", () => {
  const gateway = () => `X-Tokenwarden-Verifier: ${billing()}`;
  const rows: [string, () => Request, number[]][] = [
    ["no verifier", () => ({ target: "/verify", headers: [`Authorization: Bearer ${token}`] }), [403]],
    [
      "a verifier twice",
      () => ({ target: "/verify", headers: [gateway(), gateway(), `Authorization: Bearer ${token}`] }),
      [403],
    ],
    [
      "a verifier in the query",
      () => ({ target: `/verify?verifier=${billing()}`, headers: [`Authorization: Bearer ${token}`] }),
      [403],
    ],
    [
      "the token in the query (RFC 9700 section 4.3.2)",
      () => ({ target: `/verify?access_token=${token}`, headers: [gateway()] }),
      [400],
    ],
    [
      "the token in a cookie",
      () => ({ target: "/verify", headers: [gateway(), `Cookie: access_token=${token}`] }),
      [401],
    ],
    ["no scheme", () => ({ target: "/verify", headers: [gateway(), `Authorization: ${token}`] }), [401]],
    ["Basic", () => ({ target: "/verify", headers: [gateway(), `Authorization: Basic ${token}`] }), [401]],
    [
      "DPoP without a proof",
      () => ({ target: "/verify", headers: [gateway(), `Authorization: DPoP ${token}`] }),
      [401],
    ],
    [
      "two tokens",
      () => ({ target: "/verify", headers: [gateway(), `Authorization: Bearer ${token} ${token}`] }),
      [401],
    ],
    [
      "two tokens by a comma",
      () => ({ target: "/verify", headers: [gateway(), `Authorization: Bearer ${token},${token}`] }),
      [401],
    ],
    ["a tab", () => ({ target: "/verify", headers: [gateway(), `Authorization: Bearer\t${token}x`] }), [401]],
    [
      "a permission with a quote",
      () => ({ target: "/verify?permission=%22%5C", headers: [gateway(), `Authorization: Bearer ${token}`] }),
      [400],
    ],
    [
      "a permission with a line",
      () => ({
        target: "/verify?permission=a%0d%0aX-Evil:%201",
        headers: [gateway(), `Authorization: Bearer ${token}`],
      }),
      [400],
    ],
    [
      "half a character",
      () => ({
        target: "/verify?permission=%ED%A0%80",
        headers: [gateway(), `Authorization: Bearer ${token}`],
      }),
      [400],
    ],
    [
      "a permission of 1 KB",
      () => ({
        target: `/verify?permission=${"p".repeat(1_000)}`,
        headers: [gateway(), `Authorization: Bearer ${token}`],
      }),
      [400],
    ],
    [
      "500 permissions",
      () => ({
        target: `/verify?permission=${Array.from({ length: 500 }, (_, n) => `p${n}`).join(",")}`,
        headers: [gateway(), `Authorization: Bearer ${token}`],
      }),
      [400, 403],
    ],
    ["a name of the prototype", () => ({ target: "/verify?__proto__=1", headers: [gateway()] }), [400]],
    [
      "the token in a form at userinfo",
      () => post("/oauth/userinfo", `access_token=${token}`),
      [400, 401, 403],
    ],
    [
      "the token in the query at userinfo",
      () => ({ target: `/oauth/userinfo?access_token=${token}` }),
      [400, 401],
    ],
    [
      "the token in two ways at userinfo",
      () => post("/oauth/userinfo", `access_token=${token}`, `Authorization: Bearer ${token}`),
      [400],
    ],
  ];
  test.each(rows)("%s is refused", async (_name, make, statuses) => {
    const answer = await send(make());
    expect(statuses, answer.body).toContain(answer.status);
    expect(answer.headers.get("x-auth-subject")).toBeUndefined();
  });
});

describe("what a request says of itself is not believed", () => {
  test.each([
    ["Host: evil.example"],
    ["X-Forwarded-Host: evil.example"],
    ["Forwarded: host=evil.example;proto=https"],
    ["X-Original-URL: /oauth/jwks"],
    ["X-HTTP-Method-Override: POST"],
  ])("the issuer alone names the authority: %s", async (header) => {
    const answer = await send({ target: "/.well-known/openid-configuration", headers: [header] });
    expect(answer.body).toContain(`"issuer":"${instance.issuer}"`);
    expect(answer.body).not.toContain("evil");
  });

  test("user agents, addresses and paths are kept inert, whatever they hold", async () => {
    const evil = "\x1b[31m\x9b2J<script>alert(1)</script>\xad";
    const agents = [`User-Agent: ${evil.replace("\x1b", "")}`, `User-Agent: ${"A".repeat(9_000)}`];
    for (const agent of agents) {
      await send({
        target: "/verify",
        headers: [agent, `X-Tokenwarden-Verifier: ${billing()}`, `Authorization: Bearer ${token}x`],
      });
      const used = await fetch(`${instance.issuer}/verify`, {
        headers: {
          authorization: `Bearer ${token}`,
          "x-tokenwarden-verifier": billing(),
          "user-agent": agent.slice(12),
          "x-original-uri": "/a\x9b\x85?q=1",
          "x-forwarded-for": "<script>, fe80::1%eth0",
          "x-original-method": "get\x9b",
        },
      });
      expect(used.status).toBe(200);
    }
    const web = await discover(instance, people.web);
    await logIn(web);
    const rows = await instance.db.query<{
      path: string | null;
      ip: string | null;
      method: string | null;
      agent: string | null;
    }>("SELECT path, ip, method, user_agent AS agent FROM token_use WHERE source = 'forward_auth'");
    expect(rows.length).toBeGreaterThan(0);
    for (const { path, ip, method, agent } of rows) {
      expect([path, agent].join("")).not.toMatch(/\p{Cc}/u);
      expect(agent?.length ?? 0).toBeLessThanOrEqual(256);
      expect(ip ?? "::1").toMatch(/^[0-9a-f.:]+$/);
      expect(method ?? "GET").toMatch(/^[A-Z]+$/);
    }
  });

  test("a refused refresh keeps an inert user agent on record too", async () => {
    const spa = people.spa.clientId;
    const { tokens } = await logIn(await discover(instance, people.spa));
    for (let turn = 0; turn < 2; turn += 1)
      await fetch(`${instance.issuer}/oauth/token`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "user-agent": "evil\x9b31m\x85" },
        body: new URLSearchParams({
          grant_type: "refresh_token",
          refresh_token: String(tokens.refresh_token),
          client_id: spa,
        }),
      });
    const rows = await instance.db.query<{ agent: string | null }>(
      "SELECT user_agent AS agent FROM token_use WHERE source = 'refresh' UNION ALL SELECT user_agent FROM audit_entry WHERE act = 'refresh_token.replayed'",
    );
    expect(rows.length).toBeGreaterThan(1);
    for (const { agent } of rows) expect(agent).toBe("evil31m");
  });
});

test("after all this it answers as before", async () => {
  expect((await verify(instance.issuer, token, billing())).status).toBe(200);
  expect((await fetch(`${instance.issuer}/readyz`)).status).toBe(200);
});
