import { createHash } from "node:crypto";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getAuditEntry } from "#lib/audit/get-audit-entry.ts";
import { listAuditEntries } from "#lib/audit/list-audit-entries.ts";
import { listRefusedCounts } from "#lib/audit/list-refused-counts.ts";
import { auditEntriesTable, refusedCountsTable } from "#lib/audit/table.ts";
import { systemContext } from "#lib/context.ts";
import { parseListQueryStrict } from "#lib/list-query/parse-list-query.ts";
import { getOrder } from "#lib/revocations/get-order.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { getToken } from "#lib/tokens/get-token.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
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
    country: string | null;
  }>(
    "SELECT u.outcome, u.refusal, u.source, u.path, u.ip, u.country FROM token_use u JOIN token t ON t.id = u.token_id WHERE t.value_hash = $1::bytea ORDER BY u.received_at, u.id",
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

  test(`a ${format} token revoked by its client at one authority is refused by both at once, its sibling is not (RFC 7009; mistake 5)`, async () => {
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

test("a use at either door of either authority is the token's last use, a refused attempt and a token of nobody's asking are not (mistake 10)", async () => {
  const [token, unused] = [await issue(one, service()), await issue(one, service())];
  const idOf = async (value: string) => {
    const hash = createHash("sha256").update(value).digest();
    const [row] = await instance.db.query<{ id: string }>("SELECT id FROM token WHERE value_hash = $1", [
      hash,
    ]);
    return row?.id as string;
  };
  const told = async (value: string) => getToken(contextAs(instance.db, "auditor"), await idOf(value));
  expect(await told(token)).toMatchObject({ lastUsedAt: null, useCount: 0 });
  const doors = [
    () => introspect(one, token, billing()),
    () => verify(two, token, billing()),
    () => introspect(two, token, billing()),
    () => verify(one, token, billing()),
  ];
  let before = 0;
  for (const [count, use] of doors.entries()) {
    await use();
    await expect.poll(async () => (await told(token)).useCount, { timeout: 10_000 }).toBe(count + 1);
    const at = Date.parse((await told(token)).lastUsedAt ?? "");
    expect(at).toBeGreaterThanOrEqual(before);
    before = at;
  }
  await revokeAs(one, service(), token);
  expect((await verify(two, token, billing())).status).toBe(401);
  await expect.poll(async () => (await told(token)).refusedCount, { timeout: 10_000 }).toBe(1);
  expect(Date.parse((await told(token)).lastUsedAt ?? "")).toBe(before);
  expect(await told(unused)).toMatchObject({ lastUsedAt: null, useCount: 0 });
});

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

test("when a verifier last asked, and how long it was waited for, is kept beside it", async () => {
  const before = new Date();
  await verify(one, await issue(one, service()), billing());
  const read = () =>
    instance.db.prisma.verifier.findUniqueOrThrow({ where: { id: instance.registry.verifiers.billing.id } });
  await expect
    .poll(async () => ((await read()).lastSeenAt ?? new Date(0)) >= before, { timeout: 10_000 })
    .toBe(true);
  await expect.poll(async () => (await read()).answerP50Us, { timeout: 10_000 }).toBeGreaterThan(10);
  const { answerP50Us, answerP99Us } = await read();
  expect(answerP99Us).toBeGreaterThanOrEqual(answerP50Us as number);
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
    const uses = await instance.db.query(
      "SELECT outcome, refusal FROM token_use WHERE token_id = $1::uuid AND source = 'introspection' ORDER BY at, ordinal",
      [decodeJwt(token).jti ?? null],
    );
    expect(uses).toEqual([
      { outcome: "allowed", refusal: null },
      { outcome: "refused", refusal: "wrong_client" },
    ]);
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
    ["GET", () => fetch(`${one}/oauth/introspect`, { headers: auth() }), 405, /POST/],
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

  test("a request without a bearer is counted against its verifier and address, and stands in the log of the refused", async () => {
    const ip = "198.51.100.77";
    const without = { "x-tokenwarden-verifier": ledger(), "x-forwarded-for": ip };
    const answers = [
      await fetch(`${one}/verify`, { headers: without }),
      await fetch(`${one}/verify`, { headers: { ...without, authorization: "Basic dTpw" } }),
    ];
    expect(answers.map((answer) => answer.status)).toEqual([401, 401]);
    await instance.authorities[0]?.services.refusals.flush();
    const query = parseListQueryStrict(refusedCountsTable, new URLSearchParams({ ip, asker: "ledger-api" }));
    const { rows } = await listRefusedCounts(contextAs(instance.db, "auditor"), query);
    expect(rows[0]).toMatchObject({
      asker: { kind: "verifier", name: "ledger-api" },
      ip,
      refusal: "no_token",
    });
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(2);
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

test("a revocation by the token's own client is on record by the client's name, upon a token that is named, with its order", async () => {
  const client = await instance.registry.addService("sweeper", "jwt", ["invoices:read"]);
  await instance.db.query("UPDATE client SET name = 'Night sweeper' WHERE id = $1::uuid", [client.id]);
  await instance.authorities[0]?.services.follower.poll();
  const token = await issue(one, client);
  expect((await revokeAs(one, client, token)).status).toBe(200);
  const ctx = contextAs(instance.db, "auditor");
  const entries = parseListQueryStrict(auditEntriesTable, new URLSearchParams({ actor: client.id }));
  const [entry] = (await listAuditEntries(ctx, entries)).rows;
  const actor = { kind: "client", id: client.id, name: "Night sweeper" };
  expect(entry).toMatchObject({ act: "token.revoked", actor });
  expect(entry?.target.name).toMatch(/^access token \w{8}…\w{4} of sweeper$/);
  const { after } = await getAuditEntry(ctx, entry?.id ?? "");
  const order = await getOrder(ctx, String(after?.orderId));
  expect(order).toMatchObject({ verb: "revoke", actor, target: entry?.target });
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

test("a use has the country of the address that the verifier forwards, and none where that is in none", async () => {
  const token = await issue(one, service());
  for (const address of ["193.0.6.139", "2001:4860:4860::8888", "192.168.1.1", "not-an-address"])
    await fetch(`${one}/verify`, {
      headers: {
        authorization: `Bearer ${token}`,
        "x-tokenwarden-verifier": billing(),
        "x-forwarded-for": address,
      },
    });
  expect((await uses(token)).map(({ outcome, ip, country }) => [outcome, ip, country])).toEqual([
    ["issued", "127.0.0.1", null],
    ["allowed", "193.0.6.139", "NL"],
    ["allowed", "2001:4860:4860::8888", "US"],
    ["allowed", "192.168.1.1", null],
    ["allowed", null, null],
  ]);
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
