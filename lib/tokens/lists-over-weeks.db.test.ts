import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { createSeededRandom } from "../demo/seeded-random.ts";
import type { Keyset } from "../list-query/keyset.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { countAll } from "./count-selection.ts";
import { countTokensExactly } from "./count-tokens.ts";
import type { ExpiryWalk } from "./expiry-walk.ts";
import { listTokens } from "./list-tokens.ts";
import type { TokenState } from "./model.ts";
import { placesByExpiry } from "./page-by-expiry.ts";
import type { NewToken } from "./register.ts";
import { readClockSkew, readPendingOrders, stateSql } from "./state-sql.ts";
import { tokensTable } from "./table.ts";
import { tallyTimes } from "./tally-times.ts";
import { tallyAll } from "./tally-tokens.ts";
import { selectTokens } from "./token-filters.ts";
import { contextAs, fixtureOf } from "./token-fixture.ts";
import type { TokenSelection } from "./token-selection.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEKS = 10;
const COUNT = 240;

type Known = NewToken & { state: TokenState; isUsed: boolean; usedAt?: Date };

let url: string;
let db: Database;
let now: Date;
let clients: string[];
let tokens: Known[];

/** Ten weeks of tokens that live for minutes, a day, or weeks that end early; some in each state. */
beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  const fixture = fixtureOf(db);
  const random = createSeededRandom(7);
  now = new Date();
  await db.query("SELECT ensure_partitions($1, $2)", [new Date(now.getTime() - WEEKS * 7 * DAY), now]);
  clients = [await fixture.client("short"), await fixture.client("daily"), await fixture.client("web")];
  const user = await fixture.user("ines@example.test");
  tokens = [];
  for (let n = 0; n < COUNT; n += 1) {
    const place = n % 3;
    const isRefresh = place === 2 && n % 2 === 0;
    const issuedAt = new Date(now.getTime() - Math.floor(((COUNT - n) / COUNT) * WEEKS * 7 * DAY));
    const refreshLife = random.chance(0.2) ? random.between(1, 90) * 60_000 : random.between(5, 30) * DAY;
    const life = isRefresh ? refreshLife : place === 1 ? DAY : 600_000;
    const token = await fixture.token({
      clientId: clients[place] as string,
      userId: place === 2 ? user : null,
      kind: isRefresh ? "refresh" : "access",
      format: isRefresh ? "opaque" : "jwt",
      scopes: n % 40 === 3 ? ["all", "rare"] : n < 60 ? ["all", "old"] : ["all"],
      groups: place === 2 && n % 4 === 1 ? ["Staff"] : [],
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + life),
    });
    tokens.push({
      ...token,
      state: await endSome(token, n),
      isUsed: n % 5 === 0,
      ...(n % 5 === 0 ? { usedAt: issuedAt } : {}),
    });
    if (n % 5 === 0)
      await db.query("INSERT INTO token_usage (token_id, last_used_at, use_count) VALUES ($1, $2, 1)", [
        token.id,
        issuedAt,
      ]);
  }

  // of a clock that is ahead
  const ahead = new Date(now.getTime() + 600_000);
  const early = await fixture.token({ clientId: clients[0] as string, issuedAt: ahead, scopes: ["all"] });
  tokens.push({ ...early, state: "not_yet_valid", isUsed: false });

  async function endSome(token: NewToken, n: number): Promise<TokenState> {
    const isConsumed = token.kind === "refresh" && n % 4 === 0;
    if (isConsumed) await fixture.consume(token, token.issuedAt);
    if (n % 7 === 0) {
      await db.query(
        "INSERT INTO token_standing (token_id, revoked_at, revoked_order_id) VALUES ($1, $2, $3)",
        [token.id, token.issuedAt, randomUUID()],
      );
      return "revoked";
    }
    if (isConsumed) return "consumed";
    if (n % 11 === 0)
      await db.query(
        "INSERT INTO token_standing (token_id, suspended_at, suspended_order_id) VALUES ($1, $2, $3)",
        [token.id, token.issuedAt, randomUUID()],
      );
    if (token.expiresAt <= now) return "expired";
    return n % 11 === 0 ? "suspended" : "active";
  }
});
afterAll(() => db.end());

const lifeOf = (token: Known) => token.expiresAt.getTime() - token.issuedAt.getTime();

const ASKED: [text: string, matches: (token: Known) => boolean][] = [
  ["", () => true],
  ["kind=refresh", (token) => token.kind === "refresh"],
  ["kind=access", (token) => token.kind === "access"],
  ["format=opaque", (token) => token.format === "opaque"],
  ["longLived=1h", (token) => lifeOf(token) > HOUR],
  ["longLived=24h", (token) => lifeOf(token) > DAY],
  ["longLived=1h&kind=refresh", (token) => lifeOf(token) > HOUR && token.kind === "refresh"],
  ["longLived=61m", (token) => lifeOf(token) > HOUR + 60_000],
  ["longLived=1001s", (token) => lifeOf(token) > 1_001_000],
  ["neverUsed=true", (token) => !token.isUsed],
  ["neverUsed=true&kind=refresh", (token) => !token.isUsed && token.kind === "refresh"],
  [
    "lastUsed=beyond:30d",
    ({ usedAt }) => usedAt !== undefined && usedAt.getTime() < now.getTime() - 30 * DAY,
  ],
  [
    "lastUsed=beyond:20d&state=active",
    ({ usedAt, state }) =>
      usedAt !== undefined && usedAt.getTime() < now.getTime() - 20 * DAY && state === "active",
  ],
  ["longLived=1h&client=web", (token) => lifeOf(token) > HOUR && token.clientId === clients[2]],
  ...(["active", "revoked", "suspended", "consumed", "expired", "not_yet_valid"] as const).map(
    (state): [string, (token: Known) => boolean] => [`state=${state}`, (token) => token.state === state],
  ),
  [
    "state=active&state=consumed&state=revoked",
    ({ state }) => ["active", "consumed", "revoked"].includes(state),
  ],
  ["state=active&kind=access", (token) => token.state === "active" && token.kind === "access"],
  ["state=active&kind=refresh", (token) => token.state === "active" && token.kind === "refresh"],
  ["state=active&permission=all", (token) => token.state === "active" && token.scopes.includes("all")],
  ["state=consumed&client=web", (token) => token.state === "consumed" && token.clientId === clients[2]],
  ["state=expired&kind=refresh", (token) => token.state === "expired" && token.kind === "refresh"],
  ["state=expired&kind=access", (token) => token.state === "expired" && token.kind === "access"],
  ["state=expired&longLived=1h", (token) => token.state === "expired" && lifeOf(token) > HOUR],
  ["state=revoked&client=short", (token) => token.state === "revoked" && token.clientId === clients[0]],
  ["state=revoked&kind=refresh", (token) => token.state === "revoked" && token.kind === "refresh"],
  ["state=revoked&permission=rare", (token) => token.state === "revoked" && token.scopes.includes("rare")],
  ["state=consumed&neverUsed=true", (token) => token.state === "consumed" && !token.isUsed],
  ["state=suspended&client=web", (token) => token.state === "suspended" && token.clientId === clients[2]],
  ["permission=rare", (token) => token.scopes.includes("rare")],
  ["permission=old&kind=refresh", (token) => token.scopes.includes("old") && token.kind === "refresh"],
  ["q=ines&group=Staff", (token) => token.userId !== null && token.groups.includes("Staff")],
  ["q=ines&permission=rare", (token) => token.userId !== null && token.scopes.includes("rare")],
  [
    "expires=within:7d",
    (token) => token.expiresAt >= now && token.expiresAt.getTime() < now.getTime() + 7 * DAY,
  ],
  ["expires=beyond:7d", (token) => token.expiresAt.getTime() >= now.getTime() + 7 * DAY],
  [
    "expires=beyond:7d&kind=refresh",
    (token) => token.kind === "refresh" && token.expiresAt.getTime() >= now.getTime() + 7 * DAY,
  ],
];

async function walk(text: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `${text}&size=23${cursor === null ? "" : `&cursor=${cursor}`}`;
    const page = await listTokens(
      contextAs(db, "auditor", now),
      parseListQueryStrict(tokensTable, new URLSearchParams(query)),
    );
    ids.push(...page.rows.map((row) => row.id));
    cursor = page.next;
  } while (cursor !== null);
  return ids;
}

const isFoundInEachOrder = async (text: string, matches: (token: Known) => boolean) => {
  const own = tokens.filter(matches);
  for (const sort of ["-issued", "issued", "expires", "-expires"]) {
    const at = (token: Known) => (sort.endsWith("issued") ? token.issuedAt : token.expiresAt).toISOString();
    const ordered = own.map((token) => `${at(token)} ${token.id}`).sort();
    const ids = (sort.startsWith("-") ? ordered.reverse() : ordered).map((one) => one.slice(-36));
    expect(await walk(`${text}&sort=${sort}`), sort).toEqual(ids);
  }
  const { filters } = parseListQueryStrict(tokensTable, new URLSearchParams(text));
  expect(await countTokensExactly(contextAs(db, "auditor", now), filters)).toEqual({
    value: own.length,
    isExact: true,
  });
};

test.each(ASKED)("pages through %s in each order over ten weeks", isFoundInEachOrder);

describe("once the worker has counted all but the last days", () => {
  beforeAll(async () => {
    await db.end();
    db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
    const behind = now.getTime() - 12 * HOUR;
    expect(await tallyAll(db, { lag: `${Date.now() - behind} milliseconds` })).toBeGreaterThan(COUNT / 2);
  });

  test.each(ASKED)("pages through %s exactly the same", isFoundInEachOrder);
});

async function selectionOf(text: string, sort: "issued" | "expires" = "issued"): Promise<TokenSelection> {
  const { filters } = parseListQueryStrict(tokensTable, new URLSearchParams(text));
  const pending = await readPendingOrders(db, now);
  const state = stateSql(pending, now, await readClockSkew(db));
  // nothing is few: what many tokens are led by is held to the same
  return selectTokens(db, filters, { now, pending, state, sort, few: 0 });
}

const isCounted = async (text: string, matches: (token: Known) => boolean) => {
  const { countByTimes } = await selectionOf(text);
  expect(await countByTimes?.(5_000), text).toBe(tokens.filter(matches).length);
};
/** Pages in the order of expiry by the counts of what was revoked, or exchanged, and what that adds up to. */
const isWalkedByItsCounts = async (text: string, matches: (token: Known) => boolean) => {
  const selection = await selectionOf(text, "expires");
  const { walk: way } = selection;
  expect(way?.facet).toMatch(/^(revoked|consumed)$/);
  const own = tokens.filter(matches).map(({ expiresAt, id }) => `${expiresAt.toISOString()} ${id}`);
  for (const direction of ["asc", "desc"] as const) {
    const found: string[] = [];
    for (let from: Keyset["from"] = null; ; ) {
      const keyset: Keyset = { limit: 4, isReversed: false, direction, from, type: "time" };
      const { taken, places } = await placesByExpiry(db, selection, way as ExpiryWalk, {
        keyset,
        timeoutMs: 5_000,
      });
      expect(taken).toBe(true);
      found.push(...(places ?? []).map(({ place, id }) => `${place.toISOString()} ${id}`));
      const last = places?.at(-1);
      if (last === undefined) break;
      from = { value: last.place.toISOString(), id: last.id };
    }
    expect(found, direction).toEqual(direction === "asc" ? own.sort() : own.sort().reverse());
  }
};
const WALKED = ASKED.filter(
  ([text]) => /^state=(revoked|consumed)(&\w+=\w+)?$/.test(text) && !text.includes("neverUsed"),
);

const areFewIdle = async () => {
  const selection = await selectionOf("state=consumed&neverUsed=true");
  expect(selection.branches.some((branch) => !branch.isOrdered)).toBe(true);
  const idle = tokens.filter((token) => token.state === "consumed" && !token.isUsed);
  expect(idle.length).toBeGreaterThan(0);
  expect(await countAll(db, selection, 5_000)).toBe(idle.length);
};

/** What the counts by time tell alone. */
const TOLD = ASKED.filter(([text]) =>
  /^(state=(active|revoked|consumed|expired)(&state=\w+)*|longLived=(1h|24h|61m)|expires=\w+:\w+)(&kind=\w+)?$|^(neverUsed=true|lastUsed=beyond:30d)$/.test(
    text,
  ),
);

describe("once the worker has counted by time what there was, a few at a time, with rows of before there was an instant of record", () => {
  beforeAll(async () => {
    for (const table of ["token_standing", "token_usage"])
      await db.query(
        `UPDATE ${table} SET recorded_at = '1970-01-01T00:00:00Z' WHERE get_byte(uuid_send(token_id), 15) < 128`,
      );
    await tallyTimes(db, { lag: "0 seconds", step: 17 });
    // once more: nothing is counted twice
    await tallyTimes(db, { lag: "0 seconds", step: 17 });
    const [counted] = await db.query<{ expires: bigint; lives: bigint }>(
      `SELECT (sum(tokens) FILTER (WHERE facet = 'expires'))::bigint AS expires, (sum(tokens) FILTER (WHERE facet = 'lives'))::bigint AS lives FROM token_time_tally`,
    );
    expect(counted).toEqual({ expires: BigInt(COUNT), lives: BigInt(COUNT) });
  });

  test.each(TOLD)("tells how many %s there are", isCounted);
  test.each(WALKED)("walks through %s by its own counts", isWalkedByItsCounts);
  test("finds what was exchanged and never used where that was counted", areFewIdle);
  test.each(ASKED)("pages through %s exactly the same", isFoundInEachOrder);
});

describe("of what was revoked, suspended, exchanged and used since then", () => {
  beforeAll(async () => {
    const fixture = fixtureOf(db);
    for (const [n, token] of tokens.entries()) {
      if (n % 13 === 0 && token.state !== "revoked") {
        await db.query(
          `INSERT INTO token_standing AS s (token_id, revoked_at, revoked_order_id) VALUES ($1, now(), $2)
           ON CONFLICT (token_id) DO UPDATE SET revoked_at = excluded.revoked_at, revoked_order_id = excluded.revoked_order_id`,
          [token.id, randomUUID()],
        );
        token.state = "revoked";
      }
      if (n % 10 === 8 && token.kind === "refresh" && token.state !== "consumed") {
        await db.query(
          `INSERT INTO refresh_consumption (token_id, family_id, consumed_at) VALUES ($1, $2, clock_timestamp()) ON CONFLICT DO NOTHING`,
          [token.id, token.familyId],
        );
        if (token.state !== "revoked") token.state = "consumed";
      }
      if (n % 9 === 4) {
        await db.query(
          `INSERT INTO token_usage AS u (token_id, last_used_at, use_count) VALUES ($1, now(), 1)
           ON CONFLICT (token_id) DO UPDATE SET last_used_at = excluded.last_used_at`,
          [token.id],
        );
        token.isUsed = true;
        token.usedAt = new Date();
      }
    }
    const at = new Date();
    const late = await fixture.token({
      clientId: clients[1] as string,
      scopes: ["all"],
      issuedAt: at,
      expiresAt: new Date(at.getTime() + DAY + 1),
    });
    await db.query(
      "INSERT INTO token_standing (token_id, revoked_at, revoked_order_id) VALUES ($1, now(), $2)",
      [late.id, randomUUID()],
    );
    tokens.push({ ...late, state: "revoked", isUsed: false });
  });

  test.each(TOLD)("tells how many %s there are", isCounted);
  test.each(WALKED)("walks through %s by its own counts", isWalkedByItsCounts);
  test("finds what was exchanged and never used where that was counted", areFewIdle);
  test.each(ASKED)("pages through %s exactly the same", isFoundInEachOrder);

  describe("and counted too", () => {
    beforeAll(() => tallyTimes(db, { lag: "0 seconds", step: 5 }));

    test.each(TOLD)("tells how many %s there are", isCounted);
    test.each(WALKED)("walks through %s by its own counts", isWalkedByItsCounts);
    test("finds what was exchanged and never used where that was counted", areFewIdle);
    test.each(ASKED)("pages through %s exactly the same", isFoundInEachOrder);
  });
});
