import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { KEY_SET_MAX_BYTES } from "#lib/client-keys/model.ts";
import { createClient } from "#lib/clients/create-client.ts";
import { getClient } from "#lib/clients/get-client.ts";
import { createClientInput, updateClientInput } from "#lib/clients/input.ts";
import { rotateClientSecret } from "#lib/clients/rotate-client-secret.ts";
import { updateClient } from "#lib/clients/update-client.ts";
import { uuidv7 } from "#lib/ids.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import { post, startTestInstance, type TestInstance } from "../test-authority.ts";
import { adminOf } from "./test-admin.ts";

let instance: TestInstance;
let keysServer: Server;
let keysOrigin: string;
let outbound: Outbound;
/** What the client's own server answers to whoever asks for its keys, and how often it was asked. */
let answer: (path: string) => { status?: number; body: string; location?: string };
let asked = 0;

beforeAll(async () => {
  keysServer = createServer((req, res) => {
    asked += 1;
    const { status = 200, body, location } = answer(req.url ?? "/");
    res.writeHead(status, location === undefined ? {} : { location });
    res.end(body);
  });
  await new Promise<void>((resolve) => keysServer.listen(0, "127.0.0.1", resolve));
  keysOrigin = `http://127.0.0.1:${(keysServer.address() as AddressInfo).port}`;
  outbound = createOutbound({ allow: { ranges: [], hosts: [], origins: [keysOrigin] } });
  instance = await startTestInstance(2, { env: { OUTBOUND_ALLOW: keysOrigin } });
});
beforeEach(() => {
  asked = 0;
});
afterAll(async () => {
  await instance.stop();
  outbound.close();
  await new Promise((resolve) => keysServer.close(resolve));
});

type Pair = Awaited<ReturnType<typeof makePair>>;

async function makePair() {
  const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    privateKey,
    kid,
    publicJwk: { ...jwk, kid, alg: "ES256" },
    privateJwk: await exportJWK(privateKey),
  };
}

const setOf = (...pairs: Pair[]) => ({ keys: pairs.map((pair) => pair.publicJwk) });

async function readRegistry() {
  for (const { services } of instance.authorities) await services.follower.poll();
}

let made = 0;

/** A service with the seeded permissions, and these settings. */
async function addClient(settings: object) {
  made += 1;
  const admin = adminOf(instance.db);
  const permissions = await instance.db.prisma.permission.findMany({ where: { name: "invoices:read" } });
  const input = createClientInput.parse({
    name: `Robot ${made}`,
    clientId: `robot-${made}`,
    kind: "service",
    audienceIds: [instance.registry.audiences.billing],
    permissionIds: permissions.map(({ id }) => id),
    ...settings,
  });
  const { client, secret } = await createClient(admin, input, { outbound });
  await readRegistry();
  return { client, secret, admin };
}

const discover = (clientId: string, auth: oidc.ClientAuth) =>
  oidc.discovery(new URL(instance.issuer), clientId, undefined, auth, {
    execute: [oidc.allowInsecureRequests],
  });

const keyAuth = ({ privateKey, kid }: Pair) => oidc.PrivateKeyJwt({ key: privateKey, kid });

async function grant(clientId: string, pair: Pair) {
  return oidc.clientCredentialsGrant(await discover(clientId, keyAuth(pair)));
}

const refused = { status: 401 };

async function assertion(clientId: string, { privateKey, kid }: Pair, claims: object = {}) {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ jti: uuidv7(new Date()), ...claims })
    .setProtectedHeader({ alg: "ES256", kid })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(instance.issuer)
    .setIssuedAt(now)
    .setExpirationTime((claims as { exp?: number }).exp ?? now + 60)
    .sign(privateKey);
}

const asserted = (client_assertion: string) => ({
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion,
});

describe("a client with keys at an address", () => {
  test("RFC 7523 section 3: gets a token by an assertion, and the page tells when its keys were had", async () => {
    const pair = await makePair();
    answer = () => ({ body: JSON.stringify(setOf(pair)) });
    const { client, secret, admin } = await addClient({ jwksUri: `${keysOrigin}/jwks` });
    expect([secret, client.authMethod, client.secrets]).toEqual([null, "private_key_jwt", []]);
    const config = await discover(client.clientId, keyAuth(pair));
    const tokens = await oidc.clientCredentialsGrant(config);
    expect(tokens).toMatchObject({ token_type: "bearer", scope: "invoices:read" });
    await oidc.clientCredentialsGrant(config);
    expect(asked).toBe(1);
    await expect
      .poll(async () => (await getClient(admin, { clientId: client.id })).keyFetch?.fetchedAt)
      .toBeTruthy();
    expect(await getClient(admin, { clientId: client.id })).toMatchObject({
      keyFetch: { error: null },
      keys: [{ kid: pair.kid, kty: "EC", alg: "ES256" }],
    });
  });

  test("takes back a token of its own and asks about one by an assertion too, each good once", async () => {
    const pair = await makePair();
    answer = () => ({ body: JSON.stringify(setOf(pair)) });
    const { client } = await addClient({ jwksUri: `${keysOrigin}/jwks` });
    const { access_token } = await grant(client.clientId, pair);
    const proof = await assertion(client.clientId, pair);
    const about = () =>
      post(`${instance.issuer}/oauth/introspect`, { token: access_token, ...asserted(proof) });
    expect(await (await about()).json()).toMatchObject({ active: true });
    expect((await about()).status).toBe(401);
    const revoke = (with_: string) =>
      post(`${instance.issuer}/oauth/revoke`, { token: access_token, ...asserted(with_) });
    expect((await revoke(await assertion(client.clientId, await makePair()))).status).toBe(401);
    expect((await revoke(await assertion(client.clientId, pair))).status).toBe(200);
    const after = await post(`${instance.issuer}/oauth/introspect`, {
      token: access_token,
      ...asserted(await assertion(client.clientId, pair)),
    });
    expect(await after.json()).toEqual({ active: false });
  });

  test("is refused a key that is not its own, a secret, an old assertion and one that is good for longer than an hour", async () => {
    const pair = await makePair();
    answer = () => ({ body: JSON.stringify(setOf(pair)) });
    const { client } = await addClient({ jwksUri: `${keysOrigin}/jwks` });
    await expect(grant(client.clientId, { ...(await makePair()), kid: pair.kid })).rejects.toMatchObject(
      refused,
    );
    await expect(
      oidc.clientCredentialsGrant(await discover(client.clientId, oidc.ClientSecretBasic("twc_none"))),
    ).rejects.toMatchObject(refused);
    const now = Math.floor(Date.now() / 1000);
    for (const exp of [now - 120, now + 7_200]) {
      const proof = await assertion(client.clientId, pair, { exp });
      const form = { grant_type: "client_credentials", ...asserted(proof) };
      expect((await post(`${instance.issuer}/oauth/token`, form)).status).toBe(401);
      const about = { token: "x", ...asserted(await assertion(client.clientId, pair, { exp })) };
      expect((await post(`${instance.issuer}/oauth/introspect`, about)).status).toBe(401);
    }
  });

  test.each([
    [
      "has a private key among them",
      (pair: Pair) => ({ keys: [{ ...pair.publicJwk, ...pair.privateJwk }] }),
      /private/,
    ],
    [
      "is larger than it may be",
      (pair: Pair) => ({ ...setOf(pair), x: "x".repeat(KEY_SET_MAX_BYTES) }),
      /more than 65536 bytes/,
    ],
    ["is no key set", () => ({ hello: "world" }), /no list of "keys"/],
  ])("gets no token where the set %s, and its page says so", async (_what, body, says) => {
    const pair = await makePair();
    answer = () => ({ body: JSON.stringify(body(pair)) });
    const { client, admin } = await addClient({ jwksUri: `${keysOrigin}/jwks` });
    await expect(grant(client.clientId, pair)).rejects.toMatchObject(refused);
    await expect
      .poll(async () => (await getClient(admin, { clientId: client.id })).keyFetch?.error)
      .toMatch(says);
    const { findings, keyFetch } = await getClient(admin, { clientId: client.id });
    expect(findings?.map(({ code }) => code)).toContain("keys_failing");
    expect(JSON.stringify(keyFetch)).not.toContain(pair.privateJwk.d as string);
  });

  test("gets no token where the address sends on to another", async () => {
    const pair = await makePair();
    answer = (path) =>
      path === "/moved"
        ? { body: JSON.stringify(setOf(pair)) }
        : { status: 302, body: "", location: `${keysOrigin}/moved` };
    const { client, admin } = await addClient({ jwksUri: `${keysOrigin}/jwks` });
    await expect(grant(client.clientId, pair)).rejects.toMatchObject(refused);
    expect(asked).toBe(1);
    await expect
      .poll(async () => (await getClient(admin, { clientId: client.id })).keyFetch?.error)
      .toMatch(/redirects are not followed/);
  });

  test("that changes to pasted keys is known by them at once, at each authority", async () => {
    const [first, second] = [await makePair(), await makePair()];
    answer = () => ({ body: JSON.stringify(setOf(first)) });
    const { client, admin } = await addClient({ jwksUri: `${keysOrigin}/jwks` });
    await grant(client.clientId, first);
    const input = updateClientInput.parse({ version: client.version, jwks: setOf(second) });
    const changed = await updateClient(admin, { clientId: client.id, ...input }, { outbound });
    expect(changed).toMatchObject({ jwksUri: null, keys: [{ kid: second.kid }] });
    await readRegistry();
    await expect(grant(client.clientId, first)).rejects.toMatchObject(refused);
    for (const url of instance.urls) {
      const form = {
        grant_type: "client_credentials",
        ...asserted(await assertion(client.clientId, second)),
      };
      expect((await post(`${url}/oauth/token`, form)).status).toBe(200);
    }
  });
});

describe("a client with a secret", () => {
  test("that is given keys is known by its secret no more", async () => {
    const pair = await makePair();
    const { client, secret, admin } = await addClient({});
    const bySecret = async () =>
      oidc.clientCredentialsGrant(await discover(client.clientId, oidc.ClientSecretBasic(String(secret))));
    expect((await bySecret()).access_token).toBeTruthy();
    const input = updateClientInput.parse({ version: client.version, jwks: setOf(pair) });
    await updateClient(admin, { clientId: client.id, ...input }, { outbound });
    await readRegistry();
    await expect(bySecret()).rejects.toMatchObject(refused);
    expect((await grant(client.clientId, pair)).access_token).toBeTruthy();
    await expect(
      rotateClientSecret(admin, { clientId: client.id, overlapSeconds: 0, lifetimeSeconds: null }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
  });

  test("has the use of each of its secrets on its page, to the minute", async () => {
    const { client, secret, admin } = await addClient({});
    const next = await rotateClientSecret(admin, {
      clientId: client.id,
      overlapSeconds: 3_600,
      lifetimeSeconds: 86_400,
    });
    expect(next.client.secrets.map(({ expiresAt }) => expiresAt === null)).toEqual([false, false]);
    await readRegistry();
    await oidc.clientCredentialsGrant(await discover(client.clientId, oidc.ClientSecretPost(String(secret))));
    await instance.authorities[0]?.services.sightings.flush();
    const { secrets } = await getClient(admin, { clientId: client.id });
    const [used] = secrets.filter(({ hint }) => secret?.endsWith(hint));
    expect(used?.lastUsedAt).toMatch(/:00\.000Z$/);
    expect(secrets.filter(({ lastUsedAt }) => lastUsedAt === null)).toHaveLength(1);
    const [before] = await instance.db.query<{ version: bigint }>("SELECT version FROM registry_version");
    await instance.authorities[0]?.services.sightings.flush();
    expect(await instance.db.query("SELECT version FROM registry_version")).toEqual([before]);
  });
});

describe("a client that must use DPoP", () => {
  test("RFC 9449 section 5.2: gets no bearer token, by the short way or the long one, and one that is bound to its key", async () => {
    const { client, secret } = await addClient({ requireDpop: true });
    const auth = oidc.ClientSecretBasic(String(secret));
    const config = await discover(client.clientId, auth);
    await expect(oidc.clientCredentialsGrant(config)).rejects.toMatchObject({ error: "invalid_grant" });
    const handle = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair("ES256"));
    const bound = await oidc.clientCredentialsGrant(config, {}, { DPoP: handle });
    expect(bound).toMatchObject({ token_type: "dpop" });
    const asBearer = await fetch(`${instance.issuer}/verify`, {
      headers: {
        authorization: `Bearer ${bound.access_token}`,
        "x-tokenwarden-verifier": instance.registry.verifiers.billing.secret,
      },
    });
    expect(asBearer.status).toBe(401);
  });
});

describe("a client that must push its requests", () => {
  test("RFC 9126 section 5: is refused a request that the browser carries, and heard by one that it pushed", async () => {
    const redirect = "https://app.example.com/callback";
    const { client, secret } = await addClient({ kind: "web", redirectUris: [redirect], requirePar: true });
    const config = await discover(client.clientId, oidc.ClientSecretBasic(String(secret)));
    const parameters = {
      redirect_uri: redirect,
      scope: "openid invoices:read",
      code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
      code_challenge_method: "S256",
    };
    const carried = await fetch(oidc.buildAuthorizationUrl(config, parameters), { redirect: "manual" });
    expect(carried.headers.get("location")).toContain("error=invalid_request");
    const pushed = await oidc.buildAuthorizationUrlWithPAR(config, parameters);
    expect([...pushed.searchParams.keys()].sort()).toEqual(["client_id", "request_uri"]);
    const heard = await fetch(pushed, { redirect: "manual" });
    expect(heard.headers.get("location")).toContain("/interaction/");
  });
});
