import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { testDatabase } from "../db/test-database.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { createUseWriter, type TokenUseRow, type UseWriter } from "../verification/use-writer.ts";
import { LAG_MAX } from "./model.ts";
import { readLag } from "./read-lag.ts";
import { readUses } from "./read-uses.ts";
import { LOW_OF_NOW, type UsesPosition } from "./uses-position.ts";

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 8, applicationName: "test" });
});
afterAll(() => db.end());
beforeEach(() => db.query("DELETE FROM evidence_writer"));

const CLIENT = randomUUID();

function useOf(path: string, change: Partial<TokenUseRow> = {}): TokenUseRow {
  return {
    at: new Date(),
    refusal: null,
    source: "introspection",
    tokenId: randomUUID(),
    tokenKind: "access",
    familyId: randomUUID(),
    clientId: CLIENT,
    userId: null,
    subject: "somebody",
    verifierId: null,
    audience: null,
    method: "GET",
    path,
    ip: null,
    userAgent: null,
    ...change,
  };
}
const write = (tx: Sql, writer: UseWriter, ...paths: string[]) =>
  writer.write(
    tx,
    paths.map((path) => useOf(path)),
    null,
  );

/** A stream that begins here. */
async function beginHere(): Promise<UsesPosition> {
  const [row] = await run<{ base: string; low: Date }>(
    db,
    sql`SELECT pg_current_snapshot()::text AS base, ${LOW_OF_NOW} AS low`,
  );
  if (row === undefined) return expect.fail();
  return { ...row, epoch: null, epochLow: null, key: null };
}

const ALL = { outcome: "all", clientIds: [] as string[] } as const;

/** What a stream sends from a position on until nothing more is there, and where it is then. */
async function drain(
  from: UsesPosition,
  limit = 100,
  of: Parameters<typeof readUses>[2] = { ...ALL, limit },
) {
  const paths: string[] = [];
  let position = from;
  for (;;) {
    const page = await readUses(db, position, { ...of, limit });
    paths.push(...page.events.map(({ event }) => event.path ?? ""));
    position = page.end;
    if (!page.isFull) return { paths, position };
  }
}

/** A transaction that stays open until it is told. */
async function openTransaction(work: (tx: Sql) => Promise<unknown>) {
  let end: (how: "commit" | "roll back") => void = () => {};
  const ends = new Promise<string>((done) => {
    end = done;
  });
  let hasWritten: () => void = () => {};
  const written = new Promise<void>((done) => {
    hasWritten = done;
  });
  const over = db
    .transaction(async (tx) => {
      await work(tx);
      hasWritten();
      if ((await ends) === "roll back") throw new Error("rolled back");
    })
    .catch(() => {});
  await written;
  return (how: "commit" | "roll back") => {
    end(how);
    return over;
  };
}

describe("uses of a stream", () => {
  test("that were received earlier and committed later are sent, once, with what comes next", async () => {
    const [slow, quick] = [createUseWriter(), createUseWriter()];
    const start = await beginHere();
    const end = await openTransaction((tx) => write(tx, slow, "/received-first"));
    await write(db, quick, "/received-second");
    const first = await drain(start);
    expect(first.paths).toEqual(["/received-second"]);
    await end("commit");
    await write(db, quick, "/received-third");
    const second = await drain(first.position);
    expect(second.paths).toEqual(["/received-first", "/received-third"]);
    expect((await drain(second.position)).paths).toEqual([]);
  });

  test("come once each and in order of their writer, however writers, commits, rollbacks and pages fall", async () => {
    for (let round = 0; round < 6; round += 1) {
      // clocks that are apart by as much as an authority may be off
      const writers = [-20_000, 0, 20_000].map((offMs) =>
        createUseWriter({ now: () => new Date(Date.now() + offMs) }),
      );
      let position = await beginHere();
      const sent: string[] = [];
      const committed: string[] = [];
      const open: { paths: string[]; end: Awaited<ReturnType<typeof openTransaction>> }[] = [];
      const close = async (how: "commit" | "roll back") => {
        const [one] = open.splice(Math.floor(Math.random() * open.length), 1);
        if (one === undefined) return;
        await one.end(how);
        if (how === "commit") committed.push(...one.paths);
      };
      for (let step = 0; step < 40; step += 1) {
        const index = Math.floor(Math.random() * writers.length);
        const writer = writers[index] as UseWriter;
        const paths = Array.from(
          { length: 1 + Math.floor(Math.random() * 4) },
          (_, n) => `${index} ${step} ${n}`,
        );
        const dice = Math.random();
        if (dice < 0.45) {
          await write(db, writer, ...paths);
          committed.push(...paths);
        } else if (dice < 0.6 && open.length < 3)
          open.push({ paths, end: await openTransaction((tx) => write(tx, writer, ...paths)) });
        else if (dice < 0.75) await close(Math.random() < 0.7 ? "commit" : "roll back");
        else {
          const page = await readUses(db, position, { ...ALL, limit: 1 + Math.floor(Math.random() * 7) });
          sent.push(...page.events.map(({ event }) => event.path ?? ""));
          position = page.end;
        }
      }
      while (open.length > 0) await close("commit");
      sent.push(...(await drain(position, 5)).paths);
      expect([...sent].sort()).toEqual([...committed].sort());
      // within a flush by its order, however pages were cut
      const flushes = Map.groupBy(sent, (path) => path.slice(0, path.lastIndexOf(" ")));
      for (const [flush, paths] of flushes)
        expect(paths).toEqual(paths.map((_, ordinal) => `${flush} ${ordinal}`));
    }
  }, 60_000);

  test("of one writer that commits one flush after the other come in the order of its flushes, in pages of any size", async () => {
    const writer = createUseWriter();
    for (const limit of [1, 3, 7]) {
      const start = await beginHere();
      const expected: string[] = [];
      for (let flush = 0; flush < 10; flush += 1) {
        const paths = [`${flush} a`, `${flush} b`, `${flush} c`];
        await write(db, writer, ...paths);
        expected.push(...paths);
      }
      expect((await drain(start, limit)).paths).toEqual(expected);
    }
  });

  test("of a writer that was frozen since its last word are found, however long ago they were received", async () => {
    const writer = createUseWriter({ now: () => new Date(Date.now() - 40 * 60_000) });
    await db.query(
      `INSERT INTO evidence_writer (id, started_at, seen_at, batch, counted_flush)
       VALUES ($1::uuid, now() - interval '2 hours', now() - interval '41 minutes', 1, 0)`,
      [writer.id],
    );
    const start = await beginHere();
    await write(db, writer, "/thawed");
    await db.query("UPDATE evidence_writer SET seen_at = now()");
    expect((await drain(start)).paths).toEqual(["/thawed"]);
  });

  test("are those that it wants, and the others are passed", async () => {
    const writer = createUseWriter();
    const start = await beginHere();
    const other = randomUUID();
    await writer.write(
      db,
      [
        useOf("/allowed"),
        useOf("/refused", { refusal: "revoked" }),
        useOf("/of-another", { clientId: other, refusal: "expired" }),
      ],
      null,
    );
    const refused = await drain(start, 2, { outcome: "refused", clientIds: [], limit: 2 });
    expect(refused.paths).toEqual(["/refused", "/of-another"]);
    const ofOther = await drain(start, 2, { outcome: "all", clientIds: [other], limit: 2 });
    expect(ofOther.paths).toEqual(["/of-another"]);
    expect((await drain(ofOther.position)).paths).toEqual([]);
  });

  test("are sent again from what was received since, where the position is of another database", async () => {
    const writer = createUseWriter();
    const start = await beginHere();
    await write(db, writer, "/before-the-dump");
    const { position } = await drain(start);
    const restored = { ...position, base: "99999999999:99999999999:", low: start.low };
    await write(db, writer, "/after-it");
    const { paths, position: next } = await drain(restored);
    expect(paths.filter((path) => path.startsWith("/"))).toEqual(
      expect.arrayContaining(["/before-the-dump", "/after-it"]),
    );
    expect(paths.indexOf("/before-the-dump")).toBeLessThan(paths.indexOf("/after-it"));
    await write(db, writer, "/later");
    expect((await drain(next)).paths).toEqual(["/later"]);
  });

  test("are sent though the stream was read last while the clock was years ahead, once, by pages, and counted as waiting", async () => {
    const writer = createUseWriter();
    const start = await beginHere();
    await write(db, writer, "/before-the-jump");
    const { position } = await drain(start);
    // what a clock that is ahead has written as the earliest receipt that may still come
    const jumped = { ...position, low: new Date(Date.now() + 4 * 365 * 86_400_000) };
    await write(db, writer, "/1", "/2");
    await write(db, writer, "/3");
    const of = { sources: ["uses"], outcome: "all", clientIds: [], actsSequence: 0n } as const;
    expect(await readLag(db, { ...of, uses: jumped })).toMatchObject({ count: 3 });
    const { paths, position: next } = await drain(jumped, 2);
    expect(paths).toEqual(["/1", "/2", "/3"]);
    expect(next.low.getTime(), "it is of this clock again").toBeLessThan(Date.now());
    await write(db, writer, "/4");
    expect((await drain(next)).paths).toEqual(["/4"]);
  });

  test("that wait are counted, with when the first was received", async () => {
    const writer = createUseWriter();
    const of = { sources: ["uses"], outcome: "all", clientIds: [], actsSequence: 0n } as const;
    const start = await beginHere();
    expect(await readLag(db, { ...of, uses: start })).toEqual({ count: 0, isMore: false, since: null });
    await write(db, writer, "/1", "/2", "/3");
    await write(db, writer, "/4");
    expect(await readLag(db, { ...of, uses: start })).toMatchObject({ count: 4, isMore: false });
    const page = await readUses(db, start, { ...ALL, limit: 2 });
    await write(db, writer, "/5");
    const lag = await readLag(db, { ...of, uses: page.end });
    expect(lag).toMatchObject({ count: 3, isMore: false });
    expect(Date.now() - Date.parse(lag.since ?? "")).toBeLessThan(60_000);
    expect(LAG_MAX).toBeGreaterThan(3);
  });
});
