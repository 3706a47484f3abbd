import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { parseEnv } from "#lib/env.ts";
import { fixedMasterKeys } from "#lib/keys/master-keys.ts";
import { getOrderPropagation } from "#lib/propagation/get-order-propagation.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { freePort } from "#lib/test-port.ts";
import { type RunningAuthority, startAuthority } from "#server/authority/start.ts";
import { credentialsFile } from "./credentials-file.ts";
import { type SeededDemo, seedDemo, startDemoTraffic } from "./start.ts";

const stopping = new AbortController();
let folder: string;
let db: Database;
let databaseUrl: string;
let authority: RunningAuthority;
let demo: SeededDemo;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "demo-"));
  databaseUrl = (await testDatabase()).url;
  db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 2, applicationName: "test" });
  demo = await seedDemo(databaseUrl, folder);
  // an issuer that leads nowhere: the traffic must find the authority on loopback all the same
  const env = parseEnv({
    AUTHORITY_PORT: String(await freePort()),
    AUTHORITY_ISSUER: "https://auth.northwind.example",
    TRUSTED_PROXIES: "127.0.0.1",
    DEMO: "1",
  });
  const log = pino({ level: "silent" });
  authority = await startAuthority({
    env,
    databaseUrl,
    masterKeys: fixedMasterKeys(randomBytes(32)),
    log,
    metricsPort: null,
  });
  await startDemoTraffic({ env, demo, log, signal: stopping.signal });
});

afterAll(async () => {
  stopping.abort();
  await authority.stop();
  await db.end();
  rmSync(folder, { recursive: true });
});

type Seen = { what: string; count: number };

/** What is on record so far, asked until it is what was waited for. */
async function until(isThere: (seen: Map<string, number>) => boolean): Promise<Map<string, number>> {
  const deadline = performance.now() + 45_000;
  for (;;) {
    const rows = await db.query<Seen>(
      `SELECT concat_ws(' ', c.client_id, u.source, v.name, u.outcome, u.refusal) AS what, count(*)::int AS count
       FROM token_use u JOIN client c ON c.id = u.client_id LEFT JOIN verifier v ON v.id = u.verifier_id GROUP BY 1`,
    );
    const seen = new Map(rows.map(({ what, count }) => [what, count]));
    if (isThere(seen)) return seen;
    if (performance.now() > deadline) expect.fail(`on record: ${JSON.stringify([...seen])}`);
    await wait(100);
  }
}

const sum = (seen: Map<string, number>, pattern: RegExp) =>
  [...seen].reduce((total, [what, count]) => total + (pattern.test(what) ? count : 0), 0);

test("people sign in by the real pages, and services and people use all three APIs", async () => {
  const seen = await until(
    (now) =>
      sum(now, /-(?:web|spa|cli|console) issue issued/) >= 20 &&
      ["billing-api", "reports-api", "edge-gateway"].every(
        (name) => sum(now, RegExp(`${name} allowed`)) >= 10,
      ),
  );
  expect(sum(seen, /edge-gateway allowed/)).toBe(sum(seen, /forward_auth edge-gateway allowed/));
  expect(sum(seen, /^reconciler introspection billing-api allowed/)).toBeGreaterThan(0);
  const [token] = await db.query<{ ip: string; groups: string[]; scopes: string[] }>(
    "SELECT ip, groups, scopes FROM token WHERE kind = 'access' AND user_id IS NOT NULL LIMIT 1",
  );
  expect(token?.ip).toMatch(/^(?:203\.0\.113|198\.51\.100)\.|^2001:db8:/);
  expect(token?.groups.length).toBeGreaterThan(0);
  expect(token?.scopes.some((scope) => scope.includes(":"))).toBe(true);
  const [places] = await db.query<{ issued: number; used: number }>(
    `SELECT (SELECT count(DISTINCT country) FROM token)::int AS issued, (SELECT count(DISTINCT country) FROM token_use WHERE outcome <> 'issued')::int AS used`,
  );
  expect(places?.issued).toBeGreaterThan(3);
  expect(places?.used).toBeGreaterThan(3);
  const [use] = await db.query<{ path: string; ip: string; userAgent: string }>(
    `SELECT path, ip, user_agent AS "userAgent" FROM token_use WHERE source = 'forward_auth' LIMIT 1`,
  );
  expect(use?.path).toMatch(/^\/[a-z]+/);
  expect(use?.userAgent).toBeTruthy();
});

test("one of its APIs judges tokens by itself on the feed: its uses are reported, and the board has its acknowledgement", async () => {
  await until((now) => sum(now, /report reports-api allowed/) >= 10);
  const [client] = await db.query<{ id: string }>("SELECT id FROM client WHERE client_id = 'reports-batch'");
  const ctx = systemContext(db, "test");
  const { order } = await revokeClientTokens(ctx, { id: client?.id ?? "", reason: "policy", note: "" });
  await expect
    .poll(
      async () => {
        const { rows } = await getOrderPropagation({ ...ctx, now: new Date() }, order.id);
        return rows.find(({ name }) => name === "reports-api")?.acknowledgedAt ?? null;
      },
      { timeout: 10_000 },
    )
    .not.toBeNull();
});

test("and they are told with what was answered: some with an error, each with its bytes, and what was refused as refused", async () => {
  const told = () =>
    db.query<{ kind: string; uses: number; described: number }>(
      `SELECT CASE WHEN outcome = 'refused' THEN 'refused' WHEN status < 400 THEN 'well' ELSE 'an error' END AS kind, count(*)::int AS uses,
         count(*) FILTER (WHERE method IS NOT NULL AND path LIKE '/v2/%' AND bytes > 0 AND latency_us IS NOT NULL AND (outcome = 'refused') = (status IN (401, 403)))::int AS described
       FROM token_use WHERE source = 'report' GROUP BY 1 ORDER BY 1`,
    );
  await expect
    .poll(async () => (await told()).map(({ kind }) => kind), { timeout: 45_000, interval: 200 })
    .toEqual(["an error", "refused", "well"]);
  for (const { kind, uses, described } of await told()) expect(described, kind).toBe(uses);
});

test("goes on with revoked tokens for a while, and all of them are refused", async () => {
  const [client] = await db.query<{ id: string }>("SELECT id FROM client WHERE client_id = 'fraud-scorer'");
  const ctx = systemContext(db, "test");
  const { order } = await revokeClientTokens(ctx, { id: client?.id ?? "", reason: "token_leaked", note: "" });
  // it gets new ones after a while, and those are good; what is under way when the order commits may be through
  const usesSince = async () => {
    const [uses] = await db.query<{ allowed: number; refused: number }>(
      `SELECT count(*) FILTER (WHERE u.outcome = 'allowed')::int AS allowed, count(*) FILTER (WHERE u.refusal = 'revoked')::int AS refused
       FROM token_use u JOIN token t ON t.id = u.token_id
       WHERE t.client_id = $1::uuid AND t.rooted_at <= $2::timestamptz AND u.at > $2::timestamptz + interval '1 second'`,
      [client?.id ?? null, order.createdAt],
    );
    return uses;
  };
  await expect
    .poll(async () => (await usesSince())?.refused, { timeout: 45_000, interval: 100 })
    .toBeGreaterThanOrEqual(3);
  const uses = await usesSince();
  expect(uses?.allowed).toBe(0);
});

test("keeps its credentials in a file that only its owner reads", () => {
  const file = credentialsFile(folder);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(path.dirname(file))).toEqual(["credentials.json"]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(demo.credentials);
});

test("starts again with the credentials that it has, and adds nothing", async () => {
  const again = await seedDemo(databaseUrl, folder);
  expect(again.credentials).toEqual(demo.credentials);
  expect(again.seeded).toMatchObject({ users: 0, clients: 0, verifiers: 0, isFirst: false });
});

test("refuses an instance with an organisation of its own, and leaves no credentials there", async () => {
  const { url } = await testDatabase();
  const theirs = openDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
  const own = mkdtempSync(path.join(tmpdir(), "demo-"));
  try {
    await theirs.query(
      `INSERT INTO client (id, client_id, name, kind, token_format, created_at, updated_at) VALUES ($1, 'payroll', 'Payroll', 'web', 'jwt', now(), now())`,
      [randomUUID()],
    );
    await expect(seedDemo(url, own)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(readdirSync(own)).toEqual([]);
  } finally {
    await theirs.end();
    rmSync(own, { recursive: true });
  }
});
