import { createHash, randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { readCaseStates } from "../incidents/case-state.ts";
import { readIncident } from "../incidents/incident-row.ts";
import { noteContainmentOfAll } from "../incidents/note-containment.ts";
import { updateIncident } from "../incidents/update-incident.ts";
import { planFixtureOf } from "../order-plans/plan-fixture.ts";
import type { ScannerAction } from "./model.ts";
import { openCaseOfReport } from "./open-case-of-report.ts";
import { receiveLeakReport } from "./receive-leak-report.ts";

let url: string;
let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;
let owner: Context;

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
  owner = fixture.as("owner");
});
afterAll(() => db.end());

async function asDatabaseOwner(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** A scanner that reports one value again and again, with how often it was answered as a new report, and its cases. */
async function reporting(hash: Buffer, action: ScannerAction = "case") {
  const id = randomUUID();
  await db.query(
    `INSERT INTO scanner (id, name, action, hours, created_at, updated_at) VALUES ($1::uuid, $1::text, $2::text, CASE WHEN $2::text = 'suspend' THEN 1 END, now(), now())`,
    [id, action],
  );
  const send = async () => {
    const ctx = { ...fixture.later(owner), actor: { kind: "system", id, name: `scanner ${id}` } as const };
    await receiveLeakReport(ctx, id, [{ hash, jti: null, type: "token", url: null, source: null }]);
  };
  const cases = async () => {
    const rows = await db.query<{ number: number | null }>(
      "SELECT i.number FROM leak_report r LEFT JOIN incident i ON i.id = r.incident_id WHERE r.scanner_id = $1::uuid ORDER BY r.received_at, r.id",
      [id],
    );
    return rows.map(({ number }) => number);
  };
  const report = async () => {
    await send();
    while (await openCaseOfReport(db)) {}
    return cases();
  };
  const close = async (number: number) => {
    const { version } = await readIncident(db, number);
    await updateIncident(fixture.later(owner), { number, version, state: "closed" });
  };
  return { id, send, cases, report, close };
}

async function leakedToken(action?: ScannerAction) {
  const clientId = await fixture.tokens.client(`app-${randomUUID()}`);
  const { id, valueHash } = await fixture.tokens.token({ clientId });
  const order = async (verb: "suspend" | "revoke") => {
    const plan = await fixture.plan(fixture.later(owner), { verb, target: { kind: "token", id } });
    await fixture.place(fixture.later(owner), plan.id);
  };
  return { ...(await reporting(valueHash, action)), order };
}

test("while its case is open, a repeat of what works, is suspended, or is over is counted", async () => {
  const { report, order } = await leakedToken();
  const first = await report();
  expect(first).toHaveLength(1);
  expect(await report(), "works").toEqual(first);
  await order("suspend");
  expect(await report(), "is suspended").toEqual(first);
  await order("revoke");
  expect(await report(), "is over").toEqual(first);
});

test("where its case is closed, a repeat of a token that works opens another, and so does one of a token that is only suspended", async () => {
  const { report, close, order } = await leakedToken();
  const [first = 0] = await report();
  await close(first as number);
  const [, second] = await report();
  expect(second, "works").toBeGreaterThan(first as number);
  await order("suspend");
  await close(second as number);
  const [, , third] = await report();
  expect(third, "is only suspended").toBeGreaterThan(second as number);
  await order("revoke");
  await close(third as number);
  expect(await report(), "is over").toHaveLength(3);
});

test("where its case is closed, a repeat of a client's secret opens another only as long as that very secret has not ended", async () => {
  const clientId = await fixture.tokens.client(`app-${randomUUID()}`);
  const hash = createHash("sha256").update(randomUUID()).digest();
  const addSecret = (value: Buffer) =>
    db.query(
      "INSERT INTO client_secret (id, client_id, secret_hash, hint, created_at) VALUES (gen_random_uuid(), $1::uuid, $2::bytea, 'abcd', now() - interval '1 day')",
      [clientId, value],
    );
  await addSecret(hash);
  const { id, report, close } = await reporting(hash);
  const [first] = await report();
  expect((await readIncident(db, first as number)).title).toMatch(RegExp(`^${id} found a secret of app-`));
  await close(first as number);
  const [, second] = await report();
  expect(second).toBeGreaterThan(first as number);
  await close(second as number);

  await db.query("UPDATE client SET disabled_at = now() WHERE id = $1::uuid", [clientId]);
  const [, , third] = await report();
  expect(third, "it is refused only while its client is disabled").toBeGreaterThan(second as number);
  const held = await readCaseStates({ ...owner, now: new Date() }, [
    (await readIncident(db, third as number)).id,
  ]);
  expect([...held.values()], "and it is not told as one that works").toEqual(["held"]);
  expect(await report(), "that one is not closed").toHaveLength(3);
  await close(third as number);
  await db.query("UPDATE client SET disabled_at = NULL WHERE id = $1::uuid", [clientId]);
  await db.query("UPDATE client_secret SET expires_at = now() WHERE client_id = $1::uuid", [clientId]);
  await addSecret(createHash("sha256").update(randomUUID()).digest());
  expect(await report(), "it was replaced, whatever the client has now").toHaveLength(3);
});

test("a stricter policy, and a token that works again, have the order that the policy of now would place, in the case that is open", async () => {
  const { report, order } = await leakedToken("suspend");
  const first = await report();
  expect(await report(), "it is suspended, as the policy leaves it").toEqual(first);
  await order("revoke");
  expect(await report()).toEqual(first);
  const other = await leakedToken("case");
  const [number] = await other.report();
  await db.query(
    "UPDATE scanner SET action = 'revoke' WHERE id = (SELECT scanner_id FROM leak_report WHERE incident_id = (SELECT id FROM incident WHERE number = $1::int))",
    [number as number],
  );
  expect(await other.report()).toEqual([number, number]);
  expect((await readIncident(db, number as number)).state).toBe("contained");
});

test("a hundred reports that cannot be put into a case keep no other one waiting, are told of, tried less and less, and go in when they can", async () => {
  const unlucky = await leakedToken();
  await unlucky.send();
  await db.query(
    `INSERT INTO leak_report (id, scanner_id, digest, received_at, last_received_at, value_count, unknown_count)
     SELECT gen_random_uuid(), scanner_id, sha256(n::text::bytea), received_at, received_at, 1, 0 FROM leak_report, generate_series(1, 99) n WHERE scanner_id = $1::uuid`,
    [unlucky.id],
  );
  await db.query(
    `INSERT INTO leak_finding (report_id, ordinal, kind, token_id, family_id, client_id, name, type, outcome)
     SELECT o.id, 0, f.kind, f.token_id, f.family_id, f.client_id, f.name, f.type, f.outcome FROM leak_report o JOIN leak_report r ON r.scanner_id = o.scanner_id
       JOIN leak_finding f ON f.report_id = r.id WHERE r.scanner_id = $1::uuid AND o.id <> r.id`,
    [unlucky.id],
  );
  const ofUnlucky = async () =>
    db.query<{ failures: number; seconds: number; isIn: boolean }>(
      `SELECT case_failures AS failures, extract(epoch FROM case_retry_at - now())::float8 AS seconds, incident_id IS NOT NULL AS "isIn" FROM leak_report WHERE scanner_id = $1::uuid`,
      [unlucky.id],
    );
  await asDatabaseOwner(
    `ALTER TABLE incident ADD CONSTRAINT not_this_one CHECK (title NOT LIKE '${unlucky.id}%')`,
  );
  let told = 0;
  const look = (at: Date) =>
    openCaseOfReport(db, at).catch((error: Error) => {
      expect(error.message).toContain("not_this_one");
      told += 1;
      return null;
    });
  const now = new Date();
  while ((await look(now)) !== false) expect(told).toBeLessThan(10);
  expect(told).toBe(5);
  expect(await ofUnlucky()).toHaveLength(100);

  // all of them are due again, and one that is new goes before them
  const later = new Date(now.getTime() + 60_000);
  const other = await leakedToken();
  await other.send();
  expect(await look(later)).toBe(true);
  expect(await other.cases()).toEqual([expect.any(Number)]);
  expect((await ofUnlucky()).filter(({ failures }) => failures !== 1)).toEqual([]);
  for (let n = 0; n < 10; n += 1) await look(new Date(later.getTime() + n * 3_600_000));
  expect((await ofUnlucky()).every(({ failures, isIn }) => failures === 3 && !isIn)).toBe(true);

  await asDatabaseOwner("ALTER TABLE incident DROP CONSTRAINT not_this_one");
  const muchLater = new Date(now.getTime() + 24 * 3_600_000);
  while (await openCaseOfReport(db, muchLater)) {}
  expect((await ofUnlucky()).filter(({ isIn }) => !isIn)).toEqual([]);
  expect(new Set(await unlucky.cases()).size, "all of them are about one token").toBe(1);
});

test("a report that joins a case is held against it: what its policy ends contains the case, and a secret of it that is taken opens it again", async () => {
  const clientId = await fixture.tokens.client(`app-${randomUUID()}`);
  const { valueHash } = await fixture.tokens.token({ clientId });
  const stands = async (number: number | null | undefined) =>
    (await readIncident(db, number as number)).state;
  const [number] = await (await reporting(valueHash)).report();
  expect(await stands(number)).toBe("open");
  expect(await (await reporting(valueHash, "revoke")).report(), "another scanner's").toEqual([number]);
  expect(await stands(number)).toBe("contained");

  const secret = () => createHash("sha256").update(randomUUID()).digest();
  const [ended, taken] = [secret(), secret()];
  for (const hash of [ended, taken])
    await db.query(
      "INSERT INTO client_secret (id, client_id, secret_hash, hint, created_at) VALUES (gen_random_uuid(), $1::uuid, $2::bytea, 'abcd', now() - interval '1 day')",
      [clientId, hash],
    );
  const [ofSecret] = await (await reporting(ended)).report();
  await db.query("UPDATE client_secret SET expires_at = now() WHERE client_id = $1::uuid", [clientId]);
  await noteContainmentOfAll(db);
  expect(await stands(ofSecret)).toBe("contained");
  await db.query("UPDATE client_secret SET expires_at = NULL WHERE secret_hash = $1::bytea", [taken]);
  expect(await (await reporting(taken)).report()).toEqual([ofSecret]);
  expect(await stands(ofSecret)).toBe("open");
});
