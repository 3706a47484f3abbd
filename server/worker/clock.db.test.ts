import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlDatabase, type SqlDatabase } from "#lib/db/sql-database.ts";
import { getLogRetention } from "#lib/log-retention/get-log-retention.ts";
import { getRetention } from "#lib/retention/get-retention.ts";
import { type Evidence, openEvidence } from "#lib/seals/test-evidence.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { scheduledJobs } from "./jobs.ts";

const DAY_MS = 86_400_000;
const lines: string[] = [];
const log = pino({ level: "error" }, { write: (line: string) => void lines.push(line) });

let evidence: Evidence;
let retention: SqlDatabase;

beforeAll(async () => {
  evidence = await openEvidence();
  retention = openSqlDatabase({
    url: evidence.url,
    role: "retention",
    maxConnections: 2,
    applicationName: "test",
  });
});
afterAll(async () => {
  await retention.end();
  await evidence.end();
});

const jobs = () =>
  scheduledJobs({
    db: evidence.db,
    retention,
    log,
    checkpointFile: null,
    isDiskFull: () => false,
    signal: new AbortController().signal,
  });

test("where the clock went on by years nothing leaves, whatever its age is now, and the log says so; where it did not, it leaves", async () => {
  const [old, before] = [400, 399].map((days) => new Date(Date.now() - days * DAY_MS)) as [Date, Date];
  await evidence.db.query("SELECT ensure_partitions($1::timestamptz, $1::timestamptz)", [old]);
  const writer = await evidence.newWriter(() => old);
  await writer.write(3, { at: old });
  await writer.sealer.seal();
  await evidence.checkpoint(before);
  // what a machine has on record that begins anew with its clock a year ahead
  await evidence.checkpoint();
  const uses = async () =>
    (await evidence.db.query<{ n: bigint }>("SELECT count(*) AS n FROM token_use"))[0]?.n;
  const purges = Object.entries(jobs()).filter(([name]) => name.startsWith("purge-"));
  expect(purges.length).toBeGreaterThan(10);
  for (const [, job] of purges) expect(await job.run()).toBeNull();
  expect(await uses()).toBe(3n);
  expect(lines).toHaveLength(purges.length);
  expect(lines[0]).toContain("at once: nothing is taken out");
  const auditor = contextAs(evidence.db, "auditor");
  const held = { title: expect.stringContaining("at once"), heldUntil: expect.any(String) };
  expect((await getLogRetention(auditor)).heldByClock).toMatchObject(held);
  expect((await getRetention(auditor)).heldByClock).toMatchObject(held);

  // as if it had run all the while
  await evidence.asSuperuser("UPDATE checkpoint SET at = now() - interval '20 hours' WHERE number = 1");
  expect((await getLogRetention(auditor)).heldByClock).toBeNull();
  expect(await jobs()["purge-log"]?.run()).toMatchObject({ days: 1, uses: 3 });
  expect(await uses()).toBe(0n);
});
