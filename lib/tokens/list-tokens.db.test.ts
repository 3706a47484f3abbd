import { createHash } from "node:crypto";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { withSampleNetworks } from "../demo/sample-places.ts";
import type { Total } from "../list-query/define-table.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { openNetworkDatabase } from "../places/network-database.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { countTokensExactly } from "./count-tokens.ts";
import { findToken } from "./find-token.ts";
import { getToken } from "./get-token.ts";
import { listCountries } from "./list-countries.ts";
import { listTokens } from "./list-tokens.ts";
import type { TokenRow } from "./model.ts";
import type { NewToken } from "./register.ts";
import { type TokensQuery, tokensTable } from "./table.ts";
import { tallyAll } from "./tally-tokens.ts";
import { contextAs, type Fixture, fixtureOf } from "./token-fixture.ts";

let db: Database;
let url: string;
let fixture: Fixture;
let now: Date;
const clients: Record<string, string> = {};
const users: Record<string, string> = {};
const tokens: NewToken[] = [];

// as of the sample organisation: the addresses here are those that are kept for documents
const networks = withSampleNetworks(openNetworkDatabase(path.resolve(".cache/networks.bin")));
Object.assign(globalThis, { tokenwardenNetworks: networks });

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db, placeOf);
  for (const name of ["billing", "ledger", "50%_off"]) clients[name] = await fixture.client(name);
  for (const name of ["ines", "tomas", "o'neil"]) users[name] = await fixture.user(`${name}@example.test`);
  now = new Date();
  for (let n = 0; n < 60; n += 1) {
    const client = Object.values(clients)[n % 3] as string;
    const user = n % 4 === 3 ? null : (Object.values(users)[n % 3] as string);
    // several of the same millisecond: the id decides their order
    const issuedAt = new Date(now.getTime() - Math.floor(n / 4) * 600_000);
    const isRefresh = n % 5 === 0;
    const token = await fixture.token({
      clientId: client,
      userId: user,
      kind: isRefresh ? "refresh" : "access",
      format: n % 7 === 0 ? "opaque" : "jwt",
      scopes: n % 2 === 0 ? ["payments:read"] : ["payments:read", "payments:write"],
      groups: n === 8 ? ['Rare, "quoted" group'] : ["Engineering"],
      audiences: n % 3 === 0 ? ["billing", "ledger"] : ["billing"],
      roles: n === 12 ? ["break-glass", "operator"] : n % 2 === 0 ? ["operator"] : [],
      ip: addressOf(n),
      signingKid: n % 7 === 0 ? null : "es-1",
      sessionUid: user === null ? null : `session-${n % 6}`,
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + (isRefresh ? 86_400_000 : 3_600_000)),
    });
    tokens.push(token);
    if (n % 10 === 0) await fixture.consume(token, now);
    if (n % 3 === 0)
      await db.query("INSERT INTO token_usage (token_id, last_used_at, use_count) VALUES ($1, $2, 3)", [
        token.id,
        new Date(issuedAt.getTime() + 1000),
      ]);
  }
  await db.query(
    `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, activated_at)
     VALUES (gen_random_uuid(), 'es-1', 'access_token', 'ES256', 'active', '{}', '\\x00', now() - interval '2 days', now() - interval '1 day')`,
  );
  await db.query(
    "INSERT INTO token_family (id, client_id, session_uid, rooted_at) SELECT family_id, client_id, session_uid, rooted_at FROM token",
  );
});
afterAll(() => db.end());

/** Some of each version, one that is no address, and some without. */
function addressOf(n: number): string | null {
  switch (n % 6) {
    case 0:
      return `203.0.113.${n}`;
    case 1:
      return `10.0.${n}.1`;
    case 2:
      return `2001:db8:1::${n.toString(16)}`;
    case 3:
      return "2001:db8:2::1";
    case 4:
      return "unknown";
    default:
      return null;
  }
}
/** Networks in two countries, and one whose country is not known. */
function placeOf(address: string | null): string | null {
  if (address?.startsWith("203.0.113.")) return "DE";
  return address?.startsWith("2001:db8:") ? "SE" : null;
}
const isFrom = (token: NewToken, country: string | null) => placeOf(token.ip) === country;
const isOfNetwork = (token: NewToken, ...numbers: number[]) =>
  numbers.includes(networks.networkOf(token.ip)?.number ?? 0);
const isIn = (token: NewToken, start: string) => token.ip?.startsWith(start) === true;

const ask = (text: string): TokensQuery => parseListQueryStrict(tokensTable, new URLSearchParams(text));
const list = (text: string) => listTokens(contextAs(db, "auditor", now), ask(text));

const isLive = (token: NewToken) => token.expiresAt > now && !(tokens.indexOf(token) % 10 === 0);

type Asked = [text: string, matches: (token: NewToken) => boolean];

const ASKED: Asked[] = [
  ["", () => true],
  ["client=billing", (token) => token.clientId === clients.billing],
  ["client=billing&client=ledger", (token) => [clients.billing, clients.ledger].includes(token.clientId)],
  ["client=nobody", () => false],
  ["user=ines%40example.test", (token) => token.userId === users.ines],
  ["permission=payments:write", (token) => token.scopes.includes("payments:write")],
  ["permission=payments:write&permission=payments:read", () => true],
  ["permission=nothing", () => false],
  [
    "group=Rare%2C+%22quoted%22+group",
    (token) => token.groups.length === 1 && token.groups[0] !== "Engineering",
  ],
  ["audience=ledger&kind=refresh", (token) => token.audiences.includes("ledger") && token.kind === "refresh"],
  [
    "audience=ledger&permission=payments:write&group=Engineering&client=billing",
    (token) =>
      token.audiences.includes("ledger") &&
      token.scopes.includes("payments:write") &&
      token.clientId === clients.billing,
  ],
  ["format=opaque", (token) => token.format === "opaque"],
  ["state=active", isLive],
  ["state=active&state=consumed", (token) => isLive(token) || tokens.indexOf(token) % 10 === 0],
  ["state=consumed", (token) => tokens.indexOf(token) % 10 === 0],
  [
    "state=consumed&client=billing",
    (token) => tokens.indexOf(token) % 10 === 0 && token.clientId === clients.billing,
  ],
  ["state=expired", (token) => token.expiresAt <= now && tokens.indexOf(token) % 10 !== 0],
  ["state=revoked", () => false],
  ["issued=within:1h", (token) => token.issuedAt.getTime() >= now.getTime() - 3_600_000],
  ["issued=beyond:1h", (token) => token.issuedAt.getTime() < now.getTime() - 3_600_000],
  [
    "expires=within:1h",
    (token) => token.expiresAt >= now && token.expiresAt.getTime() < now.getTime() + 3_600_000,
  ],
  ["neverUsed=true&lastUsed=within:1h", () => false],
  ["neverUsed=true", (token) => tokens.indexOf(token) % 3 !== 0],
  [
    "lastUsed=within:1h",
    (token) =>
      tokens.indexOf(token) % 3 === 0 && token.issuedAt.getTime() + 1000 >= now.getTime() - 3_600_000,
  ],
  ["key=es-1", (token) => token.signingKid === "es-1"],
  ["key=other", () => false],
  ["session=session-1", (token) => token.sessionUid === "session-1"],
  ["q=INES", (token) => token.userId === users.ines],
  ["q=ill", (token) => token.clientId === clients.billing],
  ["q=ill&client=billing", (token) => token.clientId === clients.billing],
  ["q=ill&client=ledger", () => false],
  [
    "q=ill&permission=payments:write",
    (token) => token.clientId === clients.billing && token.scopes.includes("payments:write"),
  ],
  ["q=example", (token) => token.userId !== null],
  ["q=e", (token) => token.userId !== null || token.clientId === clients.ledger],
  ["q=o%27neil", (token) => token.userId === users["o'neil"]],
  ["q=50%25_", (token) => token.clientId === clients["50%_off"]],
  ["q=%25", (token) => token.clientId === clients["50%_off"]],
  ["q=_", (token) => token.clientId === clients["50%_off"]],
  ["q=%5C", () => false],
  ["q=%27%3B+DROP+TABLE+token%3B+--", () => false],
  ["q=%27%20OR%20%271%27%3D%271", () => false],
  ["role=operator", (token) => token.roles.includes("operator")],
  ["role=break-glass&role=operator", (token) => token.roles.length > 0],
  ["role=break-glass&client=billing", (token) => token.roles.includes("break-glass")],
  ["role=nobody", () => false],
  ["longLived=1h", (token) => token.kind === "refresh"],
  ["longLived=59m", () => true],
  ["longLived=24h", () => false],
  [
    "longLived=true&client=billing",
    (token) => token.kind === "refresh" && token.clientId === clients.billing,
  ],
  ["ip=203.0.113.6", (token) => token.ip === "203.0.113.6"],
  ["ip=203.0.113.0/24", (token) => isIn(token, "203.0.113.")],
  ["ip=203.0.113.77/24", (token) => isIn(token, "203.0.113.")],
  ["ip=0.0.0.0/0", (token) => isIn(token, "203.") || isIn(token, "10.")],
  ["ip=10.0.0.0/8&user=ines%40example.test", (token) => isIn(token, "10.") && token.userId === users.ines],
  ["ip=2001:DB8:2:0::1", (token) => token.ip === "2001:db8:2::1"],
  ["ip=2001:db8::/32", (token) => isIn(token, "2001:db8:")],
  ["ip=2001:db8:1::/48&kind=access", (token) => isIn(token, "2001:db8:1:") && token.kind === "access"],
  ["ip=198.51.100.0/24", () => false],
  ["asn=AS64496", (token) => isOfNetwork(token, 64_496)],
  [
    "asn=64501&asn=as64499&kind=access",
    (token) => isOfNetwork(token, 64_499, 64_501) && token.kind === "access",
  ],
  [
    "asn=AS64496&client=billing&state=active",
    (token) => isOfNetwork(token, 64_496) && token.clientId === clients.billing && isLive(token),
  ],
  // one of few stretches, and one of thousands
  ["asn=AS15169", () => false],
  ["asn=AS16509", () => false],
  ["country=DE", (token) => isFrom(token, "DE")],
  ["country=germany&country=uk", (token) => isFrom(token, "DE")],
  ["country=DE&country=SE", (token) => isFrom(token, "DE") || isFrom(token, "SE")],
  ["country=unknown", (token) => isFrom(token, null)],
  ["country=unknown&country=SE", (token) => !isFrom(token, "DE")],
  ["country=FR", () => false],
  [
    "country=SE&client=billing&kind=access",
    (token) => isFrom(token, "SE") && token.clientId === clients.billing && token.kind === "access",
  ],
  [
    "country=SE&permission=payments:write&issued=beyond:1h",
    (token) =>
      isFrom(token, "SE") &&
      token.scopes.includes("payments:write") &&
      token.issuedAt.getTime() < now.getTime() - 3_600_000,
  ],
  ["country=DE&ip=2001:db8::/32", () => false],
  ["country=DE&state=active", (token) => isFrom(token, "DE") && isLive(token)],
  [
    "permission=payments:write&role=operator&group=Engineering",
    (token) => token.scopes.includes("payments:write") && token.roles.includes("operator"),
  ],
  [
    "key=es-1&client=billing&kind=refresh",
    (token) => token.signingKid === "es-1" && token.clientId === clients.billing && token.kind === "refresh",
  ],
  [
    "client=billing&issued=beyond:1h",
    (token) => token.clientId === clients.billing && token.issuedAt.getTime() < now.getTime() - 3_600_000,
  ],
];

/** A total that comes with a page may be "at least" on a busy machine, and is never wrong. */
function isTrueOf(total: Total, count: number): void {
  if (total.isExact) expect(total.value).toBe(count);
  else expect(total.value).toBeLessThanOrEqual(count);
}

async function eachIsFound([text, matches]: Asked): Promise<void> {
  const own = tokens.filter(matches);
  for (const sort of ["-issued", "issued", "expires", "-expires"]) {
    const { rows, total } = await list(`${text}&sort=${sort}&size=200`);
    const key = (row: { issuedAt: Date | string; expiresAt: Date | string; id: string }) =>
      `${new Date(sort.endsWith("issued") ? row.issuedAt : row.expiresAt).toISOString()} ${row.id}`;
    const ordered = own.map(key).sort();
    expect(rows.map(key)).toEqual(sort.startsWith("-") ? ordered.reverse() : ordered);
    isTrueOf(total, own.length);
  }
  const counted = await countTokensExactly(contextAs(db, "auditor", now), ask(text).filters);
  expect(counted).toEqual({ value: own.length, isExact: true });
}

test.each(ASKED)("finds by %s exactly what matches, in both orders, with an exact total", (...asked) =>
  eachIsFound(asked),
);

test("orders by last use what was used, beside a filter that makes it few or bounds its time", async () => {
  const usedAt = (token: NewToken) => token.issuedAt.getTime() + 1000;
  for (const [text, matches] of [
    ["user=ines%40example.test", (token: NewToken) => token.userId === users.ines],
    ["lastUsed=within:2h", (token: NewToken) => usedAt(token) >= now.getTime() - 7_200_000],
    ["client=billing", (token: NewToken) => token.clientId === clients.billing],
    [
      "client=billing&role=operator",
      (token: NewToken) => token.clientId === clients.billing && token.roles.includes("operator"),
    ],
  ] as const)
    for (const sort of ["-lastUsed", "lastUsed"]) {
      const own = tokens
        .filter((token, n) => n % 3 === 0 && matches(token))
        .map((token) => `${new Date(usedAt(token)).toISOString()} ${token.id}`)
        .sort();
      const { rows, total } = await list(`${text}&sort=${sort}&size=200`);
      expect(rows.map((row) => `${row.lastUsedAt} ${row.id}`)).toEqual(
        sort.startsWith("-") ? own.reverse() : own,
      );
      isTrueOf(total, own.length);
    }
});

test("refuses the order of last use where no filter makes it affordable, and says beside which it is there", () => {
  const refused = (text: string) => {
    try {
      return ask(text);
    } catch (error) {
      return error;
    }
  };
  expect(refused("sort=-lastUsed")).toMatchObject({
    code: "INVALID_INPUT",
    fields: [{ path: "sort", message: expect.stringContaining("Only beside a filter by user, client") }],
  });
  expect(refused("sort=lastUsed&kind=access")).toMatchObject({ code: "INVALID_INPUT" });
  expect(refused("sort=lastUsed&user=x")).toMatchObject({ sort: { key: "lastUsed", direction: "asc" } });
});

test.each([
  "ip=",
  "ip=1.2.3",
  "ip=1.2.3.4.5",
  "ip=256.1.1.1",
  "ip=01.2.3.4",
  "ip=0x7f.1",
  "ip=1.2.3.4/33",
  "ip=1.2.3.4/-1",
  "ip=1.2.3.4/8/8",
  "ip=2001:db8::/129",
  "ip=2001:::1",
  "ip=fe80::1%25eth0",
  "ip=[::1]",
  "ip=::1]/@evil",
  "ip=1.2.3.4%27%20OR%201=1",
  "ip=1.2.3.4&ip=1.2.3.5",
  "longLived=0h",
  "longLived=-1h",
  "longLived=1e9h",
  "longLived=NaN",
  "longLived=1h&longLived=2h",
  "role=%00",
  "country=",
  "country=ZZ",
  "country=QX",
  "country=Atlantis",
  "country=DE%27--",
  "country=DE&country=",
])("refuses %s and names the parameter", (text) => {
  const key = text.slice(0, text.indexOf("="));
  expect(() => ask(text)).toThrow(
    expect.objectContaining({ code: "INVALID_INPUT", fields: [expect.objectContaining({ path: key })] }),
  );
});

describe("once the worker has counted", () => {
  // half of the tokens: lists must put together what is counted and what came after
  beforeAll(async () => {
    const middle = tokens[30] as NewToken;
    const behind = Date.now() - middle.issuedAt.getTime();
    // what a process keeps of the tally is a moment old
    await db.end();
    db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
    fixture = fixtureOf(db, placeOf);
    const counted = await tallyAll(db, { lag: `${behind} milliseconds` });
    expect(counted).toBeGreaterThan(20);
    expect(counted).toBeLessThan(40);
  });

  test.each(ASKED)("finds by %s exactly the same", (...asked) => eachIsFound(asked));
});

test("tells the country that each token was issued to, and counts them", async () => {
  const { rows } = await list("size=200");
  const places = new Map(rows.map((row) => [row.id, row.issuingCountry]));
  for (const token of tokens) expect(places.get(token.id)).toBe(placeOf(token.ip));
  const count = (country: string | null) => tokens.filter((token) => isFrom(token, country)).length;
  const exactly = (value: number) => ({ value, isExact: true });
  expect(await listCountries(contextAs(db, "auditor", now))).toEqual([
    { country: "unknown", tokens: exactly(count(null)) },
    { country: "SE", tokens: exactly(count("SE")) },
    { country: "DE", tokens: exactly(count("DE")) },
  ]);
  await expect(listCountries(contextAs(db, "anonymous", now))).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("finds a token by id, by family, by user id and by the hash of its value", async () => {
  const token = tokens[17] as NewToken;
  const hash = createHash("sha256").update(token.id).digest("hex");
  expect((await list(`q=${token.id.toUpperCase()}`)).rows.map((row) => row.id)).toEqual([token.id]);
  expect((await list(`q=${token.familyId}`)).rows.map((row) => row.id)).toEqual([token.id]);
  expect((await list(`family=${token.familyId}`)).rows.map((row) => row.id)).toEqual([token.id]);
  expect((await list(`q=${hash}`)).rows.map((row) => row.id)).toEqual([token.id]);
  expect((await list(`q=${users.ines}&size=200`)).rows).toHaveLength(
    tokens.filter((one) => one.userId === users.ines).length,
  );
  const ctx = contextAs(db, "auditor", now);
  expect(await findToken(ctx, hash)).toEqual({ id: token.id, isSameValue: true });
  expect(await findToken(ctx, token.id)).toEqual({ id: token.id, isSameValue: null });
  expect(await findToken(ctx, token.id, hash.toUpperCase())).toEqual({ id: token.id, isSameValue: true });
  expect(await findToken(ctx, token.id, "0".repeat(64)), "a rewritten signature").toEqual({
    id: token.id,
    isSameValue: false,
  });
  expect(await findToken(ctx, "0".repeat(64))).toBeNull();
});

test("refuses to look for anything but an id or a hash, without repeating it", async () => {
  const secret = "twa_notreallyatokenbutlooksabitlikeone_1234567890abcdef";
  const refusal = await findToken(contextAs(db, "auditor"), secret).catch((error: Error) => error);
  expect(refusal).toMatchObject({ code: "INVALID_INPUT" });
  expect(JSON.stringify(refusal) + String(refusal)).not.toContain(secret);
});

async function walk(
  text: string,
  follow: "next" | "previous",
  from: string | null,
  between: () => Promise<void>,
) {
  const pages: TokenRow[][] = [];
  let cursor = from;
  for (;;) {
    const page = await list(`${text}${cursor === null ? "" : `&cursor=${cursor}`}`);
    pages.push(page.rows);
    cursor = page[follow];
    if (cursor === null) return { pages, last: page };
    await between();
  }
}

test("walking all pages forward and back gives each row once and in order, while others are issued", async () => {
  const texts = [
    "",
    "permission=payments:write&permission=payments:read",
    "client=billing&client=ledger",
    "state=active",
    "q=a",
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...texts),
      fc.constantFrom("-issued", "issued", "expires", "-expires"),
      fc.integer({ min: 1, max: 17 }),
      async (text, sort, size) => {
        const query = `${text}&sort=${sort}&size=${size}`;
        const whole = (await list(`${text}&sort=${sort}&size=200`)).rows.map((row) => row.id);
        // newer than all that is here, so that it stands before the first page or after the last
        let left = 20;
        const issue = async () => {
          // where they stand after the last page, and a page has one row, there would be another page for ever
          if (left === 0) return;
          left -= 1;
          await fixture.token({
            clientId: clients.billing as string,
            scopes: ["payments:write"],
            audiences: [],
            issuedAt: new Date(now.getTime() + 60_000),
            expiresAt: new Date(now.getTime() + 9 * 86_400_000),
          });
        };
        const forward = await walk(query, "next", null, issue);
        const seen = forward.pages.flat().map((row) => row.id);
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen.filter((id) => whole.includes(id))).toEqual(whole);
        const back = await walk(query, "previous", forward.last.previous, issue);
        const before = back.pages
          .reverse()
          .flat()
          .map((row) => row.id);
        const all =
          forward.last.previous === null ? seen : [...before, ...forward.last.rows.map((row) => row.id)];
        expect(new Set(all).size).toBe(all.length);
        expect(all.filter((id) => whole.includes(id))).toEqual(whole);
      },
    ),
    { numRuns: propertyRuns(8) },
  );
}, 120_000);

test("a token's page has everything but its value", async () => {
  const token = tokens[3] as NewToken;
  const detail = await getToken(contextAs(db, "auditor", now), token.id);
  expect(detail).toMatchObject({
    id: token.id,
    state: "active",
    header: { typ: "at+jwt", alg: "ES256", kid: "es-1" },
    payload: {
      jti: token.id,
      scope: "payments:read payments:write",
      groups: ["Engineering"],
      aud: ["billing", "ledger"],
    },
    orders: [],
    lineageTotal: 1,
    liveRefreshTokenId: null,
  });
  expect(detail.lineage.map((node) => node.id)).toEqual([token.id]);
});

test("what is not there is not found, whatever its id looks like", async () => {
  const ctx = contextAs(db, "auditor", now);
  for (const id of ["", "1", "' OR 1=1", "01a20044-3e85-7809-88e4-cec0504acb71", crypto.randomUUID()])
    await expect(getToken(ctx, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("nobody who is not signed in sees a token", async () => {
  const ctx = contextAs(db, "anonymous");
  await expect(listTokens(ctx, ask(""))).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  await expect(getToken(ctx, (tokens[0] as NewToken).id)).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  await expect(findToken(ctx, (tokens[0] as NewToken).id)).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
});
