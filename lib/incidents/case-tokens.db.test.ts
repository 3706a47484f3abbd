import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { planFixtureOf } from "../order-plans/plan-fixture.ts";
import { readTokensOf } from "./case-tokens.ts";

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
});
afterAll(() => db.end());

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test("of a case with more tokens than are looked at the named ones stay, and live ones come before those that ended", async () => {
  const { clientId, users } = await fixture.world();
  const userId = users[1] as string;
  const token = (minutes: number, change = {}) =>
    fixture.tokens.token({ clientId, userId, issuedAt: minutesAgo(minutes), ...change });
  const named = await token(55);
  const live = await token(50);
  const newer = [await token(20), await token(10), await token(5)];
  const ctx = fixture.as("responder");
  for (const { id } of newer) {
    const plan = await fixture.plan(fixture.later(ctx), { verb: "revoke", target: { kind: "token", id } });
    await fixture.place(fixture.later(ctx), plan.id);
  }
  const scope = {
    subjects: [
      { kind: "token", id: named.id },
      { kind: "user", id: userId },
    ] as const,
    compromisedFrom: minutesAgo(60),
  };
  const at = { db, now: new Date() };
  const cut = await readTokensOf(at, scope, 3);
  // beside those two, the user's own of the world works too
  expect(cut.isCut).toBe(true);
  expect(cut.namedIds).toEqual([named.id]);
  expect(cut.rows.map(({ state }) => state)).toEqual(["active", "active", "active"]);
  expect(cut.rows.map(({ id }) => id)).toEqual(expect.arrayContaining([named.id, live.id]));
  const fits = await readTokensOf(at, scope, 6);
  expect({ isCut: fits.isCut, rows: fits.rows.length }).toEqual({ isCut: false, rows: 6 });
  const times = fits.rows.map(({ issuedAt }) => issuedAt);
  expect(times).toEqual(times.toSorted().reverse());
});

test("of a cut case those that were named and have left the register are still known", async () => {
  const { clientId, first, second } = await fixture.world();
  const gone = "01900000-0000-7000-8000-000000000001";
  const { isCut, leftIds, rows } = await readTokensOf(
    { db, now: new Date() },
    {
      subjects: [
        { kind: "token", id: gone },
        { kind: "token", id: first },
        { kind: "client", id: clientId },
      ],
      compromisedFrom: minutesAgo(60),
    },
    1,
  );
  expect({ isCut, leftIds }).toEqual({ isCut: true, leftIds: [gone] });
  expect(rows.map(({ id }) => id)).toEqual([first]);
  expect(second).not.toBe(first);
});

test("a token that was named, too, for its family comes once", async () => {
  const { clientId, users } = await fixture.world();
  const familyId = await fixture.tokens.family({ clientId, userId: users[0] as string });
  const one = await fixture.tokens.token({ clientId, userId: users[0] as string, familyId });
  const { rows } = await readTokensOf(
    { db, now: new Date() },
    {
      subjects: [
        { kind: "token", id: one.id },
        { kind: "family", id: familyId },
        { kind: "client", id: clientId },
      ],
      compromisedFrom: minutesAgo(60),
    },
  );
  expect(rows.filter(({ id }) => id === one.id)).toHaveLength(1);
});
