import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { pastRegisterOf } from "#lib/retention/retention-fixture.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { contextAs, type Fixture, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { type RunningWorker, startWorker } from "./start.ts";
import { sendJob } from "./test-send-job.ts";
import { ensurePartitions, purgeExpired } from "./upkeep.ts";

let db: Database;
let fixture: Fixture;
let url: string;
const workers: RunningWorker[] = [];
const log = pino({ level: "silent" });

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await db.end();
});

async function eventually<T>(what: () => Promise<T | undefined>, withinMs: number): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const value = await what();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`did not happen within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

test("two workers begin to settle an order within a second, and each token is written once", async () => {
  workers.push(
    ...(await Promise.all([startWorker({ databaseUrl: url, log }), startWorker({ databaseUrl: url, log })])),
  );
  const clientId = await fixture.client(`billing-${randomUUID()}`);
  for (let n = 0; n < 20; n += 1) await fixture.token({ clientId });
  const { order } = await revokeClientTokens(contextAs(db, "responder"), {
    id: clientId,
    reason: "test",
    note: "",
  });
  const rowsOf = () =>
    db.query("SELECT token_id FROM token_standing WHERE revoked_order_id = $1", [order.id]);
  await eventually(async () => ((await rowsOf()).length === 20 ? true : undefined), 1_000);
  const [settled] = await eventually(async () => {
    const rows = await db.query<{ settled_count: number }>(
      "SELECT settled_count FROM revocation_order WHERE id = $1 AND settled_at IS NOT NULL",
      [order.id],
    );
    return rows.length === 0 ? undefined : rows;
  }, 10_000);
  expect(settled?.settled_count).toBe(20);
  expect(await db.query("SELECT 1 FROM order_settling")).toEqual([]);
});

test("a week of tokens that expired long ago leaves by the worker's own job", async () => {
  const past = pastRegisterOf(db);
  await past.makePartitions(20, 20);
  const clientId = await fixture.client(`old-${randomUUID()}`);
  const { id } = await past.token({ clientId, issuedAt: past.at(20) });
  await sendJob(url, "purge-register");
  await eventually(
    async () => ((await db.query("SELECT FROM token WHERE id = $1", [id])).length === 0 ? true : undefined),
    30_000,
  );
  expect(await db.query("SELECT actor_id AS by FROM audit_entry WHERE act = 'register.week_purged'")).toEqual(
    [{ by: "worker" }],
  );
  await past.end();
});

test("makes partitions ahead of time, and makes none twice", async () => {
  const later = new Date(Date.now() + 40 * 86_400_000);
  expect(await ensurePartitions(db, later)).toBeGreaterThan(0);
  expect(await ensurePartitions(db, later)).toBe(0);
});

test("takes away what expired over an hour ago, and nothing that still counts", async () => {
  const now = new Date();
  const add = (id: string, expires: string | null) =>
    db.query(
      "INSERT INTO protocol_state (model, id_hash, payload, expires_at) VALUES ('Session', $1, '{}', $2::timestamptz)",
      [Buffer.from(id), expires === null ? null : new Date(now.getTime() + Number(expires) * 1000)],
    );
  await add("long expired", "-7200");
  await add("just expired", "-60");
  await add("live", "60");
  await add("for ever", null);
  await db.query(
    "INSERT INTO sign_in_attempt (key, window_start, failures) VALUES ('old', $1, 1), ('new', $2, 1)",
    [new Date(now.getTime() - 2 * 86_400_000), now],
  );
  expect(await purgeExpired(db, now)).toEqual({
    protocolStates: 1,
    signInAttempts: 1,
    grants: 0,
    signOns: 0,
  });
  const left = await db.query<{ id: string }>(
    "SELECT convert_from(id_hash, 'UTF8') AS id FROM protocol_state ORDER BY 1",
  );
  expect(left.map((row) => row.id)).toEqual(["for ever", "just expired", "live"]);
});
