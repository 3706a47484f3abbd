import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { fixedMasterKeys } from "#lib/keys/master-keys.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import { revokeUserTokens } from "#lib/revocations/revoke-user-tokens.ts";
import { createReceiver } from "#lib/signal-receivers/create-receiver.ts";
import { type CreateReceiverInput, createReceiverInput } from "#lib/signal-receivers/input.ts";
import { readReceiver } from "#lib/signal-receivers/receiver-record.ts";
import { switchReceiver } from "#lib/signal-receivers/switch-receiver.ts";
import { createStream } from "#lib/signals/create-stream.ts";
import { CREDENTIAL_COMPROMISE, SENT_EVENTS, SESSION_REVOKED, VERIFICATION } from "#lib/signals/model.ts";
import { contextAs, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startTestInstance, type TestInstance } from "#server/authority/test-authority.ts";
import { startWorker } from "#server/worker/start.ts";
import { eventually } from "./test-signal-peer.ts";

const ISSUER = "https://idp.example.com";
const AUDIENCE = "https://tokenwarden.example.com";

let instance: TestInstance;
let outbound: Outbound;
let signer: Awaited<ReturnType<typeof generateKeyPair>>;
let jwks: { keys: object[] };
let jwksUrl: string;
let isServing = true;
const peerServer = createServer((_req, res) => {
  if (isServing) res.setHeader("content-type", "application/json").end(JSON.stringify(jwks));
  else res.writeHead(500).end();
});

beforeAll(async () => {
  signer = await generateKeyPair("ES256", { extractable: true });
  jwks = { keys: [{ ...(await exportJWK(signer.publicKey)), kid: "peer-1", alg: "ES256", use: "sig" }] };
  await new Promise<void>((done) => peerServer.listen(0, "127.0.0.1", done));
  const origin = `http://127.0.0.1:${(peerServer.address() as AddressInfo).port}`;
  jwksUrl = `${origin}/jwks`;
  outbound = createOutbound({ allow: readOutboundAllow(origin) ?? expect.fail() });
  instance = await startTestInstance(1, { env: { OUTBOUND_ALLOW: origin } });
});
afterAll(async () => {
  await instance.stop();
  outbound.close();
  peerServer.closeAllConnections();
  peerServer.close();
});

const owner = () => contextAs(instance.db, "owner");

async function addPeer(change: Partial<CreateReceiverInput> = {}) {
  const input = createReceiverInput.parse({
    name: `IdP ${randomUUID().slice(0, 8)}`,
    issuer: ISSUER,
    jwksUrl,
    audience: AUDIENCE,
    subjectBy: "email",
    policies: [
      { eventType: SESSION_REVOKED, action: "suspend", hours: 12 },
      { eventType: CREDENTIAL_COMPROMISE, action: "revoke" },
    ],
    ...change,
  });
  const { receiver, secret } = await createReceiver(owner(), input, { outbound });
  return { ...receiver, secret };
}

async function addUser(): Promise<{ id: string; email: string }> {
  const email = `${randomUUID()}@example.com`;
  return { id: await fixtureOf(instance.db).user(email), email };
}

type Claims = Record<string, unknown>;
const claimsOf = (email: string, event = CREDENTIAL_COMPROMISE, change: Claims = {}): Claims => ({
  iss: ISSUER,
  aud: AUDIENCE,
  jti: randomUUID(),
  iat: Math.floor(Date.now() / 1000),
  sub_id: { format: "email", email },
  events: { [event]: { credential_type: "password" } },
  ...change,
});

function sign(claims: Claims, header: object = {}, key = signer.privateKey): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "secevent+jwt", kid: "peer-1", ...header })
    .sign(key);
}

async function push(
  { id, secret }: { id: string; secret: string },
  set: string,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${instance.issuer}/signals/${id}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${secret}`,
      "content-type": "application/secevent+jwt",
      accept: "application/json",
      ...headers,
    },
    body: set,
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? null : (JSON.parse(text) as { err?: string }) };
}

const ordersOn = (userId: string) =>
  instance.db.query<{ verb: string; reason: string; actor: string; note: string; hours: number | null }>(
    `SELECT verb, reason, actor_name AS actor, note, round(extract(epoch FROM expires_at - created_at) / 3600)::int AS hours
     FROM revocation_order WHERE target_kind = 'user' AND target_id = $1 ORDER BY position`,
    [userId],
  );

describe("a peer's security events (RFC 8935)", () => {
  test("revoke a user's tokens where the policy says so: refused at the next request, with the peer as the cause on record", async () => {
    const peer = await addPeer();
    const user = await addUser();
    const claims = claimsOf(user.email);
    expect(await push(peer, await sign(claims))).toEqual({ status: 202, body: null });
    const [order] = await ordersOn(user.id);
    expect(order).toEqual({
      verb: "revoke",
      reason: "account_compromise",
      actor: `peer ${peer.name}`,
      note: `${peer.name} told: Credential compromise (${claims.jti})`,
      hours: null,
    });
    const [entry] = await instance.db.query<{ act: string; by: string; after: Claims }>(
      "SELECT act, actor_name AS by, after FROM audit_entry WHERE target_id = $1 ORDER BY sequence DESC LIMIT 1",
      [user.id],
    );
    expect(entry).toMatchObject({
      act: "user.tokens_revoked",
      by: `peer ${peer.name}`,
      after: { receiverId: peer.id, event: CREDENTIAL_COMPROMISE, jti: claims.jti },
    });
    const { recent, received } = await readReceiver(instance.db, peer.id);
    expect(received).toBe(1);
    expect(recent[0]).toMatchObject({ jti: claims.jti, outcome: "revoked", user });
  });

  test("that came of an order of ours are taken in and do nothing; the same event by another way acts once, a stricter policy still acts (RFC 8417 section 2.2)", async () => {
    const [one, two] = [await addPeer(), await addPeer()];
    const strict = await addPeer({
      policies: [{ eventType: SESSION_REVOKED, action: "revoke", hours: null }],
    });
    const user = await addUser();
    const { order } = await revokeUserTokens(owner(), { id: user.id, reason: "policy", note: "" });
    const back = await sign(claimsOf(user.email, CREDENTIAL_COMPROMISE, { txn: order.id }));
    expect(await push(one, back)).toEqual({ status: 202, body: null });
    expect((await readReceiver(instance.db, one.id)).recent[0]).toMatchObject({
      outcome: "echo",
      orderId: null,
    });
    expect(await ordersOn(user.id)).toHaveLength(1);
    const another = await addUser();
    const txn = randomUUID();
    const round = () => sign(claimsOf(another.email, SESSION_REVOKED, { txn }));
    // round a ring in both directions at once
    await Promise.all([push(one, await round()), push(two, await round())]);
    expect(await ordersOn(another.id)).toMatchObject([{ verb: "suspend" }]);
    await push(strict, await round());
    await push(two, await round());
    expect(await ordersOn(another.id)).toMatchObject([{ verb: "suspend" }, { verb: "revoke" }]);
    // what cannot be kept ties nothing together, and is no reason to refuse
    await push(one, await sign(claimsOf(another.email, SESSION_REVOKED, { txn: `${txn}\u0000` })));
    expect(await ordersOn(another.id)).toHaveLength(3);
    expect(
      (await push(one, await sign(claimsOf(another.email, SESSION_REVOKED, { jti: "a\u0000b" })))).body,
    ).toMatchObject({ err: "invalid_request" });
    // what somebody else says of the same event does not hide an event about this user
    const third = await addUser();
    await push(one, await sign(claimsOf(third.email, SESSION_REVOKED, { txn })));
    expect(await ordersOn(third.id)).toHaveLength(1);
  });

  test("suspend for the hours of the policy, and are ignored where there is none", async () => {
    const peer = await addPeer();
    const user = await addUser();
    await push(peer, await sign(claimsOf(user.email, SESSION_REVOKED)));
    const ignored = "https://schemas.openid.net/secevent/risc/event-type/account-disabled";
    await push(peer, await sign(claimsOf(user.email, ignored)));
    await push(peer, await sign(claimsOf(user.email, "urn:example:event")));
    await push(peer, await sign(claimsOf("nobody@example.com")));
    await push(peer, await sign(claimsOf(user.email, VERIFICATION)));
    expect(await ordersOn(user.id)).toMatchObject([{ verb: "suspend", reason: "policy", hours: 12 }]);
    const { recent } = await readReceiver(instance.db, peer.id);
    expect(recent.map((row) => row.outcome).sort()).toEqual([
      "ignored",
      "suspended",
      "unknown_subject",
      "unsupported",
      "verified",
    ]);
  });

  test("count once each, sent again and at the same time (RFC 8417 section 2.2, jti)", async () => {
    const peer = await addPeer();
    const user = await addUser();
    const set = await sign(claimsOf(user.email));
    const answers = await Promise.all(Array.from({ length: 8 }, () => push(peer, set)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect((await push(peer, set)).status).toBe(202);
    expect(await ordersOn(user.id)).toHaveLength(1);
  });

  test("find their user by issuer and subject: an attribute, an id, and never another issuer's subject", async () => {
    const user = await addUser();
    const external = randomUUID();
    await instance.db.query("UPDATE user_account SET attributes = $2 WHERE id = $1", [
      user.id,
      JSON.stringify({ external_id: external, other: 1 }),
    ]);
    const byAttribute = await addPeer({ subjectBy: "attribute", attribute: "external_id" });
    const byId = await addPeer({ subjectBy: "user_id" });
    const subject = (sub_id: object) => claimsOf("", CREDENTIAL_COMPROMISE, { sub_id });
    const iss_sub = (sub: string, iss = ISSUER) => ({ format: "iss_sub", iss, sub });
    await push(byAttribute, await sign(subject(iss_sub(external, "https://elsewhere.example"))));
    await push(byAttribute, await sign(subject(iss_sub(user.email))));
    await push(byAttribute, await sign(subject({ format: "email", email: user.email })));
    await push(byId, await sign(subject(iss_sub(external))));
    await push(byId, await sign(subject(iss_sub("' OR 1=1 --"))));
    expect(await ordersOn(user.id)).toHaveLength(0);
    await push(byAttribute, await sign(subject(iss_sub(external))));
    await push(byId, await sign(subject({ format: "complex", user: iss_sub(user.id) })));
    expect(await ordersOn(user.id)).toHaveLength(2);
  });

  const now = () => Math.floor(Date.now() / 1000);
  const refusals: [string, string, (email: string) => Promise<string>][] = [
    [
      "another key's signature",
      "invalid_key",
      async (email) => sign(claimsOf(email), {}, (await generateKeyPair("ES256")).privateKey),
    ],
    ["a key id that the issuer has not", "invalid_key", (email) => sign(claimsOf(email), { kid: "other" })],
    [
      "no signature at all",
      "invalid_key",
      async (email) => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
        return `${part({ alg: "none", typ: "secevent+jwt" })}.${part(claimsOf(email))}.`;
      },
    ],
    [
      "a MAC with the public key",
      "invalid_key",
      (email) =>
        new SignJWT(claimsOf(email))
          .setProtectedHeader({ alg: "HS256", typ: "secevent+jwt", kid: "peer-1" })
          .sign(Buffer.from(JSON.stringify(jwks.keys[0]))),
    ],
    ["another type", "invalid_request", (email) => sign(claimsOf(email), { typ: "at+jwt" })],
    ["no type", "invalid_request", (email) => sign(claimsOf(email), { typ: undefined })],
    [
      "another issuer",
      "invalid_issuer",
      (email) => sign(claimsOf(email, undefined, { iss: "https://evil.example" })),
    ],
    [
      "another audience",
      "invalid_audience",
      (email) => sign(claimsOf(email, undefined, { aud: "https://other.example" })),
    ],
    ["no audience", "invalid_audience", (email) => sign(claimsOf(email, undefined, { aud: undefined }))],
    [
      "an exp that is over",
      "invalid_request",
      (email) => sign(claimsOf(email, undefined, { exp: now() - 3_600 })),
    ],
    [
      "an exp to come",
      "invalid_request",
      (email) => sign(claimsOf(email, undefined, { exp: now() + 3_600 })),
    ],
    ["a sub", "invalid_request", (email) => sign(claimsOf(email, undefined, { sub: "someone" }))],
    [
      "an age of eight days",
      "invalid_request",
      (email) => sign(claimsOf(email, undefined, { iat: now() - 8 * 86_400 })),
    ],
    ["a time to come", "invalid_request", (email) => sign(claimsOf(email, undefined, { iat: now() + 600 }))],
    ["no jti", "invalid_request", (email) => sign(claimsOf(email, undefined, { jti: undefined }))],
    [
      "two events",
      "invalid_request",
      (email) =>
        sign(claimsOf(email, undefined, { events: { [SESSION_REVOKED]: {}, [CREDENTIAL_COMPROMISE]: {} } })),
    ],
    ["no events", "invalid_request", (email) => sign(claimsOf(email, undefined, { events: {} }))],
    [
      "an unknown critical header",
      "invalid_request",
      (email) =>
        sign(claimsOf(email), { crit: ["exotic"], exotic: 1 }).catch(async () => {
          const good = await sign(claimsOf(email));
          const header = { alg: "ES256", typ: "secevent+jwt", kid: "peer-1", crit: ["exotic"], exotic: 1 };
          return [
            Buffer.from(JSON.stringify(header)).toString("base64url"),
            ...good.split(".").slice(1),
          ].join(".");
        }),
    ],
    ["nonsense", "invalid_request", async () => "not.a.set"],
  ];
  test.each(refusals)("with %s are refused as %s, and nothing is done", async (_, err, make) => {
    const peer = await addPeer();
    const user = await addUser();
    const { status, body } = await push(peer, await make(user.email));
    expect({ status, err: body?.err }).toEqual({ status: 400, err });
    expect(await ordersOn(user.id)).toEqual([]);
    const after = await readReceiver(instance.db, peer.id);
    expect(after.received).toBe(0);
    expect(after.lastError).toMatch(new RegExp(`^${err}: `));
  });

  test("are nobody's without the secret of the receiver, of another, or while it is disabled", async () => {
    const peer = await addPeer();
    const other = await addPeer();
    const user = await addUser();
    const set = await sign(claimsOf(user.email));
    expect((await push({ ...peer, secret: "twp_wrong" }, set)).status).toBe(401);
    expect((await push({ ...peer, secret: other.secret }, set)).status).toBe(401);
    expect((await push({ id: randomUUID(), secret: peer.secret }, set)).status).toBe(401);
    await switchReceiver(owner(), { receiverId: peer.id, isDisabled: true });
    expect((await push(peer, set)).status).toBe(401);
    expect(await ordersOn(user.id)).toEqual([]);
    await switchReceiver(owner(), { receiverId: peer.id, isDisabled: false });
    expect((await push(peer, set)).status).toBe(202);
    expect((await push(peer, set, { "content-type": "application/json" })).status).toBe(415);
    expect((await push(peer, "x".repeat(70_000))).status).toBe(413);
  });

  test("are asked for again where the issuer's keys cannot be had, and taken once they can", async () => {
    const peer = await addPeer({ jwksUrl: `${jwksUrl}?another` });
    const user = await addUser();
    const set = await sign(claimsOf(user.email));
    isServing = false;
    expect((await push(peer, set)).status).toBe(503);
    isServing = true;
    expect((await push(peer, set)).status).toBe(202);
    expect(await ordersOn(user.id)).toHaveLength(1);
  });

  test("cannot be let in by whoever is no owner, nor from a private address", async () => {
    const input = createReceiverInput.parse({
      name: "x",
      issuer: ISSUER,
      jwksUrl: "https://127.0.0.1/jwks",
      audience: AUDIENCE,
      subjectBy: "email",
    });
    await expect(createReceiver(owner(), input, { outbound })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: [{ path: "jwksUrl", message: "leads to an address that is not public" }],
    });
    for (const role of ["responder", "governor", "auditor"] as const)
      await expect(
        createReceiver(contextAs(instance.db, role), { ...input, jwksUrl }, { outbound }),
      ).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

test("two authorities: what ends a user's tokens at one ends them at the other", async () => {
  const two = await startTestInstance(1, { env: { OUTBOUND_ALLOW: instance.issuer } });
  const both = createOutbound({
    allow: readOutboundAllow([two.issuer, instance.issuer].join(",")) ?? expect.fail(),
  });
  const worker = await startWorker({
    databaseUrl: instance.databaseUrl,
    log: pino({ level: "silent" }),
    signals: { issuer: instance.issuer, masterKeys: fixedMasterKeys(instance.masterKey), outbound: both },
  });
  try {
    const theirs = fixtureOf(two.db);
    const email = `${randomUUID()}@example.com`;
    const here = await fixtureOf(instance.db).user(email);
    const there = await theirs.user(email);
    await two.db.query("UPDATE user_account SET attributes = $2 WHERE id = $1", [
      there,
      JSON.stringify({ external_id: here }),
    ]);
    const { receiver, secret } = await createReceiver(
      contextAs(two.db, "owner"),
      createReceiverInput.parse({
        name: "The other authority",
        issuer: instance.issuer,
        jwksUrl: `${instance.issuer}/revocations/jwks`,
        audience: "second",
        subjectBy: "attribute",
        attribute: "external_id",
        policies: [{ eventType: SESSION_REVOKED, action: "revoke" }],
      }),
      { outbound: both },
    );
    await createStream(
      owner(),
      {
        verifierId: instance.registry.verifiers.billing.id,
        description: "to the second",
        audience: "second",
        events: [...SENT_EVENTS],
        delivery: "push",
        endpointUrl: `${two.issuer}/signals/${receiver.id}`,
        authorization: `Bearer ${secret}`,
      },
      { outbound: both, wrapper: createKeyWrapper(instance.masterKey) },
    );
    const clientId = two.registry.jwtService.id;
    const token = await theirs.token({ clientId, userId: there, audiences: ["billing"] });
    await revokeUserTokens(owner(), { id: here, reason: "account_compromise", note: "" });
    const order = await eventually(async () => {
      const [row] = await two.db.query<{ verb: string; actor: string }>(
        "SELECT verb, actor_name AS actor FROM revocation_order WHERE target_id = $1",
        [there],
      );
      return row;
    });
    expect(order).toEqual({ verb: "revoke", actor: "peer The other authority" });
    const reaches = await two.db.query(
      "SELECT FROM token t, revocation_order o WHERE t.id = $1 AND o.target_id = $2 AND order_reaches(o, t)",
      [token.id, there],
    );
    expect(reaches).toHaveLength(1);
    const { recent } = await eventually(async () => {
      const row = await readReceiver(two.db, receiver.id);
      return row.received === 2 ? row : undefined;
    });
    expect(recent.map((row) => row.outcome).sort()).toEqual(["ignored", "revoked"]);
  } finally {
    await worker.stop();
    await two.stop();
  }
}, 60_000);
