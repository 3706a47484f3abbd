import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createVerifier, type Verifier, type VerifierError, type VerifierOptions } from "#verifier/index.ts";
import { introspect, issue, startTestInstance, type TestInstance } from "../authority/test-authority.ts";
import { type AuthorityProcess, startAuthorityProcess } from "../authority/test-authority-process.ts";
import { startLink } from "./test-link.ts";
import { claimsOf, order } from "./test-orders.ts";
import { startRelay } from "./test-relay.ts";

// the machine may be busy with others
vi.setConfig({ expect: { poll: { timeout: 10_000 } } });

/** The bound that the verifiers of these tests state, in milliseconds. */
const BOUND_MS = 2_000;

/** REACH_SEED repeats a run. */
const SEED = Number(process.env.REACH_SEED ?? randomInt(2 ** 32));
let state = SEED;
/** 0 to 1, by a congruence of Knuth's: the same numbers for the same seed. */
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

let instance: TestInstance;
const closers: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  console.info(`REACH_SEED=${SEED}`);
  instance = await startTestInstance();
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

afterAll(() => instance.stop());

async function open(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const verifier = createVerifier({
    issuer: instance.issuer,
    audience: "billing",
    secret: instance.registry.verifiers.billing.secret,
    mode: "strict",
    maxStalenessSeconds: BOUND_MS / 1_000,
    reports: false,
    ...options,
  });
  closers.push(() => verifier.close());
  await verifier.ready();
  return verifier;
}

async function link(to: string) {
  const made = await startLink(to);
  closers.push(() => made.stop());
  return made;
}

const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    () => "good",
    (error: VerifierError) => error.code,
  );
const token = () => issue(instance.urls[0] as string, instance.registry.jwtService);

/** Verifies without a pause until it is told to stop, and keeps when a token was last accepted. */
function watch(verifier: Verifier, value: string) {
  const seen = { lastAcceptedAt: 0, codes: new Set<string>(), verifications: 0 };
  let isOver = false;
  const running = (async () => {
    while (!isOver) {
      const startedAt = Date.now();
      const code = await codeOf(verifier, value);
      seen.codes.add(code);
      seen.verifications += 1;
      if (code === "good") seen.lastAcceptedAt = startedAt;
      await wait(2);
    }
  })();
  return {
    seen,
    async stop() {
      isOver = true;
      await running;
      return seen;
    },
  };
}

test.each(["cut", "hold"] as const)(
  "a verifier whose link is lost (%s) accepts a revoked token for no longer than its bound, and knows it as revoked when the link is back",
  async (how) => {
    const between = await link(instance.urls[0] as string);
    const verifier = await open({ authorityUrl: between.url });
    const value = await token();
    const watching = watch(verifier, value);
    await expect.poll(() => watching.seen.lastAcceptedAt).toBeGreaterThan(0);
    between[how]();
    const { committedAt } = await order(instance.db, "revoke", "token", claimsOf(value).jti);
    await wait(BOUND_MS * 2);
    const { lastAcceptedAt, codes } = watching.seen;
    expect(lastAcceptedAt - committedAt).toBeLessThanOrEqual(BOUND_MS);
    expect(codes).toEqual(new Set(["good", "stale"]));
    between.heal();
    await expect.poll(() => codeOf(verifier, value), { timeout: 20_000 }).toBe("revoked");
    expect(await codeOf(verifier, await token())).toBe("good");
    await watching.stop();
    expect(watching.seen.lastAcceptedAt).toBe(lastAcceptedAt);
  },
);

test("links that come and go at random: no token is accepted beyond the bound after its revocation, and all is well in the end", async () => {
  const between = await link(instance.urls[0] as string);
  const verifier = await open({ authorityUrl: between.url });
  const values = await Promise.all(Array.from({ length: 12 }, token));
  const watches = values.map((value) => watch(verifier, value));
  const revokedAt: number[] = [];
  for (const [index, value] of values.entries()) {
    const dice = random();
    if (dice < 0.3) between.cut();
    else if (dice < 0.6) between.hold();
    else if (dice < 0.8) between.slowDown(50 + random() * 500);
    else between.heal();
    const { committedAt } = await order(instance.db, "revoke", "token", claimsOf(value).jti);
    revokedAt[index] = committedAt;
    await wait(random() * 1_500);
    if (random() < 0.5) between.heal();
  }
  between.heal();
  for (const value of values)
    await expect.poll(() => codeOf(verifier, value), { timeout: 20_000 }).toBe("revoked");
  for (const [index, watching] of watches.entries()) {
    const { lastAcceptedAt, verifications } = await watching.stop();
    expect(verifications).toBeGreaterThan(100);
    expect(lastAcceptedAt - (revokedAt[index] as number)).toBeLessThanOrEqual(BOUND_MS);
  }
  expect(await codeOf(verifier, await token())).toBe("good");
});

test("behind a link of 700 ms each way tokens are good, revocations come, and the bound counts from when the word was spoken", async () => {
  const between = await link(instance.urls[0] as string);
  between.slowDown(700);
  const verifier = await open({ authorityUrl: between.url });
  const value = await token();
  // between the snapshot and the stream's first word lies a journey there and back
  await expect.poll(() => codeOf(verifier, value), { timeout: 10_000 }).toBe("good");
  expect(verifier.state.ageMs).toBeGreaterThan(500);
  const watching = watch(verifier, value);
  const { committedAt } = await order(instance.db, "revoke", "token", claimsOf(value).jti);
  await expect.poll(() => codeOf(verifier, value), { timeout: 10_000 }).toBe("revoked");
  expect((await watching.stop()).lastAcceptedAt - committedAt).toBeLessThanOrEqual(BOUND_MS);
});

test("a link slower than the bound makes nothing good", async () => {
  const between = await link(instance.urls[0] as string);
  const verifier = await open({ authorityUrl: between.url, maxStalenessSeconds: 1 });
  const value = await token();
  expect(await codeOf(verifier, value)).toBe("good");
  between.slowDown(1_200);
  await expect.poll(() => codeOf(verifier, value), { timeout: 10_000 }).toBe("stale");
  await wait(3_000);
  expect(await codeOf(verifier, value)).toBe("stale");
});

test("an authority that is killed and started again, with orders in between: refused within the bound, revoked after", async () => {
  const start = () =>
    startAuthorityProcess({
      databaseUrl: instance.databaseUrl,
      masterKey: instance.masterKey,
      issuer: instance.issuer,
    });
  const first: AuthorityProcess = await start();
  const between = await link(first.url);
  const verifier = await open({ authorityUrl: between.url });
  const [gone, suspended, free] = await Promise.all([token(), token(), token()]);
  expect(await codeOf(verifier, gone)).toBe("good");
  const watching = watch(verifier, gone);
  first.child.kill("SIGKILL");
  await first.stop();
  const { committedAt } = await order(instance.db, "revoke", "token", claimsOf(gone).jti);
  await order(instance.db, "suspend", "token", claimsOf(suspended).jti);
  await expect.poll(() => codeOf(verifier, free), { timeout: 10_000 }).toBe("stale");
  const second = await start();
  closers.push(() => second.stop());
  between.leadTo(second.url);
  const codes = () => Promise.all([gone, suspended, free].map((one) => codeOf(verifier, one)));
  await expect.poll(codes, { timeout: 20_000 }).toEqual(["revoked", "suspended", "good"]);
  expect((await watching.stop()).lastAcceptedAt - committedAt).toBeLessThanOrEqual(BOUND_MS);
});

test("a verifier that is started again knows at once what was ordered while it was away", async () => {
  const first = await open();
  const value = await token();
  expect(await codeOf(first, value)).toBe("good");
  await first.close();
  await order(instance.db, "revoke", "token", claimsOf(value).jti);
  const second = await open();
  expect(await codeOf(second, value)).toBe("revoked");
});

test("batches twice, late and in disorder: the verifier ends where the authority is, and never beyond its bound behind it", async () => {
  const relay = await startRelay(instance.urls[0] as string, random);
  closers.push(() => relay.stop());
  const verifier = await open({ authorityUrl: relay.url });
  const values = await Promise.all(Array.from({ length: 20 }, token));
  const verbs = ["revoke", "suspend", "restore"] as const;
  for (let n = 0; n < 80; n += 1) {
    const value = values[Math.floor(random() * values.length)] as string;
    const verb = verbs[
      Math.floor(random() * (n % 5 === 0 ? 3 : 2)) + (n % 5 === 0 ? 0 : 1)
    ] as (typeof verbs)[number];
    await order(instance.db, verb, "token", claimsOf(value).jti);
    if (n % 7 === 0) await wait(300);
  }
  const secret = instance.registry.verifiers.billing.secret;
  const truth = await Promise.all(
    values.map(
      async (value) =>
        ((await introspect(instance.urls[0] as string, value, secret)) as { active: boolean }).active,
    ),
  );
  await expect
    .poll(
      async () =>
        (await Promise.all(values.map((value) => codeOf(verifier, value)))).map((code) => code === "good"),
      { timeout: 30_000 },
    )
    .toEqual(truth);
  expect(truth).toContain(true);
  expect(truth).toContain(false);
  expect(relay.sent.twice + relay.sent.late).toBeGreaterThan(5);
});

test("reports in a file outlive the process and an authority that is away: each use is on record once", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-reach-"));
  closers.push(async () => rmSync(folder, { recursive: true }));
  const between = await link(instance.urls[0] as string);
  const options = {
    authorityUrl: between.url,
    maxStalenessSeconds: 60,
    reports: { path: path.join(folder, "reports"), isStrict: true },
  };
  const first = await open(options);
  const value = await token();
  for (let n = 0; n < 20; n += 1) expect(await codeOf(first, value)).toBe("good");
  between.cut();
  for (let n = 0; n < 20; n += 1) expect(await codeOf(first, value)).toBe("good");
  await first.close();
  between.heal();
  await open(options);
  const uses = () =>
    instance.db.query<{ uses: number }>(
      "SELECT count(*)::int AS uses FROM token_use WHERE token_id = $1::uuid AND source = 'report' AND outcome = 'allowed'",
      [claimsOf(value).jti],
    );
  await expect.poll(async () => (await uses())[0]?.uses, { timeout: 20_000 }).toBe(40);
  await wait(1_000);
  expect((await uses())[0]?.uses).toBe(40);
});
