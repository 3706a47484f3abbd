import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { RefusalCounter } from "../verification/refusal-counter.ts";
import { listRefusedCounts } from "./list-refused-counts.ts";
import { refusedCountsTable } from "./table.ts";

let db: Database;
let clientId: string;
const verifierId = randomUUID();
const minute = new Date("2026-11-24T12:00:30.000Z");
const later = new Date("2026-11-24T12:05:00.000Z");

beforeAll(async () => {
  db = openDatabase({
    url: (await testDatabase()).url,
    role: "app",
    maxConnections: 4,
    applicationName: "test",
  });
  clientId = await fixtureOf(db).client("billing");
  await db.query(
    "INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1::uuid, 'gateway', now(), now())",
    [verifierId],
  );
  const counter = new RefusalCounter(db, (error) => {
    throw error;
  });
  for (let index = 0; index < 40; index += 1) counter.count(verifierId, "192.0.2.1", "malformed", minute);
  counter.count(verifierId, "192.0.2.2", "bad_signature", later);
  counter.count(clientId, "192.0.2.3", "credentials", later);
  counter.count("nobody", "192.0.2.3", "credentials", later);
  counter.count("nobody", null, "credentials", later);
  await counter.stop();
});
afterAll(() => db.end());

const list = (text: string, who: "auditor" | "anonymous" = "auditor") =>
  listRefusedCounts(contextAs(db, who), parseListQueryStrict(refusedCountsTable, new URLSearchParams(text)));

test("what was refused without a token on record is told by asker, address and minute, newest first", async () => {
  const { rows } = await list("");
  expect(rows).toHaveLength(5);
  expect(rows[4]).toMatchObject({
    minute: "2026-11-24T12:00:00.000Z",
    asker: { kind: "verifier", id: verifierId, name: "gateway" },
    ip: "192.0.2.1",
    refusal: "malformed",
    count: 40,
  });
  expect(rows.map((row) => row.asker.name).sort()).toEqual([
    "billing",
    "gateway",
    "gateway",
    "nobody",
    "nobody",
  ]);
  expect(new Set(rows.map((row) => row.id)).size).toBe(5);
});

test.each([
  ["asker=gateway", 2],
  ["asker=billing", 1],
  ["asker=nobody&asker=billing", 3],
  [`asker=${verifierId}`, 2],
  ["asker=somebody", 0],
  ["refusal=credentials", 3],
  ["refusal=credentials&ip=192.0.2.3", 2],
])("%s finds exactly its own", async (text, count) => {
  expect((await list(text)).rows).toHaveLength(count);
});

test("pages follow each other without a gap, also within one minute", async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await list(`size=2${cursor === null ? "" : `&cursor=${cursor}`}`);
    seen.push(...page.rows.map((row) => row.id));
    cursor = page.next;
  } while (cursor !== null);
  expect(seen).toEqual((await list("")).rows.map((row) => row.id));
});

test("nobody who is not signed in is told", async () => {
  await expect(list("", "anonymous")).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
});
