import { randomBytes, randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { testDatabase } from "../db/test-database.ts";
import { identifyOwnSecrets } from "../incidents/identify-own-secrets.ts";
import { readOwnSecrets } from "../incidents/read-own-secrets.ts";
import { planFixtureOf } from "../order-plans/plan-fixture.ts";
import { findOwnSecrets } from "./own-secrets.ts";

type Plan = { "Node Type": string; "Relation Name"?: string; "Actual Rows": number; Plans?: Plan[] };

const API_TOKENS = 10_000;
const REPORTS = 2_000;
const RELATIONS = ["api_token", "leak_finding"];
/** A verifier with a secret that ends by itself, so that it is asked whether somebody has it in hand. */
const VERIFIER = randomUUID();
const OF_VERIFIER = randomBytes(32);
let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`INSERT INTO admin (id, email, name, role, password_hash, created_at)
    SELECT gen_random_uuid(), n || '@example.com', 'A', 'owner', 'x', now() FROM generate_series(1, 50) n`);
  await client.query(
    `INSERT INTO api_token (id, name, role, token_hash, hint, created_by, created_by_id, created_at, revoked_at)
     SELECT gen_random_uuid(), 'deploy ' || n, 'auditor', sha256(n::text::bytea), 'abcd', 'A', (SELECT id FROM admin WHERE email = n % 50 + 1 || '@example.com'), now(),
       CASE WHEN n % 10 > 0 THEN now() END FROM generate_series(1, $1::int) n`,
    [API_TOKENS],
  );
  await client.query(
    "INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1::uuid, 'v', now(), now())",
    [VERIFIER],
  );
  await client.query(
    "INSERT INTO verifier_secret (id, verifier_id, secret_hash, hint, created_at, expires_at) VALUES ($1::uuid, $1::uuid, $2::bytea, 'abcd', now(), now() + interval '1 day')",
    [VERIFIER, OF_VERIFIER],
  );
  await client.query(`WITH s AS (INSERT INTO scanner (id, name, action, created_at, updated_at) VALUES (gen_random_uuid(), 's', 'case', now(), now()) RETURNING id),
      r AS (INSERT INTO leak_report (id, scanner_id, digest, received_at, last_received_at, value_count, unknown_count)
        SELECT gen_random_uuid(), s.id, sha256(n::text::bytea), now(), now(), 5, 0 FROM s, generate_series(1, ${REPORTS}) n RETURNING id)
    INSERT INTO leak_finding (report_id, ordinal, kind, name, type, outcome, owner_id)
      SELECT r.id, n, 'verifier_secret', 'x', 'secret', 'case', gen_random_uuid() FROM r, generate_series(1, 5) n`);
  await client.query("ANALYZE api_token, admin, verifier, verifier_secret, leak_report, leak_finding");
  await client.end();
});
afterAll(() => db.end());

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Runs statements, and keeps what PostgreSQL did with API tokens and findings in each. */
function explaining() {
  const read: Plan[] = [];
  const query: Sql["query"] = async (text, values) => {
    if (/\b(api_token k|leak_finding f)\b/.test(text)) {
      const [row] = await db.query<{ "QUERY PLAN": { Plan: Plan }[] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`,
        values,
      );
      read.push(
        ...(row?.["QUERY PLAN"] ?? [])
          .flatMap((one) => nodesOf(one.Plan))
          .filter((node) => RELATIONS.includes(node["Relation Name"] ?? "")),
      );
    }
    return db.query(text, values);
  };
  return { asked: { ...db, query } as Database, read };
}

test("a report, a look at the Leak desk and a case's page read those API tokens and findings that they are about, however many are on record", async () => {
  const now = new Date();
  const [known] = await db.query<{ id: string; hash: Buffer }>(
    "SELECT id, token_hash AS hash FROM api_token WHERE name = 'deploy 10'",
  );
  const { id, hash } = known as { id: string; hash: Buffer };
  const hashes = [hash, OF_VERIFIER, ...Array.from({ length: 98 }, () => randomBytes(32))];
  const { asked, read } = explaining();
  expect((await findOwnSecrets(asked, hashes, now)).size, "a report").toBe(2);
  const owner = planFixtureOf(db).as("owner");
  const pasted = await identifyOwnSecrets(
    { ...owner, db: asked },
    hashes.map((one) => one.toString("hex")),
  );
  expect(pasted.size, "the Leak desk").toBe(2);
  const incidentId = randomUUID();
  await db.query(
    `WITH i AS (INSERT INTO incident (id, number, title, state, severity, opened_at, opened_by_kind, opened_by_id, opened_by_name, compromised_from, is_suggested, compromised_why)
        SELECT $1::uuid, 1, 'x', 'open', 'high', now(), 'system', 'x', 'x', now(), true, 'x'),
      s AS (INSERT INTO scanner (id, name, action, created_at, updated_at) SELECT $1::uuid, 'x', 'case', now(), now()),
      r AS (INSERT INTO leak_report (id, scanner_id, digest, received_at, last_received_at, value_count, unknown_count, incident_id)
        SELECT $1::uuid, $1::uuid, sha256('x'), now(), now(), 1, 0, $1::uuid)
    INSERT INTO leak_finding (report_id, ordinal, kind, name, type, outcome, owner_id, secret_id, secret_hint) SELECT $1::uuid, 0, 'api_token', 'x', 'secret', 'case', $2::uuid, $2::uuid, 'abcd'`,
    [incidentId, id],
  );
  expect(await readOwnSecrets({ db: asked, now }, incidentId), "a case").toHaveLength(1);
  for (const relation of RELATIONS)
    expect(read.filter((node) => node["Relation Name"] === relation).length).toBeGreaterThanOrEqual(3);
  expect(read.filter((node) => node["Node Type"] === "Seq Scan" || node["Actual Rows"] > 1)).toEqual([]);
});
