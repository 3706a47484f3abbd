import { createHash, randomBytes } from "node:crypto";
import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7, uuidv7Time } from "#lib/ids.ts";
import { parseOpaque } from "#lib/tokens/opaque.ts";
import { issue, post, startTestInstance, type TestClient, type TestInstance } from "../test-authority.ts";

let instance: TestInstance;
let server: oauth.AuthorizationServer;

beforeAll(async () => {
  instance = await startTestInstance(1);
  const issuer = new URL(instance.issuer);
  const response = await oauth.discoveryRequest(issuer, {
    algorithm: "oauth2",
    [oauth.allowInsecureRequests]: true,
  });
  server = await oauth.processDiscoveryResponse(issuer, response);
});
afterAll(() => instance.stop());

const registryRead = () => instance.authorities[0]?.services.follower.poll();

async function request(
  client: TestClient,
  parameters: Record<string, string> = {},
  auth = oauth.ClientSecretBasic,
) {
  const as = { client_id: client.clientId };
  const response = await oauth.clientCredentialsGrantRequest(server, as, auth(client.secret), parameters, {
    [oauth.allowInsecureRequests]: true,
  });
  return oauth.processClientCredentialsResponse(server, as, response);
}

describe("client credentials", () => {
  test("RFC 9068 section 2: give a JWT with everything in it that the client may do", async () => {
    const { jwtService } = instance.registry;
    const answer = await request(jwtService);
    expect(answer).toMatchObject({
      token_type: "bearer",
      expires_in: 600,
      scope: "invoices:read invoices:write ledger:read",
    });
    const { payload, protectedHeader } = await jwtVerify(
      answer.access_token,
      createRemoteJWKSet(new URL(server.jwks_uri ?? "")),
      {
        issuer: instance.issuer,
        audience: "billing",
        typ: "at+jwt",
        algorithms: ["ES256"],
      },
    );
    expect(Object.keys(protectedHeader).sort()).toEqual(["alg", "kid", "typ"]);
    expect(payload).toEqual({
      iss: instance.issuer,
      sub: "reconciler",
      client_id: "reconciler",
      aud: ["billing", "ledger"],
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 600,
      rooted_at: uuidv7Time(payload.jti ?? "")?.getTime(),
      scope: "invoices:read invoices:write ledger:read",
      groups: ["Services"],
      roles: [],
      entitlements: ["invoices:read", "invoices:write", "ledger:read"],
      status: {
        status_list: {
          idx: expect.any(Number),
          uri: expect.stringMatching(new RegExp(`^${instance.issuer}/status-lists/\\d+$`)),
        },
      },
      tier: "gold",
    });
    expect(Math.floor(Number(payload.rooted_at) / 1000)).toBe(payload.iat);
  });

  test("give an opaque value to a client of that format, and the register has its hash alone", async () => {
    const token = await issue(instance.issuer, instance.registry.opaqueService);
    const parsed = parseOpaque(token);
    expect(parsed?.kind).toBe("access");
    const [row] = await instance.db.query("SELECT * FROM token WHERE id = $1::uuid", [parsed?.id ?? ""]);
    expect(row).toMatchObject({
      kind: "access",
      format: "opaque",
      client_id: instance.registry.opaqueService.id,
      user_id: null,
      family_id: parsed?.id,
      parent_id: null,
      subject: "push-gateway",
      grant_type: "client_credentials",
      scopes: ["invoices:read"],
      audiences: ["billing"],
      signing_kid: null,
      value_hash: createHash("sha256").update(token).digest(),
    });
    expect(row?.rooted_at).toEqual(row?.issued_at);
  });

  test("RFC 6749 section 3.3: give what was asked for, and refuse what the client may not have", async () => {
    const { jwtService } = instance.registry;
    expect((await request(jwtService, { scope: "ledger:read" })).scope).toBe("ledger:read");
    expect((await request(jwtService, { scope: "ledger:read payroll:read" })).scope).toBe("ledger:read");
    await expect(request(jwtService, { scope: "payroll:read" })).rejects.toMatchObject({
      error: "invalid_scope",
    });
  });

  test("RFC 8707: give a token for one audience, and none for one that is not the client's", async () => {
    const { jwtService, otherService } = instance.registry;
    const one = await request(jwtService, { resource: "https://billing.example.com/" });
    expect(decodeJwt(one.access_token)).toMatchObject({
      aud: "billing",
      scope: "invoices:read invoices:write",
    });
    for (const resource of [
      "https://billing.example.com/",
      "https://nobody.example.com/",
      "urn:tokenwarden:client:reconciler",
      "not a uri",
    ])
      await expect(request(otherService, { resource }), resource).rejects.toMatchObject({
        error: "invalid_target",
      });
  });

  test("take the secret in the header or in the form, and no other", async () => {
    const { jwtService } = instance.registry;
    expect((await request(jwtService, {}, oauth.ClientSecretPost)).access_token).toBeTruthy();
    for (const secret of ["wrong", jwtService.secret.slice(0, -1), `${jwtService.secret} `])
      await expect(request({ ...jwtService, secret }), secret).rejects.toMatchObject({ status: 401 });
    const none = await post(`${instance.issuer}/oauth/token`, {
      grant_type: "client_credentials",
      client_id: jwtService.clientId,
    });
    expect(none.status).toBe(401);
  });

  test("take any of several secrets, until it expires", async () => {
    const { jwtService } = instance.registry;
    const secret = `twc_${randomBytes(32).toString("base64url")}`;
    const add = (expiresAt: Date | null) =>
      instance.db.query(
        `INSERT INTO client_secret (id, client_id, secret_hash, hint, created_at, expires_at)
         VALUES ($1::uuid, $2::uuid, $3::bytea, 'test', now(), $4::timestamptz)`,
        [uuidv7(new Date()), jwtService.id, createHash("sha256").update(secret).digest(), expiresAt],
      );
    await add(new Date(Date.now() + 60_000));
    await registryRead();
    expect((await request({ ...jwtService, secret })).access_token).toBeTruthy();
    expect((await request(jwtService)).access_token).toBeTruthy();
    await instance.db.query(
      "UPDATE client_secret SET expires_at = now() - interval '1 second' WHERE hint = 'test'",
    );
    await registryRead();
    await expect(request({ ...jwtService, secret })).rejects.toMatchObject({ status: 401 });
  });

  test("live as long as the client's own setting says, inside the organisation's bounds", async () => {
    const { otherService } = instance.registry;
    const ttl = async (seconds: number | null) => {
      await instance.db.query("UPDATE client SET access_token_ttl_seconds = $2::int WHERE id = $1::uuid", [
        otherService.id,
        seconds,
      ]);
      await registryRead();
      const { access_token: token, expires_in: expiresIn } = await request(otherService);
      const { exp = 0, iat = 0 } = decodeJwt(token);
      expect(exp - iat).toBe(expiresIn);
      return expiresIn;
    };
    expect(await ttl(900)).toBe(900);
    await instance.db.query(
      "UPDATE organisation SET access_token_ttl_min_seconds = 120, access_token_ttl_max_seconds = 3600",
    );
    expect(await ttl(60)).toBe(120);
    expect(await ttl(86_400)).toBe(3600);
    expect(await ttl(null)).toBe(600);
  });

  test("are refused to a client that is disabled, and to one whose grants leave them out", async () => {
    const { otherService } = instance.registry;
    await instance.db.query("UPDATE client SET disabled_at = now() WHERE id = $1::uuid", [otherService.id]);
    await registryRead();
    await expect(request(otherService)).rejects.toMatchObject({ status: 401 });
    await instance.db.query("UPDATE client SET disabled_at = NULL, grant_types = '{}' WHERE id = $1::uuid", [
      otherService.id,
    ]);
    await registryRead();
    await expect(request(otherService)).rejects.toMatchObject({ error: "invalid_request" });
  });

  test("never let a custom claim stand for one of the authority's", async () => {
    const { jwtService } = instance.registry;
    const claims = {
      sub: "root",
      iss: "x",
      scope: "all",
      groups: ["admins"],
      exp: 9e12,
      cnf: {},
      rooted_at: 9e15,
      team: "a",
      __proto__: { b: 1 },
    };
    await instance.db.query("UPDATE client SET custom_claims = $2::jsonb WHERE id = $1::uuid", [
      jwtService.id,
      JSON.stringify(claims),
    ]);
    await registryRead();
    const payload = decodeJwt((await request(jwtService)).access_token);
    expect(payload).toMatchObject({
      sub: "reconciler",
      iss: instance.issuer,
      groups: ["Services"],
      team: "a",
    });
    expect(payload.cnf).toBeUndefined();
  });

  test.each([
    [{ grant_type: "password" }, "unsupported_grant_type"],
    [{ grant_type: "urn:ietf:params:oauth:grant-type:token-exchange" }, "unsupported_grant_type"],
    [{}, "invalid_request"],
    [{ grant_type: "client_credentials", scope: "a\u0000b" }, "invalid_scope"],
  ])("RFC 6749 section 5.2: %j is %s", async (form, error) => {
    const { jwtService } = instance.registry;
    const response = await post(`${instance.issuer}/oauth/token`, {
      ...form,
      client_id: jwtService.clientId,
      client_secret: jwtService.secret,
    } as Record<string, string>);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error });
  });

  test("are answered with 503, and nothing is handed out, while the register cannot be written", async () => {
    const { jwtService } = instance.registry;
    const form = {
      grant_type: "client_credentials",
      client_id: jwtService.clientId,
      client_secret: jwtService.secret,
    };
    const { pool } = (instance.authorities[0] as TestInstance["authorities"][number]).services.db;
    const query = pool.query;
    pool.query = (() => Promise.reject(Object.assign(new Error("no space"), { code: "53100" }))) as never;
    try {
      const response = await post(`${instance.issuer}/oauth/token`, form);
      expect(response.status).toBe(503);
      const body = await response.text();
      expect(JSON.parse(body)).toMatchObject({ error: "temporarily_unavailable" });
      expect(body).not.toContain("eyJ");
    } finally {
      pool.query = query;
    }
    expect((await post(`${instance.issuer}/oauth/token`, form)).status).toBe(200);
  });
});
