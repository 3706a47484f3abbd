import { beforeEach, describe, expect, test } from "vitest";
import { can, requirePermission } from "../authz/require-permission.ts";
import { ROLES, type Role, roleHas } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { openDatabase } from "../db/database.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { parseListQuery } from "../list-query/parse-list-query.ts";
import { isStillSignedIn } from "../live/is-still-signed-in.ts";
import { createApiToken } from "./create-api-token.ts";
import { findApiToken } from "./find-api-token.ts";
import { getApiToken } from "./get-api-token.ts";
import { createApiTokenInput, updateApiTokenInput } from "./input.ts";
import { listApiTokens } from "./list-api-tokens.ts";
import { isNetworkWithin, isWithinNetworks } from "./networks.ts";
import { revokeApiToken } from "./revoke-api-token.ts";
import { API_TOKENS_TABLE } from "./table.ts";
import { updateApiToken } from "./update-api-token.ts";

const HOME = "192.0.2.7";
const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("owner");
});

const at = (seconds: number) => new Date(TEST_START.getTime() + seconds * 1000);
const find = (value: string, { ip = HOME, seconds = 0 }: { ip?: string | null; seconds?: number } = {}) =>
  findApiToken(world.db, { value, ip, now: at(seconds) });

/** An admin in a session that is as fresh as can be. */
async function admin(role: Role, email = `${role}@example.com`): Promise<Context> {
  const [id, sessionId] = [uuidv7(TEST_START), uuidv7(TEST_START)];
  await world.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
     VALUES ($1::uuid, $2::text, 'A', $3::text, 'x', '\\x00', $4::timestamptz)`,
    [id, email, role, TEST_START],
  );
  await world.db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, $3::timestamptz, $3::timestamptz, $3::timestamptz + interval '1 hour', 1800, 'totp')`,
    [sessionId, id, TEST_START],
  );
  return { ...ctx, actor: { kind: "admin", id, name: email, role, sessionId } };
}

async function asToken(value: string): Promise<Context> {
  const found = await find(value);
  if (found === null || found.refusal !== null) throw new Error("the token opens nothing");
  return { ...ctx, actor: { kind: "api_token", ...found } };
}

describe("API tokens", () => {
  test("open the door until they are revoked or expire, and then say why not", async () => {
    const created = await createApiToken(ctx, { name: "ci", role: "auditor", expiresInSeconds: 60 });
    const { id } = created;
    expect(await find(created.token)).toEqual({
      refusal: null,
      id,
      name: "ci",
      role: "auditor",
      isUnattended: false,
      personId: null,
      creatorRole: null,
    });
    expect(await find(created.token, { seconds: 60 })).toEqual({
      refusal: "API_TOKEN_EXPIRED",
      id,
      name: "ci",
    });
    expect(await find(`${created.token.slice(0, -1)}!`)).toBeNull();
    await revokeApiToken(ctx, { apiTokenId: id });
    expect(await find(created.token, { seconds: 1 })).toMatchObject({ refusal: "API_TOKEN_REVOKED" });
    await expect(revokeApiToken(ctx, { apiTokenId: id })).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  });

  test("note when and from where they were used: once a minute, and at once from another address", async () => {
    const { id, token } = await createApiToken(ctx, { name: "ci", role: "auditor" });
    const used = async () => {
      const { lastUsedAt, lastUsedIp } = await getApiToken(ctx, { apiTokenId: id });
      return [lastUsedAt, lastUsedIp];
    };
    expect(await used()).toEqual([null, null]);
    await find(token);
    expect(await used()).toEqual([at(0).toISOString(), HOME]);
    await find(token, { seconds: 59 });
    expect(await used()).toEqual([at(0).toISOString(), HOME]);
    await find(token, { ip: "198.51.100.1", seconds: 59.5 });
    expect(await used()).toEqual([at(59.5).toISOString(), "198.51.100.1"]);
    // two that take turns do not write at every request
    await find(token, { seconds: 60 });
    expect(await used()).toEqual([at(59.5).toISOString(), "198.51.100.1"]);
    await find(token, { seconds: 61 });
    expect(await used()).toEqual([at(61).toISOString(), HOME]);
  });

  test("are refused beyond their networks, with nothing noted as a use", async () => {
    const networks = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"];
    const { id, token } = await createApiToken(ctx, { name: "ci", role: "auditor", networks });
    for (const ip of ["11.0.0.1", "192.0.2.8", "2001:db9::1", null, "no address"])
      expect(await find(token, { ip })).toEqual({ refusal: "API_TOKEN_NETWORK", id, name: "ci" });
    expect((await getApiToken(ctx, { apiTokenId: id })).lastUsedAt).toBeNull();
    for (const ip of ["10.255.0.1", "192.0.2.7", "2001:db8:ffff::1"])
      expect(await find(token, { ip })).toMatchObject({ refusal: null });
  });

  test("count as their creator: disabled with them at once, in another process too, and back with them", async () => {
    const boss = await admin("owner");
    const { id, token } = await createApiToken(boss, { name: "ci", role: "owner" });
    const { connectionString: url } = world.db.pool.options as { connectionString: string };
    const other = openDatabase({ url, role: "app", maxConnections: 1, applicationName: "another process" });
    const everywhere = async () =>
      Promise.all(
        [world.db, other].map(
          async (db) => (await findApiToken(db, { value: token, ip: HOME, now: at(0) }))?.refusal,
        ),
      );
    try {
      expect(await everywhere()).toEqual([null, null]);
      const held = await asToken(token);
      await world.db.query("UPDATE admin SET disabled_at = $2::timestamptz WHERE id = $1::uuid", [
        boss.actor.id,
        TEST_START,
      ]);
      expect(await everywhere()).toEqual(["API_TOKEN_CREATOR_DISABLED", "API_TOKEN_CREATOR_DISABLED"]);
      expect(await isStillSignedIn(held, at(1))).toBe(false);
      expect((await getApiToken(ctx, { apiTokenId: id })).state).toBe("creator_disabled");
      await world.db.query("UPDATE admin SET disabled_at = NULL WHERE id = $1::uuid", [boss.actor.id]);
      expect(await everywhere()).toEqual([null, null]);
    } finally {
      await other.end();
    }
  });

  test.each(ROLES)(
    "may do no more than their creator may now, whatever they were made with: %s",
    async (now) => {
      const boss = await admin("owner");
      for (const role of ROLES) {
        const { token } = await createApiToken(boss, { name: role, role });
        await world.db.query("UPDATE admin SET role = $2::text WHERE id = $1::uuid", [boss.actor.id, now]);
        const held = await asToken(token);
        for (const permission of ["api-token:write", "client:write", "user:revoke", "audit:read"] as const)
          expect(can(held, permission)).toBe(roleHas(role, permission) && roleHas(now, permission));
        if (now !== "owner")
          expect(() => requirePermission(held, "api-token:write")).toThrow("Your role does not allow this.");
        await world.db.query("UPDATE admin SET role = 'owner' WHERE id = $1::uuid", [boss.actor.id]);
      }
    },
  );

  test("made by a token count as that token's creator; made by the command line, as nobody", async () => {
    const boss = await admin("owner");
    const first = await createApiToken(boss, { name: "first", role: "owner", isUnattended: true });
    const second = await createApiToken(await asToken(first.token), { name: "second", role: "owner" });
    expect(second.row).toMatchObject({ createdBy: "first", creator: { id: boss.actor.id, role: "owner" } });
    expect((await createApiToken(ctx, { name: "third", role: "owner" })).row.creator).toBeNull();
  });

  test("are renamed and moved to other networks, and no older version of one is", async () => {
    const { id, token, row } = await createApiToken(ctx, { name: "ci", role: "auditor" });
    const networks = ["10.0.0.0/8"];
    const changed = await updateApiToken(ctx, { apiTokenId: id, version: row.version, name: "cd", networks });
    expect(changed).toMatchObject({ name: "cd", networks, version: 2, role: "auditor" });
    expect(await world.lastEntry()).toMatchObject({
      act: "api_token.updated",
      before: { name: "ci", networks: [] },
      after: { name: "cd", networks },
    });
    expect(await find(token)).toMatchObject({ refusal: "API_TOKEN_NETWORK" });
    await expect(updateApiToken(ctx, { apiTokenId: id, version: 1, name: "x" })).rejects.toMatchObject({
      code: "STALE_VERSION",
    });
    await expect(
      updateApiToken(world.as("auditor"), { apiTokenId: id, version: 2, name: "x" }),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
    await revokeApiToken(ctx, { apiTokenId: id });
    await expect(updateApiToken(ctx, { apiTokenId: id, version: 3, name: "x" })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
  });

  test("do not change themselves, and free none of their networks by another", async () => {
    const networks = ["192.0.2.0/24", "10.0.0.0/8"];
    const asked = { role: "owner", isUnattended: true, expiresInSeconds: 600 } as const;
    const bound = await createApiToken(ctx, { name: "bound", ...asked, networks });
    const own = await asToken(bound.token);
    for (const change of [{ networks: [] }, { name: "x" }])
      await expect(
        updateApiToken(own, { apiTokenId: bound.id, version: 1, ...change }),
      ).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect((await getApiToken(ctx, { apiTokenId: bound.id })).networks).toEqual(networks);
    const free = await createApiToken(ctx, { name: "free", role: "owner", isUnattended: true });
    await expect(
      updateApiToken(own, { apiTokenId: free.id, version: 1, networks: ["::1"] }),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
    const renamed = { apiTokenId: free.id, version: 1, name: "renamed" };
    expect(await updateApiToken(own, renamed)).toMatchObject({ name: "renamed" });
    const byFree = { apiTokenId: bound.id, version: 1, networks: ["192.0.2.0/24"] };
    expect(await updateApiToken(await asToken(free.token), byFree)).toMatchObject({
      networks: byFree.networks,
    });
  });

  test("end after 90 days unless told otherwise, and never only where a person is asked", async () => {
    const end = async (more: { expiresInSeconds?: number | null; isUnattended?: boolean }) =>
      (await createApiToken(ctx, { name: "ci", role: "auditor", ...more })).row.expiresAt;
    const days = at(90 * 86_400).toISOString();
    expect(await end({})).toBe(days);
    expect(await end({ isUnattended: true })).toBe(days);
    expect(await end({ expiresInSeconds: null })).toBeNull();
    await expect(end({ expiresInSeconds: null, isUnattended: true })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: [{ path: "expiresInSeconds" }],
    });
    const asked = { name: "ci", role: "auditor" };
    expect(createApiTokenInput.parse(asked).expiresInSeconds).toBe(90 * 86_400);
    expect(createApiTokenInput.parse({ ...asked, expiresInSeconds: null }).expiresInSeconds).toBeNull();
    expect(createApiTokenInput.safeParse({ ...asked, expiresInSeconds: 367 * 86_400 }).success).toBe(false);
  });

  test("make none that comes from elsewhere or lasts longer than they do", async () => {
    const networks = ["192.0.2.0/24", "10.0.0.0/8"];
    const asked = { role: "owner", isUnattended: true, expiresInSeconds: 600 } as const;
    const own = await asToken((await createApiToken(ctx, { name: "bound", ...asked, networks })).token);
    const make = async (more: { networks?: string[]; expiresInSeconds?: number }) =>
      (await createApiToken(own, { name: "made", role: "owner", ...more })).row;
    const end = at(600).toISOString();
    expect(await make({})).toMatchObject({ networks, expiresAt: end });
    expect(await make({ networks: [], expiresInSeconds: 9000 })).toMatchObject({ networks, expiresAt: end });
    expect(await make({ networks: ["10.0.0.0/8"], expiresInSeconds: 60 })).toMatchObject({
      networks: ["10.0.0.0/8"],
      expiresAt: at(60).toISOString(),
    });
    const inner = ["10.1.0.0/16", "192.0.2.7"];
    expect(await make({ networks: inner })).toMatchObject({ networks: inner });
    for (const networks of [["0.0.0.0/0"], ["10.1.0.0/16", "192.0.3.0/32"], ["10.0.0.0/7"]])
      await expect(make({ networks }), networks.join()).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  test("are listed by state, a page at a time", async () => {
    const boss = await admin("owner");
    for (const name of ["a", "b", "c"]) await createApiToken(ctx, { name, role: "auditor" });
    const ended = await createApiToken(ctx, { name: "d", role: "auditor" });
    await revokeApiToken(ctx, { apiTokenId: ended.id });
    await createApiToken(boss, { name: "e", role: "auditor" });
    await world.db.query("UPDATE admin SET disabled_at = $1::timestamptz", [TEST_START]);
    const names = async (asked: Record<string, string | string[]>) =>
      (await listApiTokens(ctx, parseListQuery(API_TOKENS_TABLE, asked).query)).rows.map(({ name }) => name);
    expect(await names({ state: "revoked" })).toEqual(["d"]);
    expect(await names({ state: "creator_disabled" })).toEqual(["e"]);
    expect(await names({ state: "active", sort: "name" })).toEqual(["a", "b", "c"]);
    const first = await listApiTokens(
      ctx,
      parseListQuery(API_TOKENS_TABLE, { sort: "name", size: "3" }).query,
    );
    expect(first).toMatchObject({ total: { value: 5, isExact: true } });
    expect(await names({ sort: "name", size: "3", cursor: String(first.next) })).toEqual(["d", "e"]);
    await expect(
      listApiTokens(world.as("auditor"), parseListQuery(API_TOKENS_TABLE, {}).query),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("networks", () => {
  test.each([
    [[], null, true],
    [["10.0.0.0/8"], "10.1.2.3", true],
    [["10.0.0.0/8"], "::1", false],
    [["0.0.0.0/0"], "203.0.113.5", true],
    [["0.0.0.0/0"], "2001:db8::1", false],
    [["::/0"], "2001:db8::1", true],
  ])("%j has %s: %s", (networks, ip, is) => {
    expect(isWithinNetworks(networks, ip)).toBe(is);
  });

  test.each([
    ["127.0.0.1/32", ["127.0.0.0/8"], true],
    ["127.0.0.1", ["127.0.0.0/8"], true],
    ["127.0.0.0/8", ["127.0.0.0/8"], true],
    ["127.0.0.1", ["127.0.0.1"], true],
    ["127.0.0.1/32", ["127.0.0.1"], true],
    ["10.1.0.0/16", ["192.0.2.0/24", "10.0.0.0/8"], true],
    ["2001:db8:1::/48", ["2001:db8::/32"], true],
    ["2001:db8::1", ["2001:db8::/32"], true],
    ["::ffff:10.0.0.0/104", ["10.0.0.0/8"], true],
    ["::ffff:a00:1", ["10.0.0.0/8"], true],
    ["10.0.0.1", ["::ffff:10.0.0.0/104"], true],
    ["126.0.0.0/7", ["127.0.0.0/8"], false],
    ["127.0.0.0/7", ["127.0.0.0/8"], false],
    ["128.0.0.1", ["127.0.0.0/8"], false],
    ["127.0.0.0/31", ["127.0.0.0"], false],
    ["0.0.0.0/0", ["127.0.0.0/8"], false],
    ["10.0.0.0/7", ["10.0.0.0/8", "192.0.2.0/24"], false],
    ["2001:db8::/31", ["2001:db8::/32"], false],
    ["::/0", ["0.0.0.0/0"], false],
    ["::ffff:0:0/95", ["0.0.0.0/0"], false],
    ["::ffff:10.0.0.0/103", ["10.0.0.0/8"], false],
    ["::a00:1", ["10.0.0.0/8"], false],
    ["::1", ["127.0.0.0/8"], false],
    ["10.0.0.0/6", ["::ffff:10.0.0.0/104"], false],
  ] as const)("%s is within %j: %s", (network, networks, is) => {
    const [parsed = network, ...own] = updateApiTokenInput.parse({
      version: 1,
      networks: [network, ...networks],
    }).networks as string[];
    expect(isNetworkWithin(own.length === 0 ? [parsed] : own, parsed)).toBe(is);
  });

  test.each([
    "10.0.0.0/33",
    "300.1.1.1",
    "::/129",
    "example.com",
    "10.0.0.0/8 ",
    "",
    "10.0.0.0/-1",
    "fe80::1%eth0",
  ])("%j is %s", (text) => {
    const parsed = updateApiTokenInput.safeParse({ version: 1, networks: [text] });
    // spaces around one are nobody's fault
    expect(parsed.success).toBe(text.trim() === "10.0.0.0/8");
  });

  test("are each there once, in one way of writing", () => {
    const networks = ["2001:0db8:0:0::/32", "2001:db8::/32", "10.0.0.1/32", "10.0.0.1"];
    expect(createApiTokenInput.parse({ name: "ci", role: "auditor", networks }).networks).toEqual([
      "2001:db8::/32",
      "10.0.0.1",
    ]);
    expect(
      createApiTokenInput.safeParse({ name: "ci", role: "auditor", networks: Array(51).fill("::1") }).success,
    ).toBe(false);
  });
});
