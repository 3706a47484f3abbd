import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { getOrder } from "../revocations/get-order.ts";
import { restoreTarget } from "../revocations/restore-target.ts";
import { settleNext } from "../revocations/settle-orders.ts";
import { settleAll } from "../revocations/test-settle.ts";
import { countTokensExactly } from "../tokens/count-tokens.ts";
import { getToken } from "../tokens/get-token.ts";
import { tokensTable } from "../tokens/table.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import type { OrderBook } from "../verification/order-book.ts";
import { readBook, readFeedAfter } from "../verification/read-orders.ts";
import { createPlan } from "./create-plan.ts";
import { planInput } from "./input.ts";
import { placePlannedOrder } from "./place-planned-order.ts";
import { purgePlans } from "./purge-plans.ts";

let db: Database;
let fixture: Fixture;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
});
afterAll(() => db.end());

const why = { reason: "token_leaked", note: "" } as const;
const as = (role: "owner" | "responder" | "auditor") => contextAs(db, role);
const plan = (ctx: Context, input: unknown) => createPlan(ctx, planInput.parse(input));
const place = (ctx: Context, planId: string) =>
  placePlannedOrder({ ...ctx, now: new Date() }, { planId, ...why });
const stateOf = async (id: string) => (await getToken(as("auditor"), id)).state;

/** A client with tokens, and what each is found by. */
async function clientWith(count: number): Promise<{ id: string; name: string; tokens: string[] }> {
  const name = `app-${randomUUID().slice(0, 8)}`;
  const id = await fixture.client(name);
  const first = await fixture.token({ clientId: id });
  if (count > 1)
    await db.query(
      `INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, claims, rooted_at,
         expires_at, value_hash)
       SELECT n.id, uuid_extract_timestamp(n.id), t.kind, t.format, t.client_id, t.subject, n.id, t.grant_type, t.scopes, t.groups, t.roles, t.audiences,
         t.claims, uuid_extract_timestamp(n.id), t.expires_at, sha256(n.id::text::bytea)
       FROM token t, (SELECT uuidv7() AS id FROM generate_series(1, $2::int)) n WHERE t.id = $1::uuid`,
      [first.id, count - 1],
    );
  const rows = await db.query<{ id: string }>("SELECT id FROM token WHERE client_id = $1 ORDER BY id", [id]);
  return { id, name, tokens: rows.map((row) => row.id) };
}

const filtered = (client: string, more: Record<string, string> = {}) => ({
  kind: "selection",
  filters: { client, ...more },
});

async function countIn(client: string, state: string): Promise<number> {
  const query = parseListQueryStrict(tokensTable, { client, state });
  return (await countTokensExactly(as("auditor"), query.filters)).value;
}

function refused(book: OrderBook, tokenIds: readonly string[], nowMs = Date.now()) {
  const subject = { familyId: "f", sessionUid: null, userId: null, clientId: "c", signingKid: null };
  const rest = { ...subject, scopes: [], groups: [], audiences: [], rootedAtMs: 0 };
  const verdicts = tokenIds.map((id) => book.verdict({ ...rest, id }, nowMs));
  return {
    revoked: verdicts.filter((one) => one.isRevoked).length,
    suspended: verdicts.filter((one) => one.isSuspended).length,
  };
}

test("a small selection is in force with its order's commit, and is exactly what was frozen", async () => {
  const client = await clientWith(3);
  const ctx = as("responder");
  const made = await plan(ctx, { verb: "revoke", target: filtered(client.name, { state: "active" }) });
  expect(made).toMatchObject({ target: { kind: "selection" }, tokens: { value: 3, isExact: true } });
  expect(made.target.name).toBe(`3 tokens with state:active client:${client.name}`);
  const after = await fixture.token({ clientId: client.id });
  const done = await place(ctx, made.id);
  expect(done).toMatchObject({
    wasPlaced: true,
    reached: { tokens: 3 },
    order: { size: 3, settledCount: 3, settledAt: expect.any(String) },
  });
  for (const id of client.tokens) expect(await stateOf(id)).toBe("revoked");
  expect(await stateOf(after.id)).toBe("active");
  // the token's page names the order
  const detail = await getToken(as("auditor"), client.tokens[0] as string);
  expect(detail.orders).toMatchObject([{ id: done.order.id, decides: true }]);
  // and so it is for an authority that starts now
  expect(refused(await readBook(db, new Date()), [...client.tokens, after.id])).toEqual({
    revoked: 3,
    suspended: 0,
  });
});

test("a chunk that is written down waits for whoever holds the feed's head and writes one of its tokens: neither fails", async () => {
  const client = await clientWith(1_001);
  const ctx = as("responder");
  const made = await plan(ctx, { verb: "revoke", target: filtered(client.name) });
  await settleAll(db);
  const { order } = await place(ctx, made.id);
  const [holdsHead, mayWrite] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const placing = db.transaction(async (tx) => {
    await tx.query("SELECT position FROM feed_head WHERE id = 1 FOR UPDATE");
    holdsHead.resolve();
    await mayWrite.promise;
    await tx.query(
      "INSERT INTO token_standing (token_id, revoked_at, revoked_order_id) VALUES ($1::uuid, now(), $2::uuid) ON CONFLICT DO NOTHING",
      [client.tokens[1_000] as string, order.id],
    );
  });
  await holdsHead.promise;
  const settling = settleNext(db);
  await vi.waitFor(
    async () => {
      const waiting = await db.query(
        `SELECT FROM pg_locks w WHERE NOT w.granted AND w.pid IN
           (SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database())`,
      );
      expect(waiting.length).toBeGreaterThan(0);
    },
    { timeout: 10_000 },
  );
  mayWrite.resolve();
  expect(await Promise.allSettled([placing, settling])).toEqual([
    { status: "fulfilled", value: undefined },
    { status: "fulfilled", value: true },
  ]);
  await settleAll(db);
  expect(await countIn(client.name, "revoked")).toBe(1_001);
});

test("tokens that are picked one by one are frozen, and those among them that have ended are not", async () => {
  const client = await clientWith(4);
  const [first, second, third] = client.tokens as [string, string, string];
  const ctx = as("responder");
  const single = await plan(ctx, { verb: "revoke", target: { kind: "token", id: first } });
  await place(ctx, single.id);
  const target = { kind: "selection", tokenIds: [first, second, third, third, randomUUID()] };
  const made = await plan(ctx, { verb: "suspend", target });
  expect(made).toMatchObject({ tokens: { value: 2 }, target: { name: "2 tokens picked by hand" } });
  await place(ctx, made.id);
  expect(await Promise.all(client.tokens.map(stateOf))).toEqual([
    "revoked",
    "suspended",
    "suspended",
    "active",
  ]);
});

test("a selection that was suspended is planned again by its id, and revoked as far as it lives", async () => {
  const client = await clientWith(4);
  const [first, second] = client.tokens as [string, string];
  const ctx = as("responder");
  const made = await plan(ctx, { verb: "suspend", target: filtered(client.name) });
  const { order } = await place(ctx, made.id);
  await place(ctx, (await plan(ctx, { verb: "revoke", target: { kind: "token", id: first } })).id);
  const late = await fixture.token({ clientId: client.id });
  const again = await plan(as("owner"), {
    verb: "revoke",
    target: { kind: "selection", id: order.target.id },
  });
  expect(again).toMatchObject({
    tokens: { value: 3, isExact: true },
    target: { kind: "selection", name: `3 tokens with client:${client.name}` },
  });
  expect(again.target.id).not.toBe(order.target.id);
  const mine = await plan(ctx, { verb: "revoke", target: { kind: "selection", id: order.target.id } });
  await place(ctx, mine.id);
  expect(await Promise.all([first, second, late.id].map(stateOf))).toEqual(["revoked", "revoked", "active"]);
  // a restore of the suspension brings nothing back
  await restoreTarget({ ...ctx, now: new Date() }, { orderId: order.id, ...why });
  expect(await stateOf(second)).toBe("revoked");
  await expect(
    plan(ctx, { verb: "revoke", target: { kind: "selection", id: order.target.id } }),
  ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path: "target.id" }] });
});

test("a selection by an id that no order was placed upon is not found: a plan's alone, or none", async () => {
  const client = await clientWith(1);
  const ctx = as("responder");
  const unused = await plan(ctx, { verb: "suspend", target: filtered(client.name) });
  for (const id of [unused.target.id, randomUUID()])
    await expect(plan(ctx, { verb: "revoke", target: { kind: "selection", id } })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
});

describe("a large selection", () => {
  const SIZE = 11_000;

  test("comes into force batch by batch: lists, the feed and a newcomer tell the same after each, and a worker that died is gone on from", async () => {
    const client = await clientWith(SIZE);
    const ctx = as("responder");
    const made = await plan(ctx, { verb: "revoke", target: filtered(client.name) });
    expect(made.tokens).toEqual({ value: SIZE, isExact: true });
    await settleAll(db);
    const follower = await readBook(db, new Date());
    const { order, refusedEverywhere } = await place(ctx, made.id);
    expect(order).toMatchObject({ size: SIZE, settledCount: 0, settledAt: null });
    expect(refusedEverywhere.says).toContain("refuses each token from when it is written");
    // a worker that dies in the middle of a batch leaves nothing of it
    await expect(
      db.transaction(async (tx) => {
        await settleNext({ ...db, transaction: (work) => work(tx) });
        throw new Error("killed");
      }),
    ).rejects.toThrow("killed");
    const seen: number[] = [];
    for (let steps = 0; steps < 3; steps += 1) {
      await settleNext(db);
      for (const entry of await readFeedAfter(db, follower.position, 100)) follower.append(entry);
      const { revoked } = refused(follower, client.tokens);
      seen.push(revoked);
      // and so does the order's page, with how many there are
      const { settling } = await getOrder(as("auditor"), order.id);
      expect(settling).toMatchObject({ done: revoked, total: { value: SIZE, isExact: true } });
      expect(refused(await readBook(db, new Date()), client.tokens).revoked).toBe(revoked);
      const rows = await db.query(
        "SELECT s.token_id FROM token_standing s JOIN token t ON t.id = s.token_id WHERE t.client_id = $1 AND s.revoked_at IS NOT NULL",
        [client.id],
      );
      expect(rows).toHaveLength(revoked);
    }
    expect(seen).toEqual([5_000, 10_000, SIZE]);
    await settleAll(db);
    expect(await getOrder(as("auditor"), order.id)).toMatchObject({
      settledCount: SIZE,
      settledAt: expect.any(String),
      settling: null,
    });
    const [dense] = await db.query<{ is: boolean }>(
      `SELECT (SELECT position FROM feed_head) = (SELECT count(*) FROM revocation_order) + (SELECT count(*) FROM selection_chunk WHERE position IS NOT NULL) AS is`,
    );
    expect(dense?.is).toBe(true);
  });

  test("that is suspended is given back whole, also in the middle of being written", async () => {
    const client = await clientWith(SIZE);
    const ctx = as("responder");
    const made = await plan(ctx, { verb: "suspend", target: filtered(client.name) });
    await settleAll(db);
    const { order } = await place(ctx, made.id);
    await settleNext(db);
    expect(refused(await readBook(db, new Date()), client.tokens).suspended).toBe(5_000);
    const target = { kind: "selection", id: order.target.id } as const;
    await restoreTarget({ ...ctx, now: new Date() }, { target, ...why });
    expect(refused(await readBook(db, new Date()), client.tokens).suspended).toBe(0);
    expect(await countIn(client.name, "suspended")).toBe(0);
    await settleAll(db);
    expect(await countIn(client.name, "suspended")).toBe(0);
    expect(await countIn(client.name, "active")).toBe(SIZE);
    expect(refused(await readBook(db, new Date()), client.tokens).suspended).toBe(0);
  });

  test("that begins later is in every book before its hour and holds from then on, settled or not", async () => {
    const client = await clientWith(SIZE);
    const ctx = as("responder");
    const effectiveFrom = new Date(Date.now() + 4_000);
    const made = await plan(ctx, {
      verb: "revoke",
      target: filtered(client.name),
      effectiveFrom: effectiveFrom.toISOString(),
    });
    const { order } = await place(ctx, made.id);
    expect(order.standing).toBe("scheduled");
    while (await settleNext(db));
    const book = await readBook(db, new Date());
    const before = effectiveFrom.getTime() - 1;
    expect(refused(book, client.tokens, before).revoked).toBe(0);
    expect(refused(book, client.tokens, before + 1).revoked).toBe(SIZE);
    if (Date.now() < before) expect(await stateOf(client.tokens[0] as string)).toBe("active");
    await expect.poll(() => Date.now(), { timeout: 6_000 }).toBeGreaterThan(before);
    expect(await stateOf(client.tokens[0] as string)).toBe("revoked");
    expect(await countIn(client.name, "active")).toBe(0);
    await settleAll(db);
    expect(await countIn(client.name, "active")).toBe(0);
    expect(await getOrder(as("auditor"), order.id)).toMatchObject({
      settledCount: SIZE,
      standing: "in_force",
    });
  });
});

test("two workers write a selection together, each token once", async () => {
  const client = await clientWith(12_000);
  const ctx = as("owner");
  const made = await plan(ctx, { verb: "suspend", target: filtered(client.name) });
  const { order } = await place(ctx, made.id);
  const work = async () => {
    for (let idle = 0; idle < 5; ) idle = (await settleNext(db)) ? 0 : idle + 1;
  };
  await Promise.all([work(), work(), work()]);
  expect(await getOrder(as("auditor"), order.id)).toMatchObject({ settledCount: 12_000 });
});

describe("a selection is refused", () => {
  test("where nothing live matches", async () => {
    const client = await clientWith(1);
    for (const filters of [{ client: client.name, state: "revoked" }, { client: "nosuch" }])
      await expect(
        plan(as("owner"), { verb: "revoke", target: { kind: "selection", filters } }),
      ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path: "target.filters" }] });
  });

  test("of states that nothing live has, without a look at the tokens that have them", async () => {
    const client = await clientWith(1);
    const filters = { client: client.name, state: ["revoked", "consumed", "expired"] };
    await db.transaction(async (holder) => {
      // who looks waits for it until the time for freezing is over
      await holder.query("LOCK TABLE token_standing IN ACCESS EXCLUSIVE MODE");
      await expect(
        plan(as("owner"), { verb: "revoke", target: { kind: "selection", filters } }),
      ).rejects.toMatchObject({
        code: "INVALID_INPUT",
        message: expect.stringContaining("No live token matches"),
      });
    });
    const states = ["revoked", "active"];
    const { tokens } = await plan(as("owner"), {
      verb: "revoke",
      target: { kind: "selection", filters: { client: client.name, state: states } },
    });
    expect(tokens).toEqual({ value: 1, isExact: true });
  });

  test.each([
    [{ nosuch: "1" }, "target.filters.nosuch"],
    [{ state: "'; DROP TABLE token; --" }, "target.filters.state"],
    [{ issued: "yesterday" }, "target.filters.issued"],
    [{ family: "x" }, "target.filters.family"],
    [{ client: ["a\u0000b"] }, "target.filters.client"],
    [{ client: [] }, "target.filters.client"],
    [{ state: "active", client: [] }, "target.filters.client"],
    [{ size: "1" }, "target.filters.size"],
    [{ sort: "-expires", state: "active" }, "target.filters.sort"],
    [{}, "target.filters"],
  ])("with the filter %j, which is named", async (filters, path) => {
    await expect(
      plan(as("owner"), { verb: "revoke", target: { kind: "selection", filters } }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [expect.objectContaining({ path })] });
  });

  test.each(["%", "' OR 1=1 --", "\\", "(a+)+$", "$1", "\u202egnp.exe"])(
    "with the search %j, as one that matches nothing or for what it is, never with a fault",
    async (q) => {
      await expect(
        plan(as("owner"), { verb: "revoke", target: { kind: "selection", filters: { q } } }),
      ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    },
  );
});

test("what an abandoned plan left behind says nothing of any token", async () => {
  const client = await clientWith(2);
  await plan(as("responder"), { verb: "revoke", target: filtered(client.name) });
  await settleAll(db);
  expect(await countIn(client.name, "active")).toBe(2);
  expect(
    await db.query("SELECT FROM selection_token s JOIN token t ON t.id = s.token_id WHERE t.client_id = $1", [
      client.id,
    ]),
  ).toEqual([]);
});

test("plans that ended long ago go with what was frozen for them; what was placed stays", async () => {
  const client = await clientWith(2);
  const ctx = as("responder");
  const target = { kind: "selection", tokenIds: client.tokens };
  const unused = await plan(ctx, { verb: "suspend", target });
  const used = await plan(ctx, { verb: "suspend", target });
  const { order } = await place(ctx, used.id);
  const frozen = async (id: string) =>
    (await db.query("SELECT FROM selection_chunk WHERE selection_id = $1", [id])).length;
  expect([await frozen(unused.target.id), await frozen(used.target.id)]).toEqual([1, 1]);
  expect(await purgePlans(db, new Date())).toBe(0);
  expect(await purgePlans(db, new Date(Date.now() + 2 * 86_400_000))).toBeGreaterThanOrEqual(2);
  expect([await frozen(unused.target.id), await frozen(used.target.id)]).toEqual([0, 1]);
  expect(await stateOf(client.tokens[0] as string)).toBe("suspended");
  expect(await getOrder(as("auditor"), order.id)).toMatchObject({ size: 2 });
  await expect(place(ctx, unused.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
