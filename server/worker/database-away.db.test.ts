import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { contextAs, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startLink } from "#server/reach/test-link.ts";
import { startWorker } from "./start.ts";

let db: Database;
let url: string;

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
});
afterAll(() => db.end());

test("while the database is away the worker logs a line a second, without a stack, with the number of those left out, and then goes on", async () => {
  const link = await startLink(url);
  const through = new URL(url);
  ({ hostname: through.hostname, port: through.port } = new URL(link.url));
  const lines: { level: number; leftOut?: number }[] = [];
  const log = pino({ level: "warn" }, { write: (text: string) => void lines.push(JSON.parse(text)) });
  const worker = await startWorker({ databaseUrl: through.toString(), log });
  try {
    expect(lines).toEqual([]);
    const from = performance.now();
    link.cut();
    await expect.poll(() => lines.length, { timeout: 20_000 }).toBeGreaterThan(3);
    const seconds = (performance.now() - from) / 1_000;
    expect(lines.length).toBeLessThanOrEqual(1 + seconds);
    expect(new Set(lines.map(({ level }) => level))).toEqual(new Set([pino.levels.values.warn]));
    expect(lines.reduce((sum, { leftOut = 0 }) => sum + leftOut, 0)).toBeGreaterThan(lines.length);
    expect(JSON.stringify(lines)).not.toMatch(/"stack"|"err"/);
    link.heal();
    const fixture = fixtureOf(db);
    const clientId = await fixture.client("billing");
    await fixture.token({ clientId });
    const { order } = await revokeClientTokens(contextAs(db, "responder"), {
      id: clientId,
      reason: "test",
      note: "",
    });
    const settled = () =>
      db.query("SELECT FROM revocation_order WHERE id = $1 AND settled_at IS NOT NULL", [order.id]);
    await expect.poll(async () => (await settled()).length, { timeout: 20_000 }).toBe(1);
  } finally {
    link.heal();
    await worker.stop();
    await link.stop();
  }
});
