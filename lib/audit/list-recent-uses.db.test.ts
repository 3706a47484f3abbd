import { beforeEach, expect, test } from "vitest";
import { testContexts } from "../db/test-context.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { listRecentUses } from "./list-recent-uses.ts";

const world = testContexts();
let fixture: Fixture;

beforeEach(() => {
  fixture = fixtureOf(world.db);
});

test("gives the newest uses of a user or client, no more than asked for", async () => {
  const [billing, ledger] = [await fixture.client("billing"), await fixture.client("ledger")];
  const userId = await fixture.user("ana@example.test");
  const mine = [];
  for (let n = 0; n < 4; n += 1) mine.push(await fixture.token({ clientId: billing, userId }));
  await fixture.token({ clientId: ledger });
  const ctx = contextAs(world.db, "auditor");
  const tokensOf = async (filters: object, max: number) =>
    (await listRecentUses(ctx, filters, max))?.map((use) => use.token.id);
  const newest = mine.map((token) => token.id).toReversed();
  expect(await tokensOf({ user: [userId] }, 3)).toEqual(newest.slice(0, 3));
  expect(await tokensOf({ client: ["billing"] }, 10)).toEqual(newest);
  expect(await tokensOf({ client: ["nobody"] }, 10)).toEqual([]);
  await expect(listRecentUses(contextAs(world.db, "anonymous"), {}, 1)).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});
