import { beforeEach, describe, expect, test } from "vitest";
import { createAudience } from "../audiences/create-audience.ts";
import type { Context } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { createGroup } from "../groups/create-group.ts";
import { uuidv7 } from "../ids.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { createUser } from "./create-user.ts";
import { disableUser } from "./disable-user.ts";
import { enableUser } from "./enable-user.ts";
import { getUser } from "./get-user.ts";
import { listUsers } from "./list-users.ts";
import { setUserGroups } from "./set-user-groups.ts";
import { setUserPassword } from "./set-user-password.ts";
import { USERS_TABLE } from "./table.ts";
import { updateUser } from "./update-user.ts";

const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("owner");
});

function makeAudience(name: string, permissions: string[]) {
  return createAudience(ctx, {
    name,
    title: name,
    resourceUri: `https://${name}.example.com`,
    permissions: permissions.map((permission) => ({ name: permission, description: "" })),
  });
}

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
    const without = await setUserGroups(ctx, { userId: user.id, version: user.version, groupIds: [] });
    expect(without.permissions).toEqual([]);
    expect(await world.lastEntry()).toMatchObject({
      act: "user.groups_changed",
      before: { groups: ["Auditors", "Finance"] },
      after: { groups: [] },
    });
    await expect(
      setUserGroups(ctx, { userId: user.id, version: without.version, groupIds: [uuidv7(TEST_START)] }),
    ).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  test("of two admins who set a user's groups at once the second is told who changed what, and no group that was taken away comes back", async () => {
    const [finance, sales] = await Promise.all(
      ["Finance", "Sales"].map((name) => createGroup(ctx, { name, description: "", permissionIds: [] })),
    );
    const ids = { finance: finance?.id ?? "", sales: sales?.id ?? "" };
    const user = await createUser(ctx, { ...ana, groupIds: [ids.finance] });
    const set = (groupIds: string[], version = user.version) =>
      setUserGroups(ctx, { userId: user.id, version, groupIds });
    const { version } = await set([]);
    await expect(set([ids.finance, ids.sales])).rejects.toMatchObject({
      code: "STALE_VERSION",
      fields: [{ path: "version" }, { path: "groups", message: "changed meanwhile" }],
    });
    expect((await getUser(ctx, { userId: user.id })).groups).toEqual([]);
    await expect(
      updateUser(ctx, { userId: user.id, version: user.version, name: "Ann" }),
    ).rejects.toMatchObject({ code: "STALE_VERSION" });
    expect((await set([ids.sales], version)).groups.map(({ name }) => name)).toEqual(["Sales"]);
  });

  test("are unique by e-mail, at the same moment too, and keep their password out of the log", async () => {
    const results = await Promise.allSettled(
      [1, 2].map(() => createUser(ctx, { ...ana, password: "correct horse battery" })),
    );
    expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(
      JSON.stringify(await world.db.query("SELECT before, after FROM audit_entry")).match(
        /correct horse|argon2/,
      ),
    ).toBeNull();
  });

  test("who are disabled lose every token by one order, and get none back", async () => {
    const user = await createUser(ctx, ana);
    await world.db.query(
      "INSERT INTO protocol_state (model, id_hash, payload, account_id) VALUES ('Session', '\\x01', '{}', $1), ('AuthorizationCode', '\\x02', '{}', $1)",
      [user.id],
    );
    const result = await disableUser(ctx, { userId: user.id, reason: "affiliation_changed", note: "" });
    expect(result.user.state).toBe("disabled");
    expect(
      await world.db.query("SELECT target_kind, target_id, verb FROM revocation_order WHERE id = $1::uuid", [
        result.orderId,
      ]),
    ).toEqual([{ target_kind: "user", target_id: user.id, verb: "revoke" }]);
    expect(await world.db.query("SELECT model FROM protocol_state")).toEqual([]);
    await expect(disableUser(ctx, { userId: user.id, reason: "policy", note: "" })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    expect((await enableUser(ctx, { userId: user.id })).state).toBe("enabled");
    expect(await world.db.query("SELECT id FROM revocation_order")).toHaveLength(1);
  });

  test("are disabled with a word on who may go on accepting their tokens, and until when the last of them expires", async () => {
    const user = await createUser(ctx, ana);
    const fixture = fixtureOf(world.db);
    const clientId = await fixture.client("desk");
    const issued = { clientId, userId: user.id, issuedAt: TEST_START };
    const expiresAt = new Date(TEST_START.getTime() + 5_400_000);
    await fixture.token({ ...issued, expiresAt });
    await fixture.token({ ...issued, expiresAt: new Date(TEST_START.getTime() + 60_000) });
    await fixture.token({
      ...issued,
      kind: "refresh",
      expiresAt: new Date(TEST_START.getTime() + 90_000_000),
    });
    await world.db.query(
      `INSERT INTO verifier (id, name, mode, created_at, updated_at)
       VALUES (gen_random_uuid(), 'edge', 'lenient', now(), now())`,
    );
    const result = await disableUser(ctx, { userId: user.id, reason: "policy", note: "" });
    expect(result.remaining).toEqual([
      { subject: expect.stringMatching(/^edge is lenient/), until: expiresAt.toISOString() },
    ]);
    const other = await createUser(ctx, { ...ana, email: "ben@example.com" });
    expect((await disableUser(ctx, { userId: other.id, reason: "policy", note: "" })).remaining).toEqual([]);
  });

  test("keep everything where the order needs a note that is missing", async () => {
    const user = await createUser(ctx, ana);
    await expect(
      disableUser(ctx, { userId: user.id, reason: "unspecified", note: " " }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect((await getUser(ctx, { userId: user.id })).state).toBe("enabled");
    expect(await world.db.query("SELECT id FROM revocation_order")).toEqual([]);
  });

  test("sign in anew after their password is set", async () => {
    const user = await createUser(ctx, ana);
    await world.db.query(
      "INSERT INTO protocol_state (model, id_hash, payload, account_id) VALUES ('Session', '\\x01', '{}', $1)",
      [user.id],
    );
    expect(
      (await setUserPassword(ctx, { userId: user.id, password: "correct horse battery" })).hasPassword,
    ).toBe(true);
    expect(await world.db.query("SELECT model FROM protocol_state")).toEqual([]);
    expect(await world.lastEntry()).toMatchObject({
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
