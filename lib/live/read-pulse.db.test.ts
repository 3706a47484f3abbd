import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { verifierFixtureOf } from "../propagation/verifier-fixture.ts";
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

/** What kind of news a statement makes. */
async function newsOfChange(text: string, values: string[] = []) {
  const before = await readPulse(db);
  await db.query(text, values);
  return newsOf(before, await readPulse(db));
}

test("a stream's delivery and its failure are news as uses are; that it looks for more and finds nothing is none", async () => {
  const id = randomUUID();
  await db.query(
    `INSERT INTO event_stream (id, name, delivery, url, format, sources, client_ids, acts_sequence, uses_low, created_at, updated_at)
     VALUES ($1::uuid, 'SIEM', 'syslog', 'syslog+tls://1.1.1.1', 'ndjson', '{uses}', '{}', 0, now(), now(), now())`,
    [id],
  );
  const change = (set: string) => newsOfChange(`UPDATE event_stream SET ${set} WHERE id = $1::uuid`, [id]);
  expect(await change("delivered = delivered + 3, last_delivered_at = now()")).toBe("uses");
  expect(await change("failures = 1, last_error = 'is away', last_error_at = now()")).toBe("uses");
  expect(await change("uses_low = now(), leased_by = id, leased_until = now()")).toBeNull();
});

test("a mail that was taken or failed is news as uses are", async () => {
  const id = randomUUID();
  await db.query(
    `INSERT INTO mail (id, message_id, kind, to_address, subject, body, recipient_kind, recipient_id, recipient_name, next_attempt_at, give_up_at, created_at, created_by_name)
     VALUES ($1::uuid, $1::text || '@example.com', 'leak_notice', 'a@example.com', 's', 'b', 'user', $1::uuid, 'A', now(), now(), now(), 'O')`,
    [id],
  );
  expect(
    await newsOfChange("UPDATE mail SET state = 'sent', attempts = 1, sent_at = now() WHERE id = $1::uuid", [
      id,
    ]),
  ).toBe("uses");
});

test("that a verifier has a key is urgent news, by what it was given and by what its processes say", async () => {
  const verifiers = verifierFixtureOf(db);
  const verifierId = await verifiers.verifier({ name: "billing-api", audience: "billing" });
  const instanceId = await verifiers.instance({ verifierId });
  expect(
    await newsOfChange(
      "INSERT INTO verifier_key (verifier_id, kid, first_at) VALUES ($1::uuid, 'k', now())",
      [verifierId],
    ),
  ).toBe("urgent");
  const hold = (kids: string) =>
    newsOfChange("UPDATE verifier_instance SET kids = $2::text[] WHERE instance_id = $1::uuid", [
      instanceId,
      kids,
    ]);
  expect([await hold("{k}"), await hold("{k}"), await hold("{k,l}")]).toEqual(["urgent", null, "urgent"]);
});

test("an approval that is asked for, decided, reviewed or over by time moves what waits for people", async () => {
  const id = randomUUID();
  const at = new Date("2026-11-29T12:00:00.000Z");
  const seen = async (seconds: number) =>
    (await readPulse(db, new Date(at.getTime() + seconds * 1_000))).approvals;
  const moved: string[] = [await seen(0)];
  await db.query(
    `INSERT INTO approval (id, way, state, kinds, summary, method, path, run_by, permissions, shown, reason, actor_kind, actor_id, actor_name, person_id,
       created_at, expires_at, changed)
     VALUES ($1::uuid, 'asked', 'pending', '{keys}', 's', 'POST', '/x', 'approver', '{}', '{}', 'r', 'admin', 'a', 'a', 'a', $2::timestamptz,
       $2::timestamptz + interval '1 hour', '{}')`,
    [id, at],
  );
  moved.push(await seen(1));
  expect(await seen(2), "nothing happened").toBe(moved[1]);
  moved.push(await seen(3_601));
  await db.query("UPDATE approval SET state = 'withdrawn', ended_at = now() WHERE id = $1::uuid", [id]);
  moved.push(await seen(1));
  expect(new Set(moved).size).toBe(4);
});
