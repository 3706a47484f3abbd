import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import type { Raised } from "./judge-events.ts";
import { CROWD_FROM } from "./model.ts";
import { raiseDetections } from "./raise-detections.ts";
import { TOLD_ONE_BY_ONE } from "./tell-detections.ts";

const world = testContexts();
let clientId: string;

beforeEach(async () => {
  clientId = randomUUID();
  await world.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, created_at) VALUES ($1::uuid, 'a@example.com', 'A', 'auditor', 'x', now())`,
    [uuidv7(new Date())],
  );
});

const raised = (change: Partial<Raised> = {}): Raised => ({
  rule: "forgery",
  subject: { kind: "signing_key", id: randomUUID() },
  tokenId: null,
  familyId: null,
  clientId: null,
  userId: null,
  firstAt: TEST_START,
  lastAt: TEST_START,
  count: 1,
  facts: { ip: "203.0.113.7", path: "/invoices/ana@example.com" },
  uses: [],
  series: [],
  ...change,
});

const raise = (found: readonly Raised[]) =>
  world.db.transaction((tx) => raiseDetections(tx, found, TEST_START));

async function told() {
  return world.db.query<{ kind: string; title: string; text: string; readers: number }>(
    `SELECT n.kind, n.title, n.text, (SELECT count(*)::int FROM notification_receipt r WHERE r.notification_id = n.id) AS readers FROM notification n ORDER BY n.id`,
  );
}

test("what is new is told by its severity, once, without addresses, paths or people", async () => {
  const one = raised();
  await raise([one]);
  await raise([one, { ...one, count: 5 }]);
  const [first, ...others] = await told();
  expect(others, "it adds to what is there").toEqual([]);
  expect(first).toMatchObject({ kind: "detection_critical", title: "Forged token", readers: 1 });
  expect(JSON.stringify(first)).not.toMatch(/203\.0\.113|invoices|ana@/);
});

test("what is muted is not told", async () => {
  await world.db.query(
    `INSERT INTO detection_mute (id, rule, client_id, reason, created_at, ends_at, by_id, by_name)
     VALUES (gen_random_uuid(), 'burst', $1::uuid, 'load test', now(), now() + interval '400 days', 'x', 'x')`,
    [clientId],
  );
  await raise([raised({ rule: "burst", subject: { kind: "token", id: randomUUID() }, clientId, facts: {} })]);
  expect(await told()).toEqual([]);
});

test("of many at once some are told one by one, the gravest first, and the rest as a number", async () => {
  const many = Array.from({ length: TOLD_ONE_BY_ONE + 9 }, () =>
    raised({ rule: "use_after_revocation", subject: { kind: "token", id: randomUUID() }, facts: {} }),
  );
  await raise([...many, raised()]);
  const all = await told();
  expect(all).toHaveLength(TOLD_ONE_BY_ONE + 1);
  expect(all.filter(({ kind }) => kind === "detection_critical")).toHaveLength(1);
  expect(all.map(({ title }) => title)).toContain("10 more detections at once");
});

/** An order of an admin, and tokens of two users that it revoked. */
async function revoked(count: number): Promise<Raised[]> {
  const tokens = fixtureOf(world.db);
  const [client, users] = [
    await tokens.client("deploy-cli"),
    [await tokens.user("u1@example.com"), await tokens.user("u2@example.com")],
  ];
  const [orderId, position] = [randomUUID(), Date.now()];
  await world.db.query(
    `INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, effective_from, actor_kind, actor_id, actor_name, created_at)
     VALUES ($1::uuid, $2::bigint, 'revoke', 'client', $3::text, 'deploy-cli', now(), 'compromised', now(), 'admin', 'o', 'olga@example.com', now())`,
    [orderId, position, client],
  );
  return Promise.all(
    Array.from({ length: count }, async (_, nth) => {
      const token = await tokens.token({ clientId: client, userId: users[nth % 2] ?? null });
      await world.db.query(
        "INSERT INTO token_standing (token_id, revoked_at, revoked_order_id, is_wide) VALUES ($1::uuid, now(), $2::uuid, false)",
        [token.id, orderId],
      );
      const subject = { kind: "token" as const, id: token.id };
      return raised({
        rule: "use_after_revocation",
        subject,
        tokenId: token.id,
        clientId: client,
        uses: [],
        series: [],
        facts: {},
      });
    }),
  );
}

test("what follows from one order is told as one, by how many of its tokens, and again when they are twice as many", async () => {
  const found = await revoked(CROWD_FROM + 8);
  const at = (seconds: number) => new Date(TEST_START.getTime() + seconds * 1_000);
  const step = (seen: readonly Raised[], seconds: number) =>
    world.db.transaction((tx) => raiseDetections(tx, seen, at(seconds)));
  await step(found.slice(0, 3), 0);
  for (let second = 1; second < 10; second += 1) await step(found.slice(0, 3 * second), second);
  expect(await told()).toMatchObject([
    { kind: "detection_high", title: "3 revoked tokens go on being presented: client deploy-cli" },
  ]);
  for (const seconds of [61, 62, 130, 200]) await step(found, seconds);
  const [, second, ...others] = await told();
  expect(others).toEqual([]);
  expect(second?.title).toBe(`${CROWD_FROM + 8} revoked tokens go on being presented: client deploy-cli`);
  expect(second?.text).toContain("Of 2 users.");
  expect(second?.text).toContain("one order of olga@example.com (");
  // what no order explains is told as before
  await step([raised({ rule: "use_after_revocation", tokenId: randomUUID(), facts: {} })], 300);
  expect((await told()).at(-1)?.title).toBe("Used after revocation");
});
