import { setTimeout as wait } from "node:timers/promises";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "#lib/clients/create-client.ts";
import { createClientInput } from "#lib/clients/input.ts";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { uuidv7 } from "#lib/ids.ts";
import { NOTHING_ALLOWED } from "#lib/outbound/allow-list.ts";
import { createOutbound } from "#lib/outbound/outbound.ts";
import { post, startTestInstance, type TestInstance } from "../test-authority.ts";
import { adminOf } from "./test-admin.ts";
import { discover, logIn, type People, seedPeople } from "./test-people.ts";

let instance: TestInstance;
let people: People;
let spa: oidc.Configuration;
let privateKey: CryptoKey;
const way = { outbound: createOutbound({ allow: NOTHING_ALLOWED }) };
const ROBOT = "robot";

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  const pair = await generateKeyPair("ES256", { extractable: true });
  ({ privateKey } = pair);
  const permissions = await instance.db.prisma.permission.findMany({ where: { name: "invoices:read" } });
  const input = createClientInput.parse({
    name: "Robot",
    clientId: ROBOT,
    kind: "service",
    audienceIds: [instance.registry.audiences.billing],
    permissionIds: permissions.map(({ id }) => id),
    jwks: { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "one", alg: "ES256" }] },
  });
  await createClient(adminOf(instance.db), input, way);
  await readRegistry();
  spa = await discover(instance, people.spa);
});
afterAll(() => instance.stop());

async function readRegistry() {
  for (const { services } of instance.authorities) await services.follower.poll();
}

/** An assertion by the service's key that ends so many seconds from now. */
function assertion(seconds = 60): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ jti: uuidv7(new Date()) })
    .setProtectedHeader({ alg: "ES256", kid: "one" })
    .setIssuer(ROBOT)
    .setSubject(ROBOT)
    .setAudience(instance.issuer)
    .setIssuedAt(now - 120)
    .setExpirationTime(now + seconds)
    .sign(privateKey);
}

const token = `/oauth/token`;
const grant = (client_assertion: string, more: Record<string, string> = {}) =>
  post(`${instance.issuer}${token}`, {
    grant_type: "client_credentials",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion,
    ...more,
  });

/** A key of a browser application, and proofs by it. */
async function prover() {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(pair.publicKey);
  return () =>
    new SignJWT({ jti: uuidv7(new Date()), htm: "POST", htu: `${instance.issuer}${token}` })
      .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
      .setIssuedAt()
      .sign(pair.privateKey);
}

describe("what is good once", () => {
  test("RFC 7523 section 3: an assertion is used up by a request that is refused, too", async () => {
    const proof = await assertion();
    const refused = await grant(proof, { resource: "https://nobody.example.com/" });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: "invalid_target" }]);
    const again = await grant(proof);
    expect([again.status, await again.json()]).toMatchObject([401, { error: "invalid_client" }]);
    expect((await grant(await assertion())).status, "another one is good").toBe(200);
  });

  test("RFC 9449 section 11.1: a proof is used up by an exchange that is refused, and the refresh token is not", async () => {
    const { tokens } = await logIn(spa);
    const prove = await prover();
    const refresh = (dpop: string, more: Record<string, string> = {}) =>
      post(
        `${instance.issuer}${token}`,
        {
          grant_type: "refresh_token",
          client_id: people.spa.clientId,
          refresh_token: tokens.refresh_token ?? "",
          ...more,
        },
        { dpop },
      );
    const proof = await prove();
    const refused = await refresh(proof, { resource: "https://nobody.example.com/" });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: "invalid_target" }]);
    const again = await refresh(proof);
    expect([again.status, await again.json()]).toMatchObject([400, { error: "invalid_grant" }]);
    expect((await refresh(await prove())).status, "with another proof it works").toBe(200);
  });

  test("of many that come at once with the same assertion one gets a token", async () => {
    const proof = await assertion();
    const answers = await Promise.all(Array.from({ length: 8 }, () => grant(proof)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)]);
  });
});

test("of clients that come by assertions twice as many at once as there are connections all get a token, also when the register was slow", async () => {
  const proofs = await Promise.all(Array.from({ length: 32 }, () => assertion()));
  const owner = openSqlDatabase({
    url: instance.databaseUrl,
    role: "owner",
    maxConnections: 1,
    applicationName: "test",
  });
  // everybody is under way before the first token is on record
  const locked = Promise.withResolvers<void>();
  const slow = owner.transaction(async (tx) => {
    await tx.query("LOCK TABLE token IN SHARE MODE");
    locked.resolve();
    await wait(1_000);
  });
  await locked.promise;
  const answers = await Promise.all(proofs.map((proof) => grant(proof)));
  await slow;
  await owner.end();
  // whoever waits for a connection in vain gives up after five seconds, and is answered 503
  expect(answers.map(({ status }) => status)).toEqual(Array(32).fill(200));
});

test("the clock tolerance of the organisation holds from its change on, and no key has to change for it", async () => {
  expect((await grant(await assertion(-10))).status).toBe(200);
  expect((await grant(await assertion(-40))).status).toBe(401);
  await instance.db.query("UPDATE organisation SET clock_skew_seconds = 0");
  await readRegistry();
  expect((await grant(await assertion(-10))).status).toBe(401);
  await instance.db.query("UPDATE organisation SET clock_skew_seconds = 30");
  await readRegistry();
  expect((await grant(await assertion(-10))).status).toBe(200);
});
