import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { tallyAll } from "../tokens/tally-tokens.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { revokeClientTokens } from "./revoke-client-tokens.ts";

const because = { reason: "token_leaked", note: "pasted in a public gist" } as const;
const days = (count: number) => new Date(Date.now() + count * 86_400_000);

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
});
afterAll(() => db.end());

test("counts the live tokens of a client that the tally has counted, the oldest among them, and what came since", async () => {
  const fixture = fixtureOf(db);
  const longLived = await fixture.client(`service-${randomUUID().slice(0, 8)}`);
  const shortLived = await fixture.client(`service-${randomUUID().slice(0, 8)}`);
  const issue = (clientId: string, at: number, until: number) =>
    fixture.token({ clientId, issuedAt: days(at), rootedAt: days(at), expiresAt: days(until) });
  await issue(longLived, -25, -24.9);
  const oldest = await issue(longLived, -24, 5);
  await issue(longLived, -3, -2.9);
  await issue(longLived, -0.1, 0.1);
  for (const at of [-24, -3, -0.05]) await issue(shortLived, at, at + 0.1);
  await tallyAll(db, { lag: "0 seconds" });
  await issue(longLived, -0.000_01, 0.2);

  const ctx = contextAs(db, "responder");
  expect(await revokeClientTokens(ctx, { id: longLived, ...because })).toMatchObject({
    reached: { tokens: 3, isExact: true },
    refusedEverywhere: { at: oldest.expiresAt.toISOString(), isExact: true },
  });
  const other = await revokeClientTokens(ctx, { id: shortLived, ...because });
  expect(other.reached).toEqual({ tokens: 1, isExact: true });
});
