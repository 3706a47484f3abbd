import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { seedPeople } from "./engine/test-people.ts";
import { issue, seedRegistry } from "./test-authority.ts";
import { type AuthorityProcess, startAuthorityProcess, until } from "./test-authority-process.ts";
import { askCalmly, flood } from "./test-flood.ts";
import { expectThrottled, FLOODS, type Floodable, LINE, SHARE } from "./test-floods.ts";

const CALM_PER_SECOND = 150;
const CALM_SECONDS = 4;
const FLOOD_SECONDS = 7;
/** A difference below it is the machine's, not the flood's. */
const NOISE_MS = 4;
const ROUNDS = 3;
/** How many times as long another may wait: beside good work that takes all of one process it is served in turn, and what is left is the collector's and the processor's. */
const TIMES = { throttled: 2, share: 4 };
/** A calm verifier that waits longer than this by itself shares the machine with other work. */
const BUSY_MS = 25;

let db: Database;
let authority: AuthorityProcess;
let of: Floodable;
let others: string;

beforeAll(async () => {
  const { url: databaseUrl } = await testDatabase();
  db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 4, applicationName: "test" });
  const registry = await seedRegistry(db);
  const people = await seedPeople(db);
  // with the settings that everybody has who sets none
  authority = await startAuthorityProcess({ databaseUrl });
  of = { registry, people, own: await issue(authority.url, registry.jwtService) };
  others = await issue(authority.url, registry.otherService);
});

afterAll(async () => {
  await authority?.stop();
  await db?.end();
});

/** What the authority says of itself. */
async function readMetrics() {
  const text = await (await fetch(authority.metricsUrl)).text();
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  const answered = [...text.matchAll(/^tokenwarden_requests_total\{.*\} (\d+)$/gm)];
  return {
    waiting: metric("tokenwarden_waiting_requests"),
    /** How late its event loop was since it was last asked, in 99 of 100 looks, in milliseconds. */
    lateMs: 1_000 * metric("nodejs_eventloop_lag_p99_seconds"),
    answered: answered.reduce((sum, [, count]) => sum + Number(count), 0),
  };
}

/** What another verifier waits for, by itself and by what the authority says of itself. */
async function waitCalmly(): Promise<{ p99Ms: number; words: string }> {
  await readMetrics();
  const caller = { url: authority.url, secret: of.registry.verifiers.ledger.secret, token: others };
  const times = await askCalmly({ ...caller, perSecond: CALM_PER_SECOND, seconds: CALM_SECONDS });
  const { lateMs } = await readMetrics();
  const words = [times.medianMs, times.p99Ms, lateMs].map((ms) => ms.toFixed(1));
  return { p99Ms: times.p99Ms, words: `${words[0]} / ${words[1]} ms (event loop ${words[2]})` };
}

test.for(FLOODS)(
  "%s does not slow another verifier to more than its bound",
  async ([name, make, bound], { skip }) => {
    const figures: string[] = [];
    let quietest = Number.POSITIVE_INFINITY;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const alone = await waitCalmly();
      quietest = Math.min(quietest, alone.p99Ms);
      const { answered: before } = await readMetrics();
      const sent = flood(authority, make(of), FLOOD_SECONDS);
      await until("the flood is there", async () => (await readMetrics()).answered > before + 200);
      const beside = await waitCalmly();
      if (bound === "share") expect((await readMetrics()).waiting).toBeLessThanOrEqual(LINE + SHARE);
      const { statusCodeStats, errors } = await sent;
      const answered = Object.entries(statusCodeStats).map(([status, { count }]) => `${count} × ${status}`);
      figures.push(
        `${name}: median / p99 ${alone.words} alone, ${beside.words} beside it (${answered.join(", ")})`,
      );
      expect(errors).toBe(0);
      expect(Object.keys(statusCodeStats).every((status) => Number(status) < 500)).toBe(true);
      // a share is no rate: good requests wait in their line, or unread, and are refused only where the line is full
      if (bound === "share") expect(Object.keys(statusCodeStats)).toContain("200");
      else if (bound !== null) expectThrottled(bound, statusCodeStats, FLOOD_SECONDS);
      else expect(Object.keys(statusCodeStats)).toEqual(["200"]);
      const times = bound === "share" ? TIMES.share : TIMES.throttled;
      if (beside.p99Ms < times * Math.max(alone.p99Ms, NOISE_MS)) {
        console.info(figures.join("\n"));
        return;
      }
    }
    // on a machine that is busy with other things nothing can be told of a flood
    if (quietest > BUSY_MS) skip(`not run, the machine is too busy: ${figures.join("; ")}`);
    throw new Error(figures.join("\n"));
  },
);
