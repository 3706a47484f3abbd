import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { recordEntry } from "../audit/record-entry.ts";
import { systemContext } from "../context.ts";
import type { Sql, SqlValue } from "../db/sql.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { listEventStreams } from "../event-streams/list-event-streams.ts";
import { lossWords } from "../event-streams/model.ts";
import { readLogPlan } from "../log-retention/get-log-retention.ts";
import { dayOf, dayWords } from "../log-retention/model.ts";
import { purgeActs } from "../log-retention/purge-acts.ts";
import { purgeLog } from "../log-retention/purge-log.ts";
import { purgeUseDay } from "../log-retention/purge-use-day.ts";
import { releaseUseDay } from "../log-retention/release-use-day.ts";
import { verifyUseDay } from "../log-retention/verify-use-day.ts";
import { tellStreamLosses } from "../notifications/tell-stream-losses.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { readEvidenceFile, writeEvidence } from "./evidence-file.ts";
import { makeRecordProofs } from "./make-record-proofs.ts";
import { ACT_BOUNDS } from "./prove-acts.ts";
import { readCheckpointKeys, readEvidence } from "./read-evidence.ts";
import { readEvidenceRange } from "./read-range.ts";
import { type Evidence, openEvidence, type TestWriter } from "./test-evidence.ts";
import { type Verification, verifyEvidence } from "./verify-evidence.ts";

const DAY_MS = 86_400_000;
const TABLES = [
  "token_use",
  "seal",
  "checkpoint",
  "audit_entry",
  "audit_chain",
  "kept_leaf",
  "purged_use_day",
  "purged_acts",
  "evidence_check",
  "released_use_day",
];

let evidence: Evidence;
let retention: SqlDatabase;
let one: TestWriter;
let clock: Date;
/** Acts that are old enough to leave. */
let oldActs: number;
const midnight = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
/** So many milliseconds after the midnight of so many days ago. */
const ago = (days: number, ms = 0) => new Date(midnight.getTime() - days * DAY_MS + ms);
const day = (days: number) => dayOf(ago(days));

async function write(at: Date, count = 1): Promise<void> {
  clock = at;
  await one.write(count);
}

async function act(n: number, at: Date): Promise<void> {
  const target = { kind: "client", id: String(n), name: `client ${n}` };
  await evidence.db.transaction((tx) =>
    recordEntry(tx, systemContext(evidence.db, "test", at), { act: "client.updated", target, after: { n } }),
  );
}

/** What is there goes on. */
const keep = async () => {
  await evidence.asSuperuser("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept");
  await evidence.asSuperuser(
    TABLES.map((table) => `CREATE TABLE kept.${table} AS TABLE public.${table}`).join("; "),
  );
};
const putBack = () =>
  evidence.asSuperuser(
    TABLES.map(
      (table) => `TRUNCATE public.${table} CASCADE; INSERT INTO public.${table} SELECT * FROM kept.${table}`,
    ).join("; "),
  );

const brokenIn = ({ problems }: Verification) =>
  problems.map(({ chain, sequence }) => `${chain === one.writer.id ? "one" : chain} ${sequence}`).sort();
const later = () => evidence.verify({ at: new Date(Date.now() + 3_600_000) });

async function sequenceOf(condition: string): Promise<bigint> {
  const [row] = await evidence.db.query<{ sequence: bigint }>(
    `SELECT sequence FROM audit_entry WHERE ${condition} ORDER BY sequence DESC LIMIT 1`,
  );
  return row?.sequence ?? 0n;
}

/**
 * Uses of four days, of which the two oldest are due: seals 1 to 3 are of the first, 3 reaches over midnight into the second, 4 over the next one into the
 * third, 5 is of the third and 6 of today. Acts of 400 days ago and of today.
 */
beforeAll(async () => {
  evidence = await openEvidence(ago(399));
  retention = openSqlDatabase({
    url: evidence.url,
    role: "retention",
    maxConnections: 2,
    applicationName: "test-retention",
  });
  await evidence.db.query("UPDATE organisation SET use_days = 30, act_days = 365");
  await evidence.db.query("SELECT ensure_partitions($1::timestamptz, $2::timestamptz)", [ago(40), ago(37)]);
  clock = ago(40);
  one = await evidence.newWriter(() => clock);
  for (const n of [1, 2, 3]) await act(n, ago(400 - n));
  await evidence.checkpoint(ago(390));
  oldActs = Number(await sequenceOf("true"));
  await write(ago(40, 1_000), 3);
  await one.sealer.seal();
  await write(ago(40, 7_200_000), 2);
  await write(ago(40, 7_200_500), 1);
  await one.sealer.seal();
  await write(ago(39, -300), 2);
  await write(ago(39, 200), 3);
  await one.sealer.seal();
  await write(ago(38, -100), 4);
  await write(ago(38, 100), 1);
  await one.sealer.seal();
  await write(ago(38, 9_000_000), 2);
  await one.sealer.seal();
  await evidence.checkpoint(ago(37));
  for (const n of [4, 5]) await act(n, new Date());
  await write(new Date(), 1);
  await one.sealer.seal();
  await evidence.checkpoint();
  expect((await evidence.verify()).problems).toEqual([]);
  await keep();
});
afterEach(putBack);
afterAll(async () => {
  await retention.end();
  await evidence.end();
});

/** As the worker does it, with what it keeps outside. */
const purge = () =>
  purgeLog(retention, {
    verify: (of) => verifyUseDay(evidence.db, of, { held: () => evidence.jws() }),
  });
const actsNamed = (act: string) => evidence.db.query("SELECT FROM audit_entry WHERE act = $1::text", [act]);

/** The two oldest days leave; what is due after them waits. */
async function dropTwo(): Promise<void> {
  expect(await purgeUseDay(retention, day(40))).toBe(8);
  expect(await purgeUseDay(retention, day(39))).toBe(7);
}

test("what is left verifies after the oldest days have left, and it says what is gone and under which checkpoint", async () => {
  await dropTwo();
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.gone).toMatchObject({ days: 2, uses: 15, from: day(40), to: day(39), checkpoint: 2 });
  expect(found.uses).toMatchObject({ seals: 6, rows: 8, unsealed: 0 });
  expect((await evidence.db.query("SELECT FROM kept_leaf")).length, "of the seal over midnight").toBe(4);
  // and so does a file of it, read elsewhere
  const lines = await Array.fromAsync(
    writeEvidence(readEvidence(evidence.db), {
      keys: await readCheckpointKeys(evidence.db),
      at: new Date(),
    }),
  );
  const file = await readEvidenceFile(
    (async function* () {
      yield* lines;
    })(),
  );
  expect(await verifyEvidence(file.source, { keys: file.keys, held: null, at: file.exportedAt })).toEqual(
    found,
  );
});

test("all that is due leaves by the worker's run, with an act for each day and one for the acts; a second run finds nothing", async () => {
  const nothing = { days: 0, uses: 0, acts: 0, unsignedDay: null, brokenDay: null };
  expect(await purge()).toEqual({ ...nothing, days: 3, uses: 18, acts: oldActs });
  expect(await purge()).toEqual(nothing);
  expect((await actsNamed("evidence.verified")).length).toBe(3);
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.gone).toMatchObject({ days: 3, uses: 18, acts: { through: oldActs, checkpoint: 1 } });
  expect(found.uses).toMatchObject({ rows: 1 });
  expect(await evidence.db.query("SELECT FROM kept_leaf")).toEqual([]);
  const acts = await evidence.db.query<{ act: string; by: string }>(
    "SELECT act, actor_id AS by FROM audit_entry WHERE act LIKE 'log.%' ORDER BY sequence",
  );
  expect(acts.map(({ act, by }) => `${by} ${act}`)).toEqual([
    ...Array.from({ length: 3 }, () => "worker log.day_dropped"),
    "worker log.acts_dropped",
  ]);
});

test("a stream that had not sent what leaves says how much that is, of which days, in its row, in an act of its own and in one notice for as long as it sends nothing", async () => {
  const stream = async (name: string, change = "name = name") => {
    await evidence.db.query(
      `INSERT INTO event_stream (id, name, delivery, url, format, sources, client_ids, acts_sequence, uses_low, created_at, updated_at)
       VALUES (gen_random_uuid(), $1::text, 'syslog', 'syslog+tls://1.1.1.1', 'ndjson', '{uses,acts}', '{}', 0, $2::timestamptz, now(), now())`,
      [name, ago(400)],
    );
    await evidence.db.query(`UPDATE event_stream SET ${change} WHERE name = $1::text`, [name]);
  };
  onTestFinished(async () => void (await evidence.asSuperuser("TRUNCATE event_stream CASCADE")));
  await stream("down");
  await stream("refused alone", "outcome = 'refused'");
  await stream("of another client", `client_ids = '{${randomUUID()}}'`);
  const key = { at: ago(39).toISOString(), writer: randomUUID(), flush: "0", ordinal: 0 };
  await stream(
    "stopped in a snapshot",
    `uses_epoch = pg_current_snapshot()::text, uses_epoch_low = now(), uses_key = '${JSON.stringify(key)}'`,
  );
  await stream(
    "up to date",
    "uses_base = pg_current_snapshot()::text, uses_low = now(), acts_sequence = 1000000",
  );
  await dropTwo();
  await purgeActs(retention);
  const owner = contextAs(evidence.db, "owner");
  const rows = async () =>
    Object.fromEntries(
      (await listEventStreams(owner)).map(({ name, losses }) => [name, losses.map(lossWords)]),
    );
  const [first, second] = [dayWords(day(40)), dayWords(day(39))];
  const acts = `${oldActs} acts of ${dayWords(day(399))} – ${dayWords(day(397))} left unsent`;
  expect(await rows()).toEqual({
    down: [`15 uses of ${first} – ${second} left unsent`, acts],
    "refused alone": [],
    "of another client": [acts],
    "stopped in a snapshot": [`7 uses of ${second} left unsent`, acts],
    "up to date": [],
  });
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  const recorded = await evidence.db.query<{ name: string; source: string; events: number }>(
    `SELECT target_name AS name, after->>'source' AS source, (after->>'events')::int AS events FROM audit_entry WHERE act = 'event_stream.left_unsent'
     ORDER BY sequence`,
  );
  expect(recorded.filter(({ name }) => name === "down")).toEqual([
    { name: "down", source: "uses", events: 8 },
    { name: "down", source: "uses", events: 7 },
    { name: "down", source: "acts", events: oldActs },
  ]);

  const told = async () => {
    await tellStreamLosses(evidence.db, new Date());
    const notices = await evidence.db.query<{ text: string }>(
      "SELECT text FROM notification WHERE subject_name = 'down' AND text LIKE '% uses of %' ORDER BY id",
    );
    return notices.map(({ text }) => text.split(".")[0]);
  };
  const once = [`15 uses of ${first} – ${second} left unsent`];
  expect(await told()).toEqual(once);
  expect(await told()).toEqual(once);
  await purgeUseDay(retention, day(38));
  expect((await rows()).down).toContain(`18 uses of ${first} – ${dayWords(day(38))} left unsent`);
  expect(await told(), "it goes on").toEqual(once);
});

test("a day that cannot be counted in time for a stream leaves nevertheless, and the stream says how many it was at most", async () => {
  await evidence.db.query(
    `INSERT INTO event_stream (id, name, delivery, url, format, sources, outcome, client_ids, acts_sequence, uses_low, created_at, updated_at)
     VALUES (gen_random_uuid(), 'behind', 'syslog', 'syslog+tls://1.1.1.1', 'ndjson', '{uses}', 'all', '{}', 0, $1::timestamptz, now(), now())`,
    [ago(400)],
  );
  // a log over which a count takes long
  await evidence.asSuperuser(
    `ALTER TABLE token_use ENABLE ROW LEVEL SECURITY; CREATE POLICY slow ON token_use USING (current_setting('statement_timeout') = '30s' OR pg_sleep(1) IS NOT NULL)`,
  );
  onTestFinished(async () => {
    await evidence.asSuperuser(
      "DROP POLICY slow ON token_use; ALTER TABLE token_use DISABLE ROW LEVEL SECURITY",
    );
    await evidence.asSuperuser("TRUNCATE event_stream CASCADE");
  });
  const words = async () =>
    (await listEventStreams(contextAs(evidence.db, "owner"))).flatMap(({ losses }) => losses.map(lossWords));
  expect(await purgeUseDay(retention, day(40), 50)).toBe(8);
  expect(await words()).toEqual([`Up to 8 uses of ${dayWords(day(40))} left unsent`]);
  // the next one is counted
  expect(await purgeUseDay(retention, day(39))).toBe(7);
  expect(await words()).toEqual([`Up to 15 uses of ${dayWords(day(40))} – ${dayWords(day(39))} left unsent`]);
  const [act] = await evidence.db.query<{ after: object }>(
    "SELECT after FROM audit_entry WHERE act = 'event_stream.left_unsent' ORDER BY sequence",
  );
  expect(act?.after).toMatchObject({ source: "uses", events: 8, isAtMost: true });
  expect((await evidence.verify()).problems).toEqual([]);
});

test.each([
  ["before they are read", 1],
  ["between two reads", 2],
])("acts that retention takes while they are being proved, %s, are gone and not altered", async (_, nth) => {
  const acts = await evidence.db.query<{ sequence: bigint; at: Date }>(
    "SELECT sequence, at FROM audit_entry WHERE sequence > 1 AND sequence <= $1::bigint ORDER BY sequence",
    [oldActs],
  );
  expect(acts.length).toBeGreaterThan(1);
  let reads = 0;
  const meanwhile: Sql = {
    ...evidence.db,
    async query<Row extends object>(text: string, values?: readonly SqlValue[]) {
      if (text.includes("FROM audit_entry")) reads += 1;
      if (text.includes("FROM audit_entry") && reads === nth) await purgeActs(retention);
      return evidence.db.query<Row>(text, values);
    },
  };
  const bounds = { acts: { ...ACT_BOUNDS, batch: 1 } };
  const made = await makeRecordProofs(meanwhile, { uses: [], acts, bounds });
  expect(reads).toBeGreaterThanOrEqual(nth);
  expect(made.acts).toEqual([]);
  expect(made.unproved?.acts.map(({ why }) => why)).toEqual(acts.map(() => "gone"));
  // where nothing says that it left, it was taken out
  await evidence.asSuperuser("TRUNCATE purged_acts");
  const taken = await makeRecordProofs(evidence.db, { uses: [], acts });
  expect(taken.unproved?.acts.map(({ why }) => why)).toEqual(acts.map(() => "altered"));
});

test("days whose acts have left in turn are still known as gone", async () => {
  await dropTwo();
  await purgeUseDay(retention, day(38));
  expect(await purge()).toMatchObject({ acts: oldActs });
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.gone).toMatchObject({ usesBefore: day(38), acts: { through: oldActs } });
});

describe("the database refuses", () => {
  test("to take out what is kept, whoever asks", async () => {
    await expect(purgeUseDay(retention, day(29))).rejects.toMatchObject({ code: "23514" });
    await expect(purgeUseDay(retention, day(39)), "there is an older one").rejects.toMatchObject({
      code: "23514",
    });
    for (const statement of [
      `SELECT drop_use_day('${day(40)}')`,
      "SELECT drop_acts(3)",
      `INSERT INTO purged_acts (through, left_at, acts, until, kept_days, checkpoint) VALUES (${oldActs + 1}, now(), 9, now(), 90, 1); SELECT drop_acts(${oldActs + 1})`,
    ])
      await expect(retention.query(statement), statement).rejects.toMatchObject({ code: "23514" });
    for (const statement of [
      `SELECT drop_use_day('${day(40)}')`,
      "SELECT drop_acts(3)",
      "SELECT measure_use_day(now())",
      `INSERT INTO purged_use_day VALUES ('${day(40)}', now(), 0, 0, 0, 30, 1)`,
      "DELETE FROM kept_leaf",
      "DELETE FROM audit_entry",
    ])
      await expect(evidence.db.query(statement), statement).rejects.toMatchObject({ code: "42501" });
    for (const statement of ["DELETE FROM audit_entry", "DELETE FROM token_use", "DELETE FROM seal"])
      await expect(retention.query(statement), statement).rejects.toMatchObject({ code: "42501" });
    expect(await evidence.verify().then(({ uses }) => uses.rows)).toBe(19);
  });
});

test("a day that no checkpoint covers stays, and nothing younger leaves before it", async () => {
  await evidence.asSuperuser("DELETE FROM checkpoint");
  expect(await purge()).toMatchObject({ days: 0, unsignedDay: day(40) });
  expect((await evidence.db.query("SELECT FROM token_use")).length).toBe(19);
});

test("a day that was edited in place stays, and what is younger with it, until an owner lets it go; it is looked for once", async () => {
  await evidence.asSuperuser(
    `UPDATE token_use SET ip = '198.51.100.1' WHERE ${firstFlush()} AND ordinal = 2`,
  );
  expect(await purge()).toMatchObject({ days: 0, brokenDay: day(40) });
  expect(await purge()).toMatchObject({ days: 0, brokenDay: day(40) });
  expect((await actsNamed("evidence.found_broken")).length).toBe(1);
  expect((await evidence.db.query("SELECT FROM token_use")).length).toBe(19);
  const owner = contextAs(evidence.db, "owner");
  const input = { day: day(40), note: "Known: a test of ours" };
  await expect(releaseUseDay(contextAs(evidence.db, "auditor"), input)).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(releaseUseDay(owner, { ...input, day: day(39) })).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await releaseUseDay(owner, input)).toEqual({ day: day(40) });
  expect(await purge()).toMatchObject({ days: 3, uses: 18, brokenDay: null });
  const [released] = await evidence.db.query<{ note: string; problems: string[] }>(
    "SELECT note, ARRAY(SELECT jsonb_array_elements_text(after -> 'problems')) AS problems FROM audit_entry WHERE act = 'log.day_released'",
  );
  expect(released).toEqual({
    note: input.note,
    problems: [`${one.writer.id} 1: its rows are not those that were sealed`],
  });
});

test("a span whose acts have left in turn verifies without them", async () => {
  await purgeActs(retention);
  const range = await readEvidenceRange(evidence.db, { from: ago(398), until: ago(389) }, new Date());
  const keys = await readCheckpointKeys(evidence.db);
  const found = await verifyEvidence(range.source, { keys, held: null, at: range.at });
  expect(found.problems).toEqual([]);
  expect(found.entries).toMatchObject({ count: 0 });
});

const firstFlush = () => `writer_id = '${one.writer.id}' AND flush = 1`;
type Tampering = [what: string, statement: () => string, where: () => Promise<string[]> | string[]];

const AFTER_THE_DROP: Tampering[] = [
  [
    "a leaf that stands for a row that left is changed",
    () => "UPDATE kept_leaf SET leaf = sha256(leaf) WHERE ordinal = 0",
    () => ["one 4"],
  ],
  ["a leaf is taken out", () => "DELETE FROM kept_leaf WHERE ordinal = 0", () => ["one 4"]],
  [
    "a row that stayed is edited beside leaves that are kept",
    () => `UPDATE token_use SET ip = NULL WHERE received_at < '${ago(38, 1_000).toISOString()}'`,
    () => ["one 4"],
  ],
  [
    "the next day is dropped without an act",
    () =>
      `DELETE FROM token_use WHERE received_at < '${ago(37).toISOString()}'; INSERT INTO purged_use_day VALUES ('${ago(38).toISOString()}', now(), 3, 0, 0, 30, 2); DELETE FROM kept_leaf`,
    () => ["one 4"],
  ],
  [
    "a row is put into a day that left",
    () =>
      `INSERT INTO token_use SELECT (jsonb_populate_record(u, jsonb_build_object('id', '${randomUUID()}', 'flush', 1, 'received_at', '${ago(40, 1_000).toISOString()}'))).* FROM token_use u LIMIT 1`,
    () => ["one 1"],
  ],
  [
    "the act of a drop is taken out with its record",
    () => `DELETE FROM audit_entry WHERE act = 'log.day_dropped' AND target_id = '${day(40)}'`,
    async () => [`admin ${(await sequenceOf("true")) - 1n}`, "one 1"],
  ],
  [
    "the act of a drop says another count",
    () =>
      `UPDATE audit_entry SET after = after || '{"uses": 6}' WHERE act = 'log.day_dropped' AND target_id = '${day(39)}'`,
    async () => [`admin ${await sequenceOf(`target_id = '${day(39)}'`)}`],
  ],
  [
    "a seal of a day that left is taken out",
    () => `DELETE FROM seal WHERE sequence = 2`,
    async () => [`admin ${await sequenceOf(`target_id = '${day(40)}'`)}`, "one 2"],
  ],
];

describe("whoever owns the database is found out after a drop", () => {
  test.each(AFTER_THE_DROP)("where %s", async (_, statement, where) => {
    await dropTwo();
    await evidence.asSuperuser(statement());
    expect(brokenIn(await later())).toEqual((await where()).sort());
  });

  test("where a row was taken out before its day left", async () => {
    await evidence.asSuperuser(`DELETE FROM token_use WHERE ${firstFlush()} AND ordinal = 2`);
    expect(await purgeUseDay(retention, day(40))).toBe(7);
    const found = await later();
    expect(brokenIn(found)).toEqual([`admin ${await sequenceOf("act = 'log.day_dropped'")}`]);
    expect(found.problems[0]?.says).toContain("6 were sealed and 5 were there when they left");
  });

  test("where a day is dropped before its time, with an act that looks like the worker's", async () => {
    await dropTwo();
    await evidence.asSuperuser(`DELETE FROM token_use WHERE received_at >= '${midnight.toISOString()}'`);
    await evidence.db.transaction((tx) =>
      recordEntry(tx, systemContext(evidence.db, "worker"), {
        act: "log.day_dropped",
        target: { kind: "log_day", id: day(0), name: "the uses of today" },
        after: {
          day: day(0),
          uses: 1,
          unsealed: 0,
          leavesBefore: 0,
          leavesAfter: 0,
          bytes: 0,
          useDays: 30,
          checkpoint: 3,
        },
      }),
    );
    expect(brokenIn(await later())).toEqual([
      `admin ${await sequenceOf("act = 'log.day_dropped'")}`,
      "one 6",
    ]);
  });

  test("where the first acts are taken out up to a signed head, without an act that says so", async () => {
    await evidence.asSuperuser(`DELETE FROM audit_entry WHERE sequence <= ${oldActs}`);
    const found = await later();
    expect(brokenIn(found)).toEqual(["admin 1"]);
    expect(found.problems[0]?.says).toContain("did not leave by retention");
  });

  test("where more acts are taken out than left by retention", async () => {
    await purge();
    await evidence.asSuperuser(`DELETE FROM audit_entry WHERE sequence = ${oldActs + 1}`);
    expect(brokenIn(await later())).toEqual(["admin 1"]);
  });
});

/** Acts are kept for less long than uses, as the settings may say: an act of 112 days ago, three uses of 110 days ago that were erased 108 days ago, and what came after. */
describe("acts that say whose uses were erased", () => {
  const userId = randomUUID();
  const erasure = randomUUID();
  let old: Evidence;
  let worker: SqlDatabase;

  async function erasedAct(act: string, at: Date, after: object): Promise<void> {
    const target = { kind: "user", id: userId, name: "Erased person" };
    await old.db.transaction((tx) =>
      recordEntry(tx, systemContext(old.db, "worker", at), {
        act,
        target,
        after: { erasure, ...after },
      }),
    );
  }

  beforeAll(async () => {
    old = await openEvidence(ago(113));
    worker = openSqlDatabase({ url: old.url, role: "retention", maxConnections: 2, applicationName: "test" });
    await old.db.query("UPDATE organisation SET use_days = 365, act_days = 90");
    await old.db.query("SELECT ensure_partitions($1::timestamptz, $2::timestamptz)", [ago(111), ago(108)]);
    await old.checkpoint(ago(112));
    let now = ago(110, 3_600_000);
    const writer = await old.newWriter(() => now);
    await writer.write(3, { userId });
    await writer.sealer.seal();
    now = new Date();
    await old.checkpoint(ago(109));
    await erasedAct("user.erasure_begun", ago(108), {});
    await old.checkpoint(ago(108, 3_600_000));
    await old.asSuperuser(
      "UPDATE token_use u SET salt = erased_use_salt(u), path = NULL, ip = NULL, user_agent = NULL",
    );
    await erasedAct("user.erased", ago(108, 7_200_000), { days: { [day(110)]: [3, 0] }, acts: {} });
    await old.checkpoint(ago(107));
    expect((await old.verify()).problems).toEqual([]);
  });
  afterAll(async () => {
    await worker.end();
    await old.end();
  });

  const acts = async () =>
    (await old.db.query<{ act: string }>("SELECT act FROM audit_entry ORDER BY sequence")).map(
      ({ act: of }) => of,
    );
  const purgeOld = () =>
    purgeLog(worker, { verify: (of) => verifyUseDay(old.db, of, { held: () => old.jws() }) });

  test("stay for as long as those uses, with what came after them, and the evidence holds", async () => {
    const plan = await readLogPlan(old.db, { useDays: 365, actDays: 90 }, new Date());
    expect(plan.keptActs).toEqual({
      since: ago(108).toISOString(),
      until: new Date(ago(110).getTime() + 366 * DAY_MS).toISOString(),
    });
    expect(await purgeActs(worker)).toBe(plan.acts?.acts);
    expect(await acts()).toEqual(["user.erasure_begun", "user.erased", "log.acts_dropped"]);
    expect((await old.verify()).problems).toEqual([]);
    expect(await purgeOld()).toMatchObject({ days: 0, acts: 0, brokenDay: null });
  });

  test("stay while the erasure is not done", async () => {
    await old.asSuperuser(
      `INSERT INTO erasure (id, user_id, state, reason, note, actor_kind, actor_id, actor_name, created_at, total)
       VALUES ('${erasure}', '${userId}', 'running', 'user_request', '', 'admin', 'o', 'o', now(), 3); UPDATE organisation SET use_days = 30`,
    );
    expect(await purgeOld()).toMatchObject({ uses: 3, acts: 0 });
    const plan = await readLogPlan(old.db, { useDays: 30, actDays: 90 }, new Date());
    expect(plan).toMatchObject({ acts: null, keptActs: { since: ago(108).toISOString(), until: null } });
    await old.asSuperuser("DELETE FROM erasure");
  });

  test("leave with the next run once those uses have left", async () => {
    expect(await purgeOld()).toMatchObject({ acts: 2 });
    expect((await acts()).filter((of) => of.startsWith("user."))).toEqual([]);
    const found = await old.verify();
    expect(found.problems).toEqual([]);
    expect(found.gone).toMatchObject({ usesBefore: day(109) });
  });
});
