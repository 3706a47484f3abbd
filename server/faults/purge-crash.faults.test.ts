import { expect, onTestFinished, test } from "vitest";
import { dateOf } from "#lib/retention/model.ts";
import { type PastRegister, pastRegisterOf } from "#lib/retention/retention-fixture.ts";
import { tallyAll } from "#lib/tokens/tally-tokens.ts";
import { sendJob } from "#server/worker/test-send-job.ts";
import { Brake } from "./brake.ts";
import { eventually, type Instance, startInstance } from "./instance.ts";

/** Several batches of the sweep. */
const USAGES = 60_000;
const WEEKS = [20, 21, 22];

/** An instance with a token in each of some weeks that are due, counted by the tally. */
async function startWithOldWeeks(): Promise<{ instance: Instance; past: PastRegister }> {
  const instance = await startInstance({ authorities: 0 });
  const past = pastRegisterOf(instance.db);
  onTestFinished(async () => {
    await past.end();
    await instance.stop();
  });
  await past.makePartitions(22, 20);
  const clientId = await past.fixture.client("old-robot");
  for (const weeks of WEEKS) await past.token({ clientId, issuedAt: past.at(weeks) });
  await tallyAll(instance.db);
  return { instance, past };
}

/** What there is of a week. */
async function stateOf(instance: Instance, past: PastRegister, weeks: number) {
  const week = past.weekAgo(weeks);
  const [row] = await instance.db.query<{ tokens: bigint; tallied: bigint; left: bigint; entries: bigint }>(
    `SELECT (SELECT count(*) FROM token WHERE issued_at >= $1::timestamptz AND issued_at < $1::timestamptz + interval '7 days') AS tokens,
       (SELECT coalesce(sum(tokens), 0)::bigint FROM token_tally WHERE week = $1::timestamptz AND facet = 'all') AS tallied,
       (SELECT count(*) FROM purged_week WHERE week = $1::timestamptz) AS left,
       (SELECT count(*) FROM audit_entry WHERE act = 'register.week_purged' AND target_id = $2::text) AS entries`,
    [week, dateOf(week)],
  );
  const name = `token_${dateOf(week).replaceAll("-", "")}`;
  return { ...row, hasPartition: (await past.partitions()).includes(name) };
}

const WHOLE = { tokens: 1n, tallied: 1n, left: 0n, entries: 0n, hasPartition: true };
const GONE = { tokens: 0n, tallied: 0n, left: 1n, entries: 1n, hasPartition: false };

test.each([
  { when: "before", table: "purged_week" },
  { when: "after", table: "purged_week" },
  { when: "before", table: "audit_entry" },
  { when: "commit", table: "purged_week" },
] as const)(
  "a worker that is killed with -9 ($when $table) leaves each week whole or gone; the next worker takes all, once",
  async ({ when, table }) => {
    const { instance, past } = await startWithOldWeeks();
    const brake = await Brake.at(instance.databaseUrl, {
      table,
      when,
      ...(table === "audit_entry" ? { condition: "NEW.act = 'register.week_purged'" } : {}),
    });
    await brake.hold();
    const first = await instance.startWorker();
    await sendJob(instance.databaseUrl, "purge-register");
    await brake.held();
    await first.kill();
    await brake.letGo();
    await eventually(async () => ((await brake.waiting()) === 0 ? true : undefined), 20_000);
    await brake.remove(table);
    for (const weeks of WEEKS) expect([WHOLE, GONE]).toContainEqual(await stateOf(instance, past, weeks));
    expect(await stateOf(instance, past, 20), "it had only begun with the oldest").toEqual(WHOLE);
    await instance.startWorker();
    await sendJob(instance.databaseUrl, "purge-register");
    await eventually(
      async () => ((await stateOf(instance, past, 20)).hasPartition ? undefined : true),
      60_000,
    );
    for (const weeks of WEEKS) expect(await stateOf(instance, past, weeks)).toEqual(GONE);
  },
);

test("a sweep that is killed with -9 in the middle is ended by the next run", async () => {
  const { instance, past } = await startWithOldWeeks();
  const count = async () =>
    Number((await instance.db.query<{ n: bigint }>("SELECT count(*) AS n FROM token_usage"))[0]?.n);
  await instance.db.query(
    "INSERT INTO token_usage (token_id, use_count) SELECT uuidv7($1::timestamptz - clock_timestamp()), 1 FROM generate_series(1, $2::int)",
    [past.at(20), USAGES],
  );
  const first = await instance.startWorker();
  await sendJob(instance.databaseUrl, "purge-register");
  await eventually(async () => ((await count()) < USAGES ? true : undefined), 60_000);
  await first.kill();
  expect(await count(), "it was in the middle").toBeGreaterThan(0);
  await instance.startWorker();
  await sendJob(instance.databaseUrl, "purge-register");
  await eventually(async () => ((await count()) === 0 ? true : undefined), 60_000);
});
