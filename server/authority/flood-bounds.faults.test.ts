import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { seedPeople } from "./engine/test-people.ts";
import { introspect, issue, post, seedRegistry } from "./test-authority.ts";
import { type AuthorityProcess, startAuthorityProcess, until } from "./test-authority-process.ts";
import { flood } from "./test-flood.ts";
import { expectThrottled, FLOODS, type Floodable, UNNAMED } from "./test-floods.ts";

let db: Database;
let authority: AuthorityProcess;
let of: Floodable;

beforeAll(async () => {
  const { url: databaseUrl } = await testDatabase();
  db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 4, applicationName: "test" });
  const registry = await seedRegistry(db);
  const people = await seedPeople(db);
  // with the settings that everybody has who sets none
  authority = await startAuthorityProcess({ databaseUrl });
  of = { registry, people, own: await issue(authority.url, registry.jwtService) };
});

afterAll(async () => {
  await authority?.stop();
  await db?.end();
});

async function throttled(bound: string): Promise<number> {
  const text = await (await fetch(authority.metricsUrl)).text();
  return Number(new RegExp(`tokenwarden_throttled_total\\{bound="${bound}"\\} (\\d+)`).exec(text)?.[1]);
}

function floodOf(name: string) {
  const [, make] = FLOODS.find(([one]) => one === name) ?? expect.fail(`there is no flood ${name}`);
  return make(of);
}

test("a verifier that presents garbage without end is answered for its good tokens all the time", async () => {
  const sent = flood(authority, floodOf("a verifier's flood of forged tokens"), 4);
  await until("it is throttled", async () => (await throttled("garbage")) > 0);
  for (let index = 0; index < 20; index += 1)
    expect(await introspect(authority.url, of.own, of.registry.verifiers.billing.secret)).toMatchObject({
      active: true,
    });
  let refused: Response | null = null;
  await until("its garbage is refused", async () => {
    const answer = await post(
      `${authority.url}/oauth/introspect`,
      { token: "nothing" },
      { authorization: `Bearer ${of.registry.verifiers.billing.secret}` },
    );
    if (answer.status === 429) refused = answer;
    return refused !== null;
  });
  expect((refused as unknown as Response).headers.get("retry-after")).toBe("1");
  expect(await (refused as unknown as Response).json()).toMatchObject({ error: "temporarily_unavailable" });
  await sent;
});

test("wrong secrets from an address do not lock out who has the right one there", async () => {
  const sent = flood(authority, floodOf("a flood of wrong secrets at the token endpoint"), 3);
  await until("it is throttled", async () => (await throttled("credentials")) > 0);
  for (let index = 0; index < 10; index += 1) await issue(authority.url, of.registry.jwtService);
  await sent;
});

test("garbage grows neither the database nor its log: it is counted by asker, address and minute", async () => {
  const measure = async () => {
    const [row] = await db.query<{ size: bigint; log: bigint; rows: bigint; count: bigint }>(
      `SELECT pg_database_size(current_database()) AS size, (pg_current_wal_insert_lsn() - '0/0')::bigint AS log,
         (SELECT count(*) FROM refused_count) AS rows, (SELECT coalesce(sum(count), 0)::bigint FROM refused_count) AS count`,
    );
    return row as { size: bigint; log: bigint; rows: bigint; count: bigint };
  };
  await wait(1_500);
  const before = await measure();
  let answered = 0;
  let counted = 0;
  for (const [, make, bound] of FLOODS) {
    if (bound !== "garbage" && bound !== "credentials") continue;
    const sending = make(of);
    const { "2xx": good, non2xx } = await flood(authority, sending, 3);
    answered += good + non2xx;
    // what a client that is known gets wrong at the engine is in the metrics alone
    if (bound === "credentials" || sending.address === "/oauth/introspect") counted += good + non2xx;
  }
  await until("all of it is counted", async () => Number((await measure()).count - before.count) >= counted);
  const after = await measure();
  const figures = `${after.log - before.log} bytes of log, ${after.size - before.size} bytes of database, ${after.rows - before.rows} rows for ${answered} refusals`;
  expect(Number(after.rows - before.rows), figures).toBeLessThan(20);
  expect(Number(after.size - before.size), figures).toBeLessThan(1_048_576);
  expect(Number(after.log - before.log), figures).toBeLessThan(2 * 1_048_576);
  console.info(figures);
});

test.each(UNNAMED)(
  "%s is bounded, and the engine keeps no more of it than it answered",
  async (_name, make, bound, kept) => {
    const count = async () => {
      const [row] = await db.query<{ count: bigint }>("SELECT count(*) AS count FROM protocol_state");
      return Number(row?.count);
    };
    const before = await count();
    const { statusCodeStats } = await flood(authority, make(of), 3);
    expectThrottled(bound, statusCodeStats, 3);
    const answered = kept === "nothing" ? 0 : (statusCodeStats["201"]?.count ?? 0);
    // the last ones may have gone without their answer being waited for
    expect((await count()) - before).toBeLessThanOrEqual(kept === "nothing" ? 0 : answered + 300);
  },
);
