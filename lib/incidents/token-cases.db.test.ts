import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { uuidv7 } from "../ids.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { readOpenCasesOf } from "./token-cases.ts";

const FAMILIES = 10_000;
const PASTED = 1_000;
const LARGE = 5_000;

let db: Database;
let clientId: string;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
  clientId = await fixtureOf(db).client("many");
});
afterAll(() => db.end());

/** So many tokens, each by the next of the families. Returns their ids. */
async function addTokens(families: readonly string[], count: number): Promise<string[]> {
  const began = Date.now() - 3_600_000;
  const rows = Array.from({ length: count }, (_, n) => {
    const at = new Date(began + n);
    return { id: uuidv7(at), at, family: families[n % families.length] };
  });
  await db.query(
    `INSERT INTO token_family (id, client_id, rooted_at) SELECT DISTINCT r.family, $2::uuid, now() FROM json_to_recordset($1::json) AS r(family uuid)
     ON CONFLICT DO NOTHING`,
    [JSON.stringify(rows), clientId],
  );
  await db.query(
    `INSERT INTO token (issued_at, id, kind, format, client_id, subject, family_id, grant_type, expires_at, rooted_at, value_hash, scopes, groups, roles, audiences, claims)
     SELECT r.at, r.id, 'access', 'jwt', $2::uuid, 's', r.family, 'client_credentials', r.at + interval '2 hours', r.at, sha256(r.id::text::bytea), '{}', '{}', '{}', '{}', '{}'
     FROM json_to_recordset($1::json) AS r(id uuid, at timestamptz, family uuid)`,
    [JSON.stringify(rows), clientId],
  );
  return rows.map(({ id }) => id);
}

/** An open case of some tokens. */
async function openCaseOf(number: number, tokenIds: readonly string[]): Promise<void> {
  const id = randomUUID();
  await db.query(
    `INSERT INTO incident (id, number, title, severity, state, compromised_from, compromised_why, is_suggested, opened_at, opened_by_kind, opened_by_id, opened_by_name)
     VALUES ($1::uuid, $2::int, 'Gist', 'high', 'open', now(), '', true, now(), 'admin', 'x', 'x')`,
    [id, number],
  );
  await db.query(
    `INSERT INTO incident_subject (incident_id, kind, target_id, name, added_at, added_by_name) SELECT $1::uuid, 'token', t, 'x', now(), 'x' FROM unnest($2::uuid[]) t`,
    [id, tokenIds],
  );
}

/** The numbers of the cases of each of some tokens, and how long it took to find them at its quickest. */
async function find(tokenIds: readonly string[]): Promise<{ numbers: (number[] | undefined)[]; ms: number }> {
  let ms = Number.POSITIVE_INFINITY;
  let cases: Awaited<ReturnType<typeof readOpenCasesOf>> = new Map();
  for (let round = 0; round < 3; round += 1) {
    const began = performance.now();
    cases = await readOpenCasesOf({ db, now: new Date() }, tokenIds);
    ms = Math.min(ms, performance.now() - began);
  }
  return { numbers: tokenIds.map((id) => cases.get(id)?.map(({ number }) => number)), ms };
}

test("the cases of a thousand pasted tokens are found by their families, each looked up once: a thousand families take no less than one that is large", async () => {
  const families = Array.from({ length: FAMILIES }, () => randomUUID());
  const tokens = await addTokens(families, 2 * FAMILIES);
  const ofLarge = await addTokens([randomUUID()], LARGE);
  await openCaseOf(1, [...tokens.slice(FAMILIES), ...ofLarge.slice(-10)]);
  await openCaseOf(2, tokens.slice(0, 1));
  const many = await find(tokens.slice(0, PASTED));
  expect(many.numbers[0]).toEqual([2, 1]);
  expect(many.numbers.slice(1)).toEqual(Array(PASTED - 1).fill([1]));
  const large = await find(ofLarge.slice(0, PASTED));
  expect(large.numbers).toEqual(Array(PASTED).fill([1]));
  // looked up with each of its tokens, it took a hundred times as long
  expect(large.ms).toBeLessThan(20 * many.ms);
});
