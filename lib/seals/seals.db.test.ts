import { createHash, randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { recordEntries, recordEntry } from "../audit/record-entry.ts";
import { systemContext } from "../context.ts";
import type { Sql, SqlValue } from "../db/sql.ts";
import { uuidv7 } from "../ids.ts";
import { registerTokens } from "../tokens/register.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { sealGoneWriters } from "./seal-gone-writers.ts";
import { type Evidence, openEvidence, type TestWriter, useOf } from "./test-evidence.ts";
import { UseSealer } from "./use-sealer.ts";

let evidence: Evidence;
let one: TestWriter;
beforeEach(async () => {
  evidence = await openEvidence();
  one = await evidence.newWriter();
});
afterEach(() => evidence.end());

const ODD = 'quote " backslash \\ tab\t newline\n control\u0001 \u2028 é 漢字 😀 </script> {"a":[1]}';

const silence = (writer: TestWriter) =>
  evidence.db.query(
    "UPDATE evidence_writer SET seen_at = clock_timestamp() - interval '5 minutes' WHERE id = $1::uuid",
    [writer.writer.id],
  );

test("what writers wrote verifies as the database has it, whatever stands in it", async () => {
  const other = await evidence.newWriter();
  await one.write(30, {
    subject: ODD,
    path: ODD,
    userAgent: ODD,
    audience: "ledger",
    method: "GET",
    userId: randomUUID(),
  });
  await other.write(1, {
    refusal: "revoked",
    verifierId: randomUUID(),
    at: new Date("1999-12-31T23:59:59.999Z"),
  });
  await one.write(2);
  await one.sealer.seal();
  await one.write(7);
  await Promise.all([one.sealer.seal(), other.sealer.seal()]);
  await evidence.checkpoint();
  await one.write(3);
  await one.sealer.seal();
  await one.write(1);
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.uses).toMatchObject({ rows: 43, seals: 4, chains: 2, unsealed: 1, uncovered: 1, before: 0 });
  expect(found.checkpoints).toMatchObject({ count: 1, held: null });
});

test("acts are chained as they are written, alone and many at once, whatever stands in them", async () => {
  const ctx = systemContext(evidence.db, "test");
  const act = (n: number) => ({
    act: "client.updated",
    target: { kind: "client", id: String(n), name: ODD },
    note: ODD,
    before: { [ODD]: [1.5, 1e21, 1e-7, null, true, { z: 1, a: -0 }], long: 9_007_199_254_740_991 },
    after: { empty: {}, list: [] },
  });
  const before = (await evidence.verify()).entries.count;
  await Promise.all(
    Array.from({ length: 5 }, (_, n) => evidence.db.transaction((tx) => recordEntry(tx, ctx, act(n)))),
  );
  await evidence.db.transaction((tx) =>
    recordEntries(
      tx,
      ctx,
      Array.from({ length: 40 }, (_, n) => act(n)),
    ),
  );
  await evidence.db
    .transaction(async (tx) => {
      await recordEntry(tx, ctx, act(99));
      throw new Error("rolled back");
    })
    .catch(() => {});
  await evidence.checkpoint();
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.entries).toMatchObject({ count: before + 45, before: 0, covered: BigInt(before + 45) });
});

test("a flush of a transaction is sealed when that has committed, and never when it was rolled back", async () => {
  const { db } = evidence;
  const gate = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const slow = db.transaction(async (tx) => {
    await one.writer.write(tx, [useOf(), useOf()], null);
    written.resolve();
    await gate.promise;
  });
  await written.promise;
  const undone = db.transaction(async (tx) => {
    await one.writer.write(tx, [useOf()], null);
    throw new Error("rolled back");
  });
  await expect(undone).rejects.toThrow("rolled back");
  await one.write(3);
  await one.sealer.seal();
  expect((await evidence.verify()).uses).toMatchObject({ rows: 3, seals: 1 });
  gate.resolve();
  await slow;
  await one.sealer.seal();
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.uses).toMatchObject({ rows: 5, seals: 2, unsealed: 0 });
  const seals = await db.query("SELECT open_flushes AS open FROM seal ORDER BY sequence");
  expect(seals.map((row) => (row.open as unknown[]).length)).toEqual([1, 0]);
});

test("issues are sealed as uses are, and the rows of a writer that does not seal are missed", async () => {
  const fixture = fixtureOf(evidence.db);
  const clientId = await fixture.client("service");
  // the fixture's own writer says nothing of seals
  const issued = await fixture.token({ clientId, userAgent: ODD, ip: "192.0.2.1" });
  const again = Array.from({ length: 3 }, (_, n) => {
    const id = uuidv7(issued.issuedAt);
    return { ...issued, id, valueHash: createHash("sha256").update(id).digest(), scopes: [`scope:${n}`] };
  });
  await registerTokens(evidence.db, again, one.writer);
  await one.sealer.seal();
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.uses).toMatchObject({ rows: 3, seals: 1, before: 1 });
  await evidence.checkpoint();
  await fixture.token({ clientId });
  const later = await evidence.verify({ at: new Date(Date.now() + 3_600_000) });
  expect(later.problems).toMatchObject([{ sequence: 1n, says: expect.stringContaining("have no seal") }]);
});

test("of a flush whose answer was lost, what went in is sealed once that is certain", async () => {
  const lost = new Error("Connection terminated unexpectedly");
  const tell = { query: async () => Promise.reject(lost) };
  // one that was committed, one that never was
  const committed: Sql = {
    query: async (text, values) => {
      await evidence.db.query(text, values);
      throw lost;
    },
  };
  await expect(one.writer.write(committed, [useOf(), useOf()], null)).rejects.toThrow(lost);
  await expect(one.writer.write(tell, [useOf()], null)).rejects.toThrow(lost);
  await one.write(1);
  await one.sealer.seal();
  expect((await evidence.verify()).uses).toMatchObject({ rows: 1, unsealed: 2 });
  expect(one.writer.seals.doubtful(0)).toHaveLength(2);
  await one.sealer.settleDoubts(0);
  await one.sealer.seal();
  expect(one.writer.seals.open).toEqual([]);
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.uses).toMatchObject({ rows: 3, seals: 2, unsealed: 0 });
});

test("a seal whose answer was lost is there once", async () => {
  let isLost = true;
  const flaky: Sql = {
    query: async <Row extends object>(text: string, values?: readonly SqlValue[]) => {
      const rows = await evidence.db.query<Row>(text, values);
      if (text.includes("INSERT INTO seal") && isLost) {
        isLost = false;
        throw new Error("Connection terminated unexpectedly");
      }
      return rows;
    },
  };
  const failures: unknown[] = [];
  const sealer = new UseSealer(flaky, one.writer, (error) => failures.push(error), { everyMs: 3_600_000 });
  await one.write(2);
  await sealer.seal();
  expect(failures).toHaveLength(1);
  await one.write(2);
  await sealer.seal();
  await sealer.seal();
  await sealer.stop();
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.uses).toMatchObject({ rows: 4, seals: 2 });
});

test("what a killed writer had not sealed, a worker seals, and says so; a writer that was only frozen goes on after it", async () => {
  await one.write(4);
  await one.sealer.seal();
  await one.write(2);
  await one.write(1);
  expect(await sealGoneWriters(evidence.db)).toBe(0);
  await silence(one);
  expect(await sealGoneWriters(evidence.db)).toBe(3);
  expect(await sealGoneWriters(evidence.db)).toBe(0);
  expect((await evidence.verify()).uses).toMatchObject({ rows: 7, seals: 2, rowsSealedByWorker: 3 });
  // it was frozen only
  await one.write(5);
  await one.sealer.seal();
  await one.sealer.seal();
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.uses).toMatchObject({ rows: 12, seals: 3, unsealed: 0 });
  await one.write(1);
  await silence(one);
  expect(await sealGoneWriters(evidence.db)).toBe(1);
});

test("a writer that stops has sealed all, and no worker looks at it again", async () => {
  await one.write(4);
  await one.stop();
  await silence(one);
  expect(await sealGoneWriters(evidence.db)).toBe(0);
  expect((await evidence.verify()).uses).toMatchObject({ rows: 4, unsealed: 0 });
});

test("the application can neither change nor take out a seal or a checkpoint", async () => {
  await one.write(1);
  await one.sealer.seal();
  await evidence.checkpoint();
  for (const statement of [
    "UPDATE seal SET count = 2",
    "DELETE FROM seal",
    "TRUNCATE seal",
    "UPDATE checkpoint SET kid = 'x'",
    "DELETE FROM checkpoint",
    "TRUNCATE checkpoint",
  ])
    await expect(evidence.db.query(statement), statement).rejects.toMatchObject({ code: "42501" });
});
