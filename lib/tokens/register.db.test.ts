import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { fixtureOf } from "./token-fixture.ts";

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
});
afterAll(() => db.end());

test("a label that is named twice is on record once, with the token and among its labels", async () => {
  const fixture = fixtureOf(db);
  const clientId = await fixture.client("doubles");
  const { id } = await fixture.token({
    clientId,
    scopes: ["orders:read", "orders:read", "orders:write"],
    groups: ["finance", "finance"],
    roles: ["clerk", "clerk"],
    audiences: ["https://orders.example", "https://orders.example"],
  });
  const [token] = await db.query("SELECT scopes, groups, roles, audiences FROM token WHERE id = $1", [id]);
  expect(token).toEqual({
    scopes: ["orders:read", "orders:write"],
    groups: ["finance"],
    roles: ["clerk"],
    audiences: ["https://orders.example"],
  });
  const labels = await db.query<{ kind: string; label: string }>(
    "SELECT kind, label FROM token_label WHERE token_id = $1 ORDER BY kind, label",
    [id],
  );
  expect(labels.map(({ kind, label }) => `${kind} ${label}`)).toEqual([
    "audience https://orders.example",
    "group finance",
    "role clerk",
    "scope orders:read",
    "scope orders:write",
  ]);
});
