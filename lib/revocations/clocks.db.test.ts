import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { getToken } from "../tokens/get-token.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { placeOrder } from "./place-order.ts";
import { revokeClientTokens } from "./revoke-client-tokens.ts";
import { settleAll } from "./test-settle.ts";

const HOUR_MS = 3_600_000;
const because = { reason: "token_leaked", note: "" } as const;

let db: Database;
let fixture: Fixture;

beforeAll(async () => {
  db = openDatabase({
    url: (await testDatabase()).url,
    role: "app",
    maxConnections: 4,
    applicationName: "test",
  });
  fixture = fixtureOf(db);
});
afterAll(() => db.end());

const responder = (offsetMs = 0) => contextAs(db, "responder", new Date(Date.now() + offsetMs));
const stateOf = async (id: string, offsetMs = 0) => (await getToken(responder(offsetMs), id)).state;

test("a revocation shows, and is not placed twice, on a machine whose clock is an hour behind", async () => {
  const clientId = await fixture.client(`c-${randomUUID()}`);
  const token = await fixture.token({
    clientId,
    issuedAt: new Date(Date.now() - 2 * HOUR_MS),
    expiresAt: new Date(Date.now() + HOUR_MS),
  });
  const placed = await revokeClientTokens(responder(), { id: clientId, ...because });
  expect(placed.wasPlaced).toBe(true);
  expect(await stateOf(token.id, -HOUR_MS)).toBe("revoked");
  const again = await revokeClientTokens(responder(-HOUR_MS), { id: clientId, ...because });
  expect(again).toMatchObject({ wasPlaced: false, order: { id: placed.order.id } });
});

test("a client's tokens that a clock ahead rooted in the future are taken back, and nothing that is issued after", async () => {
  const clientId = await fixture.client(`c-${randomUUID()}`);
  const ahead = new Date(Date.now() + 2 * HOUR_MS);
  const future = await fixture.token({ clientId, issuedAt: ahead, rootedAt: ahead });
  const present = await fixture.token({ clientId });
  await revokeClientTokens(responder(), { id: clientId, ...because });
  expect(await stateOf(present.id)).toBe("revoked");
  expect(await stateOf(future.id)).toBe("revoked");
  expect(await stateOf(future.id, 2 * HOUR_MS + 1)).toBe("revoked");
  const next = await fixture.token({ clientId, issuedAt: new Date(Date.now() + 50) });
  expect(await stateOf(next.id, 1_000)).toBe("active");
});

test.each(["client", "user", "permission", "everything"] as const)(
  "an order upon a %s writes down what it reaches, and not what a clock ahead had rooted after it",
  async (kind) => {
    const clientId = await fixture.client(`c-${randomUUID()}`);
    const userId = await fixture.user(`${randomUUID()}@example.test`);
    const scope = `area:${randomUUID()}`;
    const common = { clientId, userId, scopes: [scope] };
    const before = await fixture.token(common);
    // renewed after the clock was put right
    const rootedAt = new Date(Date.now() + HOUR_MS);
    const renewed = await fixture.token({ ...common, rootedAt });
    const id = { client: clientId, user: userId, permission: scope, everything: "everything" }[kind];
    await db.transaction((tx) =>
      placeOrder(tx, responder(), { verb: "revoke", target: { kind, id, name: id }, ...because }),
    );
    const told = [await stateOf(before.id), await stateOf(renewed.id)];
    expect(told).toEqual(["revoked", "active"]);
    await settleAll(db);
    const standing = await db.query<{ id: string }>(
      "SELECT token_id AS id FROM token_standing WHERE token_id = ANY ($1::uuid[])",
      [[before.id, renewed.id]],
    );
    expect(standing.map((row) => row.id)).toEqual([before.id]);
    expect([await stateOf(before.id), await stateOf(renewed.id)]).toEqual(told);
  },
);
