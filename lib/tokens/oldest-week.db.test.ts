import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { oldestWeekExpiringAfter } from "./oldest-week.ts";
import { fixtureOf } from "./token-fixture.ts";

const DAY = 86_400_000;

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
});
afterAll(() => db.end());

const mondayOf = (at: Date) => {
  const day = Math.floor(at.getTime() / DAY);
  return new Date((day - ((day + 3) % 7)) * DAY);
};

test("the oldest week of issue is that of a token that still lives, however many have ended in weeks before", async () => {
  const now = new Date();
  const ago = (days: number) => new Date(now.getTime() - days * DAY);
  await db.query("SELECT ensure_partitions($1, $2)", [ago(60), now]);
  const fixture = fixtureOf(db);
  const clientId = await fixture.client("billing");
  expect(await oldestWeekExpiringAfter(db, now)).toEqual(now);
  for (const days of [50, 43, 36, 1]) await fixture.token({ clientId, issuedAt: ago(days) });
  expect(await oldestWeekExpiringAfter(db, now), "nothing lives").toEqual(now);
  await fixture.token({ clientId });
  expect(await oldestWeekExpiringAfter(db, now)).toEqual(mondayOf(now));
  const lasting = { clientId, issuedAt: ago(29), expiresAt: new Date(now.getTime() + 1_000) };
  await fixture.token(lasting);
  expect(await oldestWeekExpiringAfter(db, now)).toEqual(mondayOf(lasting.issuedAt));
  expect(await oldestWeekExpiringAfter(db, new Date(now.getTime() + 2_000))).toEqual(mondayOf(now));
});
