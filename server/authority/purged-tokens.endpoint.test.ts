import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { purgeRegister } from "#lib/retention/purge-register.ts";
import { type PastRegister, pastRegisterOf } from "#lib/retention/retention-fixture.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { introspect, issue, post, startTestInstance, type TestInstance, verify } from "./test-authority.ts";
import { type Forger, forgerOf } from "./test-forgery.ts";

let instance: TestInstance;
let past: PastRegister;
let forger: Forger;
let first: Issued;
let second: Issued;

beforeAll(async () => {
  instance = await startTestInstance(1);
  past = pastRegisterOf(instance.db);
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

test("a refresh token of such a week is refused as any that is not known", async () => {
  const { jwtService } = instance.registry;
  const answer = await post(`${instance.issuer}/oauth/token`, {
    grant_type: "refresh_token",
    refresh_token: makeOpaque("twr_", uuidv7(past.at(20))),
    client_id: jwtService.clientId,
    client_secret: jwtService.secret,
  });
  expect(answer.status).toBe(400);
});

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
