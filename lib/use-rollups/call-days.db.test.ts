import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { getUseFacets } from "../audit/get-use-facets.ts";
import { getUseHistogram } from "../audit/get-use-histogram.ts";
import { listTokenUses } from "../audit/list-token-uses.ts";
import { tokenUsesTable } from "../audit/table.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testContexts } from "../db/test-context.ts";
import { runNextErasure } from "../erasures/run-next-erasure.ts";
import { uuidv7 } from "../ids.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { countBusyDays } from "./busy-days.ts";
import { countCallDays } from "./call-days.ts";
import { rollUpAll } from "./roll-up-uses.ts";

const world = testContexts();
const DAY_MS = 86_400_000;
/** Time enough on a busy machine. */
const WHILE = { wholeMs: 20_000, partMs: 20_000 };
const now = new Date();
const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
/** A moment of the day so many days ago. */
const on = (days: number, ms = 0) => new Date(today - days * DAY_MS + ms);

type Use = {
  at: Date;
  path?: string | null;
  agent?: string | null;
  method?: string | null;
  client?: string;
  refusal?: string;
  status?: number;
  user?: string;
  writer?: string;
};

let retention: SqlDatabase;
let clients: string[];
/** One of each client. */
let tokens: string[];
let user: string;

async function write(uses: readonly Use[]): Promise<void> {
  await world.db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, user_id, subject, ip, country, method, path, user_agent,
       status, writer_id, flush, ordinal, salt)
     SELECT u.id, u.at, u.at, CASE WHEN u.refusal IS NULL THEN 'allowed' ELSE 'refused' END, u.refusal, 'forward_auth', u.token, 'access', u.token, u.client, u."user", 's', '192.0.2.1',
       'DE', u.method, u.path, u.agent, u.status, u.writer, 4, 0, decode(u.salt, 'hex')
     FROM json_to_recordset($1::json) AS u(id uuid, at timestamptz, refusal text, client uuid, "user" uuid, token uuid, method text, path text, agent text, status int, writer uuid, salt text)`,
    [
      JSON.stringify(
        uses.map(({ at, client = clients[0], path = "/v1", writer = randomUUID(), ...use }) => ({
          ...use,
          id: uuidv7(at),
          at,
          path,
          client,
          token: tokens[clients.indexOf(client as string)],
          writer,
          salt: randomBytes(20).toString("hex"),
        })),
      ),
    ],
  );
}

const auditor = () => contextAs(world.db, "auditor", now);
const query = (text: string) => parseListQueryStrict(tokenUsesTable, new URLSearchParams(text));

/** Everything that the explorer shows for a query, the first page and the one after it too. */
async function explore(text: string) {
  const { filters } = query(text);
  const pages = [];
  for (const sort of ["-at", "at"]) {
    const asked = { ...query(`${text}&sort=${sort}`), pageSize: 7 };
    const first = await listTokenUses(auditor(), asked, WHILE);
    const second =
      first.next === null ? null : await listTokenUses(auditor(), { ...asked, cursor: first.next }, WHILE);
    // as a file reads it: in stretches
    const rows = await listTokenUses(auditor(), asked, { ...WHILE, wholeMs: 0 });
    pages.push([first, second, rows].map((page) => page?.rows.map(({ id }) => id)));
  }
  return {
    histogram: await getUseHistogram(auditor(), filters, WHILE),
    facets: await getUseFacets(auditor(), filters),
    pages,
  };
}

const total = async (text: string) => {
  const { allowed, refused } = (await getUseHistogram(auditor(), query(text).filters, WHILE)).total;
  return allowed + refused;
};
/** The days that are over, as the worker counts them. */
async function countDays({ valuesMax = 100, usesOfCount = 0 } = {}): Promise<number> {
  await rollUpAll(world.db);
  await countBusyDays(retention);
  return countCallDays(retention, { valuesMax, usesOfCount });
}

beforeEach(async () => {
  const { connectionString: url } = world.db.pool.options as { connectionString: string };
  retention = openSqlDatabase({ url, role: "retention", maxConnections: 2, applicationName: "test" });
  await world.asOwner("SELECT ensure_partitions(now() - interval '45 days', now())");
  const fixture = fixtureOf(world.db);
  clients = [await fixture.client("billing"), await fixture.client("ledger")];
  tokens = [];
  for (const clientId of clients) tokens.push((await fixture.token({ clientId, issuedAt: on(50) })).id);
  user = await fixture.user("ana@example.com");
});
afterEach(() => retention.end());

const PATHS = ["/v1/a", "/v1/ab", "/V1/a", "/v2/100%_of\\it", "/admin/keys", null];
const AGENTS = ["curl/8.1", "Curl/9", "sqlmap", "app-7/4.2 (linux)", null];

function randomUses(): Use[] {
  const one = fc.record({
    ms: fc.nat(DAY_MS - 1),
    refusal: fc.option(fc.constantFrom("expired", "revoked"), { nil: undefined, freq: 2 }),
    path: fc.constantFrom(...PATHS),
    agent: fc.constantFrom(...AGENTS),
    method: fc.constantFrom("GET", "post", null),
    status: fc.constantFrom(200, 404),
    n: fc.constantFrom(0, 1),
  });
  return Array.from({ length: 41 }, (_, days) =>
    fc.sample(one, { numRuns: 14, seed: days * 7 }).map(({ ms, refusal, n, ...use }) => ({
      ...use,
      at: on(days, days === 0 ? ms % Math.max(1, now.getTime() - today) : ms),
      client: clients[n] as string,
      // some of a day, so that whole days are without it
      path: use.path === "/admin/keys" && days % 5 > 0 ? "/v1/a" : use.path,
      ...(refusal && { refusal }),
    })),
  ).flat();
}

const QUERIES = fc.record({
  range: fc.oneof(
    fc.constantFrom("within:90d", "within:30d", "within:48h", "within:24h"),
    fc
      .tuple(fc.integer({ min: 1, max: 40 * 24 * 60 }), fc.integer({ min: 1, max: 20 * 24 * 60 }))
      .map(([ago, length]) => {
        const from = now.getTime() - ago * 60_000;
        return `${new Date(from).toISOString()}..${new Date(from + length * 60_000).toISOString()}`;
      }),
  ),
  what: fc.constantFrom(
    "path=/v1/*",
    "path=*a",
    "path=100%25_of",
    "path=/admin/*",
    "path=/nobody",
    "path=/v1/ab&path=/v2",
    "notPath=/v1",
    "agent=CURL",
    "agent=sqlmap&agent=app-",
    "agent=curl&notAgent=9",
    "notAgent=app",
    "method=POST",
    "notMethod=GET",
    "path=/v1/&method=POST",
    "agent=app-7%2F&outcome=refused&method=POST",
  ),
  beside: fc.constantFrom(
    "",
    "",
    "&outcome=refused",
    "&notOutcome=refused",
    "&client=ledger",
    "&refusal=expired&notClient=billing",
    // nothing of these is counted ahead
    "&status=404",
    "&agent=sqlmap",
    "&notIp=192.0.2.2",
  ),
});

test("what is looked for is told as the log tells it row by row: over any range, with any filter beside", async () => {
  await write(randomUses());
  const queries = [
    ...fc
      .sample(QUERIES, { numRuns: 12, seed: 43 })
      .map(({ range, what, beside }) => `at=${encodeURIComponent(range)}&${what}${beside}`),
    "path=/admin/*",
    "agent=nobody",
  ];
  const told = async () => {
    const all = [];
    for (const text of queries) all.push([text, await explore(text)]);
    return all;
  };
  const byLog = await told();
  expect(await countDays(), "each day, by path and by agent").toBeGreaterThan(79);
  expect(await countDays(), "each once").toBe(0);
  for (const [n, one] of (await told()).entries()) expect(one, String(one[0])).toEqual(byLog[n]);
  // by outcome alone, as where there are nearly as many counts by mix as uses
  await world.asOwner(
    "UPDATE call_use_day SET has_mixes = false; UPDATE call_use SET mix_hours = '{}', hour_mixes = '{}', hour_counts = '{}', mixes = '{}', counts = '{}'",
  );
  for (const [n, one] of (await told()).entries()) expect(one, String(one[0])).toEqual(byLog[n]);
});

test("is read from the counts: a value that stands there alone is told, and hours without it are not read", async () => {
  await write([
    { at: on(2, 5_000), path: "/v1/a", agent: "curl" },
    { at: on(3, 5_000), path: "/v1/a", agent: "curl" },
    { at: on(3, 5_000), path: "/v1/b", agent: "wget" },
  ]);
  await countDays();
  await world.asOwner("UPDATE call_use SET allowed = '{500}', hour_counts = '{500}', counts = '{500}'");
  for (const what of ["path=/v1/a", "agent=CURL", "path=/v1/a&client=billing"]) {
    expect(await total(`at=within:90d&${what}`), what).toBe(1_000);
    const { facets } = await getUseFacets(auditor(), query(`at=within:90d&${what}`).filters);
    expect(facets.client, what).toEqual([{ value: "billing", count: 1_000 }]);
  }
  await world.asOwner(`UPDATE call_use SET value = 'elsewhere' WHERE day < '${on(2).toISOString()}'`);
  expect((await listTokenUses(auditor(), query("at=within:90d&path=/v1/a"))).rows).toHaveLength(1);
  expect(await total("at=within:90d&path=/v1/a&notIp=192.0.2.9"), "beside anything").toBe(1);
});

test("counts by mix are kept where they are much fewer than the uses", async () => {
  await write([
    ...Array.from({ length: 3 }, () => ({ at: on(3, 5_000), path: "/a", agent: "curl" })),
    { at: on(3, 5_000), path: "/b", agent: "curl" },
  ]);
  await countDays({ usesOfCount: 3 });
  const kept = await world.db.query(
    `SELECT c.kind, c.has_mixes AS "hasMixes", (SELECT sum(cardinality(u.mixes))::int FROM call_use u WHERE u.kind = c.kind AND u.day = c.day) AS mixes
     FROM call_use_day c WHERE c.day = $1::timestamptz ORDER BY c.kind`,
    [on(3)],
  );
  expect(kept).toEqual([
    { kind: "agent", hasMixes: true, mixes: 1 },
    { kind: "path", hasMixes: false, mixes: 0 },
  ]);
  const text = "at=within:7d&path=/a";
  expect([await total(text), await total(`${text}&client=billing`)]).toEqual([3, 3]);
  expect((await getUseFacets(auditor(), query(text).filters)).facets.client).toEqual([
    { value: "billing", count: 3 },
  ]);
});

test("of a day with too many values none is kept, and it is read row by row", async () => {
  await write([
    ...["/a", "/b", "/c"].map((path) => ({ at: on(3, 5_000), path })),
    { at: on(2, 5_000), path: "/a" },
  ]);
  await countDays({ valuesMax: 2 });
  const days = await world.db.query(
    `SELECT c.kind, c.is_whole AS "isWhole", (SELECT count(*)::int FROM call_use u WHERE u.kind = c.kind AND u.day = c.day) AS n FROM call_use_day c
     WHERE c.day IN ($1::timestamptz, $2::timestamptz) ORDER BY c.day, c.kind`,
    [on(3), on(2)],
  );
  expect(days).toEqual([
    { kind: "agent", isWhole: true, n: 1 },
    { kind: "path", isWhole: false, n: 0 },
    { kind: "agent", isWhole: true, n: 1 },
    { kind: "path", isWhole: true, n: 1 },
  ]);
  expect(await total("at=within:7d&path=/a")).toBe(2);
  expect((await listTokenUses(auditor(), query("at=within:7d&path=/b"))).rows).toHaveLength(1);
});

test("what came later is told once a seal says so; the day is read from the log until it is counted anew", async () => {
  await write([{ at: on(3, 3_000), path: "/v1/a" }]);
  await countDays();
  const writer = randomUUID();
  await write([{ at: on(3, 60_000), path: "/v1/late", client: clients[1] as string, writer }]);
  await world.db.query(
    `INSERT INTO seal (chain, sequence, sealed_at, sealed_by, first_flush, last_flush, received_from, received_to, count, root, previous, hash)
     VALUES ($1::uuid, 1, now() + interval '1 second', 'writer', 1, 4, $2::timestamptz, $2::timestamptz, 1, sha256('a'), sha256('b'), sha256('c'))`,
    [writer, on(3, 60_000)],
  );
  await rollUpAll(world.db);
  const counted = () => world.db.query("SELECT FROM call_use WHERE day = $1::timestamptz", [on(3)]);
  expect(await counted(), "forgotten").toHaveLength(0);
  expect(await total("at=within:7d&path=/v1/late")).toBe(1);
  expect(await countDays()).toBe(2);
  expect(await counted()).toHaveLength(3);
  expect(await total("at=within:7d&path=/v1/late")).toBe(1);
});

test("somebody's paths and user agents leave with them, and what others did stays", async () => {
  const mark = "/people/ana@example.com";
  await write([
    { at: on(3, 3_000), path: mark, agent: "ana-phone", user },
    { at: on(3, 4_000), path: "/v1/a", agent: "curl" },
  ]);
  await countDays();
  expect(await total("at=within:7d&path=/people/*")).toBe(1);
  await world.asOwner(
    `UPDATE user_account SET disabled_at = now() WHERE id = '${user}';
     INSERT INTO erasure (id, user_id, state, reason, note, actor_kind, actor_id, actor_name, created_at, total)
     VALUES (gen_random_uuid(), '${user}', 'waiting', 'user_request', '', 'system', 'test', 'test', now(), 1)`,
  );
  expect(await runNextErasure(retention)).toBe(true);
  const left = () => world.db.query("SELECT value FROM call_use WHERE value ILIKE '%ana%'");
  expect(await left()).toHaveLength(0);
  expect(await countDays(), "that day, by both").toBe(2);
  expect(await left()).toHaveLength(0);
  expect([await total("at=within:7d&path=/people/*"), await total("at=within:7d&agent=curl")]).toEqual([
    0, 1,
  ]);
});

test("a day that leaves the log takes them with it", async () => {
  await write([40, 39].map((days) => ({ at: on(days, 3_000), path: "/v1/a" })));
  await countDays();
  await world.asOwner(
    `UPDATE organisation SET use_days = 30;
     INSERT INTO purged_use_day (day, left_at, uses, unsealed, bytes, kept_days, checkpoint)
     SELECT d, now(), 0, 0, 0, 30, 1 FROM generate_series('${on(45).toISOString()}'::timestamptz, '${on(40).toISOString()}'::timestamptz, '1 day') AS d;
     DROP TRIGGER token_use_append_only ON token_use; DELETE FROM token_use WHERE received_at < '${on(40).toISOString()}'`,
  );
  await retention.query("SELECT drop_use_day($1::timestamptz)", [on(40)]);
  expect(await world.db.query("SELECT DISTINCT day FROM call_use ORDER BY day LIMIT 1")).toEqual([
    { day: on(39) },
  ]);
  expect(await total("at=within:90d&path=/v1/a")).toBe(1);
});

test("two workers at once count a day once, and the application counts none", async () => {
  await write([{ at: on(3, 3_000), path: "/v1/a" }]);
  await rollUpAll(world.db);
  await countBusyDays(retention);
  const [one, other] = await Promise.all([countCallDays(retention), countCallDays(retention)]);
  expect(one + other).toBe((await world.db.query("SELECT FROM call_use_day")).length);
  expect(await total("at=within:7d&path=/v1/a")).toBe(1);
  await expect(
    world.db.query(
      "INSERT INTO call_use_day (kind, day, is_whole) SELECT 'path', day, true FROM busy_use_day",
    ),
  ).rejects.toMatchObject({ code: "42501" });
});
