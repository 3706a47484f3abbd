import { beforeEach, describe, expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { createClient } from "../clients/create-client.ts";
import { createClientInput } from "../clients/input.ts";
import type { Context } from "../context.ts";
import { openDatabase } from "../db/database.ts";
import { testContexts } from "../db/test-context.ts";
import { createGroup } from "../groups/create-group.ts";
import { getOrganisation } from "../organisation/get-organisation.ts";
import { updateOrganisation } from "../organisation/update-organisation.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { createUser } from "../users/create-user.ts";
import { ROLES, roleHas } from "./roles.ts";

const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("owner");
});

const way = { outbound: createOutbound({ allow: NOTHING_ALLOWED }) };
const service = (given: object) =>
  createClientInput.parse({ name: "Billing API", kind: "service", ...given });

describe("authorisation", () => {
  test.each(ROLES)("%s may change the registry exactly where the role says so", async (role) => {
    const actor = world.as(role);
    const tries = [
      ["client:write", () => createClient(actor, service({}), way)],
      [
        "user:write",
        () => createUser(actor, { email: "x@example.com", name: "X", groupIds: [], attributes: {} }),
      ],
      ["group:write", () => createGroup(actor, { name: "G", description: "", permissionIds: [] })],
      ["organisation:write", () => updateOrganisation(actor, { version: 1, name: "N" })],
      ["api-token:write", () => createApiToken(actor, { name: "t", role: "auditor" })],
    ] as const;
    for (const [permission, act] of tries) {
      const entries = await world.countEntries();
      if (roleHas(role, permission)) await expect(act()).resolves.toBeDefined();
      else {
        await expect(act()).rejects.toMatchObject({ code: "FORBIDDEN" });
        expect(await world.countEntries()).toBe(entries);
      }
    }
  });

  test("P1: no audit entry, no act", async () => {
    const owner = openDatabase({
      url: (world.db.pool.options as { connectionString: string }).connectionString,
      role: "owner",
      maxConnections: 1,
      applicationName: "test",
    });
    await owner.query("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
    await owner.end();
    await expect(createClient(ctx, service({}), way)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(
      createUser(ctx, { email: "x@example.com", name: "X", groupIds: [], attributes: {} }),
    ).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(updateOrganisation(ctx, { version: 1, name: "N" })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    expect(await world.db.query("SELECT id FROM client UNION ALL SELECT id FROM user_account")).toEqual([]);
    expect((await getOrganisation(ctx)).version).toBe(1);
  });
});
