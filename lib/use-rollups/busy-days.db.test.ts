import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { getUseFacets } from "../audit/get-use-facets.ts";
import { getUseHistogram } from "../audit/get-use-histogram.ts";
import { getUseSummary } from "../audit/get-use-summary.ts";
import { listTokenUses } from "../audit/list-token-uses.ts";
import { tokenUsesTable } from "../audit/table.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testContexts } from "../db/test-context.ts";
import { runNextErasure } from "../erasures/run-next-erasure.ts";
import { uuidv7 } from "../ids.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { countBusyDays } from "./busy-days.ts";
import { rollUpAll } from "./roll-up-uses.ts";

const world = testContexts();
const DAY_MS = 86_400_000;
const FEW = 9;
/** Time enough on a busy machine. */
const WHILE = { wholeMs: 20_000, partMs: 20_000 };
const now = new Date();
const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
/** A moment of the day so many days ago. */
const on = (days: number, ms = 0) => new Date(today - days * DAY_MS + ms);

type Holder = { user: string; email: string; ip: string; family: string; tokens: string[] };
type Use = {
  at: Date;
  by: Holder;
  client?: string;
  refusal?: string;
  country?: string | null;
  writer?: string;
  token?: string;
};

let retention: SqlDatabase;
let clients: string[];
let busy: Holder;
let uneven: Holder;
let quiet: Holder;

async function write(uses: readonly Use[]): Promise<void> {
  await world.db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, user_id, subject, ip, country, method, path,
       writer_id, flush, ordinal, salt)
     SELECT u.id, u.at, u.at, CASE WHEN u.refusal IS NULL THEN 'allowed' ELSE 'refused' END, u.refusal, 'forward_auth', u.token, 'access', u.family, u.client, u."user", 's', u.ip,
       u.country, 'GET', '/v1', u.writer, 4, 0, decode(u.salt, 'hex')
     FROM json_to_recordset($1::json) AS u(id uuid, at timestamptz, refusal text, token uuid, family uuid, client uuid, "user" uuid, ip text, country text, writer uuid, salt text)`,
    [
      JSON.stringify(
        uses.map(
          ({ at, by, client = clients[0], refusal, country = "DE", writer = randomUUID(), token }) => ({
            id: uuidv7(at),
            at,
            refusal,
            token: token ?? by.tokens[0],
            family: by.family,
            client,
            user: by.user,
            ip: by.ip,
            country,
            writer,
            salt: randomBytes(20).toString("hex"),
          }),
        ),
      ),
    ],
  );
}

const auditor = () => contextAs(world.db, "auditor", now);
const query = (text: string) => parseListQueryStrict(tokenUsesTable, new URLSearchParams(text));

/** Everything that the explorer shows for a query, the first page and the one after it too. */
async function explore(text: string) {
  const { filters } = query(text);
  const histogram = await getUseHistogram(auditor(), filters, WHILE);
  const pages = [];
  for (const sort of ["-at", "at"]) {
    const asked = { ...query(`${text}&sort=${sort}`), pageSize: 7 };
    const first = await listTokenUses(auditor(), asked);
    const second =
      first.next === null ? null : await listTokenUses(auditor(), { ...asked, cursor: first.next });
    pages.push([...first.rows, ...(second?.rows ?? [])].map(({ id }) => id));
  }
  return {
    histogram,
    facets: await getUseFacets(auditor(), filters),
    summary: await getUseSummary(auditor(), filters),
    pages,
  };
}

const total = async (text: string) => {
  const { allowed, refused } = (await getUseHistogram(auditor(), query(text).filters, WHILE)).total;
  return allowed + refused;
};
const countDays = (few = FEW) => countBusyDays(retention, { few });

beforeEach(async () => {
  const { connectionString: url } = world.db.pool.options as { connectionString: string };
  retention = openSqlDatabase({ url, role: "retention", maxConnections: 2, applicationName: "test" });
  await world.asOwner("SELECT ensure_partitions(now() - interval '45 days', now())");
  const fixture = fixtureOf(world.db);
  clients = [await fixture.client("billing"), await fixture.client("ledger")];
  const holder = async (email: string, ip: string): Promise<Holder> => ({
    user: await fixture.user(email),
    email,
    ip,
    family: randomUUID(),
    tokens: [uuidv7(on(50)), uuidv7(on(50))],
  });
  busy = await holder("busy@example.com", "192.0.2.1");
  uneven = await holder("uneven@example.com", "192.0.2.2");
  quiet = await holder("quiet@example.com", "2001:db8::3");
  // what the log is followed by: the tokens of the register
  for (const { user, tokens, family } of [busy, uneven, quiet])
    for (const [n, id] of tokens.entries())
      await fixture.token({
        id,
        issuedAt: on(50),
        userId: user,
        familyId: family,
        clientId: clients[n] as string,
      });
});
afterEach(() => retention.end());

/** Somebody who is busy each day, somebody who is on some, somebody who never is: at odd times, with all that a mix has. */
function randomUses(): Use[] {
  const one = fc.record({
    ms: fc.nat(DAY_MS - 1),
    refusal: fc.option(fc.constantFrom("expired", "revoked"), { nil: undefined, freq: 2 }),
    country: fc.constantFrom("DE", "FR", null),
    // of each client one
    n: fc.constantFrom(0, 1),
  });
  const day = (by: Holder, days: number, count: number): Use[] =>
    fc.sample(one, { numRuns: count, seed: days * 7 + count }).map(({ ms, refusal, country, n }) => ({
      at: on(days, days === 0 ? ms % Math.max(1, now.getTime() - today) : ms),
      by,
      client: clients[n] as string,
      country,
      token: by.tokens[n] as string,
      ...(refusal && { refusal }),
    }));
  return Array.from({ length: 41 }, (_, days) => [
    ...day(busy, days, 14),
    ...day(uneven, days, days % 3 === 0 ? 12 : 2),
    ...day(quiet, days, days % 2),
  ]).flat();
}

const QUERIES = fc.record({
  range: fc.oneof(
    fc.constantFrom("within:90d", "within:7d", "within:30d", "within:24h"),
    fc
      .tuple(fc.integer({ min: 1, max: 40 * 24 * 60 }), fc.integer({ min: 1, max: 20 * 24 * 60 }))
      .map(([ago, length]) => {
        const from = now.getTime() - ago * 60_000;
        return `${new Date(from).toISOString()}..${new Date(from + length * 60_000).toISOString()}`;
      }),
  ),
  who: fc.constantFrom(
    (): string => `user=${busy.email}`,
    () => `user=${busy.email}`,
    () => `user=${uneven.user}`,
    () => `user=${busy.email}&user=${uneven.email}&user=${quiet.email}`,
    () => `user=${quiet.email}`,
    () => "user=nobody@example.com",
    () => `ip=${busy.ip}`,
    () => `ip=${encodeURIComponent(quiet.ip)}`,
    () => `ip=${uneven.ip}&user=${uneven.email}`,
    () => `family=${busy.family}`,
    () => `family=${uneven.family}`,
  ),
  beside: fc.constantFrom(
    "",
    "",
    "&outcome=refused",
    "&outcome=allowed&client=ledger",
    "&country=unknown&country=FR",
    "&refusal=expired",
    "&source=issue",
    "&notSource=issue&notCountry=FR",
    "&notClient=ledger",
    // nothing counted ahead helps with these
    "&path=%2Fv1",
    "&notIp=192.0.2.2",
  ),
});

test("whoever is followed is told of as the log tells it: busy or not, over any range, with any filter beside", async () => {
  await write(randomUses());
  const queries = fc
    .sample(QUERIES, { numRuns: 40, seed: 41 })
    .map(({ range, who, beside }) => `at=${encodeURIComponent(range)}&${who()}${beside}`);
  const told = async () => {
    const all = [];
    for (const text of queries) all.push([text, await explore(text)]);
    return all;
  };
  const byLog = await told();
  expect(await countDays(), "before days are rolled up").toBe(0);
  await rollUpAll(world.db);
  expect(await countDays(), "days that were closed before").toBeGreaterThan(39);
  expect(await countDays(), "each once").toBe(0);
  const counted = await world.db.query<{ kind: string; days: bigint; uses: bigint }>(
    "SELECT kind, count(*) AS days, sum((SELECT sum(n) FROM unnest(counts) n))::bigint AS uses FROM busy_use GROUP BY 1 ORDER BY 1",
  );
  expect(counted.map(({ kind }) => kind)).toEqual(["family", "ip", "user"]);
  expect(Number(counted[0]?.days)).toBeGreaterThan(50);
  expect(Number(counted[0]?.days), "quiet days are not there").toBeLessThan(56);
  expect(await told()).toEqual(byLog);
});

test("reads busy days from their counts: a value that stands there alone is told", async () => {
  await write([
    ...Array.from({ length: 10 }, () => ({ at: on(2, 5_000), by: busy })),
    { at: on(3, 5_000), by: busy },
  ]);
  await rollUpAll(world.db);
  await countDays();
  await world.asOwner("UPDATE busy_use SET counts = '{500}'");
  for (const who of [`user=${busy.email}`, `ip=${busy.ip}`, `family=${busy.family}`]) {
    expect(await total(`at=within:90d&${who}`), who).toBe(501);
    expect(await total(`at=within:90d&${who}&outcome=refused`), who).toBe(0);
    const { facets } = await getUseFacets(auditor(), query(`at=within:90d&${who}&outcome=allowed`).filters);
    expect(facets.client, who).toEqual([{ value: "billing", count: 501 }]);
  }
});

test("a day into which something came later is read from the log until it is counted anew", async () => {
  await write(Array.from({ length: 12 }, () => ({ at: on(3, 3_000), by: busy })));
  await rollUpAll(world.db);
  await countDays();
  const writer = randomUUID();
  const late = on(3, 60_000);
  await write([{ at: late, by: busy, client: clients[1] as string, writer }]);
  const text = `at=within:7d&user=${busy.email}`;
  expect(await total(text), "nobody has said so yet").toBe(12);
  await world.db.query(
    `INSERT INTO seal (chain, sequence, sealed_at, sealed_by, first_flush, last_flush, received_from, received_to, count, root, previous, hash)
     VALUES ($1::uuid, 1, now() + interval '1 second', 'writer', 1, 4, $2::timestamptz, $2::timestamptz, 1, sha256('a'), sha256('b'), sha256('c'))`,
    [writer, late],
  );
  await rollUpAll(world.db);
  expect(await world.db.query("SELECT FROM busy_use"), "forgotten").toHaveLength(0);
  expect(await total(text)).toBe(13);
  expect(await countDays()).toBe(1);
  expect(await total(text)).toBe(13);
});

test("somebody's address leaves the counts with them, and what others did there stays", async () => {
  const there = { ...quiet, ip: busy.ip };
  await write([
    ...Array.from({ length: 8 }, () => ({ at: on(3, 3_000), by: busy })),
    ...Array.from({ length: 4 }, () => ({ at: on(3, 4_000), by: there })),
    ...Array.from({ length: 12 }, () => ({ at: on(4, 4_000), by: there })),
  ]);
  await rollUpAll(world.db);
  await countDays();
  const [text, kept] = [`at=within:7d&ip=${busy.ip}`, `at=within:7d&user=${quiet.email}`];
  expect(await total(text)).toBe(24);
  await world.asOwner(
    `UPDATE user_account SET disabled_at = now() WHERE id = '${busy.user}';
     INSERT INTO erasure (id, user_id, state, reason, note, actor_kind, actor_id, actor_name, created_at, total)
     VALUES (gen_random_uuid(), '${busy.user}', 'waiting', 'user_request', '', 'system', 'test', 'test', now(), 8)`,
  );
  expect(await runNextErasure(retention)).toBe(true);
  expect(await world.db.query("SELECT FROM busy_use WHERE day = $1::timestamptz", [on(3)])).toHaveLength(0);
  expect(await total(text)).toBe(16);
  expect(await countDays(), "the other day was not touched").toBe(1);
  const addresses = "SELECT to_char(day, 'YYYY-MM-DD') AS day FROM busy_use WHERE kind = 'ip'";
  expect(await world.db.query(addresses)).toEqual([{ day: on(4).toISOString().slice(0, 10) }]);
  expect([await total(text), await total(kept)]).toEqual([16, 16]);
});

test("a day that leaves the log takes its counts with it", async () => {
  await write(
    [40, 39].flatMap((days) => Array.from({ length: 12 }, () => ({ at: on(days, 3_000), by: busy }))),
  );
  await rollUpAll(world.db);
  await countDays();
  expect(await total(`at=within:90d&ip=${busy.ip}`)).toBe(24);
  await world.asOwner(
    `UPDATE organisation SET use_days = 30;
     INSERT INTO purged_use_day (day, left_at, uses, unsealed, bytes, kept_days, checkpoint)
     SELECT d, now(), 0, 0, 0, 30, 1 FROM generate_series('${on(45).toISOString()}'::timestamptz, '${on(40).toISOString()}'::timestamptz, '1 day') AS d;
     DROP TRIGGER token_use_append_only ON token_use; DELETE FROM token_use WHERE received_at < '${on(40).toISOString()}'`,
  );
  await retention.query("SELECT drop_use_day($1::timestamptz)", [on(40)]);
  expect(await world.db.query("SELECT FROM busy_use WHERE kind = 'ip'")).toHaveLength(1);
  expect(
    await world.db.query("SELECT FROM busy_use_day WHERE day <= $1::timestamptz", [on(40)]),
  ).toHaveLength(0);
  expect(await total(`at=within:90d&ip=${busy.ip}`)).toBe(12);
});

test("two workers at once count a day once, and the application counts none", async () => {
  await write(Array.from({ length: 12 }, () => ({ at: on(3, 3_000), by: busy })));
  await rollUpAll(world.db);
  const [one, other] = await Promise.all([countDays(), countDays()]);
  const days = await world.db.query("SELECT FROM busy_use_day");
  expect(one + other).toBe(days.length);
  expect(await total(`at=within:7d&ip=${busy.ip}`)).toBe(12);
  await expect(
    world.db.query(
      "INSERT INTO busy_use_day (day, counted_at) VALUES (date_trunc('day', now(), 'UTC'), now())",
    ),
  ).rejects.toMatchObject({ code: "42501" });
});
