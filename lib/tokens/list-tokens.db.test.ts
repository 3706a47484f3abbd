import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { findToken } from "./find-token.ts";
import { getToken } from "./get-token.ts";
import { listTokens } from "./list-tokens.ts";
import type { TokenRow } from "./model.ts";
import type { NewToken } from "./register.ts";
import { type TokensQuery, tokensTable } from "./table.ts";
import { contextAs, type Fixture, fixtureOf } from "./token-fixture.ts";

let db: Database;
let fixture: Fixture;
let now: Date;
const clients: Record<string, string> = {};
const users: Record<string, string> = {};
const tokens: NewToken[] = [];

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
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

const ask = (text: string): TokensQuery => parseListQueryStrict(tokensTable, new URLSearchParams(text));
const list = (text: string) => listTokens(contextAs(db, "auditor", now), ask(text));

const isLive = (token: NewToken) => token.expiresAt > now && !(tokens.indexOf(token) % 10 === 0);

test.each<[string, (token: NewToken) => boolean]>([
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
  ["q=example", (token) => token.userId !== null],
  ["q=e", (token) => token.userId !== null || token.clientId === clients.ledger],
  ["q=o%27neil", (token) => token.userId === users["o'neil"]],
  ["q=50%25_", (token) => token.clientId === clients["50%_off"]],
  ["q=%25", (token) => token.clientId === clients["50%_off"]],
  ["q=_", (token) => token.clientId === clients["50%_off"]],
  ["q=%5C", () => false],
  ["q=%27%3B+DROP+TABLE+token%3B+--", () => false],
  ["q=%27%20OR%20%271%27%3D%271", () => false],
])("finds by %s exactly what matches, in both orders, with an exact total", async (text, matches) => {
  const own = tokens.filter(matches);
  for (const sort of ["-issued", "issued", "expires", "-expires"]) {
    const { rows, total } = await list(`${text}&sort=${sort}&size=200`);
    const key = (row: { issuedAt: Date | string; expiresAt: Date | string; id: string }) =>
      `${new Date(sort.endsWith("issued") ? row.issuedAt : row.expiresAt).toISOString()} ${row.id}`;
    const ordered = own.map(key).sort();
    expect(rows.map(key)).toEqual(sort.startsWith("-") ? ordered.reverse() : ordered);
    expect(total).toEqual({ value: own.length, isExact: true });
  }
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
        const issue = async () => {
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
    { numRuns: 8 },
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
