import { createHash, createHmac, createPrivateKey, createSign, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { uuidv7 } from "#lib/ids.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { openPrivateKey } from "#lib/keys/open-private-key.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import {
  introspect,
  issue,
  post,
  revokeAs,
  startTestInstance,
  type TestInstance,
  verify,
} from "./test-authority.ts";

let instance: TestInstance;
let one: string;
let two: string;

beforeAll(async () => {
  instance = await startTestInstance(2);
  [one, two] = instance.urls as [string, string];
});

afterAll(() => instance.stop());

const billing = () => instance.registry.verifiers.billing.secret;
const ledger = () => instance.registry.verifiers.ledger.secret;
const service = () => instance.registry.jwtService;

async function uses(token: string) {
  return instance.db.query<{
    outcome: string;
    refusal: string | null;
    source: string;
    path: string | null;
    ip: string | null;
  }>(
    "SELECT u.outcome, u.refusal, u.source, u.path, u.ip FROM token_use u JOIN token t ON t.id = u.token_id WHERE t.value_hash = $1::bytea ORDER BY u.received_at, u.id",
    [createHash("sha256").update(token).digest()],
  );
}

for (const format of ["jwt", "opaque"] as const) {
  const client = () => (format === "jwt" ? instance.registry.jwtService : instance.registry.opaqueService);

  test(`a ${format} token is good at both doors of both authorities, and each use is on record`, async () => {
    const token = await issue(one, client());
    expect(await introspect(one, token, billing())).toMatchObject({
      active: true,
      client_id: client().clientId,
      sub: client().clientId,
      groups: ["Services"],
      tier: "gold",
      iss: instance.issuer,
    });
    const answer = await verify(two, token, billing(), "?audience=billing&permission=invoices:read");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-auth-client")).toBe(client().clientId);
    expect((await uses(token)).map((use) => `${use.source} ${use.outcome}`)).toEqual([
      "issue issued",
      "introspection allowed",
      "forward_auth allowed",
    ]);
  });

  test(`a ${format} token revoked by its client at one authority is refused by both at once, its sibling is not (RFC 7009)`, async () => {
    const [token, sibling] = [await issue(one, client()), await issue(one, client())];
    // both authorities have it in memory
    expect((await verify(one, token, billing())).status).toBe(200);
    expect((await verify(two, token, billing())).status).toBe(200);
    expect((await revokeAs(one, client(), token, { token_type_hint: "refresh_token" })).status).toBe(200);
    expect(await introspect(two, token, billing())).toEqual({ active: false });
    expect(await introspect(one, token, billing())).toEqual({ active: false });
    expect((await verify(two, token, billing())).status).toBe(401);
    expect((await verify(two, sibling, billing())).status).toBe(200);
    expect((await uses(token)).slice(-1)).toMatchObject([{ outcome: "refused", refusal: "revoked" }]);
  });
}

test("an order from the console's side is in force on every authority with the next request", async () => {
  const client = await instance.registry.addService("short-lived", "jwt", ["ledger:read"]);
  // registered after the start: the registry is followed
  await expect
    .poll(
      async () =>
        (
          await post(`${two}/oauth/token`, {
            grant_type: "client_credentials",
            client_id: client.clientId,
            client_secret: client.secret,
          })
        ).status,
    )
    .toBe(200);
  await expect
    .poll(() =>
      issue(one, client).then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
  const before = await issue(one, client);
  expect((await verify(two, before, ledger())).status).toBe(200);
  await instance.db.transaction((tx) =>
    placeOrder(tx, systemContext(instance.db, "test"), {
      verb: "revoke",
      target: { kind: "client", id: client.id, name: client.clientId },
      reason: "test",
      note: "",
    }),
  );
  for (const url of [one, two]) expect((await verify(url, before, ledger())).status).toBe(401);
  expect((await verify(one, await issue(one, client), ledger())).status).toBe(200);
});

test("a relaxed verifier is answered first, and its uses are on record within moments", async () => {
  const { db, registry } = instance;
  await db.prisma.verifier.update({
    where: { id: registry.verifiers.ledger.id },
    data: { auditMode: "relaxed" },
  });
  const version = () => instance.authorities[0]?.services.follower.registry.verifiersBySecretHash;
  await expect
    .poll(
      () =>
        [...(version()?.values() ?? [])].find((one) => one.id === registry.verifiers.ledger.id)?.auditMode,
    )
    .toBe("relaxed");
  const token = await issue(one, service());
  for (let index = 0; index < 20; index += 1) expect((await verify(one, token, ledger())).status).toBe(200);
  await expect
    .poll(async () => (await uses(token)).filter((use) => use.outcome === "allowed").length)
    .toBe(20);
  await revokeAs(one, service(), token);
  expect((await verify(one, token, ledger())).status).toBe(401);
  await db.prisma.verifier.update({
    where: { id: registry.verifiers.ledger.id },
    data: { auditMode: "durable" },
  });
});

test("when a verifier last asked is kept beside it", async () => {
  const before = new Date();
  await verify(one, await issue(one, service()), billing());
  const read = () =>
    instance.db.prisma.verifier.findUniqueOrThrow({ where: { id: instance.registry.verifiers.billing.id } });
  await expect
    .poll(async () => ((await read()).lastSeenAt ?? new Date(0)) >= before, { timeout: 10_000 })
    .toBe(true);
});

describe("introspection (RFC 7662)", () => {
  test("answers exactly active false to a verifier that is no audience of the token (section 4)", async () => {
    const token = await issue(one, instance.registry.opaqueService);
    expect(await introspect(one, token, ledger())).toEqual({ active: false });
    expect((await uses(token)).slice(-1)).toMatchObject([{ outcome: "refused", refusal: "audience" }]);
  });

  test("lets a client ask about its own tokens and nobody else's", async () => {
    const token = await issue(one, service());
    const ask = async (client: { clientId: string; secret: string }) =>
      (
        await post(`${one}/oauth/introspect`, {
          token,
          client_id: client.clientId,
          client_secret: client.secret,
        })
      ).json();
    expect(await ask(service())).toMatchObject({ active: true });
    expect(await ask(instance.registry.otherService)).toEqual({ active: false });
  });

  test("refuses a caller that does not authenticate (section 2.1)", async () => {
    const token = await issue(one, service());
    const answers = await Promise.all([
      post(`${one}/oauth/introspect`, { token }),
      post(`${one}/oauth/introspect`, { token }, { authorization: "Bearer twv_wrong" }),
      post(`${one}/oauth/introspect`, { token, client_id: service().clientId, client_secret: "wrong" }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Basic/);
    }
  });
});

describe("bad requests get a 4xx that names what is wrong", () => {
  const auth = () => ({ authorization: `Bearer ${billing()}` });
  const cases: [string, () => Promise<Response>, number, RegExp][] = [
    ["no token", () => post(`${one}/oauth/introspect`, {}, auth()), 400, /token is missing/],
    ["an empty token", () => post(`${one}/oauth/introspect`, { token: "" }, auth()), 400, /token is missing/],
    [
      "a parameter twice",
      () =>
        fetch(`${one}/oauth/introspect`, {
          method: "POST",
          headers: { ...auth(), "content-type": "application/x-www-form-urlencoded" },
          body: "token=a&token=b",
        }),
      400,
      /token.*twice/,
    ],
    [
      "JSON",
      () =>
        fetch(`${one}/oauth/introspect`, {
          method: "POST",
          headers: { ...auth(), "content-type": "application/json" },
          body: "{}",
        }),
      415,
      /content.?type|media type/i,
    ],
    [
      "no body",
      () => fetch(`${one}/oauth/introspect`, { method: "POST", headers: auth() }),
      415,
      /urlencoded/,
    ],
    [
      "a body of 100 KB",
      () => post(`${one}/oauth/introspect`, { token: "x".repeat(100_000) }, auth()),
      413,
      /large/i,
    ],
    ["GET", () => fetch(`${one}/oauth/introspect`, { headers: auth() }), 404, /nothing/],
    [
      "credentials twice",
      () => post(`${one}/oauth/introspect`, { token: "x", client_id: "a", client_secret: "b" }, auth()),
      400,
      /two ways/,
    ],
    [
      "broken Basic",
      () => post(`${one}/oauth/revoke`, { token: "x" }, { authorization: "Basic %%%" }),
      400,
      /credentials/,
    ],
    [
      "an unsupported kind",
      () => revokeAs(one, service(), "x", { token_type_hint: "id_token" }),
      400,
      /Access tokens/,
    ],
    ["an unknown parameter", () => verify(one, "x", billing(), "?scope=a"), 400, /scope/],
    ["a foreign audience", () => verify(one, "x", billing(), "?audience=ledger"), 400, /audience/],
    [
      "an audience twice",
      () => verify(one, "x", billing(), "?audience=billing&audience=billing"),
      400,
      /twice/,
    ],
    [
      "a hostile permission",
      () => verify(one, "x", billing(), "?permission=%22%0d%0aSet-Cookie:a"),
      400,
      /permission/,
    ],
  ];
  test.each(cases)("%s", async (_name, send, status, words) => {
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(((await answer.json()) as { error_description: string }).error_description).toMatch(words);
  });

  test("a gateway without a registered verifier's credential learns nothing about the token", async () => {
    const token = await issue(one, service());
    for (const secret of ["", "twv_wrong", service().secret])
      expect((await verify(one, token, secret)).status).toBe(403);
  });

  test("no bearer is 401 with a bare challenge (RFC 6750 section 3.1)", async () => {
    const answer = await fetch(`${one}/verify`, { headers: { "x-tokenwarden-verifier": billing() } });
    expect([answer.status, answer.headers.get("www-authenticate")]).toEqual([
      401,
      'Bearer realm="tokenwarden"',
    ]);
  });

  test("a missing permission is 403 and names it (RFC 6750 section 3.1)", async () => {
    const token = await issue(one, instance.registry.opaqueService);
    const answer = await verify(one, token, billing(), "?permission=invoices:write");
    expect(answer.status).toBe(403);
    expect(answer.headers.get("www-authenticate")).toMatch(/insufficient_scope.*scope="invoices:write"/);
    expect((await uses(token)).slice(-1)).toMatchObject([{ outcome: "refused", refusal: "permission" }]);
  });

  test("another client's token stays (RFC 7009 section 2.1), an unknown one is 200 (section 2.2)", async () => {
    const token = await issue(one, service());
    expect((await revokeAs(one, instance.registry.otherService, token)).status).toBe(400);
    expect((await verify(one, token, billing())).status).toBe(200);
    expect((await revokeAs(one, service(), "nonsense")).status).toBe(200);
  });
});

test("a gateway's empty permission is refused: an unset variable opens nothing", async () => {
  const token = await issue(one, service());
  for (const query of ["?permission=", "?permission=%20", "?permission=,"])
    expect((await verify(one, token, billing(), query)).status).toBe(400);
});

test("a token in a path or a user agent is not kept", async () => {
  const [token, other] = [await issue(one, service()), await issue(one, instance.registry.opaqueService)];
  await fetch(`${one}/verify`, {
    headers: {
      authorization: `Bearer ${token}`,
      "x-tokenwarden-verifier": billing(),
      "x-original-uri": `/files/${other}/x`,
      "user-agent": `agent ${token}`,
    },
  });
  expect((await uses(token)).slice(-1)).toMatchObject([{ path: "/files/twa_[redacted]/x" }]);
  for (const value of [token, other]) {
    const found = await instance.db.query("SELECT FROM token_use AS u WHERE u::text LIKE $1::text", [
      `%${value.slice(-40)}%`,
    ]);
    expect(found).toHaveLength(0);
  }
});

test("a verifier's forwarded address, method and path are on record without the query", async () => {
  const token = await issue(one, service());
  await fetch(`${one}/verify`, {
    headers: {
      authorization: `Bearer ${token}`,
      "x-tokenwarden-verifier": billing(),
      "x-forwarded-for": "192.0.2.44",
      "x-original-uri": "/v1/invoices/7?secret=1",
      "x-original-method": "GET",
    },
  });
  expect((await uses(token)).slice(-1)).toMatchObject([{ path: "/v1/invoices/7", ip: "192.0.2.44" }]);
});

describe("hostile JOSE (RFC 8725): refused, and nobody is called", () => {
  type Parts = {
    token: string;
    header: Record<string, unknown>;
    payload: Record<string, unknown>;
    sign: (header: object, payload: object) => string;
  };
  let parts: Parts;
  let calls = 0;
  const listener = createServer((_req, res) => {
    calls += 1;
    res.end("{}");
  });

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

  beforeAll(async () => {
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const token = await issue(one, service());
    const header = decodeProtectedHeader(token) as Record<string, unknown>;
    const [key] = await instance.db.query<{ privateWrapped: Buffer }>(
      'SELECT private_wrapped AS "privateWrapped" FROM signing_key WHERE kid = $1::text',
      [String(header.kid)],
    );
    const privateKey = createPrivateKey({
      key: await openPrivateKey(
        { kid: String(header.kid), privateWrapped: key?.privateWrapped ?? null },
        createKeyWrapper(instance.masterKey),
      ),
      format: "jwk",
    });
    parts = {
      token,
      header,
      payload: decodeJwt(token) as Record<string, unknown>,
      sign: (h, p) => {
        const input = `${part(h)}.${part(p)}`;
        return `${input}.${createSign("sha256").update(input).sign({ key: privateKey, dsaEncoding: "ieee-p1363" }, "base64url")}`;
      },
    };
  });
  afterAll(() => listener.close());

  const url = () => `http://127.0.0.1:${(listener.address() as { port: number }).port}/keys`;
  const flip = (text: string) => (text.endsWith("A") ? `${text.slice(0, -1)}B` : `${text.slice(0, -1)}A`);

  const forged: [string, () => string | Promise<string>][] = [
    ["alg none", () => `${part({ ...parts.header, alg: "none" })}.${part(parts.payload)}.`],
    [
      "HS256 with our public key",
      async () => {
        const jwks = await (await fetch(`${one}/oauth/jwks`)).text();
        const input = `${part({ ...parts.header, alg: "HS256" })}.${part(parts.payload)}`;
        return `${input}.${createHmac("sha256", jwks).update(input).digest("base64url")}`;
      },
    ],
    [
      "RS256 under an ES256 kid",
      () => `${part({ ...parts.header, alg: "RS256" })}.${parts.token.split(".").slice(1).join(".")}`,
    ],
    ["a jwk in the header", () => parts.sign({ ...parts.header, jwk: { kty: "EC" } }, parts.payload)],
    ["a jku in the header", () => parts.sign({ ...parts.header, jku: url() }, parts.payload)],
    ["an x5u in the header", () => parts.sign({ ...parts.header, x5u: url() }, parts.payload)],
    ["an unknown crit", () => parts.sign({ ...parts.header, crit: ["new"], new: 1 }, parts.payload)],
    ["zip", () => parts.sign({ ...parts.header, zip: "DEF" }, parts.payload)],
    ["a kid that is a path", () => parts.sign({ ...parts.header, kid: "../../etc/passwd" }, parts.payload)],
    ["a kid that is SQL", () => parts.sign({ ...parts.header, kid: "' OR 1=1 --" }, parts.payload)],
    ["a kid that is __proto__", () => parts.sign({ ...parts.header, kid: "__proto__" }, parts.payload)],
    ["a kid of 64 KB", () => parts.sign({ ...parts.header, kid: "k".repeat(8_000) }, parts.payload)],
    ["typ JWT", () => parts.sign({ ...parts.header, typ: "JWT" }, parts.payload)],
    [
      "a later expiry, signed with the real key",
      () => parts.sign(parts.header, { ...parts.payload, exp: 9_999_999_999 }),
    ],
    ["the same payload signed again with the real key", () => parts.sign(parts.header, parts.payload)],
    [
      "an id that nobody registered, signed with the real key",
      () => parts.sign(parts.header, { ...parts.payload, jti: uuidv7(new Date()) }),
    ],
    [
      "another issuer, signed with the real key",
      () => parts.sign(parts.header, { ...parts.payload, iss: "https://evil.example" }),
    ],
    ["a jti that is an object", () => parts.sign(parts.header, { ...parts.payload, jti: { $ne: null } })],
    ["a payload that is an array", () => parts.sign(parts.header, [parts.payload])],
    [
      "a payload that is null",
      () => `${part(parts.header)}.${Buffer.from("null").toString("base64url")}.AAAA`,
    ],
    ["a flipped signature", () => flip(parts.token)],
    ["padding", () => `${parts.token}=`],
    ["a fourth part", () => `${parts.token}.x`],
    ["white space", () => `${parts.token} `],
    ["NUL", () => `${parts.token}\0`],
    [
      "an unknown key of the attacker",
      async () =>
        new SignJWT(parts.payload)
          .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "es256-unknown" })
          .sign(
            (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]))
              .privateKey,
          ),
    ],
    ["an opaque shape", () => `twa_${randomBytes(60).toString("hex").slice(0, 71)}`],
    ["15,000 characters", () => "a".repeat(15_000)],
  ];

  test.each(forged)("%s", async (_name, make) => {
    const value = await make();
    expect(await introspect(one, value, billing())).toEqual({ active: false });
    if (!/[\s\0]/.test(value))
      expect(
        (await verify(one, value, billing()).catch(() => ({ status: 431 }))).status,
      ).toBeGreaterThanOrEqual(401);
    expect((await verify(one, parts.token, billing())).status).toBe(200);
    expect(calls).toBe(0);
  });

  test("a good signature over an unregistered id raises the alarm, and the rewritten signature is on record as altered", async () => {
    const [alarm] = await instance.db.query<{ count: bigint }>(
      "SELECT count(*) FROM audit_entry WHERE act = 'token.forgery_detected'",
    );
    expect(alarm?.count).toBeGreaterThan(0n);
    expect((await uses(parts.token)).some((use) => use.refusal === "altered")).toBe(true);
  });
});

test("the key set is public, cacheable and answers 304; no private member is in it", async () => {
  const first = await fetch(`${one}/oauth/jwks`);
  const body = (await first.json()) as { keys: Record<string, unknown>[] };
  expect(body.keys.length).toBeGreaterThan(0);
  for (const key of body.keys) expect(Object.keys(key)).not.toContain("d");
  expect(first.headers.get("cache-control")).toBe("public, max-age=600");
  const again = await fetch(`${two}/oauth/jwks`, {
    headers: { "if-none-match": first.headers.get("etag") ?? "" },
  });
  expect(again.status).toBe(304);
});

test("no value of a token stands anywhere in the database", async () => {
  const tokens = await Promise.all([issue(one, service()), issue(one, instance.registry.opaqueService)]);
  for (const token of tokens) await introspect(one, token, billing());
  const tables = await instance.db.query<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  for (const { name } of tables) {
    const rows = await instance.db.query<{ found: bigint }>(
      `SELECT count(*) AS found FROM ${name} AS r WHERE r::text LIKE ANY ($1::text[])`,
      [tokens.map((token) => `%${token.slice(-30)}%`)],
    );
    expect(rows[0]?.found, name).toBe(0n);
  }
});
