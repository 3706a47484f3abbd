import { createHash, randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import express from "express";
import { fastify } from "fastify";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { requireToken as requireInExpress } from "./express.ts";
import { requireToken as requireInFastify, tokens } from "./fastify.ts";
import { withToken } from "./fetch.ts";
import { createVerifier, type Verifier } from "./index.ts";
import { AUDIENCE, type Peer, SECRET, startPeer } from "./test-peer.ts";

// the machine may be busy with others
vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

let peer: Peer;
let verifier: Verifier;
let key: { privateKey: CryptoKey; jwk: JWK; thumbprint: string };
const closers: (() => Promise<unknown>)[] = [];

type Send = (path: string, headers?: Record<string, string>) => Promise<Response>;
const doors: Record<string, { origin: string; send: Send }> = {};

beforeAll(async () => {
  peer = await startPeer();
  verifier = createVerifier({ issuer: peer.issuer, audience: AUDIENCE, secret: SECRET });
  await verifier.ready();
  const pair = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(pair.publicKey);
  key = { privateKey: pair.privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };

  const overNetwork =
    (origin: string): Send =>
    (path, headers) =>
      fetch(origin + path, headers === undefined ? {} : { headers });

  const app = express();
  app.get(
    "/invoices",
    requireInExpress(verifier, { permissions: ["invoices:read"], realm: "billing" }),
    (request, response) => {
      response.json({ subject: request.token?.subject });
    },
  );
  app.get("/admin", requireInExpress(verifier, { permissions: ["admin"] }), (_, response) => {
    response.json({});
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const expressOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  doors.Express = { origin: expressOrigin, send: overNetwork(expressOrigin) };

  const api = fastify();
  api.register(async (guarded) => {
    await guarded.register(tokens, { verifier, permissions: ["invoices:read"], realm: "billing" });
    guarded.get("/invoices", async (request) => ({ subject: request.token?.subject }));
  });
  api.get("/admin", { onRequest: requireInFastify(verifier, { permissions: ["admin"] }) }, async () => ({}));
  api.get("/open", async () => ({}));
  const fastifyOrigin = await api.listen({ port: 0, host: "127.0.0.1" });
  closers.push(() => api.close());
  doors.Fastify = { origin: fastifyOrigin, send: overNetwork(fastifyOrigin) };

  const invoices = withToken(verifier, (_request, token) => Response.json({ subject: token.subject }), {
    permissions: ["invoices:read"],
    realm: "billing",
  });
  const admin = withToken(verifier, () => Response.json({}), { permissions: ["admin"] });
  const origin = "https://api.example.com";
  doors.fetch = {
    origin,
    send: (path, headers) =>
      (path.startsWith("/admin") ? admin : invoices)(
        new Request(origin + path, headers === undefined ? {} : { headers }),
      ),
  };
});

afterAll(async () => {
  for (const close of closers) await close();
  await verifier.close();
  await peer.stop();
});

async function proofFor(url: string, token: string, method = "GET"): Promise<string> {
  return new SignJWT({
    htm: method,
    htu: url,
    iat: Math.floor(Date.now() / 1_000),
    jti: randomUUID(),
    ath: createHash("sha256").update(token).digest("base64url"),
  })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: key.jwk as { kty: "EC" } })
    .sign(key.privateKey);
}

describe.each(["Express", "Fastify", "fetch"])("%s", (name) => {
  const send: Send = (path, headers) => (doors[name] as { send: Send }).send(path, headers);

  test("lets a good token pass, and the handler knows it", async () => {
    const jti = randomUUID();
    const response = await send("/invoices?page=1", {
      authorization: `Bearer ${await peer.token({ jti })}`,
      "user-agent": "check/1",
    });
    expect([response.status, await response.json()]).toEqual([200, { subject: "reconciler" }]);
    await expect
      .poll(() => peer.seen.reports.find((report) => report.token === jti))
      .toMatchObject({ outcome: "allowed", method: "GET", path: "/invoices", user_agent: "check/1" });
  });

  test("asks for a token where there is none, without an error (RFC 6750 section 3.1)", async () => {
    for (const headers of [{}, { authorization: "Basic eDp5" }] as Record<string, string>[]) {
      const response = await send("/invoices", headers);
      expect([response.status, response.headers.get("www-authenticate")]).toEqual([
        401,
        'Bearer realm="billing"',
      ]);
    }
  });

  test("answers 400 to what cannot be read", async () => {
    const response = await send("/invoices", { authorization: "Bearer a b" });
    expect(response.status).toBe(400);
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_request"');
  });

  test("answers 401 to a token that is not good, and does not say why", async () => {
    const jti = randomUUID();
    await peer.place({ verb: "revoke", target: { kind: "token", id: jti } });
    const token = await peer.token({ jti });
    await expect
      .poll(async () => (await send("/invoices", { authorization: `Bearer ${token}` })).status)
      .toBe(401);
    for (const one of [token, await peer.token({ exp: 1 }), "abc"]) {
      const response = await send("/invoices", { authorization: `bearer ${one}` });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe(
        'Bearer realm="billing", error="invalid_token", error_description="The token is not good."',
      );
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect(await response.json()).toEqual({
        error: "invalid_token",
        error_description: "The token is not good.",
      });
    }
  });

  test("answers 403 where a permission is missing, and names it", async () => {
    const response = await send("/admin", { authorization: `Bearer ${await peer.token()}` });
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toBe(
      'Bearer error="insufficient_scope", error_description="The token lacks admin.", scope="admin"',
    );
  });

  test("a token in the address is not looked at", async () => {
    expect((await send(`/invoices?access_token=${await peer.token()}`)).status).toBe(401);
  });

  test("a token bound to a key wants its proof, for this address, once (RFC 9449 section 7.1)", async () => {
    const token = await peer.token({ cnf: { jkt: key.thumbprint } });
    const url = `${doors[name]?.origin}/invoices`;
    const asBearer = await send("/invoices", { authorization: `Bearer ${token}` });
    expect(asBearer.status).toBe(401);
    expect(asBearer.headers.get("www-authenticate")).toMatch(/^DPoP .*error="invalid_token"/);
    expect((await send("/invoices", { authorization: `DPoP ${token}` })).status).toBe(401);
    const proof = await proofFor(url, token);
    expect((await send("/invoices?page=2", { authorization: `DPoP ${token}`, dpop: proof })).status).toBe(
      200,
    );
    expect((await send("/invoices", { authorization: `DPoP ${token}`, dpop: proof })).status).toBe(401);
    const elsewhere = await proofFor(`${url}/other`, token);
    const response = await send("/invoices", { authorization: `DPoP ${token}`, dpop: elsewhere });
    expect(response.headers.get("www-authenticate")).toContain('error="invalid_dpop_proof"');
    const unbound = await peer.token();
    expect(
      (await send("/invoices", { authorization: `DPoP ${unbound}`, dpop: await proofFor(url, unbound) }))
        .status,
    ).toBe(401);
  });
});

test("Fastify's plugin guards its own instance and no other", async () => {
  expect((await (doors.Fastify as { send: Send }).send("/open")).status).toBe(200);
});

test("answers 503, without a challenge, where nobody can say whether the token is good", async () => {
  const away = createVerifier({
    issuer: "http://127.0.0.1:9",
    audience: AUDIENCE,
    secret: SECRET,
    reports: false,
  });
  const response = await withToken(
    away,
    () => new Response("in"),
  )(new Request("https://api.example.com/", { headers: { authorization: `Bearer ${await peer.token()}` } }));
  expect([
    response.status,
    response.headers.get("www-authenticate"),
    response.headers.get("retry-after"),
  ]).toEqual([503, null, "1"]);
  await away.close();
});
