import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testDatabase } from "../db/test-database.ts";
import { indexClosedDays } from "./index-closed-days.ts";

let retention: SqlDatabase;
let app: SqlDatabase;

beforeEach(async () => {
  const { url } = await testDatabase();
  const open = (role: "retention" | "app") =>
    openSqlDatabase({ url, role, maxConnections: 1, applicationName: "test" });
  [retention, app] = [open("retention"), open("app")];
});
afterEach(() => Promise.all([retention.end(), app.end()]));

test("days that are over are indexed by address and user, each once; today's is left alone", async () => {
  const [days] = await app.query<{ over: number }>(
    `SELECT count(*)::int AS over FROM pg_class WHERE relname ~ '^token_use_[0-9]{8}$' AND relkind = 'r'
       AND relname < 'token_use_' || to_char(clock_timestamp() AT TIME ZONE 'UTC' - interval '15 minutes', 'YYYYMMDD')`,
  );
  expect(days?.over).toBeGreaterThan(3);
  expect(await indexClosedDays(retention)).toBe(3 * (days?.over ?? 0));
  expect(await indexClosedDays(retention)).toBe(0);
  const [index] = await app.query<{ definition: string }>(
    "SELECT indexdef AS definition FROM pg_indexes WHERE indexname = 'token_use_' || to_char(clock_timestamp() AT TIME ZONE 'UTC' - interval '2 days', 'YYYYMMDD') || '_of_ip'",
  );
  expect(index?.definition).toContain("WHERE (ip IS NOT NULL)");
  await expect(
    retention.query("SELECT index_uses_of_day(date_trunc('day', now(), 'UTC'), 'ip')"),
    "today",
  ).rejects.toMatchObject({ code: "23514" });
  await expect(
    retention.query("SELECT index_uses_of_day(date_trunc('day', now() - interval '3 days', 'UTC'), 'path')"),
    "any other column",
  ).rejects.toMatchObject({ code: "23514" });
  await expect(
    app.query("SELECT index_uses_of_day(date_trunc('day', now() - interval '3 days', 'UTC'), 'ip')"),
    "by the application",
  ).rejects.toMatchObject({ code: "42501" });
});
