import { afterAll, beforeEach } from "vitest";
import type { Role } from "../authz/roles.ts";
import { type Context, systemContext } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { type Database, openDatabase } from "./database.ts";
import { testDatabase } from "./test-database.ts";

/** What `now` is in every context of these tests. */
export const TEST_START = new Date("2026-11-21T12:00:00.000Z");

export type TestContexts = {
  /** The database of the running test. */
  readonly db: Database;
  /** A context of an API token with a role. */
  as(role: Role, name?: string): Context;
  /** Runs a statement as the owner of the running test's schema. */
  asOwner(statement: string): Promise<void>;
  /** The newest entry of the audit log. */
  lastEntry(): Promise<LastEntry | undefined>;
  countEntries(): Promise<number>;
};

export type LastEntry = { act: string; before: unknown; after: unknown; name: string };

/** Gives each test of the file a migrated database of its own and contexts over it. Call it once, at the top. */
export function testContexts(): TestContexts {
  const open: Database[] = [];
  beforeEach(async () => {
    const { url } = await testDatabase();
    open.push(openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" }));
  });
  afterAll(async () => {
    await Promise.all(open.map((one) => one.end()));
  });
  const current = () => open.at(-1) as Database;
  return {
    get db() {
      return current();
    },
    as: (role, name = `${role}@example.com`) => ({
      ...systemContext(current(), "test", TEST_START),
      actor: { kind: "api_token", id: uuidv7(TEST_START), name, role, isUnattended: true, personId: null },
    }),
    async asOwner(statement) {
      const { connectionString } = current().pool.options as { connectionString: string };
      const owner = openDatabase({
        url: connectionString,
        role: "owner",
        maxConnections: 1,
        applicationName: "test",
      });
      await owner.query(statement).finally(() => owner.end());
    },
    async lastEntry() {
      const rows = await current().query<LastEntry>(
        "SELECT act, before, after, target_name AS name FROM audit_entry ORDER BY sequence DESC LIMIT 1",
      );
      return rows[0];
    },
    async countEntries() {
      return (await current().query("SELECT id FROM audit_entry")).length;
    },
  };
}
