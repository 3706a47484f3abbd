import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issue, revokeAs } from "#server/authority/test-authority.ts";
import { askRefresh, countBy, inTurn } from "./ask.ts";
import { type Authority, eventually, type Instance, startInstance } from "./instance.ts";
import { type Asked, type Load, startLoad } from "./load.ts";
import { type Mint, type Minted, openMint } from "./mint.ts";
import { outlive, postgresProcesses, signalAll } from "./postgres.ts";

/** No answer may take longer, whatever became of the database: a wait for a connection and one for a statement. */
const BOUND_MS = 13_000;

let instance: Instance;
let mint: Mint;
let good: string[];
let revoked: string[];

beforeAll(async () => {
  instance = await startInstance({ authorities: 2, database: "own" });
  mint = await openMint(instance);
  const { jwtService } = instance.registry;
  good = await inTurn(Array.from({ length: 6 }), 2, () => issue(instance.issuer, jwtService));
  revoked = await inTurn(Array.from({ length: 3 }), 2, () => issue(instance.issuer, jwtService));
  for (const token of revoked) expect((await revokeAs(instance.issuer, jwtService, token)).status).toBe(200);
});
afterAll(() => instance?.stop());

const isGood = (one: Asked) => one.status === 200 && one.kind !== "refresh" && one.body.active !== false;

/** Load before, during and after a fault, and what must hold of all of it. */
async function underLoad(mark: string, fault: (load: Load) => Promise<void>): Promise<Asked[]> {
  const families = await mint.families(6);
  const load = startLoad(instance, { mark, tokens: [...good, ...revoked], families });
  await eventually(async () => (load.asked.length > 300 ? true : undefined), 30_000);
  await fault(load);
  const faultOver = performance.now();
  const isServing = () => load.asked.filter((one) => one.startedAt > faultOver && isGood(one)).length > 100;
  await eventually(async () => (isServing() ? true : undefined), 60_000);
  const next = await load.stop();

  expect(Object.keys(countBy(load.asked, (one) => String(one.status))).sort()).toEqual(
    load.asked.some((one) => one.status === 401) ? ["200", "401", "503"] : ["200", "503"],
  );
  expect(load.asked.filter((one) => one.status === 401 && !revoked.includes(one.token))).toEqual([]);
  expect(load.asked.filter((one) => isGood(one) && revoked.includes(one.token))).toEqual([]);
  const slow = load.asked.filter((one) => one.ms > BOUND_MS);
  expect(slow.map(({ kind, status, ms }) => `${kind} ${status} after ${ms} ms`)).toEqual([]);

  const rows = await instance.db.query<{ path: string }>(
    "SELECT path FROM token_use WHERE path LIKE $1::text",
    [`/${mark}/%`],
  );
  const onRecord = new Set(rows.map((row) => row.path));
  const answered = load.asked.filter((one) => one.path !== null && one.status !== 503);
  expect(answered.filter((one) => !onRecord.has(one.path as string))).toEqual([]);

  // nobody is locked out, no family was ended
  const further = await Promise.all(
    families.map((family: Minted, index) =>
      askRefresh(instance.issuer, family.client, next[index] as string),
    ),
  );
  expect(countBy(further, (one) => String(one.status))).toEqual({ "200": families.length });
  const ended = await instance.db.query("SELECT id FROM revocation_order WHERE target_kind = 'family'");
  expect(ended).toEqual([]);
  return [...load.asked];
}

function tell(what: string, asked: Asked[]): void {
  const refused = asked.filter((one) => one.status === 503);
  const slowest = Math.round(Math.max(...asked.map((one) => one.ms)));
  const from = Math.min(...refused.map((one) => one.startedAt + one.ms));
  const until = Math.max(...refused.map((one) => one.startedAt + one.ms));
  console.info(
    `${what}: ${asked.length} answers, ${refused.length} of them 503 over ${Math.round(until - from)} ms; the slowest took ${slowest} ms`,
  );
}

type Line = { level: number; reason?: string; leftOut?: number; err?: unknown; stack?: unknown };

/** While the database is away a log says so once a second, without a stack, and how often it did not say so: a long night fills no disk. */
function expectFewLines(authority: Authority, outageMs: number): void {
  const lines = authority.process
    .tail()
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Line);
  const away = lines.filter((line) => line.reason !== undefined);
  // two outages came before this one, of some seconds each
  expect(away.length).toBeLessThan(outageMs / 1_000 + 20);
  expect(away.length).toBeGreaterThan(5);
  expect(away.reduce((sum, line) => sum + (line.leftOut ?? 0), 0)).toBeGreaterThan(away.length);
  expect(lines.filter((line) => line.err !== undefined || line.stack !== undefined)).toEqual([]);
}

describe("under load, the authorities recover by themselves and nothing that was answered is lost when", () => {
  test("PostgreSQL is killed with -9", async () => {
    const asked = await underLoad("postmaster", async () => {
      await outlive(instance, () => signalAll(postgresProcesses(instance).slice(0, 1), "SIGKILL"));
    });
    expect(asked.some((one) => one.status === 503)).toBe(true);
    tell("postmaster killed", asked);
  });

  test("a backend is killed with -9, and PostgreSQL restarts all others", async () => {
    const asked = await underLoad("backend", async () => {
      const [backend] = await instance.db.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'tokenwarden authority' LIMIT 1",
      );
      await outlive(instance, () => signalAll([backend?.pid as number], "SIGKILL"));
    });
    tell("backend killed", asked);
  });

  test("PostgreSQL is frozen for longer than an answer may take", async () => {
    const asked = await underLoad("frozen", async (load) => {
      const pids = postgresProcesses(instance);
      const frozenAt = performance.now();
      signalAll(pids, "SIGSTOP");
      try {
        await wait(15_000);
      } finally {
        signalAll(pids, "SIGCONT");
      }
      // answered while it was frozen: 503, and from the sixth second on at once
      const during = load.asked.filter(
        (one) => one.startedAt > frozenAt + 200 && one.startedAt < frozenAt + 14_000,
      );
      expect(countBy(during, (one) => String(one.status))).toEqual({ "503": during.length });
      const late = during.filter((one) => one.startedAt > frozenAt + 6_000);
      expect(late.length).toBeGreaterThan(100);
      expect(Math.max(...late.map((one) => one.ms))).toBeLessThan(1_000);
      for (const authority of instance.authorities) expectFewLines(authority, performance.now() - frozenAt);
    });
    tell("frozen for 15 s", asked);
  });
});
