import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { freePort } from "#lib/test-port.ts";
import { fakeClockEnv, findFakeClock, setFakeClock } from "#server/faults/fake-clock.ts";
import { type Process, startProcess } from "#server/faults/process.ts";

const library = findFakeClock();
const isBuilt = existsSync(path.resolve(import.meta.dirname, "../../.next/BUILD_ID"));

/** A missing tool makes the test "not run", never passed. */
describe.skipIf(library === null || !isBuilt)("a console whose machine's clock is wrong", () => {
  let db: Database;
  let served: Process;
  let origin: string;
  let folder: string;
  const jump = (offset: string) => setFakeClock(path.join(folder, "clock"), offset);

  beforeAll(async () => {
    const { url } = await testDatabase();
    db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
    folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-clock-"));
    jump("+4y");
    const port = await freePort();
    origin = `http://localhost:${port}`;
    served = await startProcess("server/console/main.ts", {
      DATABASE_URL: url,
      MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
      CONSOLE_PORT: String(port),
      CONSOLE_URL: origin,
      ...fakeClockEnv(library as string, path.join(folder, "clock")),
    });
  });
  afterAll(async () => {
    await served?.stop();
    await db?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  /** An API token whose life is over, or is not, by the database's clock. */
  async function tokenFor(change: string): Promise<string> {
    const { id, token } = await createApiToken(systemContext(db, "test"), {
      name: randomUUID(),
      role: "owner",
      expiresInSeconds: 3_600,
    });
    await db.query(
      `UPDATE api_token SET created_at = now() - interval '2 hours', ${change} WHERE id = $1::uuid`,
      [id],
    );
    return token;
  }
  const send = (token: string, method = "GET") =>
    fetch(`${origin}/api/v1/groups`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(method === "POST" ? { body: JSON.stringify({ name: `group-${randomUUID()}` }) } : {}),
    });

  test.each(["+4y", "-4y", "+3h", "-3h"])(
    "by %s lets in whom the database's clock lets in, and dates by it",
    async (offset) => {
      jump(offset);
      const [live, over] = [
        await tokenFor("name = name"),
        await tokenFor("expires_at = now() - interval '1 minute'"),
      ];
      expect((await send(live)).status).toBe(200);
      expect((await send(over)).status).toBe(401);
      expect((await send(live, "POST")).status).toBe(201);
      const [entry] = await db.query<{ apart: number }>(
        "SELECT abs(extract(epoch FROM now() - at))::float8 AS apart FROM audit_entry WHERE act = 'group.created' ORDER BY sequence DESC LIMIT 1",
      );
      expect(entry?.apart).toBeLessThan(60);
    },
  );

  test("says so in its log, and tells admins once", async () => {
    await expect.poll(() => served.tail()).toContain("differs from the database's");
    const told = () =>
      db.query<{ title: string }>("SELECT title FROM notification WHERE kind = 'clock_wrong'");
    await expect.poll(told).toEqual([{ title: "The clock of a console is ahead of the database's" }]);
  });
});
