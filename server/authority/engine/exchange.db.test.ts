import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { prepared } from "#lib/db/sql.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { Exchange } from "./exchange.ts";

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
});
afterAll(() => db.end());

test("an exchange's fixed statements are planned once for a connection, not at every exchange", async () => {
  const fixed = prepared("SELECT $1::int + 1 AS next");
  const seen: { statement: string; since: Date }[][] = [];
  for (const value of [1, 2]) {
    const exchange = new Exchange(db.pool, null);
    expect(await exchange.sql.query(fixed, [value])).toEqual([{ next: value + 1 }]);
    seen.push(
      await exchange.sql.query(
        "SELECT statement, prepare_time AS since FROM pg_prepared_statements WHERE statement = $1::text",
        [fixed],
      ),
    );
    await exchange.commit();
  }
  const [first, second] = seen;
  expect(first).toHaveLength(1);
  expect(second).toEqual(first);
});
