import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { getUseFacets } from "../audit/get-use-facets.ts";
import { getUseHistogram } from "../audit/get-use-histogram.ts";
import { listTokenUses } from "../audit/list-token-uses.ts";
import { tokenUsesTable } from "../audit/table.ts";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { countVerifierUses } from "../verifiers/verifier-uses.ts";
import { rollUpAll } from "./roll-up-uses.ts";

const world = testContexts();
const HOUR_MS = 3_600_000;
const now = new Date();
let clients: string[];
/** One of each client. */
let tokens: string[];
let verifierId: string;

type Use = {
  at: Date;
  client?: number;
  refusal?: string;
  country?: string;
  flush?: number;
  writer?: string;
  isIssue?: boolean;
};

async function write(uses: readonly Use[]): Promise<void> {
  await world.db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, subject, verifier_id, ip, country, writer_id, flush,
       ordinal, salt)
     SELECT u.id, u.at, u.at, u.outcome, u.refusal, u.source, u.token, 'access', u.token, u.client, 's', u.verifier, '192.0.2.7', u.country, u.writer, u.flush, 0, '\\x00'
     FROM json_to_recordset($1::json) AS u(id uuid, at timestamptz, outcome text, refusal text, source text, client uuid, token uuid, verifier uuid, country text, writer uuid, flush bigint)`,
    [
      JSON.stringify(
        uses.map(({ at, client = 0, refusal, country, flush = 1, writer = randomUUID(), isIssue }) => ({
          id: uuidv7(at),
          at,
          outcome: isIssue ? "issued" : refusal === undefined ? "allowed" : "refused",
          refusal,
          source: isIssue ? "issue" : "forward_auth",
          client: clients[client],
          token: tokens[client],
          verifier: isIssue ? null : verifierId,
          country,
          writer,
          flush,
        })),
      ),
    ],
  );
}

const query = (text: string) => parseListQueryStrict(tokenUsesTable, new URLSearchParams(text));
const auditor = () => contextAs(world.db, "auditor", now);
const ago = (hours: number) => new Date(now.getTime() - hours * HOUR_MS);

/** Everything that the explorer shows for a query. */
async function explore(text: string) {
  const { filters } = query(text);
  const histogram = await getUseHistogram(auditor(), filters);
  const facets = await getUseFacets(auditor(), filters);
  return { buckets: histogram.buckets, total: histogram.total, facets: facets.facets };
}

/** All rows of a list, page by page. */
async function walk(text: string): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await listTokenUses(auditor(), { ...query(text), pageSize: 3, cursor });
    ids.push(...page.rows.map((row) => row.id));
    if (page.next === null) return ids;
    cursor = page.next;
  }
}

beforeEach(async () => {
  const fixture = fixtureOf(world.db);
  clients = [await fixture.client("billing"), await fixture.client("ledger"), await fixture.client("rare")];
  tokens = [];
  for (const clientId of clients)
    tokens.push((await fixture.token({ clientId, issuedAt: ago(24 * 100) })).id);
  verifierId = randomUUID();
  await world.db.query(
    "INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1::uuid, 'gateway', now(), now())",
    [verifierId],
  );
});

const QUERIES = [
  "at=within:7d",
  "at=within:24h",
  "at=within:90d",
  "",
  "at=within:30d&outcome=refused",
  "at=within:30d&client=ledger",
  "at=within:90d&client=rare",
  "at=within:7d&country=DE&country=unknown",
  "at=within:30d&refusal=expired&verifier=gateway",
  "at=within:30d&source=issue",
  "at=within:30d&client=nobody",
  "at=within:30d&notClient=ledger",
  "at=within:30d&notOutcome=issued&notCountry=DE",
  "at=within:90d&notVerifier=gateway",
  "at=within:30d&client=billing&notRefusal=expired&notCountry=unknown",
  "at=within:30d&notClient=nobody",
];

test("what is rolled up is told as the log tells it, over any range and filter, page by page too", async () => {
  const uses: Use[] = Array.from({ length: 400 }, (_, n) => ({
    at: new Date(now.getTime() - Math.round((n * 7_919_000) % (40 * 24 * HOUR_MS)) - 1),
    client: n % 2,
    ...(n % 7 === 0 ? { refusal: n % 14 === 0 ? "expired" : "revoked" } : { isIssue: n % 11 === 0 }),
    ...(n % 3 === 0 ? { country: "DE" } : n % 3 === 1 ? { country: "FR" } : {}),
  }));
  await write([
    ...uses,
    { at: ago(24 * 39), client: 2 },
    { at: ago(24 * 12), client: 2 },
    { at: ago(0.001), client: 2 },
  ]);
  const told = async () => ({
    verifiers: await countVerifierUses(auditor()),
    explored: await Promise.all(QUERIES.map(explore)),
    walked: await Promise.all(
      [
        "client=rare",
        "client=ledger&outcome=refused",
        "sort=at&client=rare",
        "at=within:30d&country=unknown",
      ].map(walk),
    ),
  });
  const byLog = await told();
  expect(byLog.walked[0], "with its issue").toHaveLength(4);
  const gateway = byLog.verifiers?.get(verifierId);
  expect(Object.keys(gateway?.refusals ?? {}).length, "of the last 24 hours").toBeGreaterThan(0);
  expect(gateway?.allowed).toBe(gateway?.hours.reduce((sum, { allowed }) => sum + allowed, 0));

  expect(await rollUpAll(world.db)).toBeGreaterThan(3);

  const [mark] = await world.db.query<{ isWhole: boolean; spans: bigint; counted: bigint }>(
    `SELECT m.is_whole AS "isWhole", (SELECT count(*) FROM use_rollup WHERE grain = 86400) AS spans,
       (SELECT sum(issued + allowed + refused)::bigint FROM use_rollup WHERE grain = 900) AS counted FROM use_rollup_mark m`,
  );
  expect(mark).toMatchObject({ isWhole: true });
  expect(Number(mark?.spans)).toBeGreaterThan(30);
  expect(Number(mark?.counted)).toBeGreaterThan(390);
  expect(await told()).toEqual(byLog);
  expect(await rollUpAll(world.db), "there is nothing to do").toBe(0);
});

test("reads rolled-up uses from the rollups: a value that stands there alone is told", async () => {
  await write([{ at: ago(50) }]);
  await rollUpAll(world.db);
  await world.db.query(
    "UPDATE use_rollup SET allowed = 41, counts = ARRAY[41] WHERE cardinality(counts) = 1",
  );
  expect((await explore("at=within:7d")).total.allowed).toBe(41);
  expect((await explore("at=within:7d&client=billing")).total.allowed).toBe(41);
  expect((await explore("at=within:7d")).facets.client).toEqual([{ value: "billing", count: 41 }]);
});

test("counts again what a seal says came later into a span, and nothing twice", async () => {
  await write([{ at: ago(30) }, { at: ago(5) }]);
  await rollUpAll(world.db);
  const writer = randomUUID();
  await write([{ at: ago(30), client: 1, writer, flush: 4 }]);
  expect((await explore("at=within:7d")).total.allowed, "nobody has said so yet").toBe(2);
  await world.db.query(
    `INSERT INTO seal (chain, sequence, sealed_at, sealed_by, first_flush, last_flush, received_from, received_to, count, root, previous, hash)
     VALUES ($1::uuid, 1, now() + interval '1 second', 'writer', 1, 4, $2::timestamptz, $2::timestamptz, 1, sha256('a'), sha256('b'), sha256('c'))`,
    [writer, ago(30)],
  );
  await rollUpAll(world.db);
  await rollUpAll(world.db);
  const { total, facets } = await explore("at=within:7d");
  expect(total.allowed).toBe(3);
  expect(facets.client).toEqual([
    { value: "billing", count: 2 },
    { value: "ledger", count: 1 },
  ]);
});

test("a mark that was written while the clock was years ahead hides no use that came after, nor one that came late", async () => {
  await write([{ at: ago(30) }, { at: ago(6) }]);
  await rollUpAll(world.db);
  const ahead = "now() + interval '4 years'";
  await world.db.query(`UPDATE use_rollup_mark SET until_at = ${ahead}, sealed_at = ${ahead} WHERE id = 1`);
  const writer = randomUUID();
  const seal = (sequence: number, at: Date, sealedAt: string) =>
    world.db.query(
      `INSERT INTO seal (chain, sequence, sealed_at, sealed_by, first_flush, last_flush, received_from, received_to, count, root, previous, hash)
       VALUES ($1::uuid, $2::bigint, ${sealedAt}, 'writer', $2::bigint, $2::bigint, $3::timestamptz, $3::timestamptz, 1, sha256('r'), sha256('p'), sha256($1::text::bytea || $2::text::bytea))`,
      [writer, sequence, at],
    );
  await seal(1, ago(30), ahead);
  await write([{ at: ago(2), client: 1 }, { at: ago(1) }, { at: ago(6.01), writer, flush: 2 }]);
  await seal(2, ago(6.01), "now() + interval '1 second'");
  for (const _ of [1, 2, 3]) await rollUpAll(world.db);
  const { total } = await explore("at=within:7d");
  expect(total).toMatchObject({ allowed: 5 });
  const [mark] = await world.db.query<{ until: boolean; sealed: boolean }>(
    "SELECT until_at <= now() AS until, sealed_at <= now() AS sealed FROM use_rollup_mark WHERE id = 1",
  );
  expect(mark).toEqual({ until: true, sealed: true });
});

test("leaves to the log what a use may still come into: a writer that was heard of a while ago holds it", async () => {
  await world.db.query(
    `INSERT INTO evidence_writer (id, started_at, seen_at, batch, counted_flush) VALUES ($1::uuid, now(), now() - interval '3 hours', 0, 0)`,
    [randomUUID()],
  );
  await world.db.query(
    "UPDATE use_rollup_mark SET from_at = from_at - interval '10 hours', until_at = until_at - interval '10 hours'",
  );
  await write([{ at: ago(5) }, { at: ago(2) }]);
  await rollUpAll(world.db);
  const [mark] = await world.db.query<{ until: Date; counted: bigint }>(
    `SELECT until_at AS until, (SELECT sum(allowed)::bigint FROM use_rollup WHERE grain = 900) AS counted FROM use_rollup_mark`,
  );
  expect(Number(mark?.counted)).toBe(1);
  expect((mark?.until ?? now).getTime()).toBeLessThan(ago(3).getTime());
  expect((await explore("at=within:7d")).total.allowed).toBe(2);
});

test("tells nothing of days that have left the log, though they were counted", async () => {
  await write([{ at: ago(70) }, { at: ago(5) }]);
  await rollUpAll(world.db);
  await world.asOwner(
    "INSERT INTO purged_use_day (day, left_at, uses, unsealed, bytes, kept_days, checkpoint) VALUES (date_trunc('day', now() - interval '70 hours', 'UTC'), now(), 1, 1, 0, 1, 1)",
  );
  await world.asOwner(
    "ALTER TABLE token_use DISABLE TRIGGER USER; DELETE FROM token_use WHERE received_at < now() - interval '60 hours'",
  );
  expect((await explore("at=within:30d")).total.allowed).toBe(1);
  expect(await walk("sort=at&client=billing&outcome=allowed")).toHaveLength(1);
});

test("two workers at once count once, and one whose transaction is lost has counted nothing", async () => {
  await write(Array.from({ length: 40 }, (_, n) => ({ at: ago(3 + n * 5) })));
  await world.db
    .transaction(async (tx) => {
      await tx.query("SELECT FROM use_rollup_mark WHERE id = 1 FOR UPDATE");
      expect(await rollUpAll(world.db), "another one is at it").toBe(0);
      throw new Error("killed");
    })
    .catch(() => {});
  await Promise.all([rollUpAll(world.db), rollUpAll(world.db), rollUpAll(world.db)]);
  await rollUpAll(world.db);
  expect((await explore("at=within:30d")).total.allowed).toBe(40);
});

test("rollups are read by one process each, whose mixes the planner knows the number of", async () => {
  const plans = await world.db.transaction(async (tx) => {
    await tx.query(
      "SELECT set_config(name, '0', true) FROM unnest('{parallel_setup_cost,parallel_tuple_cost,min_parallel_table_scan_size,min_parallel_index_scan_size}'::text[]) AS s(name)",
    );
    const explained = ["use_rollup", "busy_use", "token_use"].map((table) =>
      tx.query<Record<string, string>>(`EXPLAIN SELECT count(*) FROM ${table}`),
    );
    return Promise.all(explained);
  });
  const isParallel = plans.map((lines) => JSON.stringify(lines).includes("Gather"));
  expect(isParallel, "the log itself may be, which shows that the others could").toEqual([
    false,
    false,
    true,
  ]);
});

test("is read by nobody without the right", async () => {
  await expect(getUseFacets(contextAs(world.db, "anonymous"), {})).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});
