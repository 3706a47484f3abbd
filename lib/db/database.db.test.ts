import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { testDatabase } from "./test-database.ts";
import { isUnavailable } from "./unavailable.ts";

let db: Database;
let other: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 1, applicationName: "test", maxSilenceMs: 1_000 });
  other = openDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
});
afterAll(() => Promise.all([db.end(), other.end()]));

describe("a statement that the database does not answer", () => {
  test("is given up as unavailable, and the pool goes on with another connection", async () => {
    const [before] = await db.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    const silence = db.query("SELECT pg_sleep(20)");
    await expect(silence).rejects.toSatisfy(isUnavailable);
    const [after] = await db.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    expect(after?.pid).not.toBe(before?.pid);
  });

  test("takes its transaction with it: nothing of it is ever committed", async () => {
    const silence = db.transaction(async (tx) => {
      await tx.query("UPDATE feed_head SET position = position + 1 WHERE id = 1");
      await tx.query("SELECT pg_sleep(3)");
    });
    await expect(silence).rejects.toSatisfy(isUnavailable);
    await db.query("SELECT 1");
    const [head] = await other.query<{ position: bigint }>(
      "SELECT position FROM feed_head WHERE id = 1 FOR UPDATE",
    );
    expect(head?.position).toBe(0n);
  });

  test("is not confused with a connection that rests", async () => {
    const [before] = await db.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    await other.query("SELECT pg_sleep(1.3)");
    const [after] = await db.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    expect(after?.pid).toBe(before?.pid);
  });
});
