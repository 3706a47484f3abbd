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
    { numRuns: 20 },
  );
});

test("a revoked token is revoked whatever else holds, a consumed one never active", () => {
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

/** A small world where everything reaches everything: two of each. */
type World = { ids: string[]; names: string[] };

function subjectOf(token: NewToken): OrderSubject {
  return { ...token, rootedAtMs: token.rootedAt.getTime() };
}

function ordersIn(world: World, tokens: NewToken[]): fc.Arbitrary<Omit<Order, "position" | "id">[]> {
  const idOf = (kind: string): fc.Arbitrary<string> => {
    switch (kind) {
      case "token":
        return fc.constantFrom(...tokens.map((token) => token.id));
      case "family":
      case "user":
      case "client":
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
      cutoffMs: ["token", "family", "signing_key"].includes(targetKind)
        ? fc.constant(null)
        : fc.integer({ min: 0, max: 12 }).map((n) => minute(n).getTime()),
      effectiveFromMs: fc.integer({ min: 0, max: 80 }).map((n) => minute(n).getTime()),
      expiresAtMs: fc.option(fc.integer({ min: 20, max: 100 }).map((n) => minute(n).getTime())),
      reason: fc.constant("test" as const),
    }),
  );
  return fc
    .array(order, { minLength: 1, maxLength: 8 })
    .map((orders) => orders.map((one) => (one.verb === "suspend" ? one : { ...one, expiresAtMs: null })));
}

async function place(orders: Omit<Order, "position" | "id">[], from: bigint): Promise<Order[]> {
  const placed: Order[] = [];
  for (const [index, order] of orders.entries()) {
    const full = { ...order, id: uuidv7(new Date()), position: from + BigInt(index) };
    await db.query(
      `INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, note, effective_from, expires_at,
         actor_kind, actor_id, actor_name, created_at) VALUES ($1, $2, $3, $4, $5, $5, $6, 'test', '', $7, $8, 'system', 't', 't', '2000-01-01')`,
      [
        full.id,
        full.position,
        full.verb,
        full.targetKind,
        full.targetId,
        full.cutoffMs === null ? null : new Date(full.cutoffMs),
        new Date(full.effectiveFromMs),
        full.expiresAtMs === null ? null : new Date(full.expiresAtMs),
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

/** Settles what is due, and goes past the worker's second look by moving it nearer. */
async function settleAll(): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    if (await settleNext(db)) idle = 0;
    else {
      idle += 1;
      await db.query("UPDATE order_settling SET due_at = now() - interval '1 second'");
    }
  }
}

test("every list tells what the orders say, before anything is settled and after, and each state's filter finds exactly its own", async () => {
  const fixture = fixtureOf(db);
  const world = { ids: [randomUUID(), randomUUID()], names: ["one", "two"] };
  const pick = <T>(list: T[], bits: number) => list[bits % list.length] as T;
  const tokens: NewToken[] = [];
  for (let n = 0; n < 24; n += 1) {
    const issuedAt = minute(n % 13);
    const token = await fixture.token({
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
  const expected = (orders: Order[], now: Date) =>
    new Map(
      tokens.map((token) => {
        const verdict = verdictOf(orders, subjectOf(token), now.getTime());
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

  let position = 1n;
  await fc.assert(
    fc.asyncProperty(ordersIn(world, tokens), async (drawn) => {
      // a session order reaches by uid alone; the worker looks through families, so it is left to its own test
      const orders = await place(
        drawn.filter((order) => order.targetKind !== "session"),
        position,
      );
      position += BigInt(orders.length);
      for (const order of orders) {
        const reached = await run<{ id: string }>(
          db,
          sql`SELECT t.id FROM token t, revocation_order o WHERE o.id = ${order.id}::uuid AND order_reaches(o, t)`,
        );
        expect(new Set(reached.map((row) => row.id))).toEqual(
          new Set(tokens.filter((token) => orderReaches(order, subjectOf(token))).map((token) => token.id)),
        );
      }
      const now = new Date();
      expect(await statesByList(now)).toEqual(expected(orders, now));
      await eachFilterFindsItsOwn(expected(orders, now), now);
      // and half-way
      await settleNext(db);
      await eachFilterFindsItsOwn(expected(orders, now), now);
      await settleAll();
      const later = new Date();
      const told = expected(orders, later);
      expect(await statesByList(later)).toEqual(told);
      await eachFilterFindsItsOwn(told, later);
      // the next draw begins with no orders: only a test may take evidence away
      await withSuperuser(async (superuser) => {
        await superuser.query("SET session_replication_role = replica");
        await superuser.query("DELETE FROM order_settling");
        await superuser.query("DELETE FROM token_standing");
        await superuser.query("DELETE FROM revocation_order");
      });
    }),
    { numRuns: 10 },
  );
}, 120_000);

async function withSuperuser(work: (superuser: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
