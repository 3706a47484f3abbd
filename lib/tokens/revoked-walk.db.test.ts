import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import type { Keyset } from "../list-query/keyset.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { settleAll } from "../revocations/test-settle.ts";
import { WIDE_FROM } from "../revocations/wide-orders.ts";
import { countAll } from "./count-selection.ts";
import { userLead } from "./few-leads.ts";
import type { NewToken } from "./register.ts";
import { readRevokedCells } from "./revoked-cells.ts";
import { branchesOfWay, waysOf } from "./revoked-ways.ts";
import { readClockSkew, readPendingOrders, stateSql } from "./state-sql.ts";
import { tokensTable } from "./table.ts";
import { tallyClients } from "./tally-clients.ts";
import { readParts } from "./tally-parts.ts";
import { tallyAll } from "./tally-tokens.ts";
import { selectTokens } from "./token-filters.ts";
import { contextAs, fixtureOf } from "./token-fixture.ts";
import { placesOf } from "./token-places.ts";
import { questionOf } from "./token-question.ts";
import type { TokenSelection } from "./token-selection.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const COUNT = 180;

type Known = NewToken & { isRevoked: boolean; isUsed?: boolean };

let url: string;
let db: Database;
let now: Date;
let clients: string[];
let tokens: Known[];

async function revoke(token: Known): Promise<void> {
  await db.query(
    `INSERT INTO token_standing AS s (token_id, revoked_at, revoked_order_id) VALUES ($1, now(), $2)
     ON CONFLICT (token_id) DO UPDATE SET revoked_at = excluded.revoked_at, revoked_order_id = excluded.revoked_order_id`,
    [token.id, randomUUID()],
  );
  token.isRevoked = true;
}

/** Five weeks of tokens of a client that was taken back, of one with some revoked ones, and of one without; some of each are suspended. */
beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  const fixture = fixtureOf(db);
  now = new Date();
  await db.query("SELECT ensure_partitions($1, $2)", [new Date(now.getTime() - 36 * DAY), now]);
  clients = [await fixture.client("taken"), await fixture.client("some"), await fixture.client("none")];
  const user = await fixture.user("ines@example.test");
  tokens = [];
  for (let n = 0; n < COUNT; n += 1) {
    const place = n % 3;
    const isRefresh = n % 4 === 1;
    const issuedAt = new Date(now.getTime() - Math.floor(((COUNT - n) / COUNT) * 35 * DAY));
    const token = await fixture.token({
      clientId: clients[place] as string,
      userId: n % 2 === 0 ? user : null,
      kind: isRefresh ? "refresh" : "access",
      scopes: place === 0 ? ["all", "taken"] : n % 5 === 0 ? ["all", "few"] : ["all"],
      groups: n % 7 < 3 ? ["Staff"] : [],
      ip: n % 2 === 0 ? "10.1.2.3" : null,
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + (isRefresh ? (3 + (n % 9)) * DAY : 600_000)),
    });
    const known = { ...token, isRevoked: false };
    tokens.push(known);
    if (n % 6 === 0)
      await db.query(
        "INSERT INTO token_standing (token_id, suspended_at, suspended_order_id) VALUES ($1, now(), $2)",
        [token.id, randomUUID()],
      );
    if (place === 0 || (place === 1 && n % 4 < 2)) await revoke(known);
  }
});
afterAll(() => db.end());

const ASKED: [text: string, matches: (token: Known) => boolean][] = [
  ["permission=all", () => true],
  ["permission=taken", (token) => token.scopes.includes("taken")],
  ["permission=few", (token) => token.scopes.includes("few")],
  [
    "permission=few&permission=taken",
    (token) => token.scopes.includes("few") || token.scopes.includes("taken"),
  ],
  ["group=Staff", (token) => token.groups.includes("Staff")],
  ["user=ines%40example.test", (token) => token.userId !== null],
  ["q=ines&group=Staff", (token) => token.userId !== null && token.groups.includes("Staff")],
  ["client=none", (token) => token.clientId === clients[2]],
  ["client=some", (token) => token.clientId === clients[1]],
  [
    "client=some&client=taken&kind=refresh",
    (token) => token.clientId !== clients[2] && token.kind === "refresh",
  ],
  ["group=Staff&permission=few", (token) => token.groups.includes("Staff") && token.scopes.includes("few")],
  [
    "permission=all&issued=beyond:10d&neverUsed=true",
    (token) => token.issuedAt.getTime() < now.getTime() - 10 * DAY && token.isUsed !== true,
  ],
  [
    "group=Staff&expires=within:5d",
    (token) =>
      token.groups.includes("Staff") &&
      token.expiresAt >= now &&
      token.expiresAt.getTime() < now.getTime() + 5 * DAY,
  ],
  ["ip=10.0.0.0/8&client=some", (token) => token.ip !== null && token.clientId === clients[1]],
];

async function selectionOf(text: string, sort: "issued" | "expires" | "lastUsed"): Promise<TokenSelection> {
  const { filters } = parseListQueryStrict(tokensTable, new URLSearchParams(text));
  const pending = await readPendingOrders(db, now);
  const state = stateSql(pending, now, await readClockSkew(db));
  // nothing is few: what many tokens are led by is held to the same
  return selectTokens(db, filters, { now, pending, state, sort, few: -1 });
}

const isFoundInEachOrder = async (text: string, matches: (token: Known) => boolean) => {
  const own = tokens.filter((token) => token.isRevoked && matches(token));
  for (const sort of ["issued", "expires"] as const) {
    const selection = await selectionOf(`state=revoked&${text}`, sort);
    expect(selection.revoked).not.toBeNull();
    const at = (token: Known) => (sort === "issued" ? token.issuedAt : token.expiresAt).toISOString();
    const ordered = own.map((token) => `${at(token)} ${token.id}`).sort();
    for (const direction of ["asc", "desc"] as const) {
      const found: string[] = [];
      for (let from: Keyset["from"] = null; ; ) {
        const keyset: Keyset = { limit: 9, isReversed: false, direction, from, type: "time" };
        const places = await placesOf(db, selection, keyset, { sort, now, timeoutMs: 5_000 });
        found.push(...(places ?? []).map(({ place, id }) => `${place.toISOString()} ${id}`));
        const last = places?.at(-1);
        if (last === undefined) break;
        from = { value: last.place.toISOString(), id: last.id };
      }
      expect(found, `${sort} ${direction}`).toEqual(direction === "asc" ? ordered : ordered.toReversed());
    }
    expect(await countAll(db, selection, 5_000)).toBe(own.length);
  }
};

/** A process that has read nothing yet. */
async function afresh(): Promise<void> {
  await db.end();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
}

test("nothing is read so before the worker has counted", async () => {
  expect((await selectionOf("state=revoked&permission=all", "issued")).revoked).toBeNull();
});

describe("once the worker has counted revocations, but not the last hours of issue", () => {
  beforeAll(async () => {
    await tallyClients(db, { lag: "0 seconds", step: 40 });
    await tallyAll(db, { lag: "20 hours" });
    await afresh();
  });

  test.each(ASKED)("finds what is revoked beside %s, in each order", isFoundInEachOrder);
});

/** What each way finds of what is revoked beside a permission, a group and a user, of all or of some revocations. */
async function foundByEachWay(which: "all" | "wide" | "apart"): Promise<number[]> {
  const { filters } = parseListQueryStrict(tokensTable, new URLSearchParams("permission=all&group=Staff"));
  const question = await questionOf(db, filters, { now, text: null });
  const [revoked, tally] = [await readRevokedCells(db), await readParts(db, question.tally)];
  if (revoked === null) throw new Error("nothing is counted");
  const spans = clients.map((clientId) => ({
    clientId,
    from: now.getTime() - 36 * DAY,
    to: now.getTime() + DAY,
  }));
  const selection = { ...(await selectionOf("state=revoked&permission=all", "issued")), conditions: [] };
  const holders = [await userLead(db, ["ines@example.test"])];
  const isHers = holders[0]?.answers ?? sql`false`;
  const counts: number[] = [];
  for (const way of waysOf(
    { revoked, tally, labels: question.labels, ofClients: null, holders },
    spans,
    which,
  )) {
    const branches = branchesOfWay(way, [...question.labels.map(({ contained }) => contained), isHers]);
    counts.push((await countAll(db, { ...selection, branches }, 5_000)) ?? -1);
  }
  return counts;
}

describe("of what was revoked since", () => {
  beforeAll(async () => {
    for (const [n, token] of tokens.entries()) if (n % 11 === 2 && !token.isRevoked) await revoke(token);
    const fixture = fixtureOf(db);
    const at = new Date();
    const late = await fixture.token({
      clientId: clients[2] as string,
      scopes: ["all", "few"],
      issuedAt: at,
      expiresAt: new Date(at.getTime() + DAY),
    });
    tokens.push({ ...late, isRevoked: false });
    await revoke(tokens.at(-1) as Known);
    await afresh();
  });

  test.each(ASKED)("finds what is revoked beside %s, in each order", isFoundInEachOrder);
});

describe("when all is counted", () => {
  beforeAll(async () => {
    await tallyClients(db, { lag: "0 seconds" });
    await tallyAll(db, { lag: "0 seconds" });
    await afresh();
  });

  test.each(ASKED)("finds what is revoked beside %s, in each order", isFoundInEachOrder);
});

test("in the order of last use all of them are read and sorted", async () => {
  const own = tokens.filter((token) => token.isRevoked && token.clientId === clients[1]);
  const used = own.filter((_, index) => index % 3 === 0);
  const at = (index: number) => new Date(now.getTime() - ((index * 7) % 5) * DAY - index);
  for (const [index, token] of used.entries())
    await db.query("INSERT INTO token_usage (token_id, last_used_at, use_count) VALUES ($1, $2, 1)", [
      token.id,
      at(index),
    ]);
  const selection = await selectionOf("state=revoked&client=some", "lastUsed");
  expect(selection.revoked).not.toBeNull();
  const keyset: Keyset = { limit: 100, isReversed: false, direction: "desc", from: null, type: "time" };
  const places = await placesOf(db, selection, keyset, { sort: "lastUsed", now, timeoutMs: 5_000 });
  const ordered = used
    .map(({ id }, index) => ({ id, at: at(index).getTime() }))
    .sort((one, other) => other.at - one.at);
  expect(ordered.length).toBeGreaterThan(3);
  expect(places?.map(({ id }) => id)).toEqual(ordered.map(({ id }) => id));
  for (const token of used) token.isUsed = true;
});

describe("when a client was taken back by a wide order", () => {
  let wide: Known[];

  beforeAll(async () => {
    const ctx = contextAs(db, "responder");
    const [client] = clients.slice(2);
    const order = await revokeClientTokens(ctx, { id: client as string, reason: "policy", note: "" });
    // as if it had revoked so many before
    await db.query("UPDATE revocation_order SET settled_count = $2 WHERE id = $1", [
      order.order.id,
      WIDE_FROM,
    ]);
    await settleAll(db);
    wide = tokens.filter((token) => token.clientId === client && !token.isRevoked);
    for (const token of wide) token.isRevoked = true;
    await tallyClients(db, { lag: "0 seconds" });
    await afresh();
  });

  test("its tokens alone are left out of the index of all others", async () => {
    const marked = await db.query<{ id: string }>(
      "SELECT token_id AS id FROM token_standing WHERE revoked_at IS NOT NULL AND is_wide ORDER BY 1",
    );
    expect(marked.map(({ id }) => id)).toEqual(wide.map(({ id }) => id).sort());
  });

  test("finds the same by each way, of its tokens, of all others, and of both", async () => {
    const isAsked = (token: Known) =>
      token.isRevoked && token.groups.includes("Staff") && token.userId !== null;
    const ofWide = wide.filter(isAsked).length;
    const ofAll = tokens.filter(isAsked).length;
    expect(ofWide).toBeGreaterThan(0);
    expect(await foundByEachWay("wide")).toEqual(Array(5).fill(ofWide));
    expect(await foundByEachWay("apart")).toEqual(Array(5).fill(ofAll - ofWide));
    expect(await foundByEachWay("all")).toEqual(Array(5).fill(ofAll));
  });

  test.each(ASKED)("finds what is revoked beside %s, in each order", isFoundInEachOrder);
});
