import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { createSeededRandom } from "../demo/seeded-random.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { countTokensExactly } from "./count-tokens.ts";
import { listTokens } from "./list-tokens.ts";
import type { TokenState } from "./model.ts";
import type { NewToken } from "./register.ts";
import { tokensTable } from "./table.ts";
import { tallyAll } from "./tally-tokens.ts";
import { contextAs, fixtureOf } from "./token-fixture.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEKS = 10;
const COUNT = 240;

type Known = NewToken & { state: TokenState; isUsed: boolean };

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
    tokens.push({ ...token, state: await endSome(token, n), isUsed: n % 5 === 0 });
    if (n % 5 === 0)
      await db.query("INSERT INTO token_usage (token_id, last_used_at, use_count) VALUES ($1, $2, 1)", [
        token.id,
        issuedAt,
      ]);
  }

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
  ["longLived=1h&client=web", (token) => lifeOf(token) > HOUR && token.clientId === clients[2]],
  ...(["active", "revoked", "suspended", "consumed", "expired"] as const).map(
    (state): [string, (token: Known) => boolean] => [`state=${state}`, (token) => token.state === state],
  ),
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
