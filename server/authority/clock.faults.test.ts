import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { fakeClockEnv, findFakeClock, setFakeClock } from "#server/faults/fake-clock.ts";
import { startProcess } from "#server/faults/process.ts";
import { sendJob } from "#server/worker/test-send-job.ts";
import { introspect, issue, post, revokeAs, seedRegistry, verify } from "./test-authority.ts";
import { type AuthorityProcess, startAuthorityProcess, until } from "./test-authority-process.ts";

const library = findFakeClock();

/** A missing tool makes the test "not run", never passed. */
describe.skipIf(library === null)("an authority whose clock jumps, beside one whose clock is right", () => {
  let databaseUrl: string;
  let db: Database;
  let registry: Awaited<ReturnType<typeof seedRegistry>>;
  let steady: AuthorityProcess;
  let jumping: AuthorityProcess;
  let folder: string;

  /** Puts the process's wall clock off by so much from now on; its monotonic clock goes on as it was. */
  function jump(offset: string): void {
    setFakeClock(path.join(folder, "clock"), offset);
  }

  const billing = () => registry.verifiers.billing.secret;
  const service = () => registry.jwtService;
  const isOpen = async () => (await fetch(`${jumping.url}/readyz`)).status === 200;

  beforeAll(async () => {
    ({ url: databaseUrl } = await testDatabase());
    db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 4, applicationName: "test" });
    registry = await seedRegistry(db);
    folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-clock-"));
    jump("+0");
    const masterKey = Buffer.alloc(32, 7);
    steady = await startAuthorityProcess({ databaseUrl, masterKey });
    jumping = await startAuthorityProcess({
      databaseUrl,
      masterKey,
      issuer: steady.url,
      env: fakeClockEnv(library as string, path.join(folder, "clock")),
    });
  });

  afterAll(async () => {
    await jumping?.stop();
    await steady?.stop();
    await db?.end();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    jump("+0");
    await until("the clock is right again", isOpen);
  });

  test.each([
    ["forward by three hours", "+3h"],
    ["back by three hours", "-3h"],
    ["back by two minutes", "-120s"],
    ["forward by four years", "+4y"],
    ["back by four years", "-4y"],
  ])("%s: it answers 503 until the clock is right, and revoked stays revoked", async (_name, offset) => {
    const [good, revoked] = [await issue(jumping.url, service()), await issue(jumping.url, service())];
    expect(await introspect(jumping.url, good, billing())).toMatchObject({ active: true });
    jump(offset);
    const basic = `Basic ${Buffer.from(`${service().clientId}:${service().secret}`).toString("base64")}`;
    for (const answer of [
      await verify(jumping.url, good, billing()),
      await post(
        `${jumping.url}/oauth/introspect`,
        { token: good },
        { authorization: `Bearer ${billing()}` },
      ),
      await post(
        `${jumping.url}/oauth/token`,
        { grant_type: "client_credentials" },
        { authorization: basic },
      ),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(await answer.json()).toMatchObject({ error: "temporarily_unavailable" });
    }
    // taking back goes on
    expect((await revokeAs(jumping.url, service(), revoked)).status).toBe(200);
    expect(await introspect(steady.url, revoked, billing())).toEqual({ active: false });
    await until("it has told the log", () => jumping.output().includes("the clock differs"));
    jump("+0");
    await until("it answers again", isOpen);
    expect(await introspect(jumping.url, revoked, billing())).toEqual({ active: false });
    expect(await introspect(jumping.url, good, billing())).toMatchObject({ active: true });
    expect(await (await fetch(jumping.metricsUrl)).text()).not.toContain('status="500"');
  });

  test("a revocation is in force at once where the clock is behind the one that placed it", async () => {
    const token = await issue(jumping.url, service());
    jump("-10s");
    expect(await introspect(jumping.url, token, billing())).toMatchObject({ active: true });
    const ctx = systemContext(db, "test");
    await db.transaction((tx) =>
      placeOrder(tx, ctx, {
        verb: "revoke",
        target: { kind: "client", id: service().id, name: service().clientId },
        reason: "test",
        note: "",
      }),
    );
    expect(await introspect(jumping.url, token, billing())).toEqual({ active: false });
    expect((await verify(jumping.url, token, billing())).status).toBe(401);
    expect(await introspect(steady.url, token, billing())).toEqual({ active: false });
  });

  test("a token issued while the clock was ahead ends when it says, and is taken back with its client", async () => {
    jump("+20s");
    const token = await issue(jumping.url, registry.otherService);
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(600);
    expect(iat).toBeGreaterThan(Date.now() / 1_000 + 15);
    jump("+0");
    const ledger = registry.verifiers.ledger.secret;
    const seen = (await introspect(steady.url, token, ledger)) as { exp: number };
    expect(seen.exp).toBe(exp);
    await db.transaction((tx) =>
      placeOrder(tx, systemContext(db, "test"), {
        verb: "revoke",
        target: { kind: "client", id: registry.otherService.id, name: "reports-batch" },
        reason: "test",
        note: "",
      }),
    );
    for (const authority of [steady, jumping])
      expect(await introspect(authority.url, token, ledger)).toEqual({ active: false });
    // what comes after is good: nothing was cut off in the future
    const next = await issue(steady.url, registry.otherService);
    expect(await introspect(steady.url, next, ledger)).toMatchObject({ active: true });
  });

  test("a worker whose clock is four years ahead signs and purges by the database's, and says that it is", async () => {
    const clock = path.join(folder, "clock of the worker");
    writeFileSync(clock, "+4y\n");
    const worker = await startProcess("server/worker/main.ts", {
      DATABASE_URL: databaseUrl,
      MASTER_KEY: Buffer.alloc(32, 7).toString("base64"),
      AUTHORITY_ISSUER: steady.url,
      CHECKPOINT_FILE: path.join(folder, "checkpoints.jws"),
      ...fakeClockEnv(library as string, clock),
    });
    onTestFinished(() => worker.stop());
    const newest = async () =>
      (await db.query<{ at: Date }>("SELECT at FROM checkpoint ORDER BY number DESC LIMIT 1"))[0]?.at;
    await until("a checkpoint is signed", async () => (await newest()) !== undefined);
    expect(Math.abs(Date.now() - Number(await newest()))).toBeLessThan(60_000);
    await until("it is told", async () => {
      const told = await db.query("SELECT FROM notification_condition WHERE kind = 'clock_wrong'");
      return told.length > 0;
    });
    await db.query(
      `INSERT INTO protocol_state (model, id_hash, payload, expires_at) VALUES ('Session', 'live', '{}', now() + interval '1 hour'),
         ('Session', 'over', '{}', now() - interval '2 hours')`,
    );
    const states = async () => {
      const rows = await db.query<{ id: string }>(
        "SELECT convert_from(id_hash, 'UTF8') AS id FROM protocol_state WHERE id_hash IN ('live', 'over') ORDER BY 1",
      );
      return rows.map(({ id }) => id);
    };
    await sendJob(databaseUrl, "purge-expired");
    await until("what is over leaves", async () => !(await states()).includes("over"));
    expect(await states()).toEqual(["live"]);
  });

  test("how old its orders are is told by a clock that does not jump", async () => {
    const staleness = async () =>
      Number(
        /^tokenwarden_feed_staleness_seconds (\S+)/m.exec(
          await (await fetch(jumping.metricsUrl)).text(),
        )?.[1],
      );
    const offset = async () =>
      Number(
        /^tokenwarden_clock_offset_seconds (\S+)/m.exec(await (await fetch(jumping.metricsUrl)).text())?.[1],
      );
    jump("+3h");
    expect(await staleness()).toBeLessThan(5);
    await until("the offset shows", async () => Math.abs((await offset()) - 10_800) < 5);
    expect(await staleness()).toBeLessThan(5);
  });
});
