import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { countMissedUses } from "./count-missed-uses.ts";
import { UsageCounter } from "./usage-counter.ts";
import { createUseWriter, type TokenUseRow, type UseWriter } from "./use-writer.ts";

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
});
afterAll(() => db.end());

function useOf(tokenId: string, refusal: TokenUseRow["refusal"] = null): TokenUseRow {
  return {
    at: new Date(),
    refusal,
    source: "introspection",
    tokenId,
    tokenKind: "access",
    familyId: tokenId,
    clientId: tokenId,
    userId: null,
    subject: "somebody",
    verifierId: null,
    audience: null,
    method: null,
    path: null,
    ip: "192.0.2.7",
    userAgent: null,
  };
}

/** A writer with its counter, whose timer never comes: the process of a test. */
function process() {
  const writer = createUseWriter();
  const usage = new UsageCounter(db, writer, (error) => expect.unreachable(String(error)), 3_600_000);
  const write = async (rows: TokenUseRow[]) => {
    await writer.write(db, rows, null);
    return rows;
  };
  return { writer, usage, write };
}

async function countsOf(tokenId: string) {
  const [row] = await db.query<{ uses: bigint; refused: bigint; ip: string | null }>(
    "SELECT use_count AS uses, refused_count AS refused, last_ip AS ip FROM token_usage WHERE token_id = $1::uuid",
    [tokenId],
  );
  return row ?? null;
}

const silence = (writer: UseWriter) =>
  db.query(
    "UPDATE evidence_writer SET seen_at = clock_timestamp() - interval '1 minute' WHERE id = $1::uuid",
    [writer.id],
  );

test("what a killed process had written and not counted is counted once, and what it had counted is not counted again", async () => {
  const { writer, usage, write } = process();
  const token = randomUUID();
  const late = await write([useOf(token)]);
  usage.count(await write([useOf(token), useOf(token)]));
  await usage.flush();
  expect(await countsOf(token)).toMatchObject({ uses: 2n, refused: 0n });
  // open when the counts were written, and two flushes after it
  expect(late).toHaveLength(1);
  await write([useOf(token, "revoked"), useOf(token)]);
  usage.count(await write([useOf(token)]));
  expect(await countMissedUses(db)).toBe(0);
  await silence(writer);
  expect(await countMissedUses(db)).toBe(4);
  expect(await countsOf(token)).toEqual({ uses: 5n, refused: 1n, ip: "192.0.2.7" });
  expect(await countMissedUses(db)).toBe(0);
});

test("several workers at once count it once", async () => {
  const { writer, usage, write } = process();
  const token = randomUUID();
  await usage.flush();
  await write(Array.from({ length: 50 }, () => useOf(token)));
  await silence(writer);
  await Promise.all([countMissedUses(db), countMissedUses(db), countMissedUses(db)]);
  expect(await countsOf(token)).toMatchObject({ uses: 50n });
});

test("a process that was only frozen goes on where the worker left off", async () => {
  const { writer, usage, write } = process();
  const token = randomUUID();
  usage.count(await write([useOf(token)]));
  await usage.flush();
  usage.count(await write([useOf(token)]));
  await silence(writer);
  await countMissedUses(db);
  expect(await countsOf(token)).toMatchObject({ uses: 2n });
  usage.count(await write([useOf(token)]));
  await usage.flush();
  await usage.flush();
  expect(await countsOf(token)).toMatchObject({ uses: 3n });
  usage.count(await write([useOf(token)]));
  await usage.stop();
  expect(await countsOf(token)).toMatchObject({ uses: 4n });
  expect(await countMissedUses(db)).toBe(0);
});

test("counts whose write was lost sight of go in once", async () => {
  const token = randomUUID();
  const writer = createUseWriter();
  let isBroken = true;
  const faults: unknown[] = [];
  const flaky = {
    async query<Row extends object>(text: string, values?: Parameters<Database["query"]>[1]): Promise<Row[]> {
      const rows = await db.query<Row>(text, values);
      if (isBroken && text.includes("token_usage")) throw new Error("the answer was lost");
      return rows;
    },
  };
  const usage = new UsageCounter(flaky, writer, (error) => faults.push(error), 3_600_000);
  const rows = [useOf(token)];
  await writer.write(db, rows, null);
  usage.count(rows);
  await usage.flush();
  await usage.flush();
  isBroken = false;
  await usage.stop();
  expect(faults).toHaveLength(2);
  expect(await countsOf(token)).toMatchObject({ uses: 1n });
});

test("a use whose connection broke off is counted by the evidence once its fate is certain", async () => {
  const token = randomUUID();
  let now = new Date(Date.now() - 120_000);
  const writer = createUseWriter({ now: () => now });
  const usage = new UsageCounter(db, writer, (error) => expect.unreachable(String(error)), 3_600_000);
  await writer.write(db, [useOf(token)], null);
  const rolledBack = { query: () => Promise.reject(new Error("the connection broke")) };
  await expect(writer.write(rolledBack, [useOf(token)], null)).rejects.toThrow();
  now = new Date();
  await writer.write(db, [useOf(token)], null);
  await usage.flush();
  expect(await countsOf(token)).toMatchObject({ uses: 1n });
  expect(writer.ledger.open).toHaveLength(1);
  await usage.stop();
});
