import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getUseHistogram } from "../audit/get-use-histogram.ts";
import { tokenUsesTable } from "../audit/table.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { isStillSignedIn } from "../live/is-still-signed-in.ts";
import { readPulse } from "../live/read-pulse.ts";
import { listOrders } from "../revocations/list-orders.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { ordersTable } from "../revocations/table.ts";
import { listTokens } from "../tokens/list-tokens.ts";
import { tokensTable } from "../tokens/table.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { getOverview } from "./get-overview.ts";
import type { LinkedCount } from "./model.ts";

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 8, applicationName: "test" });
});
afterAll(() => db.end());

test("an empty register has an overview of zeros", async () => {
  const overview = await getOverview(contextAs(db, "auditor"));
  expect(overview).toMatchObject({
    live: { all: { value: 0, isExact: true } },
    clients: [],
    recentOrders: [],
    registry: { audiences: 0, users: 0, clients: 0, verifiers: 0 },
  });
  expect(overview.perMinute.points).toHaveLength(60);
  expect(overview.perHour.points).toHaveLength(24);
});

test("every number is what the list behind its link counts", async () => {
  // another pool: the numbers of the empty register are kept a moment
  const own = openDatabase({
    url: (await testDatabase()).url,
    role: "app",
    maxConnections: 8,
    applicationName: "test",
  });
  try {
    const fixture = fixtureOf(own);
    const [billing, ledger] = [await fixture.client("billing"), await fixture.client("ledger")];
    const issued = [];
    for (let n = 0; n < 7; n += 1)
      issued.push(
        await fixture.token({
          clientId: n < 4 ? billing : ledger,
          kind: n % 3 === 0 ? "refresh" : "access",
          expiresAt: new Date(Date.now() + (n % 2 === 0 ? 600_000 : 40_000_000)),
        }),
      );
    await revokeToken(contextAs(own, "responder"), { id: issued[1]?.id as string, reason: "test", note: "" });
    const now = new Date();
    const ctx = contextAs(own, "auditor", now);
    const overview = await getOverview(ctx);
    expect(overview.live.all.value).toBe(6);
    expect(
      overview.clients.map((client) => [client.clientId, client.access.value, client.refresh.value]),
    ).toEqual([
      ["billing", 1, 2],
      ["ledger", 2, 1],
    ]);
    const byTokens: LinkedCount[] = [
      overview.live.all,
      overview.live.access,
      overview.live.refresh,
      overview.suspended,
      overview.expiringWithinHour,
      overview.expiringWithinDay,
      ...overview.clients.flatMap((client) => [client.access, client.refresh]),
    ];
    for (const { href, value } of byTokens) {
      const url = new URL(href, "http://x");
      expect(url.pathname).toBe("/tokens");
      const { total } = await listTokens(ctx, parseListQueryStrict(tokensTable, url.searchParams));
      expect([href, total.value]).toEqual([href, value]);
    }
    for (const [outcome, { href, value }] of Object.entries(overview.lastHour)) {
      const { filters } = parseListQueryStrict(tokenUsesTable, new URL(href, "http://x").searchParams);
      const { total } = await getUseHistogram(ctx, filters);
      expect(total[outcome as "issued"]).toBe(value);
    }
    expect(overview.lastHour.issued.value).toBe(7);
    const unsettled = new URL(overview.unsettledOrders.href, "http://x").searchParams;
    expect((await listOrders(ctx, parseListQueryStrict(ordersTable, unsettled))).total).toMatchObject({
      value: overview.unsettledOrders.value,
    });
    expect(overview.recentOrders).toHaveLength(1);
  } finally {
    await own.end();
  }
});

test("what expires within a day is counted to the last one, above ten thousand too", async () => {
  const own = openDatabase({
    url: (await testDatabase()).url,
    role: "app",
    maxConnections: 4,
    applicationName: "test",
  });
  try {
    const clientId = await fixtureOf(own).client("billing");
    await own.query(
      `WITH made AS (SELECT uuidv7() AS id FROM generate_series(1, 10050)), dated AS (SELECT id, uuid_extract_timestamp(id)::timestamptz(3) AS at FROM made)
       INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, rooted_at, expires_at, value_hash)
       SELECT id, at, 'access', 'jwt', $1::uuid, 'robot', id, 'client_credentials', '{}', '{}', '{}', '{}', at, at + interval '10 hours', sha256(uuid_send(id)) FROM dated`,
      [clientId],
    );
    const overview = await getOverview(contextAs(own, "auditor"));
    expect(overview.expiringWithinDay).toMatchObject({ value: 10_050, isExact: true });
    expect(overview.expiringWithinHour).toMatchObject({ value: 0, isExact: true });
  } finally {
    await own.end();
  }
});

test("orders by which clients give up their own tokens stay out of the overview, and are listed by who placed them", async () => {
  const client = {
    ...contextAs(db, "auditor"),
    actor: { kind: "client", id: "shop", name: "shop" },
  } as const;
  const placed = await db.transaction((tx) =>
    placeOrder(tx, client, {
      verb: "revoke",
      target: { kind: "token", id: randomUUID(), name: "a token" },
      reason: "user_request",
      note: "",
    }),
  );
  const ctx = contextAs(db, "auditor");
  const { recentOrders } = await getOverview(ctx);
  expect(recentOrders.map(({ id }) => id)).not.toContain(placed.id);
  const listed = async (by: string) => {
    const query = parseListQueryStrict(ordersTable, new URLSearchParams({ by }));
    return (await listOrders(ctx, query)).rows.map(({ id }) => id);
  };
  expect(await listed("client")).toEqual([placed.id]);
  expect(await listed("api_token")).not.toContain(placed.id);
});

test("nobody who is not signed in sees the overview", async () => {
  await expect(getOverview(contextAs(db, "anonymous"))).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
});

test("the pulse moves with an issue and with an order", async () => {
  const fixture = fixtureOf(db);
  const before = await readPulse(db);
  const token = await fixture.token({ clientId: await fixture.client("pulse") });
  const issued = await readPulse(db);
  expect(issued).toMatchObject({ newestTokenId: token.id, newestUseAt: token.issuedAt.toISOString() });
  expect(issued.registryVersion).not.toBe(before.registryVersion);
  await revokeToken(contextAs(db, "responder"), { id: token.id, reason: "test", note: "" });
  const revoked = await readPulse(db);
  expect(BigInt(revoked.feedPosition)).toBe(BigInt(issued.feedPosition) + 1n);
  expect(BigInt(revoked.newestEntry)).toBe(BigInt(issued.newestEntry) + 1n);
});

test("a long connection ends with its session, its admin, its role and its idle time", async () => {
  const [id, sessionId] = [randomUUID(), randomUUID()];
  const actor = { kind: "admin", id, name: "a@example.test", role: "auditor", sessionId } as const;
  const ctx = { ...contextAs(db, "auditor"), actor };
  await db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at) VALUES ($1, 'a@example.test', 'A', 'auditor', 'x', 'x', now())`,
    [id],
  );
  await db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1, $2, now(), now(), now() + interval '1 hour', 600, 'totp')`,
    [sessionId, id],
  );
  const now = new Date();
  expect(await isStillSignedIn(ctx, now)).toBe(true);
  expect(await isStillSignedIn(ctx, new Date(now.getTime() + 700_000))).toBe(false);
  expect(await isStillSignedIn({ ...ctx, actor: { ...actor, role: "owner" } }, now)).toBe(false);
  await db.query("UPDATE admin SET disabled_at = now() WHERE id = $1", [id]);
  expect(await isStillSignedIn(ctx, now)).toBe(false);
  await db.query("UPDATE admin SET disabled_at = NULL WHERE id = $1", [id]);
  await db.query("UPDATE admin_session SET ended_at = now() WHERE id = $1", [sessionId]);
  expect(await isStillSignedIn(ctx, now)).toBe(false);
  expect(await isStillSignedIn(contextAs(db, "anonymous"), now)).toBe(false);
});
