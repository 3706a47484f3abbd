import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testDatabase } from "../db/test-database.ts";
import { purgeStatusLists } from "./purge-status-lists.ts";

let app: SqlDatabase;
let retention: SqlDatabase;
beforeAll(async () => {
  const { url } = await testDatabase();
  const open = (role: "app" | "retention") =>
    openSqlDatabase({ url, role, maxConnections: 1, applicationName: "test" });
  [app, retention] = [open("app"), open("retention")];
});
afterAll(async () => {
  await app.end();
  await retention.end();
});

test("lists leave once their last token has been expired for a week, and no others", async () => {
  const now = new Date();
  const list = async (livesUntilMs: number) => {
    const [row] = await app.query<{ id: number }>(
      `INSERT INTO status_list (writer_id, size, opened_at, lives_until) VALUES ($1::uuid, 64, $2::timestamptz, $3::timestamptz) RETURNING id`,
      [randomUUID(), new Date(now.getTime() - 30 * 86_400_000), new Date(now.getTime() + livesUntilMs)],
    );
    return row?.id;
  };
  const week = 7 * 86_400_000;
  const [old, , live] = [await list(-week - 60_000), await list(-week + 60_000), await list(60_000)];
  expect(await purgeStatusLists(retention, now)).toBe(1);
  const left = (await app.query<{ id: number }>("SELECT id FROM status_list")).map((row) => row.id);
  expect(left).toHaveLength(2);
  expect(left).not.toContain(old);
  expect(left).toContain(live);
  expect(await purgeStatusLists(retention, now)).toBe(0);
  await expect(purgeStatusLists(app, now)).rejects.toMatchObject({ code: "42501" });
});
