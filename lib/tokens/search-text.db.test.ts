import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { countTokens } from "./count-tokens.ts";
import { listTokens } from "./list-tokens.ts";
import { readClockSkew, readPendingOrders, stateSql } from "./state-sql.ts";
import { tokensTable } from "./table.ts";
import { tallyAll } from "./tally-tokens.ts";
import { selectTokens } from "./token-filters.ts";
import { contextAs, fixtureOf } from "./token-fixture.ts";

let db: Database;
const clients: Record<string, string> = {};
const ids: Record<string, string> = {};

/** More users than are looked up by their ids have "many" in their names, and one of three services. */
beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  const fixture = fixtureOf(db);
  for (const name of ["many-jobs", "other-jobs", "web"]) clients[name] = await fixture.client(name);
  const user = await fixture.user("many-0@example.test");
  const stranger = await fixture.user("noor@example.test");
  await db.query(
    `INSERT INTO user_account (id, email, name, created_at, updated_at)
     SELECT gen_random_uuid(), 'many-' || n || '@example.test', 'many', now(), now() FROM generate_series(1, 600) AS n`,
  );
  const issue = async (name: string, client: string, userId: string | null) => {
    const issuedAt = new Date(Date.now() - 600_000);
    ids[name] = (await fixture.token({ clientId: clients[client] as string, userId, issuedAt })).id;
  };
  await issue("of a user", "web", user);
  await issue("of a stranger", "web", stranger);
  await issue("of many-jobs", "many-jobs", null);
  await issue("of other-jobs", "other-jobs", null);
  await tallyAll(db, { lag: "0 seconds" });
});
afterAll(() => db.end());

const ask = (text: string) => parseListQueryStrict(tokensTable, new URLSearchParams(text));
const listed = async (text: string) => {
  const { rows } = await listTokens(contextAs(db, "auditor"), ask(text));
  return rows.map(({ id }) => id).sort();
};
const named = (...names: string[]) => names.map((name) => ids[name] as string).sort();

test("a text in many users' names and a service's finds the tokens of both", async () => {
  expect(await listed("q=many")).toEqual(named("of a user", "of many-jobs"));
  expect(await listed("q=many&client=web")).toEqual(named("of a user"));
});

test("beside a client that has no users it looks at none of that client's tokens", async () => {
  expect(await listed("q=many&client=other-jobs")).toEqual([]);
  const now = new Date();
  const pending = await readPendingOrders(db, now);
  const state = stateSql(pending, now, await readClockSkew(db));
  const tallied = async (text: string) =>
    (await selectTokens(db, ask(text).filters, { now, pending, state, sort: "issued" })).tally?.clients;
  expect(await tallied("q=many&client=other-jobs")).toEqual([]);
  expect(await tallied("q=many&client=many-jobs")).toHaveLength(1);
});

test("a text in clients' names alone means those clients, and their total is told with the page", async () => {
  expect(await listed("q=jobs")).toEqual(named("of many-jobs", "of other-jobs"));
  expect(await listed("q=jobs&client=web")).toEqual([]);
  expect(await countTokens(contextAs(db, "auditor"), ask("q=jobs").filters)).toEqual({
    value: 2,
    isExact: true,
  });
});
