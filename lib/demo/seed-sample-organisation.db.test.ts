import { randomUUID } from "node:crypto";
import { afterAll, beforeEach, expect, test } from "vitest";
import { systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { hashSecret } from "../passwords/generated-secret.ts";
import { verifyPassword } from "../passwords/hash-password.ts";
import { loadRegistry } from "../registry/snapshot.ts";
import { type CompletedCredentials, completeDemoCredentials } from "./credentials.ts";
import { SAMPLE_PERSON } from "./sample-people.ts";
import { seedSampleOrganisation } from "./seed-sample-organisation.ts";

const NOTHING = {
  audiences: 0,
  permissions: 0,
  groups: 0,
  users: 0,
  clients: 0,
  verifiers: 0,
  isFirst: false,
};
const open: Database[] = [];
let db: Database;

beforeEach(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  open.push(db);
});

afterAll(() => Promise.all(open.map((each) => each.end())));

const seed = (completed: CompletedCredentials) =>
  seedSampleOrganisation(systemContext(db, "demo"), completed);
const entries = () =>
  db.query<{ actor: string; after: { added: Record<string, number> } }>(
    "SELECT actor_kind || ' ' || actor_name AS actor, after FROM audit_entry WHERE act = 'demo.seeded' ORDER BY sequence",
  );

test("loads the whole organisation in one recorded act", async () => {
  const completed = completeDemoCredentials(null);
  const startedAt = performance.now();
  const seeded = await seed(completed);
  expect(performance.now() - startedAt).toBeLessThan(15_000);
  expect(seeded).toEqual({
    audiences: 10,
    permissions: 26,
    groups: 10,
    users: 300,
    clients: 12,
    verifiers: 3,
    isFirst: true,
  });
  const [entry, ...others] = await entries();
  expect(others).toEqual([]);
  expect(entry?.actor).toBe("system demo");
  expect(entry?.after.added).toMatchObject({ users: 300, clients: 12 });

  const registry = await loadRegistry(db);
  expect(registry.organisation.name).toBe("Northwind");
  const billing = registry.clientsByClientId.get("billing-web");
  expect(billing?.audiences.map(({ name }) => name)).toEqual(["billing", "ledger"]);
  expect(billing?.permissions).toHaveLength(5);
  expect(billing?.customClaims).toEqual({ tenant: "northwind-eu", cost_centre: 4100 });
  const secret = completed.credentials.clientSecrets["billing-web"] as string;
  expect(billing?.secrets.map(({ hash }) => hash)).toEqual([hashSecret(secret)]);
  expect(registry.clientsByClientId.get("reconciler")?.groups).toEqual(["Services"]);
  expect(registry.clientsByClientId.get("reports-spa")?.secrets).toEqual([]);
  const [user] = await db.query<{ hash: string; groups: number }>(
    `SELECT password_hash AS hash, (SELECT count(*)::int FROM group_member m WHERE m.user_id = u.id) AS groups
     FROM user_account u WHERE email = $1`,
    [SAMPLE_PERSON],
  );
  expect(user?.groups).toBe(3);
  expect(await verifyPassword(user?.hash ?? null, completed.credentials.user.password)).toBe(true);
});

test("changes nothing and records nothing the second time", async () => {
  const completed = completeDemoCredentials(null);
  await seed(completed);
  const { version } = await loadRegistry(db);
  expect(await seed(completeDemoCredentials(completed.credentials))).toEqual(NOTHING);
  expect(await entries()).toHaveLength(1);
  const after = await loadRegistry(db);
  expect(after.clientsByUuid.size).toBe(12);
  expect(after.version - version).toBeLessThan(32n);
});

test("adds what is missing with its links, and leaves alone what an admin changed or added", async () => {
  const completed = completeDemoCredentials(null);
  await seed(completed);
  await db.query("DELETE FROM client WHERE client_id = 'billing-web'");
  await db.query("DELETE FROM user_account WHERE email = $1", [SAMPLE_PERSON]);
  await db.query("UPDATE client SET access_token_ttl_seconds = 61 WHERE client_id = 'reports-spa'");
  await db.query(
    "DELETE FROM client_permission WHERE client_id = (SELECT id FROM client WHERE client_id = 'reports-spa')",
  );
  await db.query(
    `INSERT INTO client (id, client_id, name, kind, token_format, created_at, updated_at) VALUES ($1, 'their-own', 'Theirs', 'spa', 'jwt', now(), now())`,
    [randomUUID()],
  );
  expect(await seed(completeDemoCredentials(completed.credentials))).toEqual({
    ...NOTHING,
    users: 1,
    clients: 1,
  });
  const { clientsByClientId } = await loadRegistry(db);
  expect(clientsByClientId.get("billing-web")?.permissions).toHaveLength(5);
  expect(clientsByClientId.get("billing-web")?.secrets).toHaveLength(1);
  expect(clientsByClientId.get("reports-spa")).toMatchObject({ accessTokenTtlSeconds: 61, permissions: [] });
  expect(clientsByClientId.has("their-own")).toBe(true);
  const [member] = await db.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM group_member m JOIN user_account u ON u.id = m.user_id WHERE email = $1",
    [SAMPLE_PERSON],
  );
  expect(member?.count).toBe(3);
});

test("puts new secrets in the place of lost ones, and keeps one that an admin rotated", async () => {
  const first = completeDemoCredentials(null);
  await seed(first);
  const rotated = hashSecret("rotated by an admin");
  await db.query(
    "UPDATE client_secret SET secret_hash = $1 WHERE client_id = (SELECT id FROM client WHERE client_id = 'reconciler')",
    [rotated],
  );
  const secretsOf = async (clientId: string) =>
    (await loadRegistry(db)).clientsByClientId.get(clientId)?.secrets.map(({ hash }) => hash);
  await seed(completeDemoCredentials(first.credentials));
  expect(await secretsOf("reconciler")).toEqual([rotated]);

  const second = completeDemoCredentials(null);
  expect(await seed(second)).toEqual(NOTHING);
  const secret = second.credentials.clientSecrets.reconciler as string;
  expect(await secretsOf("reconciler")).toEqual([hashSecret(secret)]);
  const { verifiersBySecretHash } = await loadRegistry(db);
  const verifierSecret = second.credentials.verifierSecrets["billing-api"] as string;
  expect(verifiersBySecretHash.get(hashSecret(verifierSecret).toString("hex"))?.name).toBe("billing-api");
  const [user] = await db.query<{ hash: string }>("SELECT password_hash AS hash FROM user_account LIMIT 1");
  expect(await verifyPassword(user?.hash ?? null, second.credentials.user.password)).toBe(true);
  expect(await entries()).toHaveLength(2);
});

test("refuses an instance with a client of its own and leaves it as it was", async () => {
  await db.query(
    `INSERT INTO client (id, client_id, name, kind, token_format, created_at, updated_at) VALUES ($1, 'payroll', 'Payroll', 'web', 'jwt', now(), now())`,
    [randomUUID()],
  );
  await expect(seed(completeDemoCredentials(null))).rejects.toMatchObject({ code: "CONFLICT" });
  const registry = await loadRegistry(db);
  expect([...registry.clientsByClientId.keys()]).toEqual(["payroll"]);
  expect(registry.organisation.name).not.toBe("Northwind");
  expect(await entries()).toEqual([]);
});

test("refuses anybody but the product itself", async () => {
  const owner = {
    kind: "admin",
    id: randomUUID(),
    name: "o@example.com",
    role: "owner",
    sessionId: "",
  } as const;
  const ctx = { ...systemContext(db, "demo"), actor: owner };
  await expect(seedSampleOrganisation(ctx, completeDemoCredentials(null))).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});

test("seeds once when two start at once", async () => {
  const completed = completeDemoCredentials(null);
  const results = await Promise.all([seed(completed), seed(completed)]);
  expect(results.map(({ isFirst }) => isFirst).toSorted()).toEqual([false, true]);
  expect(results.map(({ users }) => users).toSorted((a, b) => a - b)).toEqual([0, 300]);
});
