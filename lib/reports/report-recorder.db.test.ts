import { createHash, randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testDatabase } from "../db/test-database.ts";
import { uuidv7 } from "../ids.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { countMissedUses } from "../verification/count-missed-uses.ts";
import { UsageCounter } from "../verification/usage-counter.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { listReportGaps } from "./list-report-gaps.ts";
import { purgeReports } from "./purge-reports.ts";
import { type AcceptedReport, createReportRecorder, type ReportRecorder } from "./report-recorder.ts";
import { sumLostUses } from "./sum-lost-uses.ts";

let db: Database;
let retention: SqlDatabase;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 8, applicationName: "test" });
  retention = openSqlDatabase({ url, role: "retention", maxConnections: 1, applicationName: "test" });
});
afterAll(async () => {
  await retention.end();
  await db.end();
});

const DAY_MS = 86_400_000;
const digestOf = (content: string) => createHash("sha256").update(content).digest("hex").slice(0, 32);

function reportOf(
  change: { id?: string; tokenId?: string; at?: Date; content?: string; ip?: string } = {},
): AcceptedReport {
  const {
    id = randomUUID(),
    tokenId = uuidv7(new Date()),
    at = new Date(),
    content = "a",
    ip = "192.0.2.7",
  } = change;
  return {
    id,
    digest: digestOf(content),
    use: {
      at,
      refusal: null,
      source: "report",
      tokenId,
      tokenKind: "access",
      familyId: tokenId,
      clientId: randomUUID(),
      userId: null,
      subject: "reconciler",
      verifierId: randomUUID(),
      audience: "billing",
      method: "GET",
      path: "/v1/invoices",
      ip,
      userAgent: null,
    },
    status: 200,
    bytes: 512,
    latencyUs: 41,
  };
}

function recorder(now?: () => Date): ReportRecorder {
  return createReportRecorder({ db, writer: createUseWriter(), ...(now === undefined ? {} : { now }) });
}

const from = () => ({ verifierId: randomUUID(), instanceId: randomUUID() });

async function usesOf(tokenId: string): Promise<number> {
  const [row] = await db.query<{ count: bigint }>(
    "SELECT count(*) FROM token_use WHERE token_id = $1::uuid AND source = 'report'",
    [tokenId],
  );
  return Number(row?.count);
}

test("a report is on record as a use of its token when it is answered, with all that it tells", async () => {
  const report = reportOf();
  const [outcome] = await recorder().record({ ...from(), reports: [report], lost: 0 });
  expect(outcome).toBe("recorded");
  const [row] = await db.query(
    `SELECT outcome, source, at, method, path, ip, audience, status, bytes, latency_us AS "latencyUs", token_kind AS kind
     FROM token_use WHERE token_id = $1::uuid`,
    [report.use.tokenId],
  );
  expect(row).toEqual({
    outcome: "allowed",
    source: "report",
    at: report.use.at,
    method: "GET",
    path: "/v1/invoices",
    ip: "192.0.2.7",
    audience: "billing",
    status: 200,
    bytes: 512n,
    latencyUs: 41,
    kind: "access",
  });
});

test("the same report again is a duplicate, another content under its id a conflict, and neither makes a row", async () => {
  const report = reportOf();
  const of = (reports: AcceptedReport[]) => recorder().record({ ...from(), reports, lost: 0 });
  expect(await of([report])).toEqual(["recorded"]);
  expect(await of([report, reportOf()])).toEqual(["duplicate", "recorded"]);
  expect(await of([{ ...report, digest: digestOf("b") }])).toEqual(["conflict"]);
  // and within one request
  const twice = reportOf();
  expect(await of([twice, { ...twice }, { ...twice, digest: digestOf("b") }])).toEqual([
    "recorded",
    "duplicate",
    "conflict",
  ]);
  expect(await usesOf(report.use.tokenId)).toBe(1);
  expect(await usesOf(twice.use.tokenId)).toBe(1);
});

test("a report that comes again a week later, by another process, is a duplicate still", async () => {
  const report = reportOf();
  const later = () => new Date(Date.now() + 7 * DAY_MS);
  expect(await recorder().record({ ...from(), reports: [report], lost: 0 })).toEqual(["recorded"]);
  expect(await recorder(later).record({ ...from(), reports: [report], lost: 0 })).toEqual(["duplicate"]);
  expect(await usesOf(report.use.tokenId)).toBe(1);
});

test("of many processes that send the same reports at once, in whichever order, one records each", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), {
        minLength: 2,
        maxLength: 6,
      }),
      async (sends) => {
        const tokenId = uuidv7(new Date());
        const reports = Array.from({ length: 8 }, () => reportOf({ tokenId }));
        const outcomes = await Promise.all(
          sends.map((places) =>
            recorder().record({
              ...from(),
              reports: places.map((place) => reports[place] as AcceptedReport),
              lost: 0,
            }),
          ),
        );
        const sent = new Set(sends.flat());
        expect(outcomes.flat().filter((outcome) => outcome === "recorded")).toHaveLength(sent.size);
        expect(outcomes.flat()).not.toContain("conflict");
        expect(await usesOf(tokenId)).toBe(sent.size);
      },
    ),
    { numRuns: propertyRuns(25) },
  );
});

test("of two contents under one id at once one is recorded and the other a conflict", async () => {
  const report = reportOf();
  const outcomes = await Promise.all(
    ["a", "b"].map((content) =>
      recorder().record({
        ...from(),
        reports: [{ ...report, digest: digestOf(content) }],
        lost: 0,
      }),
    ),
  );
  expect(outcomes.flat().sort()).toEqual(["conflict", "recorded"]);
  expect(await usesOf(report.use.tokenId)).toBe(1);
});

test("counts each use once, whatever came twice, and the last use is the latest and not the last that was reported", async () => {
  const writer = createUseWriter();
  const usage = new UsageCounter(db, writer, (error) => expect(error).toBeUndefined(), 3_600_000);
  const reports = createReportRecorder({
    db,
    writer,
    onWritten: (rows, written) => usage.count(rows, written),
  });
  const tokenId = uuidv7(new Date());
  const second = Math.floor(Date.now() / 1_000);
  const at = (secondsAgo: number) => new Date((second - secondsAgo) * 1_000);
  const [late, early, middle] = [
    reportOf({ tokenId, at: at(1), ip: "192.0.2.1" }),
    reportOf({ tokenId, at: at(900), ip: "192.0.2.9" }),
    reportOf({ tokenId, at: at(60), ip: "192.0.2.6" }),
  ] as const;
  for (const batch of [[late], [early, late], [middle, early]]) {
    await reports.record({ ...from(), reports: batch, lost: 0 });
    await usage.flush();
  }
  await usage.stop();
  const [row] = await db.query(
    `SELECT use_count AS uses, last_used_at AS "lastUsedAt", last_ip AS ip FROM token_usage WHERE token_id = $1::uuid`,
    [tokenId],
  );
  expect(row).toEqual({ uses: 3n, lastUsedAt: at(1), ip: "192.0.2.1" });
});

test("what a killed process had recorded and not counted is counted by the worker, once", async () => {
  const writer = createUseWriter();
  const usage = new UsageCounter(db, writer, (error) => expect(error).toBeUndefined(), 3_600_000);
  await usage.flush();
  const reports = createReportRecorder({ db, writer });
  const known = reportOf();
  await recorder().record({ ...from(), reports: [known], lost: 0 });
  const tokenId = uuidv7(new Date());
  await reports.record({
    ...from(),
    reports: [known, reportOf({ tokenId }), reportOf({ tokenId })],
    lost: 0,
  });
  await db.query("UPDATE evidence_writer SET seen_at = now() - interval '1 minute' WHERE id = $1::uuid", [
    writer.id,
  ]);
  await countMissedUses(db);
  await countMissedUses(db);
  const [row] = await db.query("SELECT use_count AS uses FROM token_usage WHERE token_id = $1::uuid", [
    tokenId,
  ]);
  expect(row).toEqual({ uses: 2n });
  await usage.stop();
});

test("what a verifier lost shows as a gap in its minute, once, whatever comes again beside it", async () => {
  const [verifierId, instanceId, other] = [randomUUID(), randomUUID(), randomUUID()];
  const said = { verifierId, instanceId };
  const batch = [reportOf(), reportOf()];
  await recorder().record({ ...said, reports: batch, lost: 7 });
  // the answer was lost: it comes again, by now with another report and a further loss
  await recorder().record({ ...said, reports: [...batch, reportOf()], lost: 7 });
  await recorder().record({ ...said, reports: batch, lost: 9 });
  // nothing but a loss, twice at once; then an older request that was on its way for longer
  await Promise.all([9, 12, 12].map((lost) => recorder().record({ ...said, reports: [], lost })));
  await recorder().record({ ...said, reports: batch, lost: 7 });
  // another instance of the same verifier begins to count anew
  await recorder().record({ verifierId, instanceId: randomUUID(), reports: [], lost: 5 });
  await recorder().record({ ...from(), verifierId: other, reports: [reportOf()], lost: 0 });
  const ctx = contextAs(db, "auditor");
  const { gaps, lost } = await listReportGaps(ctx, { verifierId });
  expect(lost).toBe(17);
  expect(gaps.reduce((sum, gap) => sum + gap.lost, 0)).toBe(17);
  expect(gaps.every((gap) => gap.minute.endsWith(":00.000Z"))).toBe(true);
  expect(await listReportGaps(ctx, { verifierId: other })).toEqual({ gaps: [], lost: 0 });
  const hour = new Date(Date.now() - 3_600_000);
  expect(await listReportGaps(ctx, { verifierId, to: hour })).toEqual({ gaps: [], lost: 0 });
  expect((await listReportGaps(ctx, { from: hour })).lost).toBe(17);
  await expect(listReportGaps(contextAs(db, "anonymous"), {})).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("what was lost in a day is summed over all of its minutes, more than a list of them shows", async () => {
  const verifierId = randomUUID();
  const from = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000 - DAY_MS);
  await db.query(
    `INSERT INTO report_gap (verifier_id, minute, lost)
     SELECT $1::uuid, $2::timestamptz + n * interval '1 minute', 2 FROM generate_series(-60, 1439) n`,
    [verifierId, from],
  );
  const { lost, byHour } = await sumLostUses(contextAs(db, "auditor"), { verifierId, from });
  expect(lost).toBe(2_880);
  expect(Object.keys(byHour)).toHaveLength(24);
  expect(byHour[from.toISOString()]).toBe(120);
  const listed = await listReportGaps(contextAs(db, "auditor"), { verifierId, from });
  expect([listed.gaps.length, listed.lost]).toEqual([1_000, 2_880]);
  await expect(sumLostUses(contextAs(db, "anonymous"), { verifierId, from })).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("nothing of a flush is on record where the database refuses one of its rows", async () => {
  const good = reportOf();
  const report = reportOf();
  // no text of the database's has a NUL
  const bad = { ...report, use: { ...report.use, path: "/\u0000" } };
  await expect(recorder().record({ ...from(), reports: [good, bad], lost: 3 })).rejects.toMatchObject({
    code: "22021",
  });
  const short = { ...reportOf(), digest: "001122" };
  await expect(recorder().record({ ...from(), reports: [good, short], lost: 3 })).rejects.toThrow(RangeError);
  expect(await usesOf(good.use.tokenId)).toBe(0);
  expect(await recorder().record({ ...from(), reports: [good], lost: 0 })).toEqual(["recorded"]);
});

test("ids are forgotten a day after their reports would be refused for their age, and not before; uses stay", async () => {
  const now = new Date();
  const [old, recent] = [reportOf(), reportOf()];
  const ago = (days: number) => () => new Date(now.getTime() - days * DAY_MS - 60_000);
  await recorder(ago(8)).record({ ...from(), reports: [old], lost: 0 });
  await recorder(ago(7)).record({ ...from(), reports: [recent], lost: 0 });
  await expect(purgeReports(db, now)).rejects.toMatchObject({ code: "42501" });
  expect(await purgeReports(retention, now)).toBe(1);
  const left = await db.query<{ id: string }>("SELECT id FROM use_report WHERE id = ANY ($1::uuid[])", [
    [old.id, recent.id],
  ]);
  expect(left.map((row) => row.id)).toEqual([recent.id]);
  expect([await usesOf(old.use.tokenId), await usesOf(recent.use.tokenId)]).toEqual([1, 1]);
});

test("the application can neither change nor forget what was taken in", async () => {
  const statements = [
    "UPDATE use_report SET digest = digest",
    "DELETE FROM use_report",
    "DELETE FROM report_gap",
    "DELETE FROM report_loss",
  ];
  for (const statement of statements) await expect(db.query(statement)).rejects.toThrow(/permission denied/);
});
