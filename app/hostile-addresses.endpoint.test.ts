import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RawAnswer, sendRaw } from "#lib/test-raw-request.ts";
import { type BuiltConsole, isBuilt, startBuiltConsole } from "./_lib/test-built-console.ts";

let console: BuiltConsole;

beforeAll(async () => {
  if (isBuilt) console = await startBuiltConsole();
});
afterAll(async () => {
  if (isBuilt) await console.stop();
});

const INSIDE = /node_modules|\bat .+\.(?:ts|js):\d+|\/work\/|\bSELECT\b|prisma|ECONN/;

type Request = { target: string; method?: string; headers?: string[]; body?: string };

function send({ target, method = "GET", headers = [], body = "" }: Request): Promise<RawAnswer> {
  const named = headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: localhost:${console.port}`];
  const length =
    body !== "" && !headers.some((line) => /^content-length/i.test(line))
      ? [`Content-Length: ${body.length}`]
      : [];
  const lines = [`${method} ${target} HTTP/1.1`, ...named, "Connection: close", ...length, ...headers];
  return sendRaw(console.port, `${lines.join("\r\n")}\r\n\r\n${body}`);
}

function expectInert(answer: RawAnswer): void {
  expect(answer.status, answer.body.slice(0, 300)).toBeLessThan(500);
  expect(answer.body).not.toMatch(INSIDE);
  expect(answer.body).not.toMatch(/<script>alert|<img src=x|Set-Cookie: evil/);
  expect(answer.headers.get("location") ?? "/").not.toMatch(/^https?:\/\/(?!localhost)|^\/\/|^\/\\|[\r\n]/);
  expect([...answer.headers.keys()]).not.toContain("x-evil");
}

/** What may still be asked for is told as it is by the routes, and what was asked for is counted. */
function expectBoundTold(answer: RawAnswer): void {
  expect(answer.headers.get("ratelimit-policy")).toMatch(/^"address";q=\d+;w=\d+$/);
  const [, left] = /^"address";r=(\d+);t=\d+$/.exec(answer.headers.get("ratelimit") ?? "") ?? [];
  const [, quota] = /q=(\d+)/.exec(answer.headers.get("ratelimit-policy") ?? "") ?? [];
  expect(Number(left)).toBeLessThan(Number(quota));
}

describe.skipIf(!isBuilt)("an address that is none", () => {
  const missing = [
    "/api",
    "/api/v1",
    "/api/v1/nosuch",
    "/api/v2/clients",
    "/api/v1/CLIENTS",
    "/api/v1/%63lients",
    "/api/v1/clients%2f..%2fme",
    "/api/v1/clients/a/b/c/d",
    "/api/v1/__proto__",
    "/api/v1/constructor",
    "/api/v1/openapi.json%00.html",
    "/api/v1/me;x=1",
    "/api/auth",
    "/api/auth/nosuch",
    "/api/auth/verify-request",
    "/api/health/x",
    "/api/../api/nosuch",
  ];
  test.each(missing)(
    "of the API is answered with a problem document and 404 (RFC 9457): %s",
    async (target) => {
      const answer = await send({ target });
      expectInert(answer);
      expect(answer.status).toBe(404);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
      expect(answer.headers.get("cache-control")).toMatch(/no-store/);
      expectBoundTold(answer);
      expect(answer.body).toContain('"code":"NOT_FOUND"');
    },
  );

  const strange: [string, number[]][] = [
    ["/api/v1/clients/..%2fme", [401]],
    ["/api/v1/clients/%00", [401]],
    ["/api/v1/clients/%ff", [400]],
    ["/api/v1/clients/%zz", [400]],
    ["/api/v1/clients/%E0%A4%A", [400]],
    ["/api/v1/clients/%c0%ae%c0%ae", [400]],
    ["/api/v1/clients/%ED%A0%80", [400]],
    ["/%2e%2e/%2e%2e/etc/passwd", [307]],
    ["/_next/static/%2e%2e/%2e%2e/%2e%2e/package.json", [307, 404]],
    ["/_next/static/..%2f..%2f..%2fpackage.json", [307, 400, 404]],
    ["/_next/image?url=http%3A%2F%2F127.0.0.1%3A1%2Fx&w=64&q=75", [307, 400, 404]],
    ["//evil.example/", [308]],
    ["/\\evil.example", [308]],
    ["/%5cevil.example", [307, 404]],
    ["/sign-in?next=https://evil.example", [200]],
    ["/sign-in?next=//evil.example&error=%3Cscript%3Ealert(1)%3C/script%3E", [200]],
    ["/sign-in?next=%00&error=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E", [200]],
    ["/sign-in?error[]=a&error=b&__proto__=1&constructor=2", [200]],
    ["/setup?token=%00%1b%5b2J", [200]],
    [`/setup?token=${"x".repeat(8_000)}`, [200]],
    ["/api/auth/signin/credentials", [405]],
    ["/api/auth/signin?callbackUrl=https://evil.example", [302]],
    ["/api/auth/signin/credentials", [405]],
    ["/api/auth/signin?callbackUrl=javascript:alert(1)", [302]],
    ["/api/auth/signin/credentials", [405]],
    ["/api/auth/signin?callbackUrl=%0d%0aX-Evil:1", [400]],
    ["/api/auth/error?error=%3Cscript%3Ealert(1)%3C/script%3E", [302]],
    ["/api/auth/error?error=%0d%0aX-Evil:%201", [400]],
    ["*", [400]],
    ["http://evil.example/api/v1/me", [400]],
    ["/api/v1/me?x=%00", [401]],
    ["/api/v1/me?x=%ff%fe", [401]],
    [`/${"a".repeat(20_000)}`, [431]],
  ];
  test.each(strange)("leads nowhere: %.70s", async (target, statuses) => {
    const answer = await send({ target });
    expectInert(answer);
    expect(statuses, `${answer.status}`).toContain(answer.status);
  });
});

describe.skipIf(!isBuilt)(
  "a method that an address does not have is answered 405 with Allow (RFC 9110 section 15.5.6)",
  () => {
    const refused: [string, string, string][] = [
      ["POST", "/api/v1/me", "GET, HEAD, OPTIONS"],
      ["DELETE", "/api/v1/clients", "GET, HEAD, OPTIONS, POST"],
      ["GET", "/api/v1/setup/link", "OPTIONS, POST"],
      ["PUT", "/api/v1/clients/01a20000-0000-7000-8000-00000000dead", "GET, HEAD, OPTIONS, PATCH"],
      ["GET", "/api/auth/callback/credentials", "OPTIONS, POST"],
      ["GET", "/api/auth/signout", "OPTIONS, POST"],
      ["POST", "/api/auth/session", "GET, HEAD, OPTIONS"],
      ["POST", "/sign-in", "GET, HEAD, OPTIONS"],
      ["DELETE", "/clients", "GET, HEAD, OPTIONS"],
      ["TRACE", "/api/v1/me", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"],
      ["PROPFIND", "/clients", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"],
    ];
    test.each(refused)("%s %s", async (method, target, allow) => {
      const answer = await send({ method, target, headers: ["Content-Length: 0"] });
      expectInert(answer);
      expect({ status: answer.status, allow: answer.headers.get("allow") }).toEqual({ status: 405, allow });
      expect(answer.body).toContain('"code":"METHOD_NOT_ALLOWED"');
      // Next answers TRACE before any of ours is asked
      if (target.startsWith("/api/") && method !== "TRACE") expectBoundTold(answer);
    });

    test("OPTIONS tells the methods and changes nothing", async () => {
      for (const target of ["/api/v1/clients", "/clients"]) {
        const answer = await send({ method: "OPTIONS", target });
        expect(answer.status).toBe(204);
        expect(answer.headers.get("allow")).toContain("GET");
        expect(answer.headers.get("access-control-allow-origin")).toBeUndefined();
      }
    });

    test("a method in a header or a parameter overrides nothing", async () => {
      for (const headers of [
        ["X-HTTP-Method-Override: POST"],
        ["X-Method-Override: DELETE"],
        ["X-HTTP-Method: PUT"],
      ]) {
        const answer = await send({
          target: "/api/v1/me?_method=DELETE",
          headers: [...headers, `Cookie: ${console.cookie}`],
        });
        expect(answer.status).toBe(400);
        expect(answer.body).toContain("_method");
      }
    });
  },
);

describe.skipIf(!isBuilt)("what a request says of itself is not believed", () => {
  const lies: [string, string[]][] = [
    ["another host", ["Host: evil.example"]],
    ["another host, forwarded", ["X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https"]],
    ["a subrequest of Next's", ["x-middleware-subrequest: proxy:proxy:proxy:proxy:proxy"]],
    ["a rewrite of Next's", ["x-middleware-rewrite: /admins", "x-nextjs-data: 1", "x-original-url: /admins"]],
    [
      "an address that it invoked",
      ["x-invoke-path: /admins", "x-matched-path: /admins", "x-rewrite-url: /admins"],
    ],
    ["a nonce of its own", ["x-nonce: evil", "content-security-policy: script-src *"]],
    ["a peer of its own", ["x-tokenwarden-peer: 127.0.0.1", "X-Forwarded-For: 127.0.0.1"]],
    ["a cookie that was made up", ["Cookie: tokenwarden.session=%ff; =; ;;; __proto__=1"]],
  ];
  test.each(lies)("%s opens no page and leads to no other origin", async (_name, headers) => {
    const answer = await send({ target: "/clients", headers });
    expectInert(answer);
    expect(answer.status).toBe(307);
    expect(answer.headers.get("location")).toMatch(/^\/sign-in\?next=%2Fclients$/);
  });

  test.each(lies)("%s is nobody at the API", async (_name, headers) => {
    const answer = await send({ target: "/api/v1/clients", headers });
    expectInert(answer);
    expect(answer.status).toBe(401);
  });

  const broken: [string, Request, number[]][] = [
    [
      "a body of two lengths",
      {
        target: "/api/v1/setup/link",
        method: "POST",
        headers: ["Content-Length: 4", "Content-Length: 5"],
        body: "{}",
      },
      [400],
    ],
    [
      "a length and chunks",
      {
        target: "/api/v1/setup/link",
        method: "POST",
        headers: ["Content-Length: 4", "Transfer-Encoding: chunked"],
        body: "0\r\n\r\n",
      },
      [400],
    ],
    [
      "a transfer coding that is none",
      {
        target: "/api/v1/setup/link",
        method: "POST",
        headers: ["Transfer-Encoding: xchunked"],
        body: "0\r\n\r\n",
      },
      [400],
    ],
    [
      "a negative length",
      { target: "/api/v1/setup/link", method: "POST", headers: ["Content-Length: -1"], body: "{}" },
      [400],
    ],
    ["a NUL in a header", { target: "/api/v1/me", headers: ["X-A: a\0b"] }, [400]],
    ["a folded header", { target: "/api/v1/me", headers: ["X-A: a\r\n b: c"] }, [400, 401]],
    ["a space before the colon", { target: "/api/v1/me", headers: ["Authorization : Bearer x"] }, [400]],
    ["no host", { target: "/api/v1/me", headers: ["Host:"] }, [400, 401]],
    [
      "a compressed body",
      {
        target: "/api/v1/setup/link",
        method: "POST",
        headers: ["Content-Type: application/json", "Content-Encoding: gzip"],
        body: "\x1f\x8b{}",
      },
      [400, 415],
    ],
    [
      "a Server Action",
      {
        target: "/sign-in",
        method: "POST",
        headers: ["Next-Action: 00", "Content-Type: text/plain"],
        body: "[]",
      },
      [405],
    ],
    [
      "a router state that is none",
      { target: "/sign-in", headers: ["RSC: 1", "Next-Router-State-Tree: %ff"] },
      [200, 307, 400],
    ],
    ["a header of 20 KB", { target: "/api/v1/me", headers: [`X-A: ${"a".repeat(20_000)}`] }, [431]],
    [
      "a credential outside ASCII",
      { target: "/api/v1/me", headers: ["Authorization: Bearer \x80\xff"] },
      [401],
    ],
  ];
  test.each(broken)("%s is refused", async (_name, request, statuses) => {
    const answer = await send(request);
    expectInert(answer);
    expect(statuses, `${answer.status}`).toContain(answer.status);
  });
});

describe.skipIf(!isBuilt)("next-auth's own sign-in", () => {
  const FORM = "Content-Type: application/x-www-form-urlencoded";
  const attempts: [string, string[], string, number[]][] = [
    ["no token against forgery", [FORM], "email=a&password=b", [302, 200]],
    ["another site's page", [FORM, "Origin: https://evil.example"], "email=a", [403]],
    ["no origin of a browser", [FORM, "Sec-Fetch-Site: cross-site"], "email=a", [403]],
    ["a form of 100 KB", [FORM], `email=${"a".repeat(100_000)}`, [413]],
    ["a body of JSON that is an array", ["Content-Type: application/json"], "[1]", [415]],
    ["a body that is no JSON", ["Content-Type: application/json"], "{", [415]],
    ["NUL and half characters", [FORM], "email=%00&password=%ED%A0%80&csrfToken=%00", [200, 302, 400]],
    ["names of the prototype", [FORM], "__proto__[admin]=1&constructor=2&csrfToken=x", [200, 302, 400]],
    ["no body", [FORM], "", [200, 302, 400]],
    ["another type", ["Content-Type: multipart/form-data"], "x", [415]],
  ];
  test.each(attempts)("signs nobody in for %s", async (_name, headers, body, statuses) => {
    const answer = await send({
      target: "/api/auth/callback/credentials?json=true",
      method: "POST",
      headers,
      body,
    });
    expectInert(answer);
    expect(statuses, `${answer.status} ${answer.body.slice(0, 200)}`).toContain(answer.status);
    expect(answer.headers.get("set-cookie") ?? "").not.toContain("tokenwarden.session=ey");
  });
});

describe.skipIf(!isBuilt)("P15: next-auth's own forms", () => {
  const FORM = "Content-Type: application/x-www-form-urlencoded";
  const doors = [
    "callback/credentials",
    "callback/passkey",
    "signout",
    "signin/01a20000-0000-7000-8000-00000000dead",
  ];
  const lies: [string, string[]][] = [
    ["without an origin", []],
    ["from an opaque one", ["Origin: null"]],
    ["from another site", ["Origin: https://evil.example"]],
    ["from a page of another site that lies", ["Origin: ORIGIN", "Sec-Fetch-Site: cross-site"]],
    ["from another port", ["Origin: http://localhost:1", "Sec-Fetch-Site: same-site"]],
  ];
  for (const door of doors)
    test.each(lies)(`${door} is not taken with somebody's session %s`, async (_name, headers) => {
      const given = headers.map((line) => line.replace("ORIGIN", console.origin));
      const answer = await send({
        target: `/api/auth/${door}`,
        method: "POST",
        headers: [FORM, `Cookie: ${console.cookie}`, ...given],
        body: "csrfToken=x",
      });
      expectInert(answer);
      expect(answer.status).toBe(403);
      expect(answer.body).toContain('"code":"CROSS_SITE"');
      const me = await send({ target: "/api/v1/me", headers: [`Cookie: ${console.cookie}`] });
      expect(me.status).toBe(200);
    });
});

describe.skipIf(!isBuilt)("P17: a body of 100 MB", () => {
  /** As much of it as is taken, in pieces. */
  function hundredMegabytes(sent: { bytes: number }): ReadableStream<Uint8Array> {
    const piece = Buffer.alloc(1024 * 1024, "a");
    return new ReadableStream({
      pull(controller) {
        if (sent.bytes >= 100 * piece.length) return controller.close();
        sent.bytes += piece.length;
        controller.enqueue(piece);
      },
    });
  }

  const doors: [string, string, string][] = [
    ["a route without a session", "/api/v1/setup/link", "application/json"],
    ["a route", "/api/v1/groups", "application/json"],
    ["a form of next-auth", "/api/auth/callback/credentials", "application/x-www-form-urlencoded"],
    [
      "a form that asks a provider",
      "/api/auth/signin/01a20000-0000-7000-8000-00000000dead",
      "application/x-www-form-urlencoded",
    ],
    ["a page", "/sign-in", "application/x-www-form-urlencoded"],
  ];
  test.each(doors)("is not taken by %s, however it is announced", async (_name, target, type) => {
    const announced = await send({
      target,
      method: "POST",
      headers: [
        `Content-Type: ${type}`,
        `Cookie: ${console.cookie}`,
        `Origin: ${console.origin}`,
        "Content-Length: 104857600",
      ],
      body: "a".repeat(1_000),
    });
    expect([405, 413]).toContain(announced.status);
    const sent = { bytes: 0 };
    const init = {
      method: "POST",
      headers: { "content-type": type, cookie: console.cookie, origin: console.origin },
      body: hundredMegabytes(sent),
      duplex: "half",
    };
    // the connection may end before the answer is read
    const status = await fetch(console.origin + target, init as RequestInit).then(
      (answer) => answer.status,
      () => 0,
    );
    expect([0, 405, 411, 413]).toContain(status);
    expect(sent.bytes).toBeLessThan(40 * 1024 * 1024);
    expect((await send({ target: "/api/health" })).status).toBe(200);
  });
});
