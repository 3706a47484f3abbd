import { beforeEach, describe, expect, test } from "vitest";
import { createAudience } from "../audiences/create-audience.ts";
import { updateAudience } from "../audiences/update-audience.ts";
import type { Context } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { createVerifier } from "../verifiers/create-verifier.ts";
import { disableVerifier } from "../verifiers/disable-verifier.ts";
import { updateVerifier } from "../verifiers/update-verifier.ts";
import { createGroup } from "./create-group.ts";
import { updateGroup } from "./update-group.ts";

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
    expect(await world.lastEntry()).toMatchObject({
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
      checkWay: "feed",
    });
    expect(secret).toMatch(/^twv_/);
    expect(verifier.checkWay).toBe("feed");
    expect((await world.lastEntry())?.after).toMatchObject({ checkWay: "feed" });
    await expect(
      updateVerifier(ctx, { verifierId: verifier.id, version: 1, audienceIds: [uuidv7(TEST_START)] }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(
      (await updateVerifier(ctx, { verifierId: verifier.id, version: 1, auditMode: "relaxed" })).version,
    ).toBe(2);
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
    const [row] = await world.db.query<{ names: string[] }>(
      "SELECT array_agg(p.name) AS names FROM group_permission gp JOIN permission p ON p.id = gp.permission_id WHERE gp.group_id = $1::uuid",
      [group.id],
    );
    expect(row?.names).toEqual(["invoices:read"]);
  });
});
