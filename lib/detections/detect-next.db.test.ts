import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listTokenUses } from "../audit/list-token-uses.ts";
import { recordEntries } from "../audit/record-entry.ts";
import { tokenUsesTable } from "../audit/table.ts";
import { systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testDatabase } from "../db/test-database.ts";
import { parseListQuery } from "../list-query/parse-list-query.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { detectNext } from "./detect-next.ts";
import { type DetectionFixture, detectionFixtureOf } from "./detection-fixture.ts";
import { getDetection } from "./get-detection.ts";
import { forgetTokens } from "./keep-memories.ts";
import { CROWD_FROM, USES_KEPT } from "./model.ts";
import { USES_AT_ONCE } from "./read-uses.ts";
import { tuneRule } from "./tune-rule.ts";

const PLACES: Record<string, string> = { "192.0.2.1": "DE", "198.51.100.1": "BR" };

let url: string;
let db: Database;
let first: SqlDatabase;
let second: SqlDatabase;
let fixture: DetectionFixture;

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  const open = (applicationName: string) =>
    openSqlDatabase({ url, role: "app", maxConnections: 1, applicationName });
  [first, second] = [open("first-detector"), open("second-detector")];
  fixture = detectionFixtureOf(db, second, (ip) => (ip === null ? null : (PLACES[ip] ?? null)));
});
afterAll(() => Promise.all([db.end(), first.end(), second.end()]));

/** Each refused attempt counts: a count of attempts is a count of uses that were taken. */
async function countEach(clientId: string): Promise<void> {
  const tuned = { version: 0, isOn: true, values: { tries: 1 }, countries: [] };
  await tuneRule(contextAs(db, "owner"), { ...tuned, rule: "use_after_revocation", clientId });
}

test("a revoked token that goes on being used is one detection, to which further attempts add", async () => {
  const { clientId, token } = await fixture.world();
  const refused = fixture.rowOf(token, { refusal: "revoked", ip: "198.51.100.1" });
  await fixture.write([refused, refused]);
  await fixture.detect();
  expect(await fixture.found(clientId)).toEqual([]);
  await fixture.write([refused]);
  await fixture.detect();
  const [found, ...others] = await fixture.found(clientId);
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    rule: "use_after_revocation",
    state: "open",
    severity: "high",
    subjectId: token.id,
    count: 3,
    facts: { tries: 3, country: "BR" },
  });
  await fixture.write([refused, refused]);
  await fixture.detect();
  expect(await fixture.found(clientId)).toMatchObject([{ id: found?.id, count: 5, facts: { tries: 5 } }]);
  expect(await fixture.detect(), "what was taken is not taken again").toBe(0);
});

/** The uses that a detection shows, as the log finds them, newest first. */
async function usesOf(detectionId: string | undefined) {
  const { query } = parseListQuery(tokenUsesTable, { detection: detectionId ?? "", size: "100" });
  expect(query.filters.detection).toBe(detectionId);
  return (await listTokenUses(contextAs(db, "auditor"), query)).rows;
}

test("a detection is of the very uses that it counted, those before it was found among them, and the log finds just these", async () => {
  const began = Date.now() - 1_800_000;
  const at = (minutes: number) => new Date(began + minutes * 60_000);
  const { clientId, token } = await fixture.world({ issuedAt: at(-1) });
  const detectFrom = async (minutes: number) => {
    // what others wrote is read once more, and its stretches are kept once more
    await db.query("DELETE FROM detection_slice");
    await db.query("UPDATE detection_reader SET received_at = $1::timestamptz", [at(minutes)]);
    await fixture.detect();
  };
  const tried = async (minutes: number, refusal: "suspended" | "expired" | null) => {
    const row = fixture.rowOf(token, { refusal, at: at(minutes), path: `/${minutes}` });
    await fixture.write([row], at(minutes));
  };
  // too few within ten minutes, for another reason, and a use that was let through
  await tried(0, "suspended");
  await tried(1, null);
  for (const minutes of [15, 16, 17, 18]) await tried(minutes, "suspended");
  await tried(16.5, "expired");
  await tried(18.5, null);
  await detectFrom(-0.5);
  const [found, ...others] = await fixture.found(clientId);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ rule: "use_after_suspension", count: 4 });
  const paths = async () => (await usesOf(found?.id)).map(({ path, refusal }) => [path, refusal]);
  const counted = [18, 17, 16, 15].map((minutes) => [`/${minutes}`, "suspended"]);
  expect(await paths()).toEqual(counted);
  const detail = await getDetection(contextAs(db, "auditor"), found?.id ?? "");
  expect(detail).toMatchObject({
    count: 4,
    firstAt: at(15).toISOString(),
    lastAt: at(18).toISOString(),
    uses: { kept: 4, from: at(15).toISOString(), to: at(18).toISOString() },
  });
  // one by one from then on, and one alone much later is too few again
  await tried(19, "suspended");
  await detectFrom(18.8);
  await tried(29, "suspended");
  await detectFrom(28);
  expect(await fixture.found(clientId)).toMatchObject([{ id: found?.id, count: 5 }]);
  expect(await paths()).toEqual([["/19", "suspended"], ...counted]);
  const without = parseListQuery(tokenUsesTable, { token: token.id, notDetection: found?.id ?? "" });
  const rest = await listTokenUses(contextAs(db, "auditor"), without.query);
  expect(rest.rows.filter(({ outcome }) => outcome !== "issued").map(({ path }) => path)).toEqual([
    "/29",
    "/18.5",
    "/16.5",
    "/1",
    "/0",
  ]);
});

test("what was tried while a token was suspended, or after its expiry, is no attempt after its revocation", async () => {
  const { clientId, token } = await fixture.world();
  const tried = async (...refusals: ("suspended" | "expired" | "revoked")[]) => {
    await fixture.write(refusals.map((refusal) => fixture.rowOf(token, { refusal })));
    await fixture.detect();
  };
  await tried("suspended", "suspended");
  await tried("expired", "expired", "revoked");
  await tried("revoked");
  expect(await fixture.found(clientId)).toEqual([]);
  await tried("suspended");
  expect(await fixture.found(clientId)).toMatchObject([
    { rule: "use_after_suspension", severity: "medium", count: 3, facts: { tries: 3 } },
  ]);
  await tried("revoked");
  const found = await fixture.found(clientId);
  expect(found.find(({ rule }) => rule === "use_after_revocation")).toMatchObject({
    count: 3,
    facts: { tries: 3 },
  });
});

test("a token is known where it was issued, and one of before the reading began is known nowhere", async () => {
  const { clientId, token } = await fixture.world({ ip: "192.0.2.1" });
  await fixture.write([fixture.rowOf(token, { ip: "198.51.100.1" })]);
  await fixture.detect();
  expect(await fixture.found(clientId)).toMatchObject([
    { rule: "new_country", facts: { before: "DE", country: "BR" } },
  ]);
  const old = await fixture.world({
    ip: "192.0.2.1",
    issuedAt: new Date(Date.now() - 86_400_000),
    expiresAt: new Date(Date.now() + 60_000),
  });
  await fixture.write([fixture.rowOf(old.token, { ip: "198.51.100.1" })]);
  await fixture.detect();
  expect(await fixture.found(old.clientId)).toEqual([]);
});

test("a verifier that accepts a revoked token is told of by its own report", async () => {
  const { clientId, token } = await fixture.world();
  await db.query(
    "INSERT INTO token_standing (token_id, revoked_at, revoked_order_id, is_wide) VALUES ($1::uuid, now() - interval '10 minutes', $2::uuid, false)",
    [token.id, randomUUID()],
  );
  await fixture.write([fixture.rowOf(token, { source: "report" }), fixture.rowOf(token)]);
  await fixture.detect();
  expect(await fixture.found(clientId)).toMatchObject([
    { rule: "accepted_after_end", count: 1, facts: { how: "revoked", lateSeconds: 600 } },
  ]);
});

test("a verifier that accepts a token is told of also where the order that ended it is not written down for it yet, and of no token that the order leaves alone", async () => {
  const [ended, other] = [await fixture.world(), await fixture.world()];
  await db.query(
    `INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, note, effective_from, created_at, actor_kind, actor_id, actor_name)
     SELECT gen_random_uuid(), coalesce(max(position), 0) + 1, 'revoke', 'client', $1::text, 'a client', now(), 'token_leaked', 'x', now() - interval '10 minutes', now() - interval '10 minutes',
       'admin', 'x', 'x' FROM revocation_order`,
    [ended.clientId],
  );
  for (const { token } of [ended, other]) await fixture.write([fixture.rowOf(token, { source: "report" })]);
  await fixture.detect();
  expect(await fixture.found(ended.clientId)).toMatchObject([
    { rule: "accepted_after_end", count: 1, facts: { how: "revoked", lateSeconds: 600 } },
  ]);
  expect(await fixture.found(other.clientId)).toEqual([]);
});

test("acts that are unusual by themselves are found: a replayed code of its family, a forgery of its key", async () => {
  const { clientId } = await fixture.world();
  const familyId = await fixture.tokens.family({ clientId });
  const ctx = { ...systemContext(db, "authority"), ip: "203.0.113.9" };
  await db.transaction((tx) =>
    recordEntries(tx, ctx, [
      { act: "authorization_code.replayed", target: { kind: "family", id: familyId, name: "family" } },
      {
        act: "token.forgery_detected",
        target: { kind: "signing_key", id: `kid-${familyId}`, name: "kid" },
      },
    ]),
  );
  expect(await fixture.detect()).toBeGreaterThanOrEqual(2);
  expect(await fixture.found(clientId)).toMatchObject([
    { rule: "replay", subjectKind: "family", subjectId: familyId, count: 1 },
  ]);
  const forged = await db.query("SELECT severity, count, client_id FROM detection WHERE subject_id = $1", [
    `kid-${familyId}`,
  ]);
  expect(forged).toMatchObject([{ severity: "critical", count: 1n, client_id: null }]);
});

test("a worker that dies in the middle of a step has taken nothing: the next one takes each use once", async () => {
  const { clientId, token } = await fixture.world();
  await countEach(clientId);
  await fixture.detect();
  await fixture.write(Array.from({ length: 40 }, () => fixture.rowOf(token, { refusal: "revoked" })));
  // one that holds a transaction sees the activity of its beginning
  const [holder, killer] = [new pg.Client(url), new pg.Client(url)];
  await Promise.all([holder.connect(), killer.connect()]);
  try {
    // the step has read and remembered, and waits to write what it found
    await holder.query("BEGIN; LOCK TABLE detection IN EXCLUSIVE MODE");
    const died = detectNext(first, 0).then(
      () => "went on",
      () => "died",
    );
    await expect
      .poll(async () => {
        const { rows } = await killer.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'first-detector' AND wait_event_type = 'Lock' AND datname = current_database()",
        );
        return rows.length;
      })
      .toBe(1);
    expect(await died).toBe("died");
  } finally {
    await Promise.all([holder.end(), killer.end()]);
  }
  expect(await fixture.found(clientId)).toEqual([]);
  await fixture.detect(second);
  expect(await fixture.found(clientId)).toMatchObject([{ count: 40, facts: { tries: 40 } }]);
});

test("of two workers at once each use is taken by one, over many steps", async () => {
  const { clientId, token } = await fixture.world();
  await countEach(clientId);
  await fixture.detect();
  const uses = 2 * USES_AT_ONCE + 500;
  for (let written = 0; written < uses; written += 500)
    await fixture.write(Array.from({ length: 500 }, () => fixture.rowOf(token, { refusal: "revoked" })));
  let taken = 0;
  async function work(by: SqlDatabase) {
    while (taken < uses) {
      const step = await detectNext(by, 0);
      taken += step.taken;
    }
  }
  await Promise.all([work(first), work(second)]);
  expect(taken).toBe(uses);
  expect(await fixture.detect()).toBe(0);
  const [found] = await fixture.found(clientId);
  expect(found).toMatchObject({ count: uses });
  const detail = await getDetection(contextAs(db, "auditor"), found?.id ?? "");
  expect(detail.uses, "the newest are kept").toMatchObject({ kept: USES_KEPT });
});

test("a use that commits after later ones were taken is found by the look back, once, and stretches are let go of after three minutes", async () => {
  const { clientId, token } = await fixture.world();
  await countEach(clientId);
  await fixture.detect();
  const late = new Date();
  await fixture.write([fixture.rowOf(token, { refusal: "revoked" })], new Date(late.getTime() + 2));
  await expect.poll(() => fixture.detect()).toBe(1);
  expect(await fixture.found(clientId)).toMatchObject([{ count: 1 }]);
  await fixture.write([fixture.rowOf(token, { refusal: "revoked" })], late);
  expect(await fixture.detect(), "it lies behind what was read").toBe(0);
  for (let look = 0; look < 3; look += 1) {
    await db.query("UPDATE detection_slice SET due_at = now()");
    await fixture.detect();
    expect(await fixture.found(clientId), `after look ${look}`).toMatchObject([{ count: 2 }]);
  }
  expect(await db.query("SELECT 1 AS there FROM detection_slice")).toEqual([]);
});

test("many tokens of one client fill no list: further ones add to one detection of the client", async () => {
  const { clientId } = await fixture.world();
  await countEach(clientId);
  const more = 5;
  const tokens = await Promise.all(
    Array.from({ length: CROWD_FROM + more }, () => fixture.tokens.token({ clientId })),
  );
  await fixture.write(tokens.map((token) => fixture.rowOf(token, { refusal: "revoked" })));
  await fixture.detect();
  const found = await fixture.found(clientId);
  expect(found.filter(({ subjectKind }) => subjectKind === "token")).toHaveLength(CROWD_FROM);
  expect(found.filter(({ subjectKind }) => subjectKind === "client")).toMatchObject([
    { subjectId: clientId, count: more },
  ]);
  const ofClient = found.find(({ subjectKind }) => subjectKind === "client");
  const shown = (await usesOf(ofClient?.id)).map((use) => use.token.id);
  expect(shown).toHaveLength(more);
  expect(tokens.map(({ id }) => id)).toEqual(expect.arrayContaining(shown));
});

test("a token is forgotten an hour after it expired, and one that lives on is not", async () => {
  const { token } = await fixture.world();
  await fixture.write([fixture.rowOf(token)]);
  await fixture.detect();
  const kept = () => db.query("SELECT 1 AS there FROM detection_token WHERE token_id = $1::uuid", [token.id]);
  await forgetTokens(db, new Date(token.expiresAt.getTime() + 3_599_000));
  expect(await kept()).toHaveLength(1);
  await forgetTokens(db, new Date(token.expiresAt.getTime() + 3_601_000));
  expect(await kept()).toEqual([]);
});

test("networks that the version before remembered of a token are not what it is held against", async () => {
  const { clientId, token } = await fixture.world();
  await db.query(
    `INSERT INTO detection_token (token_id, countries, networks, minute, uses, ended_tries, keep_until)
     VALUES ($1::uuid, '', '{1,2,3,4,5}', 0, 0, 0, $2::timestamptz)`,
    [token.id, token.expiresAt],
  );
  await fixture.write([fixture.rowOf(token, { ip: "192.0.2.1" })]);
  await fixture.detect();
  expect(await fixture.found(clientId)).toEqual([]);
  const [kept] = await db.query<{ networks: number[]; hashes: number[] }>(
    "SELECT networks, network_hashes AS hashes FROM detection_token WHERE token_id = $1::uuid",
    [token.id],
  );
  expect(kept).toEqual({ networks: [1, 2, 3, 4, 5], hashes: [expect.any(Number)] });
});

test("where the clock went on by years and back again, what comes now is read all the same", async () => {
  const { clientId, token } = await fixture.world();
  const refused = fixture.rowOf(token, { refusal: "revoked" });
  await fixture.write([refused, refused]);
  await fixture.detect();
  // what was written meanwhile is of a time that has not come
  await db.query("UPDATE detection_reader SET received_at = now() + interval '4 years'");
  await fixture.write([refused]);
  await fixture.detect();
  expect(await fixture.found(clientId)).toHaveLength(1);
  expect(await db.query('SELECT received_at < now() AS "isPast" FROM detection_reader')).toEqual([
    { isPast: true },
  ]);
  expect(await fixture.detect(), "and once").toBe(0);
});
