import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, type Instance, startInstance } from "./instance.ts";
import type { Process } from "./process.ts";

const PATIENCE_MS = 40_000;

let instance: Instance;

beforeAll(async () => {
  instance = await startInstance({ authorities: 1 });
}, 60_000);
afterAll(() => instance.stop());

type Ring = Record<string, string[]>;

/** The kids of access tokens' keys by state, in the order in which they were made. */
async function ring(): Promise<Ring> {
  const rows = await instance.db.query<{ kid: string; state: string }>(
    "SELECT kid, state FROM signing_key WHERE purpose = 'access_token' ORDER BY created_at",
  );
  const found: Ring = {};
  for (const { kid, state } of rows) found[state] = [...(found[state] ?? []), kid];
  return found;
}

const countActs = async () =>
  Number(
    (
      await instance.db.query<{ count: bigint }>(
        "SELECT count(*) AS count FROM audit_entry WHERE target_kind = 'signing_key' AND outcome = 'done'",
      )
    )[0]?.count,
  );

/** Whether a worker's transaction has changed a key and waits for a lock. */
async function isHeld(): Promise<true | undefined> {
  const rows = await instance.db.query(
    `SELECT FROM pg_stat_activity a WHERE a.datname = current_database() AND a.application_name = 'tokenwarden-worker'
       AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted)
       AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.relation = 'signing_key'::regclass AND l.granted
         AND l.mode = 'RowExclusiveLock')`,
  );
  return rows.length > 0 ? true : undefined;
}

/** A worker is seen in the middle of the step, between what it changes and what puts it on record, and dies there. */
async function killInTheMiddle(): Promise<void> {
  const holder = await instance.db.pool.connect();
  const letGo = () => holder.query("ROLLBACK");
  try {
    await holder.query("BEGIN");
    await holder.query("SELECT FROM audit_chain FOR UPDATE");
    const worker: Process = await instance.startWorker();
    await eventually(isHeld, PATIENCE_MS);
    await worker.kill();
  } finally {
    await letGo();
    holder.release();
  }
  // what it held is let go once the database sees that nobody is there
  await eventually(async () => {
    const rows = await instance.db.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'tokenwarden-worker%'",
    );
    return rows.length === 0 ? true : undefined;
  }, PATIENCE_MS);
}

/** As if so much time had passed. */
const age = (column: string, by: string) =>
  instance.db.query(
    `UPDATE signing_key SET ${column} = ${column} - $1::interval WHERE purpose = 'access_token' AND ${column} IS NOT NULL AND state <> 'retired'`,
    [by],
  );

test("a worker is killed with -9 in each step of a rotation by policy: the step is not begun, and the next worker does it once, on record", async () => {
  const { active: [first = ""] = [] } = await ring();
  await age("activated_at", "80 days");
  const steps: { due(): Promise<unknown>; done(now: Ring): unknown }[] = [
    { due: async () => {}, done: ({ standby = [] }) => standby.length === 1 },
    {
      due: () => Promise.all([age("ready_at", "1 year"), age("activates_at", "1 year")]),
      done: ({ active = [], retiring = [] }) => active[0] !== first && retiring[0] === first,
    },
    { due: () => age("retires_at", "1 year"), done: ({ retired = [] }) => retired[0] === first },
  ];
  for (const { due, done } of steps) {
    await due();
    const [before, acts] = [await ring(), await countActs()];
    await killInTheMiddle();
    expect(await ring()).toEqual(before);
    expect(await countActs()).toBe(acts);
    const next = await instance.startWorker();
    const after = await eventually(async () => {
      const now = await ring();
      return done(now) ? now : undefined;
    }, PATIENCE_MS);
    await next.stop();
    expect(after.active).toHaveLength(1);
    expect(await ring()).toEqual(after);
  }
  const said = await instance.db.query<{ act: string; count: number }>(
    `SELECT act, count(*)::int AS count FROM audit_entry WHERE target_kind = 'signing_key' AND outcome = 'done' AND target_id IN (SELECT kid FROM signing_key WHERE purpose = 'access_token')
       AND actor_name = 'worker' GROUP BY act ORDER BY act`,
  );
  expect(said.every(({ count }) => count === 1)).toBe(true);
  expect(said.map(({ act }) => act)).toEqual(
    expect.arrayContaining(["key.created", "key.activated", "key.retired"]),
  );
}, 240_000);
