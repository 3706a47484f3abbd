import { beforeEach, describe, expect, test } from "vitest";
import { createAudience } from "../audiences/create-audience.ts";
import type { Context } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { updateOrganisation } from "../organisation/update-organisation.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { hashSecret } from "../passwords/generated-secret.ts";
import { createClient } from "./create-client.ts";
import { disableClient } from "./disable-client.ts";
import { enableClient } from "./enable-client.ts";
import { getClient } from "./get-client.ts";
import { createClientInput } from "./input.ts";
import { listClients } from "./list-clients.ts";
import { rotateClientSecret } from "./rotate-client-secret.ts";
import { CLIENTS_TABLE } from "./table.ts";
import { updateClient } from "./update-client.ts";

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

const way = { outbound: createOutbound({ allow: NOTHING_ALLOWED }) };
const service = (given: object) =>
  createClientInput.parse({ name: "Billing API", kind: "service", ...given });

describe("clients", () => {
  test("get a secret once, which is stored hashed and stands in no entry", async () => {
    const { client, secret } = await createClient(ctx, service({ accessTokenTtlSeconds: 900 }), way);
    expect(secret).toMatch(/^twc_[0-9A-Za-z]{43}$/);
    expect(client).toMatchObject({
      clientId: "billing-api",
      accessTokenTtl: { seconds: 900, source: "client" },
      version: 1,
    });
    const [row] = await world.db.query<{ secret_hash: Uint8Array }>("SELECT secret_hash FROM client_secret");
    expect(Buffer.from(row?.secret_hash ?? [])).toEqual(hashSecret(secret as string));
    expect(
      JSON.stringify(await world.db.query("SELECT before, after FROM audit_entry")).includes(
        secret as string,
      ),
    ).toBe(false);
    expect(await world.lastEntry()).toMatchObject({ act: "client.created", name: "billing-api" });
  });

  test("of kinds that keep no secret get none, and cannot rotate it", async () => {
    const { client, secret } = await createClient(
      ctx,
      createClientInput.parse({ name: "Shop", kind: "spa", redirectUris: ["https://shop.example.com/cb"] }),
      way,
    );
    expect(secret).toBeNull();
    await expect(
      rotateClientSecret(ctx, { clientId: client.id, overlapSeconds: 0, lifetimeSeconds: null }),
    ).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  test("of one name get client IDs of their own, at the same moment too; one that was asked for is refused", async () => {
    const made = await Promise.all([1, 2, 3].map(() => createClient(ctx, service({}), way)));
    expect(made.map(({ client }) => client.clientId).toSorted()).toEqual([
      "billing-api",
      "billing-api-2",
      "billing-api-3",
    ]);
    await expect(createClient(ctx, service({ clientId: "billing-api" }), way)).rejects.toMatchObject({
      code: "CONFLICT",
      fields: [{ path: "clientId" }],
    });
  });

  test("are refused what contradicts their kind, the bounds and the registry, field by field", async () => {
    const billing = await makeAudience("billing", ["invoices:read"]);
    const stock = await makeAudience("stock", ["stock:read"]);
    const refused = async (given: object) => {
      const error = await createClient(ctx, createClientInput.parse({ name: "X", ...given }), way).catch(
        (caught) => caught,
      );
      expect(error).toMatchObject({ code: "INVALID_INPUT" });
      return error.fields.map((field: { path: string }) => field.path);
    };
    const before = await world.countEntries();
    expect(await refused({ kind: "web" })).toEqual(["redirectUris"]);
    expect(
      await refused({ kind: "web", redirectUris: ["https://a.example/cb", "http://a.example/cb"] }),
    ).toEqual(["redirectUris.1"]);
    expect(await refused({ kind: "service", redirectUris: ["https://a.example/cb"] })).toEqual([
      "redirectUris",
    ]);
    expect(
      await refused({ kind: "spa", redirectUris: ["https://a.example/cb"], groupIds: [uuidv7(TEST_START)] }),
    ).toEqual(["groupIds", "groupIds.0"]);
    expect(
      await refused({
        kind: "service",
        audienceIds: [billing.id],
        permissionIds: [stock.permissions[0]?.id],
      }),
    ).toEqual(["permissionIds.0"]);
    expect(await refused({ kind: "service", audienceIds: [uuidv7(TEST_START)] })).toEqual(["audienceIds.0"]);
    await updateOrganisation(ctx, {
      version: 1,
      accessTokenTtlMinSeconds: 300,
      accessTokenTtlMaxSeconds: 7200,
    });
    expect(await refused({ kind: "service", accessTokenTtlSeconds: 299 })).toEqual(["accessTokenTtlSeconds"]);
    expect(await refused({ kind: "service", accessTokenTtlSeconds: 7201 })).toEqual([
      "accessTokenTtlSeconds",
    ]);
    expect(await world.countEntries()).toBe(before + 1);
    expect(await world.db.query("SELECT id FROM client")).toEqual([]);
  });

  test("record what changed and nothing else; a change of nothing is no change", async () => {
    const { client } = await createClient(ctx, service({}), way);
    const updated = await updateClient(
      ctx,
      {
        clientId: client.id,
        version: 1,
        name: "Billing",
        accessTokenTtlSeconds: 1200,
      },
      way,
    );
    expect(updated).toMatchObject({
      name: "Billing",
      version: 2,
      accessTokenTtl: { seconds: 1200, source: "client" },
    });
    expect(await world.lastEntry()).toMatchObject({
      act: "client.updated",
      before: { name: "Billing API", accessTokenTtlSeconds: null },
      after: { name: "Billing", accessTokenTtlSeconds: 1200 },
    });
    const entries = await world.countEntries();
    expect((await updateClient(ctx, { clientId: client.id, version: 2, name: "Billing" }, way)).version).toBe(
      2,
    );
    expect(await world.countEntries()).toBe(entries);
  });

  test("refuse the second of two admins who edit one client, and say what changed by whom", async () => {
    const { client } = await createClient(ctx, service({}), way);
    const edit = (who: string, description: string) =>
      updateClient(world.as("governor", who), { clientId: client.id, version: 1, description }, way);
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
    const { client, secret: first } = await createClient(ctx, service({}), way);
    const live = async (seconds: number) => {
      const rows = await world.db.query<{ secret_hash: Uint8Array }>(
        "SELECT secret_hash FROM client_secret WHERE expires_at IS NULL OR expires_at > $1::timestamptz",
        [new Date(TEST_START.getTime() + seconds * 1000)],
      );
      return rows.map((row) => Buffer.from(row.secret_hash).toString("hex"));
    };
    const hex = (value: string | null) => hashSecret(value ?? "").toString("hex");
    const { secret: second } = await rotateClientSecret(ctx, {
      clientId: client.id,
      overlapSeconds: 60,
      lifetimeSeconds: null,
    });
    expect((await live(59)).toSorted()).toEqual([hex(first), hex(second)].toSorted());
    expect(await live(61)).toEqual([hex(second)]);
    const { secret: third } = await rotateClientSecret(ctx, {
      clientId: client.id,
      overlapSeconds: 0,
      lifetimeSeconds: null,
    });
    expect(await live(0)).toEqual([hex(third)]);
    expect(await world.lastEntry()).toMatchObject({ act: "client.secret_rotated" });
  });

  test("are stopped once and let go on", async () => {
    const { client } = await createClient(ctx, service({}), way);
    expect((await disableClient(ctx, { clientId: client.id })).state).toBe("disabled");
    await expect(disableClient(ctx, { clientId: client.id })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    expect((await enableClient(ctx, { clientId: client.id })).state).toBe("enabled");
    await expect(getClient(ctx, { clientId: uuidv7(TEST_START) })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(getClient(ctx, { clientId: "' OR 1=1" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("are listed page by page without one twice or missing, and found by what they contain", async () => {
    for (let n = 0; n < 7; n++) await createClient(ctx, service({ name: `Client ${n % 3}` }), way);
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
