import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dateOf } from "#lib/retention/model.ts";
import { purgeRegister } from "#lib/retention/purge-register.ts";
import { type PastRegister, pastRegisterOf } from "#lib/retention/retention-fixture.ts";
import { issue, startTestInstance, type TestInstance, verify } from "#server/authority/test-authority.ts";

const TOKENS = Number(process.env.PURGED_TOKENS ?? 100_000);
const STEP = 50_000;
/** Issues and verifications that are under way at any time. */
const LINES = 4;
/** What a request may take beside everything else that this machine does. */
const SLOWEST_MS = 2_000;

let instance: TestInstance;
let past: PastRegister;

beforeAll(async () => {
  instance = await startTestInstance(1);
  past = pastRegisterOf(instance.db);
  await past.makePartitions(20, 20);
  for (let made = 0; made < TOKENS; made += STEP)
    await instance.db.query(
      `WITH made AS (SELECT uuidv7($1::timestamptz - clock_timestamp() + make_interval(secs => random() * 86400 * 5)) AS id
           FROM generate_series(1, $2::int)),
         dated AS (SELECT id, uuid_extract_timestamp(id)::timestamptz(3) AS at FROM made),
         labelled AS (INSERT INTO token_label (kind, label, issued_at, token_id)
           SELECT 'scope', 'invoices:read', at, id FROM dated UNION ALL SELECT 'audience', 'billing', at, id FROM dated),
         used AS (INSERT INTO token_usage (token_id, last_used_at, use_count) SELECT id, at, 3 FROM dated)
       INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, rooted_at, expires_at, ip, value_hash)
       SELECT id, at, 'access', 'jwt', $3::uuid, 'reconciler', id, 'client_credentials', '{invoices:read}', '{}', '{}', '{billing}', at,
         at + interval '10 minutes', '192.0.2.1', sha256(uuid_send(id)) FROM dated`,
      [past.at(20), Math.min(STEP, TOKENS - made), instance.registry.jwtService.id],
    );
}, 600_000);
afterAll(async () => {
  await past.end();
  await instance.stop();
});

type Times = { issue: number[]; verify: number[] };

/** Issues and verifies until `signal` says so, one after the other in each line. */
async function work(signal: AbortSignal, times: Times): Promise<void> {
  const { issuer, registry } = instance;
  while (!signal.aborted) {
    const began = performance.now();
    const token = await issue(issuer, registry.jwtService);
    const issued = performance.now();
    const { status } = await verify(issuer, token, registry.verifiers.billing.secret);
    expect(status).toBe(200);
    times.issue.push(issued - began);
    times.verify.push(performance.now() - issued);
  }
}

function summary(all: number[]): string {
  const sorted = [...all].sort((one, other) => one - other);
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1);
  return `${sorted.length}, median ${at(0.5)} ms, p99 ${at(0.99)} ms, slowest ${(sorted.at(-1) ?? 0).toFixed(1)} ms`;
}

async function worked(during: () => Promise<void>): Promise<Times> {
  const stop = new AbortController();
  const times: Times = { issue: [], verify: [] };
  const lines = Array.from({ length: LINES }, () => work(stop.signal, times));
  await during();
  stop.abort();
  await Promise.all(lines);
  return times;
}

test("a week of many tokens leaves while tokens are issued and verified: none is refused, none waits long", async () => {
  const calm = await worked(() => wait(5_000));
  let leftMs = 0;
  let sweptMs = 0;
  let purged = { weeks: 0, tokens: 0, swept: 0 };
  const beside = await worked(async () => {
    const began = performance.now();
    purged = await purgeRegister(past.retention);
    sweptMs = performance.now() - began;
    const [{ at } = { at: new Date() }] = await instance.db.query<{ at: Date }>(
      "SELECT at FROM audit_entry WHERE act = 'register.week_purged' ORDER BY sequence DESC LIMIT 1",
    );
    leftMs = at.getTime() - (performance.timeOrigin + began);
  });
  expect(purged).toMatchObject({ tokens: TOKENS, swept: TOKENS });
  expect(
    (await past.partitions()).some((name) => name.endsWith(dateOf(past.weekAgo(20)).replaceAll("-", ""))),
  ).toBe(false);
  const [week] = await instance.db.query<{ bytes: bigint }>("SELECT max(bytes) AS bytes FROM purged_week");
  const lines = [
    `${TOKENS} tokens, ${week?.bytes} bytes of partitions: gone after ${leftMs.toFixed(0)} ms, swept after ${sweptMs.toFixed(0)} ms`,
    `issue, calm: ${summary(calm.issue)}`,
    `issue, beside it: ${summary(beside.issue)}`,
    `verify, calm: ${summary(calm.verify)}`,
    `verify, beside it: ${summary(beside.verify)}`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  expect(Math.max(...beside.issue, ...beside.verify)).toBeLessThan(SLOWEST_MS);
});
