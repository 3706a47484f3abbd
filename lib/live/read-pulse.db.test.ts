import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { RefusalCounter } from "../verification/refusal-counter.ts";
import { newsOf } from "./model.ts";
import { readPulse } from "./read-pulse.ts";

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
});
afterAll(() => db.end());

/** Counts a refusal, as an authority does, and says what kind of news that is. */
async function newsOfRefusal(askerId: string, ip: string, at: Date) {
  const before = await readPulse(db);
  const counter = new RefusalCounter(db, (error) => expect.unreachable(String(error)));
  counter.count(askerId, ip, "malformed", at);
  await counter.stop();
  return newsOf(before, await readPulse(db));
}

test("a refusal without a token is news, in a new minute, at another address and where its count alone goes up", async () => {
  const asker = randomUUID();
  const minute = new Date("2026-11-24T12:00:30.000Z");
  expect(await newsOfRefusal(asker, "192.0.2.1", minute), "the first one").toBe("uses");
  expect(await newsOfRefusal(asker, "192.0.2.1", minute), "a count goes up").toBe("uses");
  expect(await newsOfRefusal(asker, "192.0.2.2", minute), "another address").toBe("uses");
  const later = new Date("2026-11-24T12:05:00.000Z");
  expect(await newsOfRefusal(asker, "192.0.2.1", later), "a later minute").toBe("uses");
  expect(await newsOfRefusal(asker, "192.0.2.1", minute), "a count of an older minute").toBe("uses");
});

test("a database where nothing happens has no news", async () => {
  const pulse = await readPulse(db);
  expect(newsOf(pulse, await readPulse(db))).toBeNull();
});
