import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { recordEntry } from "../audit/record-entry.ts";
import type { Role } from "../authz/roles.ts";
import { systemContext } from "../context.ts";
import { parseListQuery } from "../list-query/parse-list-query.ts";
import { type Evidence, openEvidence, type TestWriter } from "../seals/test-evidence.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { listWork } from "../work/list-work.ts";
import { cancelCheck } from "./cancel-check.ts";
import { createCheck } from "./create-check.ts";
import { createCheckInput } from "./input.ts";
import { getCheck, listChecks } from "./list-checks.ts";
import { runNextCheck } from "./run-next-check.ts";
import { EVIDENCE_CHECKS_TABLE } from "./table.ts";

const HOUR_MS = 3_600_000;
const TABLES = ["token_use", "seal", "checkpoint", "audit_entry", "audit_chain"];

let evidence: Evidence;
let one: TestWriter;
let other: TestWriter;
let clock: Date;
const noon = new Date(Math.floor((Date.now() - 12 * HOUR_MS) / HOUR_MS) * HOUR_MS);
/** So many hours and milliseconds after the first evidence. */
const at = (hours: number, ms = 0) => new Date(noon.getTime() + hours * HOUR_MS + ms);

async function act(n: number): Promise<void> {
  const target = { kind: "client", id: String(n), name: `client ${n}` };
  await evidence.db.transaction((tx) =>
    recordEntry(tx, systemContext(evidence.db, "test", clock), { act: "client.updated", target }),
  );
}

/** Six hours: in each a seal of three uses of one writer, of one of another for the first three hours, an act and a checkpoint a minute later. */
beforeAll(async () => {
  evidence = await openEvidence(at(-1));
  one = await evidence.newWriter(() => clock);
  other = await evidence.newWriter(() => clock);
  for (let n = 1; n <= 6; n += 1) {
    clock = at(n);
    await one.write(2, { path: `/${n}` });
    await one.write(1);
    if (n <= 3) await other.write(1);
    await act(n);
    await one.sealer.seal();
    if (n <= 3) await other.sealer.seal();
    await evidence.checkpoint(at(n, 60_000));
  }
  await evidence.asSuperuser("CREATE SCHEMA kept");
  await evidence.asSuperuser(
    TABLES.map((table) => `CREATE TABLE kept.${table} AS TABLE public.${table}`).join("; "),
  );
});
afterEach(async () => {
  await evidence.asSuperuser(
    [
      "DELETE FROM evidence_check",
      ...TABLES.map(
        (table) =>
          `TRUNCATE public.${table} CASCADE; INSERT INTO public.${table} SELECT * FROM kept.${table}`,
      ),
    ].join("; "),
  );
});
afterAll(() => evidence.end());

const as = (role: Role) => contextAs(evidence.db, role);
const ask = (from: Date, until: Date, role: Role = "auditor") =>
  createCheck(as(role), createCheckInput.parse({ from: from.toISOString(), until: until.toISOString() }));

/** Verifies the third to the fifth hour. */
async function verified(from = at(3, -60_000), until = at(5, 30_000), held: string[] | null = null) {
  const { id } = await ask(from, until);
  expect(await runNextCheck(evidence.db, { held: async () => held })).toBe(true);
  return getCheck(as("auditor"), id);
}
const brokenIn = ({ found }: Awaited<ReturnType<typeof verified>>) =>
  (found?.problems ?? []).map(({ chain, sequence }) => {
    const name = chain === one.writer.id ? "one" : chain === other.writer.id ? "other" : chain;
    return `${name} ${sequence}`;
  });
const first = (n: number) => `writer_id = '${one.writer.id}' AND flush = ${2 * n - 1}`;

test("a span is verified with what it builds upon, and what is around it is not read", async () => {
  const check = await verified();
  expect(check).toMatchObject({ state: "held", uses: 10, total: 10 });
  expect(check.found).toMatchObject({
    uses: 10,
    seals: 4,
    chains: 2,
    acts: 3,
    // the one that covers the last seals was signed after it
    checkpoints: 2,
    unsealed: 0,
    held: null,
    problems: [],
  });
  const whole = await verified(at(0), new Date());
  expect(whole).toMatchObject({ state: "held", found: { uses: 21, seals: 9, checkpoints: 6, problems: [] } });
  const held = await evidence.jws();
  expect(await verified(undefined, undefined, held)).toMatchObject({ state: "held", found: { held: 2 } });
});

test("what is sealed after a span is read for its checkpoint, and not counted", async () => {
  const late = await evidence.newWriter(() => clock);
  for (const after of [70_000, 120_000]) {
    clock = at(6, after);
    await late.write(1);
    await late.sealer.seal();
  }
  expect(await verified(at(6, -60_000), at(6, 30_000))).toMatchObject({
    state: "held",
    uses: 3,
    total: 3,
    found: { uses: 3, seals: 1, chains: 1, uncovered: 0, unsealed: 0 },
  });
  expect(await verified(at(6, -60_000), at(6, 90_000))).toMatchObject({
    state: "held",
    found: { uses: 4, seals: 2, chains: 2, uncovered: 1 },
  });
});

test("acts and checkpoints around a span are not counted, and of a span with nothing in it no word says that it holds", async () => {
  const [act] = await evidence.db.query<{ at: Date }>("SELECT at FROM audit_entry WHERE target_id = '4'");
  const between = (act?.at ?? at(4)).getTime();
  expect(await verified(new Date(between), new Date(between + 1))).toMatchObject({
    state: "held",
    found: { uses: 3, acts: 1, checkpoints: 0 },
  });
  expect(await verified(at(4, 60_000), at(4, 60_001))).toMatchObject({
    state: "held",
    found: { uses: 0, acts: 0, checkpoints: 1 },
  });
  for (const [from, until] of [
    [at(-100), at(-99)],
    [at(4, 120_000), at(4, 180_000)],
  ] as const) {
    const check = await verified(from, until);
    expect(check).toMatchObject({
      state: "empty",
      found: { uses: 0, seals: 0, acts: 0, checkpoints: 0, problems: [] },
    });
    const [entry] = await evidence.db.query("SELECT act FROM audit_entry ORDER BY sequence DESC LIMIT 1");
    expect(entry).toEqual({ act: "evidence.found_empty" });
  }
});

test("verifications are read page by page, newest first, also where several are of one moment", async () => {
  const asked = [];
  for (let n = 0; n < 4; n += 1) asked.push((await ask(at(n), at(n + 1), "owner")).id);
  await evidence.asSuperuser("UPDATE evidence_check SET created_at = date_trunc('hour', created_at)");
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const { query } = parseListQuery(EVIDENCE_CHECKS_TABLE, {
      size: "3",
      ...(cursor === null ? {} : { cursor }),
    });
    const page = await listChecks(as("auditor"), query);
    seen.push(...page.rows.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null);
  expect(seen).toEqual([...asked].sort().reverse());
  const { query } = parseListQuery(EVIDENCE_CHECKS_TABLE, { state: "held" });
  expect((await listChecks(as("auditor"), query)).rows).toEqual([]);
});

test("what it found is kept, listed, long work of whoever asked, and on record", async () => {
  await evidence.asSuperuser(`UPDATE token_use SET ip = NULL WHERE ${first(4)}`);
  const check = await verified();
  expect(check).toMatchObject({ state: "broken" });
  expect(brokenIn(check)).toEqual(["one 4"]);
  const { query } = parseListQuery(EVIDENCE_CHECKS_TABLE, {});
  expect(await listChecks(as("governor"), query)).toMatchObject({
    rows: [{ id: check.id, state: "broken" }],
    next: null,
    total: { value: 1, isExact: true },
  });
  const [entry] = await evidence.db.query(
    "SELECT act, actor_id AS by, after FROM audit_entry ORDER BY sequence DESC LIMIT 1",
  );
  expect(entry).toMatchObject({
    act: "evidence.found_broken",
    by: "worker",
    after: { problems: [expect.stringContaining(`${one.writer.id} 4: `)] },
  });
  const asker = as("owner");
  const mine = await createCheck(asker, { from: at(1).toISOString(), until: at(2).toISOString() });
  expect(await listWork(asker)).toMatchObject([{ kind: "check", id: mine.id, state: "waiting" }]);
  expect(await listWork(as("owner")), "of another owner").toEqual([]);
});

const INSIDE: [what: string, statement: () => string, where: string[]][] = [
  ["a row is deleted", () => `DELETE FROM token_use WHERE ${first(3)} AND ordinal = 1`, ["one 3"]],
  [
    "all rows of a seal are deleted",
    () => `DELETE FROM token_use WHERE writer_id = '${one.writer.id}' AND flush IN (7, 8)`,
    ["one 4"],
  ],
  [
    "a seal is taken out",
    () => `DELETE FROM seal WHERE chain = '${one.writer.id}' AND sequence = 4`,
    ["one 4"],
  ],
  [
    "the seal before it is changed",
    () => `UPDATE seal SET last_flush = 3 WHERE chain = '${one.writer.id}' AND sequence = 2`,
    ["one 2"],
  ],
  [
    "a chain is cut from there on",
    () =>
      `DELETE FROM seal WHERE chain = '${other.writer.id}' AND sequence >= 3; DELETE FROM token_use WHERE writer_id = '${other.writer.id}' AND flush >= 3`,
    ["other 3"],
  ],
  ["an act is edited", () => "UPDATE audit_entry SET note = 'x' WHERE target_id = '4'", ["admin ACT"]],
  ["a checkpoint is taken out", () => "DELETE FROM checkpoint WHERE number = 4", ["checkpoints 4"]],
  [
    "a row is put in of a flush that was sealed before",
    () =>
      `INSERT INTO token_use SELECT (jsonb_populate_record(u, jsonb_build_object('id', '${randomUUID()}', 'received_at', '${at(4).toISOString()}'))).* FROM token_use u WHERE ${first(1)} AND ordinal = 0`,
    ["one 3"],
  ],
  [
    "a row is put in of a flush that never was",
    () =>
      `INSERT INTO token_use SELECT (jsonb_populate_record(u, jsonb_build_object('id', '${randomUUID()}', 'flush', 99))).* FROM token_use u WHERE ${first(4)} AND ordinal = 0`,
    ["one ANY"],
  ],
];

describe("whoever owns the database is found out within a span", () => {
  test.each(INSIDE)("where %s", async (_, statement, where) => {
    const [row] = await evidence.db.query<{ sequence: bigint }>(
      "SELECT sequence FROM audit_entry WHERE target_id = '4'",
    );
    await evidence.asSuperuser(statement());
    const found = brokenIn(await verified());
    if (where[0] === "one ANY") expect(found).toEqual([expect.stringMatching(/^one \d+$/)]);
    else expect(found).toEqual(where.map((one) => one.replace("ACT", String(row?.sequence))));
  });

  test("and what is outside of it is not told", async () => {
    await evidence.asSuperuser(
      `UPDATE token_use SET ip = NULL WHERE ${first(1)}; UPDATE token_use SET ip = NULL WHERE ${first(6)}`,
    );
    expect((await verified()).state).toBe("held");
    expect(brokenIn(await verified(at(0), new Date()))).toEqual(["one 1"]);
  });
});

test("one that waits is called off at once, one that runs by its worker, on record; one that ended cannot be", async () => {
  const { id } = await ask(at(1), at(2));
  expect(await cancelCheck(as("auditor"), id)).toMatchObject({ state: "cancelled" });
  await expect(cancelCheck(as("auditor"), id)).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  expect(await runNextCheck(evidence.db, { held: async () => null })).toBe(false);
  const running = await ask(at(1), at(2));
  await runNextCheck(evidence.db, {
    held: async () => {
      expect(await cancelCheck(as("auditor"), running.id)).toMatchObject({ state: "running" });
      return null;
    },
  });
  expect(await getCheck(as("auditor"), running.id)).toMatchObject({ state: "cancelled", found: null });
  const acts = await evidence.db.query(
    "SELECT act FROM audit_entry WHERE act LIKE 'evidence.%' ORDER BY sequence",
  );
  expect(acts).toEqual(Array.from({ length: 2 }, () => ({ act: "evidence.verification_cancelled" })));
});

test("one whose worker was killed is begun anew by another", async () => {
  const { id } = await ask(at(1), at(2));
  await evidence.db.query(
    "UPDATE evidence_check SET state = 'running', seen_at = clock_timestamp() - interval '2 minutes' WHERE id = $1::uuid",
    [id],
  );
  expect(await runNextCheck(evidence.db, { held: async () => null })).toBe(true);
  expect(await getCheck(as("auditor"), id)).toMatchObject({ state: "held" });
});

test("it is refused to a governor, for what has not come yet, and for a fifth at once", async () => {
  await expect(ask(at(1), at(2), "governor")).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(ask(new Date(Date.now() + HOUR_MS), new Date(Date.now() + 2 * HOUR_MS))).rejects.toMatchObject(
    {
      code: "INVALID_INPUT",
    },
  );
  expect(createCheckInput.safeParse({ from: at(2).toISOString(), until: at(1).toISOString() }).success).toBe(
    false,
  );
  expect(
    createCheckInput.safeParse({ from: at(-24 * 32).toISOString(), until: at(1).toISOString() }).success,
  ).toBe(false);
  for (let n = 0; n < 4; n += 1) await ask(at(1), at(2));
  await expect(ask(at(1), at(2))).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
});
