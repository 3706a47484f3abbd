import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { can } from "../authz/require-permission.ts";
import { type Permission, ROLES, roleHas } from "../authz/roles.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { changeLogRetention } from "../log-retention/change-log-retention.ts";
import { changeLogRetentionInput } from "../log-retention/input.ts";
import { ACT_DAYS } from "../log-retention/model.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { recordEntry } from "./record-entry.ts";

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
});
afterAll(() => db.end());

describe("no admin turns the record of their own acts off (mistake 16):", () => {
  test("no role has a permission to write, change or clear the log, and every role may read it", () => {
    for (const role of ROLES) {
      expect(can(contextAs(db, role), "audit:read")).toBe(true);
      for (const permission of ["audit:write", "audit:delete", "audit:disable"])
        expect(roleHas(role, permission as Permission), `${role} ${permission}`).toBe(false);
    }
  });

  test.each([
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "UPDATE audit_entry SET actor_name = 'somebody else'",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "ALTER TABLE audit_entry RENAME TO nothing",
    "DROP TABLE audit_entry",
    "SET session_replication_role = replica",
  ])("the console's database role is refused: %s", async (statement) => {
    const insert = db.transaction(async (tx) => {
      await recordEntry(tx, contextAs(db, "owner"), {
        act: "client.updated",
        target: { kind: "client", id: "c", name: "billing" },
      });
    });
    await insert;
    await expect(db.query(statement), statement).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|55000|P0001)$/),
    });
  });

  test("acts stay for a quarter of a year at least, and who shortens their stay is on record with before and after", async () => {
    for (const actDays of [0, -1, 1, ACT_DAYS.min - 1, Number.NaN, 1e9])
      expect(changeLogRetentionInput.safeParse({ version: 1, useDays: 365, actDays })).toMatchObject({
        success: false,
      });
    const [{ version } = { version: 1 }] = await db.query<{ version: number }>(
      "SELECT version FROM organisation LIMIT 1",
    );
    const shorter = changeLogRetentionInput.parse({ version, useDays: 365, actDays: ACT_DAYS.min });
    for (const role of ["responder", "governor", "auditor"] as const)
      await expect(changeLogRetention(contextAs(db, role), shorter)).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
  });
});
