import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { findApiToken } from "../api-tokens/find-api-token.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import { createAudience } from "../audiences/create-audience.ts";
import { updateAudience } from "../audiences/update-audience.ts";
import { ROLES, type Role, roleHas } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { createGroup } from "../groups/create-group.ts";
import { updateGroup } from "../groups/update-group.ts";
import { uuidv7 } from "../ids.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { getOrganisation } from "../organisation/get-organisation.ts";
import { updateOrganisation } from "../organisation/update-organisation.ts";
import { hashSecret } from "../passwords/generated-secret.ts";
import { createUser } from "../users/create-user.ts";
import { disableUser } from "../users/disable-user.ts";
import { enableUser } from "../users/enable-user.ts";
import { getUser } from "../users/get-user.ts";
import { listUsers } from "../users/list-users.ts";
import { setUserGroups } from "../users/set-user-groups.ts";
import { setUserPassword } from "../users/set-user-password.ts";
import { USERS_TABLE } from "../users/table.ts";
import { createVerifier } from "../verifiers/create-verifier.ts";
import { disableVerifier } from "../verifiers/disable-verifier.ts";
import { rotateVerifierSecret } from "../verifiers/rotate-verifier-secret.ts";
import { updateVerifier } from "../verifiers/update-verifier.ts";
import { createClient } from "./create-client.ts";
import { disableClient } from "./disable-client.ts";
import { enableClient } from "./enable-client.ts";
import { getClient } from "./get-client.ts";
import { createClientInput } from "./input.ts";
import { listClients } from "./list-clients.ts";
import { rotateClientSecret } from "./rotate-client-secret.ts";
import { CLIENTS_TABLE } from "./table.ts";
import { updateClient } from "./update-client.ts";

const start = new Date("2026-11-21T12:00:00.000Z");
const open: Database[] = [];
let db: Database;
let ctx: Context;

beforeEach(async () => {
  db = openDatabase({ ...(await testDatabase()), role: "app", maxConnections: 6, applicationName: "test" });
  open.push(db);
  ctx = as("owner");
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.end()));
});

function as(role: Role, name = `${role}@example.com`): Context {
  return { ...systemContext(db, "test", start), actor: { kind: "api_token", id: uuidv7(start), name, role } };
}

async function lastEntry() {
  const [row] = await db.query<{
    act: string;
    before: unknown;
    after: Record<string, unknown>;
    name: string;
  }>("SELECT act, before, after, target_name AS name FROM audit_entry ORDER BY sequence DESC LIMIT 1");
  return row;
}

async function countEntries(): Promise<number> {
  return (await db.query("SELECT id FROM audit_entry")).length;
}

async function makeAudience(name: string, permissions: string[]) {
  return createAudience(ctx, {
    name,
    title: name,
    resourceUri: `https://${name}.example.com`,
    permissions: permissions.map((permission) => ({ name: permission, description: "" })),
  });
}

const service = (given: object) =>
  createClientInput.parse({ name: "Billing API", kind: "service", ...given });

describe("clients", () => {
  test("get a secret once, which is stored hashed and stands in no entry", async () => {
    const { client, secret } = await createClient(ctx, service({ accessTokenTtlSeconds: 900 }));
    expect(secret).toMatch(/^twc_[0-9A-Za-z]{43}$/);
    expect(client).toMatchObject({
      clientId: "billing-api",
      accessTokenTtl: { seconds: 900, source: "client" },
      version: 1,
    });
    const [row] = await db.query<{ secret_hash: Uint8Array }>("SELECT secret_hash FROM client_secret");
    expect(Buffer.from(row?.secret_hash ?? [])).toEqual(hashSecret(secret as string));
    expect(
      JSON.stringify(await db.query("SELECT before, after FROM audit_entry")).includes(secret as string),
    ).toBe(false);
    expect(await lastEntry()).toMatchObject({ act: "client.created", name: "billing-api" });
  });

  test("of kinds that keep no secret get none, and cannot rotate it", async () => {
    const { client, secret } = await createClient(
      ctx,
      createClientInput.parse({ name: "Shop", kind: "spa", redirectUris: ["https://shop.example.com/cb"] }),
    );
    expect(secret).toBeNull();
    await expect(rotateClientSecret(ctx, { clientId: client.id, overlapSeconds: 0 })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  test("of one name get client IDs of their own, at the same moment too; one that was asked for is refused", async () => {
    const made = await Promise.all([1, 2, 3].map(() => createClient(ctx, service({}))));
    expect(made.map(({ client }) => client.clientId).toSorted()).toEqual([
      "billing-api",
      "billing-api-2",
      "billing-api-3",
    ]);
    await expect(createClient(ctx, service({ clientId: "billing-api" }))).rejects.toMatchObject({
      code: "CONFLICT",
      fields: [{ path: "clientId" }],
    });
  });

  test("are refused what contradicts their kind, the bounds and the registry, field by field", async () => {
    const billing = await makeAudience("billing", ["invoices:read"]);
    const stock = await makeAudience("stock", ["stock:read"]);
    const refused = async (given: object) => {
      const error = await createClient(ctx, createClientInput.parse({ name: "X", ...given })).catch(
        (caught) => caught,
      );
      expect(error).toMatchObject({ code: "INVALID_INPUT" });
      return error.fields.map((field: { path: string }) => field.path);
    };
    const before = await countEntries();
    expect(await refused({ kind: "web" })).toEqual(["redirectUris"]);
    expect(
      await refused({ kind: "web", redirectUris: ["https://a.example/cb", "http://a.example/cb"] }),
    ).toEqual(["redirectUris.1"]);
    expect(await refused({ kind: "service", redirectUris: ["https://a.example/cb"] })).toEqual([
      "redirectUris",
    ]);
    expect(
      await refused({ kind: "spa", redirectUris: ["https://a.example/cb"], groupIds: [uuidv7(start)] }),
    ).toEqual(["groupIds", "groupIds.0"]);
    expect(
      await refused({
        kind: "service",
        audienceIds: [billing.id],
        permissionIds: [stock.permissions[0]?.id],
      }),
    ).toEqual(["permissionIds.0"]);
    expect(await refused({ kind: "service", audienceIds: [uuidv7(start)] })).toEqual(["audienceIds.0"]);
    await updateOrganisation(ctx, {
      version: 1,
      accessTokenTtlMinSeconds: 300,
      accessTokenTtlMaxSeconds: 7200,
    });
    expect(await refused({ kind: "service", accessTokenTtlSeconds: 299 })).toEqual(["accessTokenTtlSeconds"]);
    expect(await refused({ kind: "service", accessTokenTtlSeconds: 7201 })).toEqual([
      "accessTokenTtlSeconds",
    ]);
    expect(await countEntries()).toBe(before + 1);
    expect(await db.query("SELECT id FROM client")).toEqual([]);
  });

  test("record what changed and nothing else; a change of nothing is no change", async () => {
    const { client } = await createClient(ctx, service({}));
    const updated = await updateClient(ctx, {
      clientId: client.id,
      version: 1,
      name: "Billing",
      accessTokenTtlSeconds: 1200,
    });
    expect(updated).toMatchObject({
      name: "Billing",
      version: 2,
      accessTokenTtl: { seconds: 1200, source: "client" },
    });
    expect(await lastEntry()).toMatchObject({
      act: "client.updated",
      before: { name: "Billing API", accessTokenTtlSeconds: null },
      after: { name: "Billing", accessTokenTtlSeconds: 1200 },
    });
    const entries = await countEntries();
    expect((await updateClient(ctx, { clientId: client.id, version: 2, name: "Billing" })).version).toBe(2);
    expect(await countEntries()).toBe(entries);
  });

  test("refuse the second of two admins who edit one client, and say what changed by whom", async () => {
    const { client } = await createClient(ctx, service({}));
    const edit = (who: string, description: string) =>
      updateClient(as("governor", who), { clientId: client.id, version: 1, description });
    const results = await Promise.allSettled([edit("ana@example.com", "A"), edit("ben@example.com", "B")]);
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    const refusal = results.find((result) => result.status === "rejected")?.reason;
    expect(refusal).toMatchObject({
      code: "STALE_VERSION",
      fields: [{ path: "version" }, { path: "description" }],
    });
    expect(refusal.message).toMatch(/changed by (ana|ben)@example.com since you opened it: description/);
  });

  test("rotate their secret with an overlap that ends, and without one at once", async () => {
    const { client, secret: first } = await createClient(ctx, service({}));
    const live = async (seconds: number) => {
      const rows = await db.query<{ secret_hash: Uint8Array }>(
        "SELECT secret_hash FROM client_secret WHERE expires_at IS NULL OR expires_at > $1::timestamptz",
        [new Date(start.getTime() + seconds * 1000)],
      );
      return rows.map((row) => Buffer.from(row.secret_hash).toString("hex"));
    };
    const hex = (value: string | null) => hashSecret(value ?? "").toString("hex");
    const { secret: second } = await rotateClientSecret(ctx, { clientId: client.id, overlapSeconds: 60 });
    expect((await live(59)).toSorted()).toEqual([hex(first), hex(second)].toSorted());
    expect(await live(61)).toEqual([hex(second)]);
    const { secret: third } = await rotateClientSecret(ctx, { clientId: client.id, overlapSeconds: 0 });
    expect(await live(0)).toEqual([hex(third)]);
    expect(await lastEntry()).toMatchObject({ act: "client.secret_rotated" });
  });

  test("are stopped once and let go on", async () => {
    const { client } = await createClient(ctx, service({}));
    expect((await disableClient(ctx, { clientId: client.id })).state).toBe("disabled");
    await expect(disableClient(ctx, { clientId: client.id })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    expect((await enableClient(ctx, { clientId: client.id })).state).toBe("enabled");
    await expect(getClient(ctx, { clientId: uuidv7(start) })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(getClient(ctx, { clientId: "' OR 1=1" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("are listed page by page without one twice or missing, and found by what they contain", async () => {
    for (let n = 0; n < 7; n++) await createClient(ctx, service({ name: `Client ${n % 3}` }));
    const seen: string[] = [];
    let query = { ...defaultQuery(CLIENTS_TABLE), pageSize: 3 };
    for (;;) {
      const page = await listClients(ctx, query);
      expect(page.total).toEqual({ value: 7, isExact: true });
      seen.push(...page.rows.map((row) => row.id));
      if (page.next === null) break;
      query = { ...query, cursor: page.next };
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen).toHaveLength(7);
    const found = await listClients(ctx, { ...defaultQuery(CLIENTS_TABLE), filters: { q: "ENT 2" } });
    expect(found.rows.map((row) => row.name)).toEqual(["Client 2", "Client 2"]);
    for (const q of ["%", "_", "\\", "'; DROP TABLE client; --"])
      expect((await listClients(ctx, { ...defaultQuery(CLIENTS_TABLE), filters: { q } })).rows).toEqual([]);
  });
});

describe("users", () => {
  const ana = { email: "ana@example.com", name: "Ana", groupIds: [], attributes: {} };

  test("have the permissions of their groups today", async () => {
    const audience = await makeAudience("billing", ["invoices:read", "invoices:write"]);
    const permissionIds = audience.permissions.map((permission) => permission.id);
    const finance = await createGroup(ctx, { name: "Finance", description: "", permissionIds });
    const auditors = await createGroup(ctx, {
      name: "Auditors",
      description: "",
      permissionIds: permissionIds.slice(0, 1),
    });
    const user = await createUser(ctx, { ...ana, groupIds: [finance.id, auditors.id] });
    expect(user.permissions).toEqual([
      { name: "invoices:read", audience: "billing", via: ["Auditors", "Finance"] },
      { name: "invoices:write", audience: "billing", via: ["Finance"] },
    ]);
    expect((await setUserGroups(ctx, { userId: user.id, groupIds: [] })).permissions).toEqual([]);
    expect(await lastEntry()).toMatchObject({
      act: "user.groups_changed",
      before: { groups: ["Auditors", "Finance"] },
      after: { groups: [] },
    });
    await expect(setUserGroups(ctx, { userId: user.id, groupIds: [uuidv7(start)] })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  test("are unique by e-mail, at the same moment too, and keep their password out of the log", async () => {
    const results = await Promise.allSettled(
      [1, 2].map(() => createUser(ctx, { ...ana, password: "correct horse battery" })),
    );
    expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(
      JSON.stringify(await db.query("SELECT before, after FROM audit_entry")).match(/correct horse|argon2/),
    ).toBeNull();
  });

  test("who are disabled lose every token by one order, and get none back", async () => {
    const user = await createUser(ctx, ana);
    await db.query(
      "INSERT INTO protocol_state (model, id_hash, payload, account_id) VALUES ('Session', '\\x01', '{}', $1), ('AuthorizationCode', '\\x02', '{}', $1)",
      [user.id],
    );
    const result = await disableUser(ctx, { userId: user.id, reason: "affiliation_changed", note: "" });
    expect(result.user.state).toBe("disabled");
    expect(
      await db.query("SELECT target_kind, target_id, verb FROM revocation_order WHERE id = $1::uuid", [
        result.orderId,
      ]),
    ).toEqual([{ target_kind: "user", target_id: user.id, verb: "revoke" }]);
    expect(await db.query("SELECT model FROM protocol_state")).toEqual([]);
    await expect(disableUser(ctx, { userId: user.id, reason: "policy", note: "" })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    expect((await enableUser(ctx, { userId: user.id })).state).toBe("enabled");
    expect(await db.query("SELECT id FROM revocation_order")).toHaveLength(1);
  });

  test("keep everything where the order needs a note that is missing", async () => {
    const user = await createUser(ctx, ana);
    await expect(
      disableUser(ctx, { userId: user.id, reason: "unspecified", note: " " }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect((await getUser(ctx, { userId: user.id })).state).toBe("enabled");
    expect(await db.query("SELECT id FROM revocation_order")).toEqual([]);
  });

  test("sign in anew after their password is set", async () => {
    const user = await createUser(ctx, ana);
    await db.query(
      "INSERT INTO protocol_state (model, id_hash, payload, account_id) VALUES ('Session', '\\x01', '{}', $1)",
      [user.id],
    );
    expect(
      (await setUserPassword(ctx, { userId: user.id, password: "correct horse battery" })).hasPassword,
    ).toBe(true);
    expect(await db.query("SELECT model FROM protocol_state")).toEqual([]);
    expect(await lastEntry()).toMatchObject({
      act: "user.password_set",
      after: { hasPassword: true, endedSessions: 1 },
    });
  });

  test("are found by a part of name or e-mail and by group", async () => {
    const group = await createGroup(ctx, { name: "Finance", description: "", permissionIds: [] });
    await createUser(ctx, { ...ana, groupIds: [group.id] });
    await createUser(ctx, { ...ana, email: "ben@example.com", name: "Ben_100%" });
    const names = async (filters: object) =>
      (await listUsers(ctx, { ...defaultQuery(USERS_TABLE), filters })).rows.map((row) => row.name);
    expect(await names({ q: "NA@EX" })).toEqual(["Ana"]);
    expect(await names({ q: "_100%" })).toEqual(["Ben_100%"]);
    expect(await names({ group: ["Finance"] })).toEqual(["Ana"]);
    expect(await names({ state: ["disabled"] })).toEqual([]);
  });
});

describe("groups, audiences and verifiers", () => {
  test("refuse names that are taken, stale versions and unknown ids", async () => {
    const audience = await makeAudience("billing", ["invoices:read"]);
    await expect(makeAudience("billing", [])).rejects.toMatchObject({
      code: "CONFLICT",
      fields: [{ path: "name" }, { path: "resourceUri" }],
    });
    await expect(
      createAudience(ctx, {
        name: "b2",
        title: "B",
        resourceUri: "https://b2.example",
        permissions: [{ name: "invoices:read", description: "" }],
      }),
    ).rejects.toMatchObject({ fields: [{ path: "permissions.0.name" }] });
    const group = await createGroup(ctx, { name: "Finance", description: "", permissionIds: [] });
    await expect(
      createGroup(ctx, { name: "finance", description: "", permissionIds: [] }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
    await updateGroup(ctx, {
      groupId: group.id,
      version: 1,
      permissionIds: audience.permissions.map(({ id }) => id),
    });
    expect(await lastEntry()).toMatchObject({
      act: "group.updated",
      before: { permissions: [] },
      after: { permissions: ["invoices:read"] },
    });
    await expect(updateGroup(ctx, { groupId: group.id, version: 1, name: "F" })).rejects.toMatchObject({
      code: "STALE_VERSION",
    });
    const { verifier, secret } = await createVerifier(ctx, {
      name: "gw",
      description: "",
      audienceIds: [audience.id],
      mode: "strict",
      maxStalenessSeconds: 60,
      auditMode: "durable",
    });
    expect(secret).toMatch(/^twv_/);
    await expect(
      updateVerifier(ctx, { verifierId: verifier.id, version: 1, audienceIds: [uuidv7(start)] }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(
      (await updateVerifier(ctx, { verifierId: verifier.id, version: 1, auditMode: "relaxed" })).version,
    ).toBe(2);
    const rotated = await rotateVerifierSecret(ctx, { verifierId: verifier.id });
    expect(rotated.secret).not.toBe(secret);
    expect(
      await db.query("SELECT name FROM verifier WHERE secret_hash = $1::bytea", [hashSecret(secret)]),
    ).toEqual([]);
    expect((await disableVerifier(ctx, { verifierId: verifier.id })).state).toBe("disabled");
  });

  test("a permission that stays keeps its holders, one that goes leaves them", async () => {
    const audience = await makeAudience("billing", ["invoices:read", "invoices:write"]);
    const group = await createGroup(ctx, {
      name: "Finance",
      description: "",
      permissionIds: audience.permissions.map(({ id }) => id),
    });
    await updateAudience(ctx, {
      audienceId: audience.id,
      version: 1,
      permissions: [
        { name: "invoices:read", description: "See them" },
        { name: "invoices:pay", description: "" },
      ],
    });
    const [row] = await db.query<{ names: string[] }>(
      "SELECT array_agg(p.name) AS names FROM group_permission gp JOIN permission p ON p.id = gp.permission_id WHERE gp.group_id = $1::uuid",
      [group.id],
    );
    expect(row?.names).toEqual(["invoices:read"]);
  });
});

describe("the organisation's lifetimes", () => {
  test("change together or not at all", async () => {
    const before = await getOrganisation(ctx);
    await expect(
      updateOrganisation(ctx, { version: 1, accessTokenTtlMaxSeconds: 600 }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path: "accessTokenTtlSeconds" }] });
    expect(await getOrganisation(ctx)).toEqual(before);
    await updateOrganisation(ctx, { version: 1, accessTokenTtlSeconds: 600, accessTokenTtlMaxSeconds: 600 });
    await expect(updateOrganisation(ctx, { version: 1, name: "X" })).rejects.toMatchObject({
      code: "STALE_VERSION",
    });
    expect(await lastEntry()).toMatchObject({
      act: "organisation.updated",
      after: { accessTokenTtlSeconds: 600, accessTokenTtlMaxSeconds: 600 },
    });
  });

  test.each([
    "access_token_ttl_seconds = 59",
    "authorization_code_ttl_seconds = 601",
    "clock_skew_seconds = 121",
    "refresh_token_idle_seconds = 31536001, refresh_token_absolute_seconds = 31536001",
    "session_idle_seconds = 36001",
    "id_token_ttl_seconds = 299",
  ])("are bounded by the database too: %s", async (change) => {
    await expect(db.query(`UPDATE organisation SET ${change}`)).rejects.toMatchObject({ code: "23514" });
  });
});

describe("API tokens", () => {
  test("open the door until they are revoked or expire", async () => {
    const created = await createApiToken(ctx, { name: "ci", role: "auditor", expiresInSeconds: 60 });
    const find = (seconds: number, value = created.token) =>
      findApiToken(db, { value, now: new Date(start.getTime() + seconds * 1000) });
    expect(await find(0)).toEqual({ id: created.id, name: "ci", role: "auditor" });
    expect(await find(60)).toBeNull();
    expect(await find(0, `${created.token.slice(0, -1)}!`)).toBeNull();
    await revokeApiToken(ctx, { apiTokenId: created.id });
    expect(await find(1)).toBeNull();
    await expect(revokeApiToken(ctx, { apiTokenId: created.id })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
  });
});

describe("authorisation", () => {
  test.each(ROLES)("%s may change the registry exactly where the role says so", async (role) => {
    const actor = as(role);
    const tries = [
      ["client:write", () => createClient(actor, service({}))],
      [
        "user:write",
        () => createUser(actor, { email: "x@example.com", name: "X", groupIds: [], attributes: {} }),
      ],
      ["group:write", () => createGroup(actor, { name: "G", description: "", permissionIds: [] })],
      ["organisation:write", () => updateOrganisation(actor, { version: 1, name: "N" })],
      ["api-token:write", () => createApiToken(actor, { name: "t", role: "auditor" })],
    ] as const;
    for (const [permission, act] of tries) {
      const entries = await countEntries();
      if (roleHas(role, permission)) await expect(act()).resolves.toBeDefined();
      else {
        await expect(act()).rejects.toMatchObject({ code: "FORBIDDEN" });
        expect(await countEntries()).toBe(entries);
      }
    }
  });

  test("P1: no audit entry, no act", async () => {
    const owner = openDatabase({
      url: (db.pool.options as { connectionString: string }).connectionString,
      role: "owner",
      maxConnections: 1,
      applicationName: "test",
    });
    await owner.query("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
    await owner.end();
    await expect(createClient(ctx, service({}))).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(
      createUser(ctx, { email: "x@example.com", name: "X", groupIds: [], attributes: {} }),
    ).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(updateOrganisation(ctx, { version: 1, name: "N" })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    expect(await db.query("SELECT id FROM client UNION ALL SELECT id FROM user_account")).toEqual([]);
    expect((await getOrganisation(ctx)).version).toBe(1);
  });
});
