import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { issue } from "#server/authority/test-authority.ts";
import { askEvents } from "./ask.ts";
import { verifySealed } from "./evidence.ts";
import { eventually, type Instance, startInstance } from "./instance.ts";
import { outlive, postgresProcesses, signalAll } from "./postgres.ts";
import type { Process } from "./process.ts";

const CLIENTS = 6;
const REPORTS = 20;

let instance: Instance;
let worker: Process;
let tokens: string[];

beforeAll(async () => {
  instance = await startInstance({ authorities: 2, database: "own" });
  worker = await instance.startWorker();
  const { jwtService } = instance.registry;
  tokens = await Promise.all(Array.from({ length: 4 }, () => issue(instance.issuer, jwtService)));
  await eventually(
    async () =>
      (await readCheckpointFile(instance.checkpointFile).catch(() => [])).length > 0 ? true : undefined,
    20_000,
  );
});
afterAll(() => instance?.stop());

type Told = { acknowledged: string[]; again: number; duplicates: number };

/** Verifiers that report as theirs do: a batch comes again, to whichever authority answers, until it is acknowledged. Each report has a path of its own. */
function startReporting(mark: string) {
  const told: Told = { acknowledged: [], again: 0, duplicates: 0 };
  const { secret } = instance.registry.verifiers.billing;
  let isOver = false;
  async function client(lane: number): Promise<void> {
    const sender = randomUUID();
    for (let batch = 0; !isOver; batch += 1) {
      const reports = Array.from({ length: REPORTS }, (_, index) => ({
        id: randomUUID(),
        at: new Date().toISOString(),
        token: decodeJwt(tokens[(lane + index) % tokens.length] as string).jti,
        path: `/${mark}/${lane}/${batch}/${index}`,
        ...(index % 3 === 0 ? { outcome: "refused", refusal: "revoked" } : { outcome: "allowed" }),
      }));
      for (let turn = lane; ; turn += 1) {
        const { url } = instance.authorities[turn % instance.authorities.length] as { url: string };
        const { status, body } = await askEvents(url, secret, { instance: sender, reports });
        if (status === 200) {
          const results = body.results as { id: string; result: string }[];
          expect(results.map(({ id }) => id)).toEqual(reports.map(({ id }) => id));
          expect(results.filter(({ result }) => !["recorded", "duplicate"].includes(result))).toEqual([]);
          told.duplicates += results.filter(({ result }) => result === "duplicate").length;
          told.acknowledged.push(...reports.map((report) => report.path));
          break;
        }
        told.again += 1;
        await wait(20);
      }
    }
  }
  const clients = Promise.all(Array.from({ length: CLIENTS }, (_, lane) => client(lane)));
  return {
    told,
    /** Until so many more are acknowledged. */
    until: (more: number) => {
      const from = told.acknowledged.length;
      const isThere = () => told.acknowledged.length >= from + more;
      return eventually(async () => (isThere() ? true : undefined), 60_000);
    },
    async stop() {
      isOver = true;
      await clients;
      return told;
    },
  };
}

const THINGS = ["authority", "worker", "postgres"] as const;

/** Ends things in the midst of what they do, all at once, and starts them again. */
async function kill(things: readonly (typeof THINGS)[number][]): Promise<void> {
  const [authority, ...others] = instance.authorities;
  await Promise.all([
    things.includes("authority") ? authority?.process.kill() : undefined,
    things.includes("worker") ? worker.kill() : undefined,
    things.includes("postgres")
      ? outlive(instance, () => signalAll(postgresProcesses(instance).slice(0, 1), "SIGKILL"))
      : undefined,
  ]);
  if (things.includes("worker")) worker = await instance.startWorker();
  if (!things.includes("authority")) return;
  const again = await instance.startAuthority(Number(new URL(authority?.url ?? "").port));
  instance.authorities.splice(0, instance.authorities.length, again, ...others);
}

describe("while verifiers report, and send again what was not acknowledged, kill -9 of", () => {
  test.each([
    ["an authority, twice", [["authority"], ["authority"]]],
    ["the worker", [["worker"]]],
    ["PostgreSQL, twice", [["postgres"], ["postgres"]]],
    ["all of them at once", [THINGS]],
  ] as const)("%s leaves every report that was acknowledged on record, once", async (what, kills) => {
    const mark = what.replaceAll(/\W+/g, "-");
    const reporting = startReporting(mark);
    for (const things of kills) {
      await reporting.until(400);
      await kill(things);
    }
    await reporting.until(400);
    const { acknowledged, again, duplicates } = await reporting.stop();
    const rows = await instance.db.query<{ path: string; times: bigint }>(
      "SELECT path, count(*) AS times FROM token_use WHERE path LIKE $1::text GROUP BY path",
      [`/${mark}/%`],
    );
    // nobody gave up: what is on record is what was acknowledged
    expect(rows.filter(({ times }) => times !== 1n)).toEqual([]);
    expect(rows.map(({ path }) => path).toSorted()).toEqual(acknowledged.toSorted());
    if (what !== "the worker") expect(again).toBeGreaterThan(0);
    console.info(
      `${what}: ${acknowledged.length} reports acknowledged, ${again} requests sent again, ${duplicates} reports on record before`,
    );
  });

  test("each of them leaves evidence whose chains, seals and checkpoints verify, and cover every report", async () => {
    const found = await verifySealed(instance);
    expect(found.problems).toEqual([]);
    const [all] = await instance.db.query<{ count: bigint }>("SELECT count(*) FROM token_use");
    expect(found.uses).toMatchObject({ rows: Number(all?.count), unsealed: 0, before: 0 });
    expect(found.uses.rowsSealedByWorker).toBeGreaterThan(0);
    expect(found.checkpoints.count).toBeGreaterThan(0);
    expect(found.checkpoints.held).toBe(found.checkpoints.count);
  });
});
