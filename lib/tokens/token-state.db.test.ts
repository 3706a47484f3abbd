import { randomUUID } from "node:crypto";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { uuidv7 } from "../ids.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import {
  type Order,
  type OrderSubject,
  orderReaches,
  TARGET_KINDS,
  VERBS,
  verdictOf,
} from "../revocations/model.ts";
import { settleNext } from "../revocations/settle-orders.ts";
import { settleAll } from "../revocations/test-settle.ts";
import { TOKEN_STATUS } from "../status-lists/model.ts";
import { readStatuses, type StatusListRecord } from "../status-lists/read-statuses.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { countTokensExactly } from "./count-tokens.ts";
import { listTokens } from "./list-tokens.ts";
import { TOKEN_STATES, type TokenState, tokenState } from "./model.ts";
import type { NewToken } from "./register.ts";
import { tokensTable } from "./table.ts";
import { contextAs, fixtureOf } from "./token-fixture.ts";

let db: Database;
let superuserUrl: string;

beforeAll(async () => {
  const { url } = await testDatabase();
  const admin = new URL(inject("databaseAdminUrl"));
  admin.pathname = new URL(url).pathname;
  superuserUrl = admin.toString();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
});
afterAll(() => db.end());

test("TypeScript and SQL tell the same state of the same facts", async () => {
  const instant = fc.integer({ min: 0, max: 6 }).map((n) => new Date(1_700_000_000_000 + n));
  const facts = fc.record({
    now: instant,
    notBefore: instant,
    expiresAt: instant,
    isRevoked: fc.boolean(),
    isSuspended: fc.boolean(),
    isConsumed: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(facts, { minLength: 50, maxLength: 50 }), async (rows) => {
      const told = await run<{ state: string }>(
        db,
        sql`SELECT token_state(f.now, f."notBefore", f."expiresAt", f."isRevoked", f."isSuspended", f."isConsumed") AS state
          FROM json_to_recordset(${JSON.stringify(rows)}::json) AS f(now timestamptz, "notBefore" timestamptz, "expiresAt" timestamptz,
            "isRevoked" boolean, "isSuspended" boolean, "isConsumed" boolean)`,
      );
      expect(told.map((row) => row.state)).toEqual(rows.map(tokenState));
    }),
    { numRuns: propertyRuns(20) },
  );
});

test("a revoked token is revoked whatever else holds, a consumed one never active (mistake 7)", () => {
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true }),
      fc.boolean(),
      fc.boolean(),
      (now, isSuspended, isConsumed) => {
        const facts = { now, notBefore: now, expiresAt: new Date(now.getTime() + 1), isSuspended };
        expect(tokenState({ ...facts, isConsumed, isRevoked: true })).toBe("revoked");
        expect(tokenState({ ...facts, isConsumed: true, isRevoked: false })).toBe("consumed");
      },
    ),
  );
});

const BASE = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;
const minute = (n: number) => new Date(BASE + n * 60_000);
/** Minute 60 has just been when the test begins; what were to begin or end in the next ones would do so between two reads of one draw. */
const isDuringTest = (n: number) => n > 60 && n < 66;
const anyMinute = (min: number, max: number) => fc.integer({ min, max }).filter((n) => !isDuringTest(n));

/** A small world where everything reaches everything: two of each. */
type World = { ids: string[]; names: string[] };

function subjectOf(token: NewToken): OrderSubject {
  return { ...token, rootedAtMs: token.rootedAt.getTime() };
}

/** An order as it is drawn: what it calls off or gives back is one before it, by its place. */
type Drawn = Omit<Order, "position" | "id" | "cancelsId"> & { selected: number[]; earlier: number };

function ordersIn(world: World, tokens: NewToken[]): fc.Arbitrary<Drawn[]> {
  const idOf = (kind: string): fc.Arbitrary<string> => {
    switch (kind) {
      case "token":
        return fc.constantFrom(...tokens.map((token) => token.id));
      case "family":
      case "user":
      case "client":
      case "selection":
        return fc.constantFrom(...world.ids);
      case "everything":
        return fc.constant("*");
      default:
        return fc.constantFrom(...world.names);
    }
  };
  const order = fc.constantFrom(...TARGET_KINDS).chain((targetKind) =>
    fc.record({
      verb: fc.constantFrom(...VERBS),
      targetKind: fc.constant(targetKind),
      targetId: idOf(targetKind),
      cutoffMs: ["token", "family", "signing_key", "selection"].includes(targetKind)
        ? fc.constant(null)
        : fc.integer({ min: 0, max: 12 }).map((n) => minute(n).getTime()),
      effectiveFromMs: fc.oneof(
        fc.constant(Number.NEGATIVE_INFINITY),
        anyMinute(0, 80).map((n) => minute(n).getTime()),
      ),
      expiresAtMs: fc.option(anyMinute(20, 100).map((n) => minute(n).getTime())),
      reason: fc.constant("test" as const),
      selected: fc.uniqueArray(fc.nat(tokens.length - 1), { minLength: 1, maxLength: 6 }),
      earlier: fc.nat(7),
    }),
  );
  return fc
    .array(order, { minLength: 1, maxLength: 8 })
    .map((orders) => orders.map((one) => (one.verb === "suspend" ? one : { ...one, expiresAtMs: null })));
}

/** A selection of some tokens, in chunks of two, none of which is in force yet. */
async function freeze(id: string, tokenIds: string[]): Promise<void> {
  await db.query("INSERT INTO selection (id, filters, size, created_at) VALUES ($1, '{}', $2, now())", [
    id,
    tokenIds.length,
  ]);
  for (let at = 0; at < tokenIds.length; at += 2)
    await db.query(
      "INSERT INTO selection_chunk (selection_id, number, token_ids) VALUES ($1, $2, $3::uuid[])",
      [id, at / 2, tokenIds.slice(at, at + 2)],
    );
}

/** The order as it can be placed after those before it. */
function fitted(drawn: Drawn, placed: readonly Order[]): Omit<Order, "id" | "position"> {
  const { selected: _, earlier, ...order } = drawn;
  const before = placed[earlier % Math.max(1, placed.length)];
  const atOnce = Number.NEGATIVE_INFINITY;
  const later = placed.filter((one) => one.effectiveFromMs !== atOnce && one.verb !== "restore");
  const off = later[earlier % Math.max(1, later.length)];
  const isOff = (one: Order) => placed.some((other) => other.cancelsId === one.id);
  if (order.verb === "cancel" && off !== undefined && !isOff(off)) {
    const { targetKind, targetId, cutoffMs } = off;
    return { ...order, targetKind, targetId, cutoffMs, effectiveFromMs: atOnce, cancelsId: off.id };
  }
  const verb = order.verb === "cancel" ? "suspend" : order.verb;
  const isNew = order.targetKind === "selection" && verb !== "restore";
  const again = order.targetKind === "selection" && before !== undefined ? before : order;
  const { targetKind, targetId, cutoffMs } = again;
  return isNew
    ? { ...order, verb, targetId: randomUUID(), cancelsId: null }
    : { ...order, verb, targetKind, targetId, cutoffMs, cancelsId: null };
}

async function place(drawn: Drawn[], from: bigint, tokens: NewToken[]): Promise<Order[]> {
  const placed: Order[] = [];
  for (const [index, one] of drawn.entries()) {
    const order = fitted(one, placed);
    if (order.targetKind === "selection" && !placed.some((other) => other.targetId === order.targetId))
      await freeze(
        order.targetId,
        one.selected.map((at) => (tokens[at] as NewToken).id),
      );
    const full = { ...order, id: uuidv7(new Date()), position: from + BigInt(index) };
    if (full.cancelsId !== null)
      await db.query("UPDATE revocation_order SET settled_at = now() WHERE id = $1", [full.cancelsId]);
    await db.query(
      `INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, note, effective_from, expires_at,
         actor_kind, actor_id, actor_name, created_at, cancels_id, settled_at)
       VALUES ($1, $2, $3, $4, $5, $5, $6, 'test', '', $7, $8, 'system', 't', 't', '2000-01-01', $9, CASE WHEN $9::uuid IS NOT NULL THEN now() END)`,
      [
        full.id,
        full.position,
        full.verb,
        full.targetKind,
        full.targetId,
        full.cutoffMs === null ? null : new Date(full.cutoffMs),
        full.effectiveFromMs === Number.NEGATIVE_INFINITY
          ? new Date("2000-01-01")
          : new Date(full.effectiveFromMs),
        full.expiresAtMs === null ? null : new Date(full.expiresAtMs),
        full.cancelsId,
      ],
    );
    placed.push(full);
  }
  return placed;
}

async function statesByList(now: Date): Promise<Map<string, TokenState>> {
  const page = await listTokens(contextAs(db, "auditor", now), {
    ...defaultQuery(tokensTable),
    pageSize: 200,
  });
  return new Map(page.rows.map((row) => [row.id, row.state]));
}

async function eachFilterFindsItsOwn(told: Map<string, TokenState>, at: Date): Promise<void> {
  for (const state of TOKEN_STATES) {
    const { rows, total } = await listTokens(contextAs(db, "auditor", at), {
      ...defaultQuery(tokensTable),
      filters: { state: [state] },
      pageSize: 200,
    });
    const own = [...told].filter(([, one]) => one === state).map(([id]) => id);
    expect(rows.map((row) => row.id).sort()).toEqual(own.sort());
    // on a busy machine the total that comes with a page may be "at least"
    expect(total).toEqual(total.isExact ? { value: own.length, isExact: true } : total);
    expect(total.value).toBeLessThanOrEqual(own.length);
    const counted = await countTokensExactly(contextAs(db, "auditor", at), { state: [state] });
    expect(counted).toEqual({ value: own.length, isExact: true });
  }
}

test("every list, and the status list, tells what the orders say, before anything is settled and after, and each state's filter finds exactly its own", async () => {
  const fixture = fixtureOf(db);
  const world = { ids: [randomUUID(), randomUUID()], names: ["one", "two"] };
  const pick = <T>(list: T[], bits: number) => list[bits % list.length] as T;
  const tokens: NewToken[] = [];
  for (let n = 0; n < 24; n += 1) {
    const issuedAt = minute(n % 13);
    const token = await fixture.token({
      // of two status lists, as two authorities would have issued them; some have none
      status: n % 8 === 7 ? undefined : { listId: n % 4 === 3 ? 2 : 1, index: (n * 37) % 64 },
      clientId: pick(world.ids, n),
      userId: n % 5 === 0 ? null : pick(world.ids, n >> 1),
      familyId: pick(world.ids, n >> 2),
      sessionUid: n % 3 === 0 ? null : pick(world.names, n),
      scopes: n % 4 === 0 ? [...world.names] : [pick(world.names, n >> 1)],
      groups: n % 2 === 0 ? [] : [pick(world.names, n >> 2)],
      audiences: [pick(world.names, n >> 3)],
      signingKid: n % 6 === 0 ? null : pick(world.names, n),
      kind: n % 3 === 0 ? "refresh" : "access",
      issuedAt,
      rootedAt: minute(n % 7),
      expiresAt: minute((n % 13) + (n % 4 === 1 ? 30 : 240)),
    });
    tokens.push(token);
    if (n % 9 === 0) await fixture.consume(token, minute(20));
  }
  for (const [index, id] of world.ids.entries())
    await db.query(
      "INSERT INTO token_family (id, client_id, session_uid, rooted_at) VALUES ($1, $1, $2, now())",
      [id, world.names[index] as string],
    );
  // a session's tokens are found through their families: every family here has both sessions' tokens, which real ones never have
  const consumed = new Set(tokens.filter((_, n) => n % 9 === 0).map((token) => token.id));
  const subjects = async (): Promise<OrderSubject[]> => {
    const rows = await db.query<{ token: string; selection: string }>(
      "SELECT token_id AS token, selection_id AS selection FROM selection_token",
    );
    return tokens.map((token) => {
      const own = rows.filter((row) => row.token === token.id);
      return { ...subjectOf(token), selectionIds: own.map((row) => row.selection) };
    });
  };
  const expected = async (orders: Order[], now: Date) => {
    const all = await subjects();
    return new Map(
      tokens.map((token, index) => {
        const verdict = verdictOf(orders, all[index] as OrderSubject, now.getTime());
        const state = tokenState({
          now,
          notBefore: new Date(token.issuedAt.getTime() - 30_000),
          expiresAt: token.expiresAt,
          ...verdict,
          isConsumed: consumed.has(token.id),
        });
        return [token.id, state];
      }),
    );
  };

  const lists = [1, 2].map(
    (id): StatusListRecord => ({
      id,
      size: 64,
      openedAt: minute(0),
      closedAt: minute(13),
      livesUntil: minute(300),
    }),
  );
  /** Every index of both lists: of no token that has it, valid. */
  const statuses = async (now: Date) =>
    Promise.all(
      lists.map(async (list) => {
        const { array } = await readStatuses(db, list, [], now);
        return Array.from({ length: list.size }, (_, index) => array.get(index));
      }),
    );
  const expectedStatuses = async (orders: Order[], now: Date) => {
    const told = lists.map((list) => Array.from({ length: list.size }, (): number => TOKEN_STATUS.valid));
    for (const [index, subject] of (await subjects()).entries()) {
      const place = tokens[index]?.status;
      if (place === undefined) continue;
      const { isRevoked, isSuspended } = verdictOf(orders, subject, now.getTime());
      const status = isRevoked
        ? TOKEN_STATUS.invalid
        : isSuspended
          ? TOKEN_STATUS.suspended
          : TOKEN_STATUS.valid;
      (told[place.listId - 1] as number[])[place.index] = status;
    }
    return told;
  };

  let position = 1n;
  await fc.assert(
    fc
      .asyncProperty(ordersIn(world, tokens), async (drawn) => {
        // a session order reaches by uid alone; the worker looks through families, so it is left to its own test
        const orders = await place(
          drawn.filter((order) => order.targetKind !== "session"),
          position,
          tokens,
        );
        position += BigInt(orders.length);
        const before = await subjects();
        for (const order of orders) {
          const reached = await run<{ id: string }>(
            db,
            sql`SELECT t.id FROM token t, revocation_order o WHERE o.id = ${order.id}::uuid AND order_reaches(o, t)`,
          );
          expect(new Set(reached.map((row) => row.id))).toEqual(
            new Set(before.filter((subject) => orderReaches(order, subject)).map((subject) => subject.id)),
          );
        }
        const now = new Date();
        expect(await statesByList(now)).toEqual(await expected(orders, now));
        expect(await statuses(now)).toEqual(await expectedStatuses(orders, now));
        await eachFilterFindsItsOwn(await expected(orders, now), now);
        // and half-way
        for (let steps = 0; steps < 3; steps += 1) {
          await settleNext(db);
          await eachFilterFindsItsOwn(await expected(orders, now), now);
          expect(await statuses(now)).toEqual(await expectedStatuses(orders, now));
        }
        await settleAll(db);
        const later = new Date();
        const told = await expected(orders, later);
        expect(await statesByList(later)).toEqual(told);
        await eachFilterFindsItsOwn(told, later);
        expect(await statuses(later)).toEqual(await expectedStatuses(orders, later));
      })
      .beforeEach(forgetOrders),
    { numRuns: propertyRuns(12) },
  );
}, 120_000);

/** A draw begins with no orders, also after one that failed: only a test may take evidence away. */
async function forgetOrders(): Promise<void> {
  await withSuperuser(async (superuser) => {
    await superuser.query("SET session_replication_role = replica");
    for (const table of [
      "order_settling",
      "selection_token",
      "selection_chunk",
      "selection",
      "token_standing",
      "revocation_order",
    ])
      await superuser.query(`DELETE FROM ${table}`);
  });
}

async function withSuperuser(work: (superuser: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
