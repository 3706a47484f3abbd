import { createHash } from "node:crypto";
import { refreshTokenGrant } from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { purgeRegister } from "#lib/retention/purge-register.ts";
import { type PastRegister, pastRegisterOf } from "#lib/retention/retention-fixture.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { openMint } from "#server/faults/mint.ts";
import { discover, type People, seedPeople } from "./engine/test-people.ts";
import { introspect, issue, post, startTestInstance, type TestInstance, verify } from "./test-authority.ts";
import { type Forger, forgerOf } from "./test-forgery.ts";

let instance: TestInstance;
let past: PastRegister;
let people: People;
let forger: Forger;
let first: Issued;
let second: Issued;

beforeAll(async () => {
  instance = await startTestInstance(1);
  past = pastRegisterOf(instance.db);
  people = await seedPeople(instance.db);
  await instance.authorities[0]?.services.follower.poll();
  await past.makePartitions(21, 20);
  forger = await forgerOf(instance, await issue(instance.issuer, instance.registry.jwtService));
  [first, second] = [await issuedLongAgo(20), await issuedLongAgo(21)];
  // the authority has read it, and keeps it in memory
  expect(await introspect(instance.issuer, first.value, secret())).toEqual({ active: false });
  expect(await purgeRegister(past.retention)).toMatchObject({ tokens: 2 });
});
afterAll(async () => {
  await past.end();
  await instance.stop();
});

const secret = () => instance.registry.verifiers.billing.secret;
const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);

type Issued = { jti: string; value: string; iat: number; exp: number };

/** A JWT as the authority gave it so many weeks ago, for an hour, on record. */
async function issuedLongAgo(weeks: number): Promise<Issued> {
  const issuedAt = past.at(weeks);
  const jti = uuidv7(issuedAt);
  const [iat, exp] = [seconds(issuedAt), seconds(issuedAt) + 3_600];
  const value = forger.sign(forger.header, { ...forger.payload, jti, iat, exp });
  await past.fixture.token({
    id: jti,
    issuedAt,
    expiresAt: new Date(exp * 1_000),
    clientId: instance.registry.jwtService.id,
    audiences: ["billing"],
    signingKid: String(forger.header.kid),
    valueHash: createHash("sha256").update(value).digest(),
  });
  return { jti, value, iat, exp };
}

async function alarms(): Promise<number> {
  return (await instance.db.query("SELECT FROM audit_entry WHERE act = 'token.forgery_detected'")).length;
}

async function counted(refusal: string): Promise<number> {
  const [row] = await instance.db.query<{ n: number }>(
    "SELECT coalesce(sum(count), 0)::int AS n FROM refused_count WHERE refusal = $1",
    [refusal],
  );
  return row?.n ?? 0;
}

/** Presents a value at every door; it is refused at each. @returns how many. */
async function presentEverywhere(value: string): Promise<number> {
  const { jwtService } = instance.registry;
  expect(await introspect(instance.issuer, value, secret())).toEqual({ active: false });
  expect((await verify(instance.issuer, value, secret())).status).toBe(401);
  const userinfo = await fetch(`${instance.issuer}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${value}` },
  });
  expect(userinfo.status).toBe(401);
  const client = { client_id: jwtService.clientId, client_secret: jwtService.secret };
  expect((await post(`${instance.issuer}/oauth/revoke`, { token: value, ...client })).status).toBe(200);
  return 4;
}

test("a token whose week has left the register is refused and counted as such, without an alarm", async () => {
  const opaque = makeOpaque("twa_", uuidv7(past.at(20)));
  const times = (await presentEverywhere(first.value)) + (await presentEverywhere(opaque));
  await expect.poll(() => counted("purged"), { timeout: 10_000 }).toBe(times);
  expect(await alarms()).toBe(0);
  const [row] = await instance.db.query<{ n: bigint }>("SELECT count(*) AS n FROM revocation_order");
  expect(row?.n, "nothing is left to revoke").toBe(0n);
});

test.each([
  ["was exchanged", 22],
  ["was never exchanged", 23],
])(
  "a refresh token of such a week that %s is refused, also where the engine still keeps it",
  async (_, weeks) => {
    const mint = await openMint({ ...instance, people });
    const [minted] = await mint.families(1, { at: past.at(weeks) });
    if (minted === undefined) throw new Error("nothing was minted");
    if (weeks === 22)
      await instance.db.query(
        "INSERT INTO refresh_consumption (token_id, family_id, consumed_at) VALUES ($1, $2, $3)",
        [minted.id, minted.familyId, past.at(weeks)],
      );
    expect(await purgeRegister(past.retention)).toMatchObject({ tokens: 1 });
    const refreshing = refreshTokenGrant(await discover(instance, people.spa), minted.value);
    await expect(refreshing).rejects.toMatchObject({ error: "invalid_grant" });
    const uses = await instance.db.query(
      "SELECT refusal FROM token_use WHERE token_id = $1 AND outcome = 'refused'",
      [minted.id],
    );
    expect(uses).toEqual([{ refusal: "expired" }]);
    expect(await alarms()).toBe(0);
  },
);

test("what says of itself that it outlived such a week is forged, and raises the alarm", async () => {
  const { jti, iat, exp } = second;
  const before = await alarms();
  for (const claims of [
    { exp: seconds(new Date()) + 3_600 },
    { exp: exp + 1 },
    { exp: undefined },
    { exp: "1" },
  ]) {
    const forged = forger.sign(forger.header, { ...forger.payload, jti, iat, ...claims });
    expect(await introspect(instance.issuer, forged, secret())).toEqual({ active: false });
  }
  await expect.poll(() => counted("unregistered"), { timeout: 10_000 }).toBe(4);
  expect(await alarms()).toBe(before + 1);
});

test("a token of a time that a restore lost is refused and counted as such, without an alarm; one from before it is forged", async () => {
  const [alarmsBefore, unregistered] = [await alarms(), await counted("unregistered")];
  const lostAt = new Date(Date.now() - 3_600_000);
  await instance.db.query(
    `INSERT INTO restore (id, found_at, mark_number, mark_at, mark_hash, mark_acts, common_number, common_at, common_acts, confirmed_at, takes_back)
     VALUES (gen_random_uuid(), now(), 9, now(), 'x', 1, 5, $1::timestamptz - interval '1 minute', 1, now(), false)`,
    [lostAt],
  );
  const issuedAt = (at: Date) =>
    forger.sign(forger.header, {
      ...forger.payload,
      jti: uuidv7(at),
      iat: seconds(at),
      exp: seconds(new Date()) + 3_600,
    });
  const times = await presentEverywhere(issuedAt(lostAt));
  await expect.poll(() => counted("lost"), { timeout: 10_000 }).toBe(times);
  expect(await alarms()).toBe(alarmsBefore);
  expect(await counted("unregistered")).toBe(unregistered);
  const earlier = issuedAt(new Date(lostAt.getTime() - 120_000));
  expect(await introspect(instance.issuer, earlier, secret())).toEqual({ active: false });
  await expect.poll(() => counted("unregistered"), { timeout: 10_000 }).toBe(unregistered + 1);
});
