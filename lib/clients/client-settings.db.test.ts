import { beforeEach, describe, expect, test } from "vitest";
import { createAudience } from "../audiences/create-audience.ts";
import type { Context } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { DEVICE_GRANT } from "../lifetimes/model.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { getOverview } from "../overview/get-overview.ts";
import { createClient } from "./create-client.ts";
import { disableClient } from "./disable-client.ts";
import { fetchClientKeys } from "./fetch-client-keys.ts";
import { getClient } from "./get-client.ts";
import { createClientInput, updateClientInput } from "./input.ts";
import { listClients } from "./list-clients.ts";
import { revokeClientSecret } from "./revoke-client-secret.ts";
import { rotateClientSecret } from "./rotate-client-secret.ts";
import { CLIENTS_TABLE } from "./table.ts";
import { updateClient } from "./update-client.ts";

const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("governor");
});

const outbound = createOutbound({
  allow: NOTHING_ALLOWED,
  resolve: async (host) => [{ address: host.startsWith("inside") ? "10.0.0.8" : "93.184.215.14", family: 4 }],
});
const JWKS = {
  keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "a" }],
};
/** Of RFC 8037 appendix A.6: a point of the same curve. */
const OTHER_X = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
const URI = "https://robot.example.com/jwks";

const create = (given: object) =>
  createClient(ctx, createClientInput.parse({ name: "Robot", kind: "service", ...given }), { outbound });
const update = (clientId: string, given: object, as = ctx) =>
  updateClient(as, { clientId, ...updateClientInput.parse(given) }, { outbound });
const fieldsOf = (work: Promise<unknown>) =>
  work.then(
    () => [],
    (error: { fields?: { path: string }[] }) => error.fields?.map(({ path }) => path),
  );

const CALLBACK = { redirectUris: ["https://app.example.com/callback"] };

describe("a client's settings", () => {
  test("are of its kind: each has the grants that make it one, and those it is given beside them", async () => {
    expect((await create({ kind: "device" })).client).toMatchObject({
      grantTypes: [DEVICE_GRANT, "refresh_token"],
      authMethod: "none",
      redirectUris: [],
    });
    const terminal = { kind: "native", ...CALLBACK, grantTypes: ["authorization_code", DEVICE_GRANT] };
    expect((await create(terminal)).client.grantTypes).toEqual(terminal.grantTypes);
    for (const [given, path] of [
      [{ kind: "web", ...CALLBACK, grantTypes: ["refresh_token"] }, "grantTypes"],
      [{ kind: "spa", ...CALLBACK, grantTypes: ["authorization_code", DEVICE_GRANT] }, "grantTypes.1"],
      [{ kind: "service", grantTypes: ["client_credentials", "refresh_token"] }, "grantTypes.1"],
      [{ kind: "device", ...CALLBACK }, "redirectUris"],
      [{ kind: "device", requirePar: true }, "requirePar"],
      [{ kind: "device", jwks: JWKS }, "jwks"],
      [{ kind: "spa", ...CALLBACK, jwksUri: URI }, "jwksUri"],
      [{ jwksUri: URI, jwks: JWKS }, "jwks"],
    ] as const)
      expect(await fieldsOf(create(given))).toEqual([path]);
  });

  test.each([
    ["http://robot.example.com/jwks", "https"],
    ["https://user:pass@robot.example.com/jwks", "user"],
    ["https://127.0.0.1/jwks", "not public"],
    ["https://[::1]/jwks", "not public"],
    ["https://169.254.169.254/latest/meta-data", "not public"],
    ["https://inside.example.com/jwks", "not public"],
    ["jwks", "no URL"],
  ])("take no keys from %s", async (jwksUri, says) => {
    await expect(create({ jwksUri })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: [{ path: "jwksUri", message: expect.stringContaining(says) }],
    });
  });

  test("go on record in words, with the ends of keys and never a key", async () => {
    const { client, secret } = await create({});
    expect(secret).not.toBeNull();
    const keyed = await update(client.id, { version: 1, jwks: JWKS, requireDpop: true });
    expect(keyed).toMatchObject({ authMethod: "private_key_jwt", secrets: [], keys: [{ kid: "a" }] });
    expect(await world.lastEntry()).toMatchObject({
      act: "client.updated",
      before: { authMethod: "client_secret", jwks: null, requireDpop: false },
      after: {
        authMethod: "private_key_jwt",
        jwks: [expect.stringMatching(/^a OKP [\w-]{16}$/)],
        requireDpop: true,
      },
    });
    // another key under the name of the one before
    const [key] = JWKS.keys;
    const swapped = await update(client.id, { version: 2, jwks: { keys: [{ ...key, x: OTHER_X }] } });
    expect(swapped).toMatchObject({ version: 3, jwks: { keys: [{ kid: "a", x: OTHER_X }] } });
    expect(await world.lastEntry()).toMatchObject({
      act: "client.updated",
      before: { jwks: [expect.stringMatching(/^a OKP /)] },
      after: { jwks: [expect.stringMatching(/^a OKP /)] },
    });
    const moved = await update(client.id, { version: 3, jwksUri: URI });
    expect(moved).toMatchObject({ jwksUri: URI, jwks: null, version: 4 });
    // an address that stays is not asked about again: it may be away when somebody changes a name
    expect((await update(client.id, { version: 4, jwksUri: URI, name: "Robot 2" })).version).toBe(5);
    const back = await update(client.id, { version: 5, jwksUri: null });
    expect(back).toMatchObject({ authMethod: "client_secret", secrets: [] });
    expect(back.findings?.map(({ code }) => code)).toEqual(["no_credentials"]);
  });

  test("of two admins at once: the second is told what changed, and nothing of the first is lost", async () => {
    const { client } = await create({ kind: "web", ...CALLBACK });
    await update(client.id, { version: 1, requirePar: true }, world.as("governor", "first@example.com"));
    await expect(
      update(client.id, { version: 1, requireDpop: true, description: "mine" }),
    ).rejects.toMatchObject({
      code: "STALE_VERSION",
      message: expect.stringContaining("first@example.com"),
    });
    expect(await update(client.id, { version: 2, requireDpop: true })).toMatchObject({
      requirePar: true,
      requireDpop: true,
      description: "",
    });
  });

  test("are refused by the database too: keys of a kind that keeps none, two sources of keys, pushed requests of a service", async () => {
    const { client } = await create({ kind: "spa", ...CALLBACK });
    const { client: service } = await create({});
    const set = (id: string, change: string) =>
      world.db.query(`UPDATE client SET ${change} WHERE id = $1::uuid`, [id]);
    await expect(set(client.id, `jwks_uri = '${URI}'`)).rejects.toThrow(/client_keys/);
    await expect(set(service.id, `jwks_uri = '${URI}', jwks = '{}'`)).rejects.toThrow(/client_keys/);
    await expect(set(service.id, "require_par = true")).rejects.toThrow(/client_pushes/);
    await expect(set(service.id, "kind = 'robot'")).rejects.toThrow(/client_kind/);
  });
});

describe("the secrets of a client", () => {
  test("end one at a time; one that ended or is another's is not found", async () => {
    const { client } = await create({});
    const { client: rotated, secret } = await rotateClientSecret(ctx, {
      clientId: client.id,
      overlapSeconds: 3_600,
      lifetimeSeconds: 86_400,
    });
    const old = rotated.secrets.find(({ hint }) => !secret.endsWith(hint));
    expect(rotated.secrets.map(({ expiresAt }) => expiresAt).toSorted()).toEqual([
      "2026-11-21T13:00:00.000Z",
      "2026-11-22T12:00:00.000Z",
    ]);
    const end = () => revokeClientSecret(ctx, { clientId: client.id, secretId: String(old?.id) });
    expect((await end()).secrets).toHaveLength(1);
    expect(await world.lastEntry()).toMatchObject({
      act: "client.secret_revoked",
      after: { secrets: [`…${secret.slice(-4)}`] },
    });
    await expect(end()).rejects.toMatchObject({ code: "NOT_FOUND" });
    const { client: other } = await create({});
    await expect(
      revokeClientSecret(ctx, { clientId: client.id, secretId: String(other.secrets[0]?.id) }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(
      revokeClientSecret(world.as("auditor"), {
        clientId: client.id,
        secretId: String(rotated.secrets[0]?.id),
      }),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("a fetch of a client's keys", () => {
  test("is on record with what came of it, and its page says why it failed", async () => {
    const { client } = await create({ jwksUri: URI });
    const away = createOutbound({
      allow: NOTHING_ALLOWED,
      resolve: async () => [{ address: "10.0.0.8", family: 4 }],
    });
    const fetched = await fetchClientKeys(ctx, { clientId: client.id }, { outbound: away });
    expect(fetched.keyFetch).toMatchObject({
      fetchedAt: null,
      error: "The address leads to an address that is not public.",
    });
    expect(fetched.findings).toEqual([{ code: "keys_failing", subjects: [fetched.keyFetch?.error] }]);
    expect(await world.lastEntry()).toMatchObject({ act: "client.keys_fetched", after: { jwksUri: URI } });
    await expect(
      fetchClientKeys(world.as("auditor"), { clientId: client.id }, { outbound }),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
    const { client: without } = await create({});
    await expect(fetchClientKeys(ctx, { clientId: without.id }, { outbound })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });
});

describe("what needs a look", () => {
  const DAY = 86_400_000;
  const daysAgo = (days: number) => new Date(TEST_START.getTime() - days * DAY);
  const codes = async (id: string) =>
    (await getClient(ctx, { clientId: id })).findings?.map(({ code }) => code);

  async function age(clientId: string, days: number) {
    await world.db.query("UPDATE client SET created_at = $2 WHERE id = $1::uuid", [clientId, daysAgo(days)]);
    await world.db.query(
      "UPDATE client_secret SET created_at = $2, seen_since = $2 WHERE client_id = $1::uuid",
      [clientId, daysAgo(days)],
    );
    await world.db.query("UPDATE client_permission SET added_at = $2 WHERE client_id = $1::uuid", [
      clientId,
      daysAgo(days),
    ]);
  }

  async function tally(clientId: string, facet: string, label: string, days: number) {
    await world.db.query(
      `INSERT INTO token_tally (week, client_id, kind, format, facet, label, tokens, longest_seconds, shortest_seconds)
       VALUES (date_trunc('week', $1::timestamptz, 'UTC'), $2::uuid, 'access', 'jwt', $3::text, $4::text, 1, 600, 600)`,
      [daysAgo(days), clientId, facet, label],
    );
  }

  test("is a client and a secret without a use in 90 days, and neither a young one nor one that is used", async () => {
    const { client } = await create({});
    expect(await codes(client.id)).toEqual([]);
    await age(client.id, 120);
    expect(await codes(client.id)).toEqual(["secret_unused", "client_unused"]);
    await tally(client.id, "all", "", 10);
    await world.db.query("UPDATE client_secret SET last_used_at = $1", [daysAgo(10)]);
    expect(await codes(client.id)).toEqual([]);
    // a secret that was there before its uses were counted is not called unused for that
    await world.db.query("UPDATE client_secret SET last_used_at = NULL, seen_since = $1", [daysAgo(10)]);
    expect(await codes(client.id)).toEqual([]);
    await disableClient(ctx, { clientId: client.id });
    expect(await codes(client.id)).toEqual([]);
  });

  test("is a permission that no token carried, once it was given for a month", async () => {
    const audience = await createAudience(world.as("owner"), {
      name: "billing",
      title: "Billing",
      resourceUri: "https://billing.example.com",
      permissions: ["invoices:read", "invoices:write"].map((name) => ({ name, description: "" })),
    });
    const { client } = await create({
      audienceIds: [audience.id],
      permissionIds: audience.permissions.map(({ id }) => id),
    });
    await tally(client.id, "all", "", 10);
    await tally(client.id, "scope", "invoices:read", 10);
    expect(await codes(client.id)).toEqual([]);
    await age(client.id, 40);
    expect((await getClient(ctx, { clientId: client.id })).findings).toEqual([
      { code: "permissions_unused", subjects: ["invoices:write"] },
    ]);
    // another client's token says nothing of this one
    await tally(uuidv7(TEST_START), "scope", "invoices:write", 10);
    expect(await codes(client.id)).toEqual(["permissions_unused"]);
    await world.db.query("UPDATE client_permission SET added_at = $1", [daysAgo(3)]);
    expect(await codes(client.id)).toEqual([]);
  });

  test("is a lifetime above one hour, not one of an hour", async () => {
    const { client } = await create({ accessTokenTtlSeconds: 3_601 });
    expect((await getClient(ctx, { clientId: client.id })).findings).toEqual([
      { code: "lifetime_long", subjects: ["3601"] },
    ]);
    expect((await update(client.id, { version: 1, accessTokenTtlSeconds: 3_600 })).findings).toEqual([]);
  });

  test("is the longest lifetime that a token can get: of a token for one audience alone that one's limit holds, not another's", async () => {
    const audience = (name: string) =>
      createAudience(world.as("owner"), {
        name,
        title: name,
        resourceUri: `https://${name}.example.com`,
        permissions: [],
      });
    const [short, long] = [await audience("short"), await audience("long")];
    const limit = (id: string, seconds: number) =>
      world.db.query("UPDATE audience SET access_token_ttl_max_seconds = $2 WHERE id = $1::uuid", [
        id,
        seconds,
      ]);
    await limit(short.id, 300);
    const { client } = await create({ accessTokenTtlSeconds: 7_200, audienceIds: [short.id, long.id] });
    const found = async () => (await getClient(ctx, { clientId: client.id })).findings;
    expect(await found()).toEqual([{ code: "lifetime_long", subjects: ["7200"] }]);
    await limit(long.id, 5_400);
    expect(await found()).toEqual([{ code: "lifetime_long", subjects: ["5400"] }]);
    await limit(long.id, 3_600);
    expect(await found()).toEqual([]);
  });

  test("is listed by what it is, or as anything; a client that needs none is not", async () => {
    const { client: long } = await create({ accessTokenTtlSeconds: 7_200 });
    const { client: keyed } = await create({ jwks: JWKS });
    const { client: bare } = await create({ jwks: JWKS });
    await update(bare.id, { version: 1, jwks: null });
    const listed = async (needs: ("anything" | "lifetime_long" | "no_credentials")[]) => {
      const { rows } = await listClients(ctx, { ...defaultQuery(CLIENTS_TABLE), filters: { needs } });
      return rows.map(({ id, findings }) => [id, findings]);
    };
    expect(await listed(["lifetime_long"])).toEqual([[long.id, ["lifetime_long"]]]);
    expect(await listed(["no_credentials"])).toEqual([[bare.id, ["no_credentials"]]]);
    expect((await listed(["anything"])).map(([id]) => id)).not.toContain(keyed.id);
    expect(await listed(["anything"])).toHaveLength(2);
    expect((await getOverview(world.as("auditor"))).clientsNeedingLook).toMatchObject({
      value: 2,
      href: "/clients?needs=anything",
    });
  });
});
