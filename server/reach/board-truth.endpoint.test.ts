import { pino } from "pino";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { getOrderPropagation } from "#lib/propagation/get-order-propagation.ts";
import type { JourneyRow } from "#lib/propagation/model.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { disableVerifier } from "#lib/verifiers/disable-verifier.ts";
import { enableVerifier } from "#lib/verifiers/enable-verifier.ts";
import { getVerifier } from "#lib/verifiers/get-verifier.ts";
import { updateVerifier } from "#lib/verifiers/update-verifier.ts";
import { createVerifier, type Verifier, type VerifierOptions } from "#verifier/index.ts";
import { introspect, issue, startTestInstance, type TestInstance } from "../authority/test-authority.ts";
import { type RunningWorker, startWorker } from "../worker/start.ts";
import { startLink } from "./test-link.ts";
import { claimsOf, order } from "./test-orders.ts";

// What the board says is held against what verifiers really do: real processes' code, real authorities, a real worker; nothing of it knows of the other.
const BOUND_SECONDS = 3;

let instance: TestInstance;
let worker: RunningWorker;
let opened: { close(): Promise<unknown> }[] = [];

beforeAll(async () => {
  instance = await startTestInstance(2);
  worker = await startWorker({ databaseUrl: instance.databaseUrl, log: pino({ level: "silent" }) });
  // the owner says that it follows the feed
  await instance.db.query("UPDATE verifier SET check_way = 'feed' WHERE id = $1", [billing().id]);
});
afterEach(async () => {
  await Promise.all(opened.map((one) => one.close()));
  opened = [];
});
afterAll(async () => {
  await worker.stop();
  await instance.stop();
});

const billing = () => instance.registry.verifiers.billing;
const token = () => issue(instance.urls[0] as string, instance.registry.jwtService);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function open(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const verifier = createVerifier({
    issuer: instance.issuer,
    audience: "billing",
    secret: billing().secret,
    reports: false,
    maxStalenessSeconds: BOUND_SECONDS,
    ...options,
  });
  opened.push(verifier);
  await verifier.ready();
  // the board knows of it
  await expect
    .poll(
      async () => {
        const [row] = await instance.db.query<{ seconds: number | null }>(
          "SELECT max_staleness_seconds AS seconds FROM verifier_instance WHERE instance_id = $1 AND position IS NOT NULL",
          [verifier.state.instance],
        );
        return row?.seconds;
      },
      { timeout: 10_000 },
    )
    .toBe(BOUND_SECONDS);
  return verifier;
}

async function link() {
  const made = await startLink(instance.urls[0] as string);
  opened.push({ close: () => made.stop() });
  return made;
}

type Watched = { at: number; row: JourneyRow | undefined; isAccepted: boolean };

/** Reads the board and asks the verifiers at once after it, again and again, until the board says that they refuse, and for a while beyond. */
async function holdAgainst(
  orderId: string,
  accepts: () => Promise<boolean>,
  withinMs: number,
): Promise<Watched[]> {
  const seen: Watched[] = [];
  const end = Date.now() + withinMs;
  let beyond = 20;
  while (beyond > 0) {
    expect(Date.now()).toBeLessThan(end);
    const now = new Date();
    const { rows } = await getOrderPropagation({ ...contextAs(instance.db, "auditor"), now }, orderId);
    const row = rows.find(({ verifierId }) => verifierId === billing().id);
    const isAccepted = await accepts();
    seen.push({ at: now.getTime(), row, isAccepted });
    if (row?.state === "reached") beyond -= 1;
    await wait(15);
  }
  return seen;
}

/** Never "refuses" while it accepts, and never "until" an instant beyond which it accepts. */
function expectTruth(seen: readonly Watched[]): void {
  for (const { at, row, isAccepted } of seen) {
    expect(row).toBeDefined();
    if (isAccepted) {
      expect(row?.state).toBe("open");
      expect(Date.parse(row?.until ?? "")).toBeGreaterThanOrEqual(at);
    }
  }
  const lastAccepted = seen.findLast(({ isAccepted }) => isAccepted)?.at ?? 0;
  for (const { row } of seen)
    if (row?.until != null) expect(Date.parse(row.until)).toBeGreaterThanOrEqual(lastAccepted);
}

const isGood = (verifier: Verifier, value: string) =>
  verifier.verify(value).then(
    () => true,
    () => false,
  );

test("two instances that listen: the board says that they refuse when both do, within a moment", async () => {
  const both = await Promise.all([open(), open({ authorityUrl: instance.urls[1] as string })]);
  const value = await token();
  expect(await Promise.all(both.map((one) => isGood(one, value)))).toEqual([true, true]);
  const { id, committedAt } = await order(instance.db, "revoke", "token", claimsOf(value).jti);
  const seen = await holdAgainst(
    id,
    async () => (await Promise.all(both.map((one) => isGood(one, value)))).includes(true),
    15_000,
  );
  expectTruth(seen);
  const last = seen.at(-1)?.row;
  expect(last).toMatchObject({ instances: { count: 2, acknowledged: 2 }, says: "Has the order." });
  expect(Date.parse(last?.acknowledgedAt ?? "") - committedAt).toBeLessThan(5_000);
}, 30_000);

test("a secret that the authority does not know is told at once, and not after the time that is waited", async () => {
  const verifier = createVerifier({
    issuer: instance.issuer,
    audience: "billing",
    secret: `twv_${"x".repeat(43)}`,
    reports: false,
  });
  opened.push(verifier);
  const startedAt = performance.now();
  await expect(verifier.ready()).rejects.toMatchObject({
    code: "not_ready",
    message: "The authority does not know the secret.",
  });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("a lenient process that is closed says so: no later order waits for it", async () => {
  const owner = () => contextAs(instance.db, "owner", new Date());
  const change = async (mode: "strict" | "lenient") => {
    const { version } = await getVerifier(owner(), { verifierId: billing().id });
    await updateVerifier(owner(), { verifierId: billing().id, version, mode });
  };
  await change("lenient");
  try {
    const [stays, goes] = await Promise.all([open({ mode: "lenient" }), open({ mode: "lenient" })]);
    await expect
      .poll(() => [stays.state.mode, goes.state.mode], { timeout: 10_000 })
      .toEqual(["lenient", "lenient"]);
    await goes.close();
    await expect
      .poll(
        () =>
          instance.db.query("SELECT FROM verifier_instance WHERE instance_id = $1 AND ended_at IS NOT NULL", [
            goes.state.instance,
          ]),
        { timeout: 10_000 },
      )
      .toHaveLength(1);
    const value = await token();
    const { id } = await order(instance.db, "revoke", "token", claimsOf(value).jti);
    const seen = await holdAgainst(id, () => isGood(stays, value), 15_000);
    expectTruth(seen);
    expect(seen.at(-1)?.row).toMatchObject({
      instances: { count: 1, acknowledged: 1 },
      says: "Has the order.",
    });
  } finally {
    await change("strict");
  }
}, 40_000);

test.each(["cut", "hold"] as const)(
  "one of two instances has lost us (%s): the board names its bound, and it accepts until then and no longer",
  async (how) => {
    const between = await link();
    const [lost, well] = await Promise.all([open({ authorityUrl: between.url }), open()]);
    const value = await token();
    expect(await isGood(lost, value)).toBe(true);
    between[how]();
    const { id } = await order(instance.db, "revoke", "client", instance.registry.jwtService.id);
    const seen = await holdAgainst(id, () => isGood(lost, value), 20_000);
    expectTruth(seen);
    expect(await isGood(well, value)).toBe(false);
    // it did accept after the order, which is what the board is for
    expect(seen.some(({ isAccepted }) => isAccepted)).toBe(true);
    expect(seen.at(-1)?.row).toMatchObject({ instances: { acknowledged: 1 }, acknowledgedAt: null });
  },
  40_000,
);

test("a verifier that is disabled before the order accepts on for its bound, and the board has it until then", async () => {
  const verifier = await open();
  const value = await token();
  expect(await isGood(verifier, value)).toBe(true);
  await disableVerifier(contextAs(instance.db, "owner", new Date()), { verifierId: billing().id });
  // the order is not to come by the feed that is about to end
  await expect.poll(() => verifier.state.lastError, { interval: 10 }).not.toBeNull();
  const { id } = await order(instance.db, "revoke", "token", claimsOf(value).jti);
  const seen = await holdAgainst(id, () => isGood(verifier, value), 40_000);
  await enableVerifier(contextAs(instance.db, "owner", new Date()), { verifierId: billing().id });
  expectTruth(seen);
  expect(seen.some(({ isAccepted }) => isAccepted)).toBe(true);
  expect(seen[0]?.row).toMatchObject({ isDisabled: true, state: "open" });
}, 60_000);

test("what asks refuses from the commit on, and the board never says so sooner", async () => {
  await instance.db.query(
    "UPDATE verifier SET check_way = 'introspection', last_seen_at = now() WHERE id = $1",
    [billing().id],
  );
  await instance.db.query("DELETE FROM verifier_instance");
  const value = await token();
  const asks = async () => {
    const answer = await introspect(instance.urls[1] as string, value, billing().secret);
    return (answer as { active: boolean }).active;
  };
  await expect.poll(asks, { timeout: 10_000 }).toBe(true);
  const { id } = await order(instance.db, "revoke", "token", claimsOf(value).jti);
  const seen = await holdAgainst(id, asks, 15_000);
  expectTruth(seen);
  expect(seen.at(-1)?.row?.says).toMatch(/Asks at each use/);
}, 30_000);
