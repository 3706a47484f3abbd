import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { testDatabase } from "./test-database.ts";
import { isUnavailable } from "./unavailable.ts";

let owner: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  owner = openDatabase({ url, role: "owner", maxConnections: 1, applicationName: "test" });
});
afterAll(() => owner?.end());

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => new Error("it did not fail"),
    (error: unknown) => error,
  );

test.each([
  ["table that is not there", "SELECT 1 FROM nowhere"],
  ["column that is not there", "SELECT nothing FROM client"],
  ["function that is not there", "SELECT nothing_at_all()"],
  ["type that is not there", "SELECT 'x'::nothing"],
  ["column that wants a value", "INSERT INTO signing_key (kid) VALUES ('x')"],
])("a %s is a database of another version, not a wrong request", async (_name, sql) => {
  expect(isUnavailable(await failureOf(owner.query(sql)))).toBe(true);
});

test.each([
  ["statement that cannot be read", "SELEC 1"],
  ["value that is no number", "SELECT 'x'::int"],
  ["division by zero", "SELECT 1 / 0"],
])("a %s is our own fault", async (_name, sql) => {
  expect(isUnavailable(await failureOf(owner.query(sql)))).toBe(false);
});

test("what Prisma asks of a table or column that was renamed is unavailable too", async () => {
  await owner.query("ALTER TABLE preference RENAME TO liking");
  expect(isUnavailable(await failureOf(owner.prisma.preference.findFirst()))).toBe(true);
  await owner.query("ALTER TABLE liking RENAME TO preference");
  await owner.query("ALTER TABLE preference RENAME COLUMN value TO worth");
  expect(isUnavailable(await failureOf(owner.prisma.preference.findFirst()))).toBe(true);
});
