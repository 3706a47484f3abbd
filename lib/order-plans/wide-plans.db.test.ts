import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { testDatabase } from "../db/test-database.ts";
import { createSeededRandom } from "../demo/seeded-random.ts";
import { compile, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { newestCalled } from "../revocations/read-callers.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { settleAll } from "../revocations/test-settle.ts";
import { keepLiveTokens } from "../tokens/keep-live-tokens.ts";
import { readLiveBook } from "../tokens/live-book.ts";
import type { NewToken } from "../tokens/register.ts";
import { contextAs, type Fixture } from "../tokens/token-fixture.ts";
import { findNewcomers } from "./changes-since.ts";
import { createPlan } from "./create-plan.ts";
import { planInput } from "./input.ts";
import type { NamedKind, OrderPlan } from "./model.ts";
import { type PlanFixture, planFixtureOf } from "./plan-fixture.ts";
import { getPlanTarget } from "./plan-target.ts";
import { parseTokenFilters, selectLive, selectMatching } from "./selected-tokens.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const GROUP = "all hands";

let db: Database;
let plans: PlanFixture;
let fixture: Fixture;
let clients: string[];
let users: string[];
const random = createSeededRandom(5);

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  plans = planFixtureOf(db);
  fixture = plans.tokens;
  const now = new Date();
  await db.query("SELECT ensure_partitions($1, $2)", [new Date(now.getTime() - 40 * DAY), now]);
  clients = [await fixture.client("billing"), await fixture.client("ledger")];
  users = await Promise.all(["ada", "bo", "cy"].map((name) => fixture.user(`${name}@example.test`)));
  for (const name of ["orders-api", "stock-api"]) await plans.addVerifier(`gate of ${name}`, name);
  await db.query(
    "INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at) VALUES ($1, 'key-1', 'access_token', 'ES256', 'standby', '{}', '\\x00', now() - interval '60 days')",
    [randomUUID()],
  );
});
afterAll(() => db.end());

const keep = () => keepLiveTokens(db, { lag: "0 seconds", step: 7 });
/** As after an upgrade: from the register that is there. */
async function refill(): Promise<void> {
  await db.query("DELETE FROM live_token");
  await db.query(
    "UPDATE live_token_mark SET added_until = 'epoch', ended_until = 'epoch', expired_until = 'epoch'",
  );
  await keep();
}
const TARGETS: (() => { kind: NamedKind; id: string })[] = [
  () => ({ kind: "client", id: clients[0] as string }),
  () => ({ kind: "permission", id: "read" }),
  () => ({ kind: "group", id: GROUP }),
  () => ({ kind: "audience", id: "orders-api" }),
  () => ({ kind: "signing_key", id: "key-1" }),
  () => ({ kind: "everything", id: "*" }),
];

/** Tokens of the last month, or of this moment: some live for minutes, some for weeks, some have ended. */
async function some(count: number, isNew = false): Promise<NewToken[]> {
  const made: NewToken[] = [];
  for (let n = 0; n < count; n += 1) {
    const ago = isNew ? 0 : random.chance(0.3) ? random.between(0, 50) * MINUTE : random.between(0, 30) * DAY;
    const issuedAt = new Date(Date.now() - ago);
    const lives = random.chance(0.4) ? random.between(1, 60) * MINUTE : random.between(1, 40) * DAY;
    made.push(
      await fixture.token({
        clientId: clients[n % 2] as string,
        userId: random.chance(0.7) ? (users[n % 3] as string) : null,
        kind: random.chance(0.5) ? "refresh" : "access",
        scopes: random.chance(0.6) ? ["read"] : ["write"],
        groups: random.chance(0.6) ? [GROUP] : [],
        audiences: random.chance(0.5) ? ["orders-api"] : ["stock-api"],
        signingKid: random.chance(0.5) ? "key-1" : "key-0",
        issuedAt,
        expiresAt: new Date(issuedAt.getTime() + lives),
      }),
    );
  }
  return made;
}

const revoke = (token: NewToken) =>
  db.query(
    "INSERT INTO token_standing (token_id, revoked_at, revoked_order_id) VALUES ($1, now(), $2) ON CONFLICT DO NOTHING",
    [token.id, randomUUID()],
  );
const suspend = (token: NewToken) =>
  db.query(
    "INSERT INTO token_standing (token_id, suspended_at, suspended_order_id) VALUES ($1, now(), $2) ON CONFLICT DO NOTHING",
    [token.id, randomUUID()],
  );

const idsOf = async (live: Fragment) =>
  (await run<{ id: string }>(db, sql`SELECT p.id FROM (${live}) AS p ORDER BY 1`)).map(({ id }) => id);

/** Filters that the copy answers: every one, alone and beside states. */
const FILTERS = [
  "kind=refresh",
  "format=jwt",
  "client=billing",
  "permission=read&permission=write",
  `group=${encodeURIComponent(GROUP)}`,
  "audience=stock-api",
  "key=key-1",
  "issued=within:10d",
  "expires=within:5d",
  "longLived=2h",
  "state=active",
  "state=suspended&state=revoked",
  "state=active&state=suspended&state=not_yet_valid",
  "kind=access&state=active&client=ledger&longLived=30m",
].map((text) => {
  const given = new URLSearchParams(text);
  return [text, Object.fromEntries([...given.keys()].map((key) => [key, given.getAll(key)]))] as const;
});

/** That filters find the same by the copy as in the register. */
async function expectTheSameByFilter(ctx: Context): Promise<void> {
  for (const [text, given] of FILTERS) {
    const filters = parseTokenFilters(given);
    const searched = await selectMatching(ctx, filters, false);
    const copied = await selectMatching(ctx, filters);
    if (searched === null || copied === null) throw new Error(`${text} can match`);
    expect(await idsOf(copied), text).toEqual(await idsOf(searched));
  }
}

/** That by the copy each target's live tokens are those that looking at all it was given finds; how many that were. */
async function expectTheSame(): Promise<number> {
  const ctx = contextAs(db, "owner");
  const book = await readLiveBook(db, ctx.now);
  expect(book).not.toBeNull();
  await expectTheSameByFilter(ctx);
  let seen = 0;
  for (const named of TARGETS) {
    const target = await getPlanTarget(db, named());
    const looked = await idsOf(await selectLive(ctx, target, null));
    expect(await idsOf(await selectLive(ctx, target, book)), target.kind).toEqual(looked);
    // as where too much ended since to be told one by one
    const untold = book && { ...book, endedIds: null };
    expect(await idsOf(await selectLive(ctx, target, untold)), target.kind).toEqual(looked);
    seen += looked.length;
  }
  return seen;
}

let past: NewToken[];

test("are made by looking at all that a target was given until the copy of what lives on is filled", async () => {
  past = await some(40);
  expect(await readLiveBook(db, new Date())).toBeNull();
  const made = await plans.plan(contextAs(db, "owner"), { verb: "revoke", target: TARGETS[0]?.() });
  expect(made.tokens.isExact).toBe(true);
  await keep();
  expect(await expectTheSame()).toBeGreaterThan(20);
});

test("reach the same by the copy, whatever was issued or ended before it was kept, after it, or both", async () => {
  const end = async (tokens: NewToken[], turn: number) => {
    for (const [n, token] of tokens.entries()) {
      if (n % 3 !== turn) continue;
      if (n % 5 === 1) await suspend(token);
      else if (token.kind === "refresh") await fixture.consume(token, new Date());
      else await revoke(token);
    }
  };
  await end(past, 0);
  await expectTheSame();
  const fresh = await some(20, true);
  await expectTheSame();
  await end(fresh, 0);
  await expectTheSame();
  await keep();
  await end(past, 1);
  await end(fresh, 1);
  await expectTheSame();
  await keep();
  expect(await expectTheSame()).toBeGreaterThan(20);
  const [row] = await db.query<{ ended: bigint }>(
    `SELECT count(*) AS ended FROM live_token l WHERE EXISTS (SELECT FROM refresh_consumption c WHERE c.token_id = l.id)
       OR EXISTS (SELECT FROM token_standing s WHERE s.token_id = l.id AND s.revoked_at IS NOT NULL)`,
  );
  expect(Number(row?.ended), "nothing that has ended stays in it").toBe(0);
  const ctx = contextAs(db, "owner");
  const ways = [true, false].map((isByCopy) => selectMatching(ctx, { kind: ["refresh"] }, isByCopy));
  const isCopyRead = (await Promise.all(ways)).map(
    (way) => way !== null && /live_token/.test(compile(way).text),
  );
  expect(isCopyRead).toEqual([true, false]);
});

test("leave out what an order reaches that is not settled, of each kind", async () => {
  const [one, other] = [await some(1, true), await some(1, true)].map(([token]) => token as NewToken);
  await keep();
  const kinds = [
    ["token", one?.id],
    ["family", one?.familyId],
    ["user", users[0]],
    ["client", clients[1]],
    ["permission", "write"],
    ["group", GROUP],
    ["audience", "stock-api"],
    ["signing_key", "key-0"],
    ["everything", "*"],
    ["session", "none"],
    ["selection", other?.id],
  ] as const;
  const [row] = await run<{ differ: bigint; reached: bigint }>(
    db,
    sql`WITH orders AS (SELECT jsonb_populate_record(NULL::revocation_order, jsonb_build_object('target_kind', k, 'target_id', i, 'cutoff', now() + c)) AS o
        FROM unnest(${kinds.map(([kind]) => kind)}::text[], ${kinds.map(([, id]) => id ?? "")}::text[]) AS x(k, i), unnest(ARRAY[interval '-1 day', interval '1 day']) AS y(c))
      SELECT count(*) FILTER (WHERE order_reaches(o.o, t) IS DISTINCT FROM order_reaches_live(o.o, l)) AS differ, count(*) FILTER (WHERE order_reaches(o.o, t)) AS reached
      FROM orders o, live_token l JOIN token t ON t.issued_at = l.issued_at AND t.id = l.id`,
  );
  expect([Number(row?.differ), Number(row?.reached) > 20]).toEqual([0, true]);
  await revokeClientTokens(contextAs(db, "owner"), { id: clients[1] as string, reason: "test", note: "" });
  await expectTheSame();
  await settleAll(db);
  await expectTheSame();
  await keep();
  expect(await expectTheSame()).toBeGreaterThan(5);
});

const partitionsOf = async (live: Fragment): Promise<string> =>
  JSON.stringify(await run(db, sql`EXPLAIN (FORMAT JSON) ${live}`));
const partition = (at: number) => {
  const monday = new Date((Math.floor(at / DAY) - ((Math.floor(at / DAY) + 3) % 7)) * DAY);
  return `token_${monday.toISOString().slice(0, 10).replaceAll("-", "")}`;
};

test("of wide targets do not open the weeks before the last hour, and callers' none before the last day", async () => {
  // the oldest token that lives keeps its week among those that are looked at
  const old = new Date(Date.now() - 30 * DAY);
  const lasting = new Date(Date.now() + DAY);
  await fixture.token({
    clientId: clients[0] as string,
    issuedAt: old,
    expiresAt: lasting,
    scopes: ["read"],
  });
  await refill();
  const ctx = contextAs(db, "owner");
  const book = await readLiveBook(db, ctx.now);
  for (const named of TARGETS.slice(0, 2)) {
    const target = await getPlanTarget(db, named());
    const week = partition(Date.now() - 15 * DAY);
    expect(await partitionsOf(await selectLive(ctx, target, null))).toContain(week);
    expect(await partitionsOf(await selectLive(ctx, target, book))).not.toContain(week);
    expect(await partitionsOf(newestCalled(ctx, target, book))).not.toContain(week);
  }
});

async function use(token: NewToken, verifierId: string): Promise<void> {
  await db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, source, token_id, token_kind, family_id, client_id, subject, verifier_id, writer_id, flush, ordinal, salt)
     VALUES (gen_random_uuid(), now(), now(), 'allowed', 'introspection', $1, $2, $3, $4, 's', $5, gen_random_uuid(), 1, 0, '\\x00')`,
    [token.id, token.kind, token.familyId, token.clientId, verifierId],
  );
}

test("tell who called with what lives for weeks, with what lived for minutes, and with what ended today", async () => {
  const client = await fixture.client("called");
  const [a, b, c] = [
    await plans.addVerifier("weeks", "weeks-api"),
    await plans.addVerifier("minutes", "minutes-api"),
    await plans.addVerifier("today", "today-api"),
  ];
  const at = (from: number, to: number) => ({
    clientId: client,
    issuedAt: new Date(Date.now() + from),
    expiresAt: new Date(Date.now() + to),
  });
  await use(await fixture.token(at(-20 * DAY, 10 * DAY)), a);
  await use(await fixture.token(at(-20 * HOUR, -20 * HOUR + 10 * MINUTE)), b);
  const today = await fixture.token(at(-9 * DAY, 30_000));
  await use(today, c);
  await use(await fixture.token(at(-9 * DAY, -3 * DAY)), a);
  await refill();
  const ctx: Context = contextAs(db, "owner", new Date(today.expiresAt.getTime() + 1));
  const made: OrderPlan = await plans.plan(ctx, { verb: "revoke", target: { kind: "client", id: client } });
  expect(made.callersAreKnown).toBe(true);
  const told = made.callers.map(({ kind, name, uses }) => [kind, name, uses] as const);
  expect(told.toSorted(([, one], [, other]) => one.localeCompare(other))).toEqual([
    ["client", "called", 3],
    ["verifier", "minutes", 1],
    ["verifier", "today", 1],
    ["verifier", "weeks", 1],
  ]);
});

describe("that could not name everybody in time", () => {
  const unnamed = (ctx: Context, target: object) =>
    createPlan(ctx, planInput.parse({ verb: "revoke", target }), { lookMs: 0 });
  const place = (ctx: Context, made: OrderPlan) =>
    plans.place(ctx, made.id, made.confirm === null ? {} : { confirm: made.confirm });

  test.each(["client", "permission", "group", "audience"])(
    "say so for a %s, and are refused for who held nothing then, a client among them, and for a new verifier",
    async (kind) => {
      const one = await plans.world();
      const id = { client: one.clientId, permission: one.scope, group: one.group, audience: one.audience }[
        kind
      ];
      const ctx = plans.as("owner");
      const made = await unnamed(ctx, { kind, id });
      expect(made).toMatchObject({
        tokens: { value: 2, isExact: false },
        users: { value: 0, isExact: false },
        named: { users: [], clients: [], verifiers: [] },
        needsOwner: true,
      });
      expect(made.sentences.join(" ")).toContain("too many tokens to name every user and client");
      const email = `late-${one.tag}@example.test`;
      const late = await fixture.user(email);
      await fixture.token({ ...one.common, userId: late });
      await expect(place(ctx, made)).rejects.toMatchObject({
        code: "PLAN_CHANGED",
        fields: [{ path: "users", message: email }],
      });
      const again = await unnamed(ctx, { kind, id });
      if (kind !== "client") {
        const name = `late-${one.tag}`;
        await fixture.token({ ...one.common, clientId: await fixture.client(name), userId: late });
        await expect(place(ctx, again)).rejects.toMatchObject({
          code: "PLAN_CHANGED",
          fields: [{ path: "clients", message: name }],
        });
      }
      const third = await unnamed(ctx, { kind, id });
      await plans.addVerifier(`late-${one.tag}`, one.audience);
      await expect(place(ctx, third)).rejects.toMatchObject({
        code: "PLAN_CHANGED",
        fields: [{ path: "verifiers", message: `late-${one.tag}` }],
      });
      expect(await plans.stateOf(one.first)).toBe("active");
    },
  );

  test("are placed where who held one has more since, but not where all that one held had ended", async () => {
    const one = await plans.world();
    const ctx = plans.as("owner");
    const target = { kind: "client", id: one.clientId };
    const [, second] = one.users as [string, string];
    const made = await unnamed(ctx, target);
    const more = await fixture.token({ ...one.common, userId: second });
    expect(await place(ctx, made)).toMatchObject({ wasPlaced: true, reached: { tokens: 3, isExact: true } });
    expect(await plans.stateOf(more.id)).toBe("revoked");
    await settleAll(db);
    // what was taken back before the plan counts for nothing
    await fixture.token({ ...one.common, userId: one.users[0] as string });
    const own = plans.as("owner");
    const last = await unnamed(own, target);
    await fixture.token({ ...one.common, userId: second });
    await expect(place(own, last)).rejects.toMatchObject({
      code: "PLAN_CHANGED",
      fields: [{ path: "users", message: one.emails[1] }],
    });
  });

  test("are held against no week of the register whose tokens had all ended when the plan looked", async () => {
    const one = await plans.world();
    const ctx = plans.as("owner");
    const old = new Date(Date.now() - 300 * DAY);
    await db.query("SELECT ensure_partitions($1, $2)", [old, new Date(old.getTime() + DAY)]);
    const [oldest] = await db.query<{ name: string }>(
      "SELECT 'token_' || to_char(date_trunc('week', $1::timestamptz, 'UTC'), 'YYYYMMDD') AS name",
      [old],
    );
    const target = { kind: "client" as const, id: one.clientId };
    const made = await unnamed(ctx, target);
    const [plan] = await db.query<{ lookedFrom: Date }>(
      `SELECT looked_from AS "lookedFrom" FROM order_plan WHERE id = $1::uuid`,
      [made.id],
    );
    const lookedFrom = plan?.lookedFrom ?? old;
    const read: string[] = [];
    const told: Sql = {
      async query(text, values) {
        if (text.includes("all_users"))
          for (const row of await db.query<{ "QUERY PLAN": string }>(`EXPLAIN ${text}`, values))
            read.push(row["QUERY PLAN"]);
        return db.query(text, values);
      },
    };
    const named = { planId: made.id, audiences: [], lookedFrom };
    const found = await findNewcomers(told, named, await getPlanTarget(db, target), {
      since: lookedFrom,
      now: new Date(),
    });
    expect(found).toMatchObject({ user: [], client: [] });
    expect(read.join("\n")).toMatch(/token_\d{8}/);
    expect(read.join("\n")).not.toContain(oldest?.name);
  });

  test("of a group's members are bound to the members", async () => {
    const [ada, bo] = users as [string, string];
    const name = `crew-${randomUUID().slice(0, 8)}`;
    await db.query("INSERT INTO user_group (id, name, description, created_at) VALUES ($1, $2, '', now())", [
      randomUUID(),
      name,
    ]);
    const join = (user: string) =>
      db.query("INSERT INTO group_member (group_id, user_id) SELECT id, $2 FROM user_group WHERE name = $1", [
        name,
        user,
      ]);
    await join(ada);
    const ctx = plans.as("owner");
    const target = { kind: "group", id: name, by: "members" };
    const made = await unnamed(ctx, target);
    await join(bo);
    await expect(place(ctx, made)).rejects.toMatchObject({
      code: "PLAN_CHANGED",
      fields: [{ path: "users", message: "bo@example.test" }],
    });
    expect(await place(ctx, await unnamed(ctx, target))).toMatchObject({ wasPlaced: true, orders: 2 });
  });
});
