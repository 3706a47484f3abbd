import { randomUUID } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { revokeUserTokens } from "#lib/revocations/revoke-user-tokens.ts";
import { collectSignals } from "#lib/signals/collect-signals.ts";
import { CREDENTIAL_COMPROMISE, SENT_EVENTS, SESSION_REVOKED } from "#lib/signals/model.ts";
import { contextAs, type Fixture, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startTestInstance, type TestInstance } from "#server/authority/test-authority.ts";

let instance: TestInstance;
let fixture: Fixture;

beforeAll(async () => {
  instance = await startTestInstance(1);
  fixture = fixtureOf(instance.db);
});
afterAll(() => instance.stop());

type Answer = { status: number; headers: Headers; body: Record<string, unknown> };

async function ask(method: string, path: string, body?: unknown, secret?: string | null): Promise<Answer> {
  const used = secret === undefined ? instance.registry.verifiers.billing.secret : secret;
  const response = await fetch(`${instance.issuer}${path}`, {
    method,
    headers: {
      ...(used === null ? {} : { authorization: `Bearer ${used}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

async function makeStream(body: object = {}): Promise<string> {
  const { status, body: made } = await ask("POST", "/signals/streams", body);
  expect(status).toBe(201);
  return String(made.stream_id);
}
const poll = (id: string, body: object = {}, secret?: string) =>
  ask("POST", `/signals/streams/${id}/poll`, { returnImmediately: true, ...body }, secret);
const setsOf = ({ body }: Answer) => body.sets as Record<string, string>;

/** What the worker does: its own tests are elsewhere. */
async function shutOut(reason: "policy" | "account_compromise" = "policy"): Promise<string> {
  const id = await fixture.user(`${randomUUID()}@example.com`);
  await revokeUserTokens(contextAs(instance.db, "owner"), { id, reason, note: "" });
  await collectSignals(instance.db);
  return id;
}
async function clear(): Promise<void> {
  await instance.db.query("DELETE FROM signal_stream");
}

describe("the stream management API (SSF 1.0 section 8)", () => {
  test("is found by the transmitter's metadata (section 7.1)", async () => {
    const { status, body } = await ask("GET", "/.well-known/ssf-configuration", undefined, null);
    expect(status).toBe(200);
    expect(body).toEqual({
      spec_version: "1_0",
      issuer: instance.issuer,
      jwks_uri: `${instance.issuer}/revocations/jwks`,
      delivery_methods_supported: ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
      configuration_endpoint: `${instance.issuer}/signals/streams`,
      status_endpoint: `${instance.issuer}/signals/status`,
      verification_endpoint: `${instance.issuer}/signals/verify`,
      authorization_schemes: [{ spec_urn: "urn:ietf:rfc:6750" }, { spec_urn: "urn:ietf:rfc:7617" }],
      default_subjects: "ALL",
    });
  });

  test("makes, reads, changes, replaces and removes a stream of the verifier that asks, on record under its name", async () => {
    await clear();
    const { status, body } = await ask("POST", "/signals/streams", {
      events_requested: [SESSION_REVOKED, "urn:example:unknown"],
      description: "Ours",
    });
    expect(status).toBe(201);
    const id = String(body.stream_id);
    expect(body).toMatchObject({
      iss: instance.issuer,
      aud: instance.registry.verifiers.billing.id,
      events_supported: [...SENT_EVENTS],
      events_delivered: [SESSION_REVOKED],
      delivery: {
        method: "urn:ietf:rfc:8936",
        endpoint_url: `${instance.issuer}/signals/streams/${id}/poll`,
      },
      description: "Ours",
    });
    expect((await ask("GET", `/signals/streams?stream_id=${id}`)).body).toEqual(body);
    expect((await ask("GET", "/signals/streams")).body).toEqual([body]);
    const changed = await ask("PATCH", "/signals/streams", {
      stream_id: id,
      events_requested: [CREDENTIAL_COMPROMISE],
    });
    expect(changed.body).toMatchObject({ events_delivered: [CREDENTIAL_COMPROMISE], description: "Ours" });
    const replaced = await ask("PUT", "/signals/streams", { stream_id: id });
    expect(replaced.status).toBe(200);
    expect(replaced.body).toMatchObject({ events_delivered: [...SENT_EVENTS] });
    expect(replaced.body.description).toBeUndefined();
    expect((await ask("PATCH", "/signals/streams", { stream_id: id, iss: "https://other" })).status).toBe(
      400,
    );
    expect((await ask("DELETE", `/signals/streams?stream_id=${id}`)).status).toBe(204);
    expect((await ask("GET", "/signals/streams")).body).toEqual([]);
    expect((await ask("DELETE", `/signals/streams?stream_id=${id}`)).status).toBe(404);
    const entries = await instance.db.query<{ act: string; by: string }>(
      "SELECT act, actor_name AS by FROM audit_entry WHERE target_id = $1 ORDER BY sequence",
      [id],
    );
    expect(entries.map((entry) => entry.act)).toEqual([
      "signal_stream.created",
      "signal_stream.updated",
      "signal_stream.updated",
      "signal_stream.removed",
    ]);
    expect(new Set(entries.map((entry) => entry.by))).toEqual(new Set(["verifier billing-api"]));
  });

  test("answers nobody without a verifier's credential, and shows nobody the streams of others", async () => {
    await clear();
    const id = await makeStream();
    for (const secret of [null, "twv_wrong", instance.registry.jwtService.secret])
      expect((await ask("GET", "/signals/streams", undefined, secret)).status).toBe(401);
    const other = instance.registry.verifiers.ledger.secret;
    expect((await ask("GET", "/signals/streams", undefined, other)).body).toEqual([]);
    const tries = [
      ask("GET", `/signals/streams?stream_id=${id}`, undefined, other),
      ask("PATCH", "/signals/streams", { stream_id: id, description: "x" }, other),
      ask("DELETE", `/signals/streams?stream_id=${id}`, undefined, other),
      ask("GET", `/signals/status?stream_id=${id}`, undefined, other),
      ask("POST", "/signals/status", { stream_id: id, status: "disabled" }, other),
      ask("POST", "/signals/verify", { stream_id: id }, other),
      poll(id, {}, other),
    ];
    expect((await Promise.all(tries)).map(({ status }) => status)).toEqual(tries.map(() => 404));
    expect((await ask("GET", `/signals/status?stream_id=${id}`)).body).toEqual({
      stream_id: id,
      status: "enabled",
    });
  });

  test.each([
    ["plain http", "http://receiver.example.com/events"],
    ["loopback", "https://127.0.0.1/events"],
    ["the clouds' metadata", "https://169.254.169.254/latest"],
    ["a user and password", "https://me:secret@1.1.1.1/"],
    ["nothing", undefined],
  ])("refuses a receiver's address that leads to %s", async (_, endpoint) => {
    await clear();
    const { status, body } = await ask("POST", "/signals/streams", {
      delivery: { method: "urn:ietf:rfc:8935", endpoint_url: endpoint },
    });
    expect(status, JSON.stringify(body)).toBe(400);
    expect((await ask("GET", "/signals/streams")).body).toEqual([]);
  });

  test.each([
    ["no JSON", "{"],
    ["an array", "[]"],
    ["a name twice", `{"description":"one","description":"two"}`],
    [
      "a name twice, deep inside",
      `{"delivery":{"method":"urn:ietf:rfc:8936","m\\u0065thod":"urn:ietf:rfc:8936"}}`,
    ],
    ["another method", { delivery: { method: "urn:example:carrier-pigeon" } }],
    ["events that are none of ours", { events_requested: ["urn:example:a"] }],
    ["a number for events", { events_requested: 7 }],
    ["a description with a line break", { description: "a\u0007b" }],
    ["a secret as description", { description: `twv_${"x".repeat(43)}` }],
  ])("refuses a stream of %s", async (_, body) => {
    expect((await ask("POST", "/signals/streams", body)).status).toBe(400);
  });

  test("bounds the streams of a verifier", async () => {
    await clear();
    for (let n = 0; n < 10; n += 1) await makeStream();
    expect((await ask("POST", "/signals/streams", {})).status).toBe(409);
  });

  test("keeps what is to be sent as Authorization to itself, and sealed", async () => {
    await clear();
    const { body } = await ask("POST", "/signals/streams", {
      delivery: {
        method: "urn:ietf:rfc:8935",
        endpoint_url: "https://1.1.1.1/events",
        authorization_header: "Bearer marker-of-a-test",
      },
    });
    expect(JSON.stringify(body)).not.toContain("marker-of-a-test");
    const [row] = await instance.db.query<{ all: string; wrapped: Buffer }>(
      "SELECT s::text AS all, s.authorization_wrapped AS wrapped FROM signal_stream s",
    );
    expect(row?.wrapped.length).toBeGreaterThan(20);
    expect(row?.all).not.toContain(Buffer.from("marker-of-a-test").toString("hex"));
  });
});

describe("poll-based delivery (RFC 8936)", () => {
  test("gives an event until it is acknowledged, signed by a key that is no access token's", async () => {
    await clear();
    const id = await makeStream();
    const user = await shutOut();
    const first = setsOf(await poll(id));
    const [jti = "", set = ""] = Object.entries(first)[0] ?? [];
    const keys = createRemoteJWKSet(new URL(`${instance.issuer}/revocations/jwks`));
    const { payload } = await jwtVerify(set, keys, {
      issuer: instance.issuer,
      audience: instance.registry.verifiers.billing.id,
      typ: "secevent+jwt",
    });
    expect(payload).toMatchObject({ jti, sub_id: { format: "iss_sub", iss: instance.issuer, sub: user } });
    expect(payload.exp).toBeUndefined();
    expect(payload.sub).toBeUndefined();
    expect(Object.keys(setsOf(await poll(id)))).toEqual([jti]);
    expect(setsOf(await poll(id, { ack: [jti] }))).toEqual({});
    expect(setsOf(await poll(id))).toEqual({});
    const { keys: published } = (await ask("GET", "/revocations/jwks", undefined, null)).body as {
      keys: { kid: string; d?: string }[];
    };
    const feeds = await instance.db.query<{ kid: string }>(
      "SELECT kid FROM signing_key WHERE purpose = 'feed'",
    );
    expect(published.map(({ kid }) => kid)).toEqual(feeds.map(({ kid }) => kid));
    expect(published.every(({ d }) => d === undefined)).toBe(true);
  });

  test("takes acknowledgements in any order and any number of times, and others' for nothing (section 2.4)", async () => {
    await clear();
    const id = await makeStream();
    const other = await makeStream();
    for (let n = 0; n < 4; n += 1) await shutOut();
    const jtis = Object.keys(setsOf(await poll(id)));
    expect(jtis).toHaveLength(4);
    const [one = "", two = "", three = "", four = ""] = jtis;
    expect(Object.keys(setsOf(await poll(id, { ack: [three] })))).toEqual([one, two, four]);
    expect(Object.keys(setsOf(await poll(id, { ack: [three, one, one, "nonsense", `${other}.1`] })))).toEqual(
      [two, four],
    );
    expect(Object.keys(setsOf(await poll(id, { ack: [four, two], maxEvents: 1 })))).toEqual([]);
    expect(Object.keys(setsOf(await poll(other)))).toHaveLength(4);
    const [row] = await instance.db.query<{ delivered: bigint; acks: bigint; cursor: bigint; head: bigint }>(
      `SELECT delivered, cursor, (SELECT count(*) FROM signal_acknowledgement) AS acks, (SELECT sequence FROM signal_head) AS head
       FROM signal_stream WHERE id = $1`,
      [id],
    );
    expect(row).toMatchObject({ delivered: 4n, acks: 0n });
    expect(row?.cursor).toBe(row?.head);
  });

  test("gives no more than is asked for, and says that there are more; nothing for maxEvents 0", async () => {
    await clear();
    const id = await makeStream({ events_requested: [SESSION_REVOKED] });
    for (let n = 0; n < 3; n += 1) await shutOut("account_compromise");
    const some = await poll(id, { maxEvents: 2 });
    expect(Object.keys(setsOf(some))).toHaveLength(2);
    expect(some.body.moreAvailable).toBe(true);
    const none = await poll(id, { maxEvents: 0, ack: Object.keys(setsOf(some)) });
    expect(none.body).toEqual({ sets: {} });
    const last = await poll(id);
    expect(Object.keys(setsOf(last))).toHaveLength(1);
    expect(last.body.moreAvailable).toBeUndefined();
  });

  test("leaves an event out that the receiver reports an error of, and keeps the error in view (section 2.6)", async () => {
    await clear();
    const id = await makeStream();
    await shutOut();
    const [jti = ""] = Object.keys(setsOf(await poll(id)));
    const errs = { [jti]: { err: "jwtAud", description: "not \u001b[31mfor me" } };
    expect(setsOf(await poll(id, { setErrs: errs }))).toEqual({});
    const [row] = await instance.db.query<{ refused: bigint; delivered: bigint; error: string }>(
      "SELECT refused, delivered, last_error AS error FROM signal_stream WHERE id = $1",
      [id],
    );
    expect(row).toEqual({ refused: 1n, delivered: 0n, error: "jwtAud: not [31mfor me" });
  });

  test("waits for an event where it may, and no longer than it lets it wait", async () => {
    await clear();
    const id = await makeStream();
    const began = performance.now();
    const waiting = poll(id, { returnImmediately: false });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await shutOut();
    expect(Object.keys(setsOf(await waiting))).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test("gives nothing while the stream is paused, but that it is; and all of it afterwards", async () => {
    await clear();
    const id = await makeStream();
    await ask("POST", "/signals/status", { stream_id: id, status: "paused", reason: "we sleep" });
    await shutOut();
    expect(setsOf(await poll(id))).toEqual({});
    await ask("POST", "/signals/status", { stream_id: id, status: "enabled" });
    expect(Object.keys(setsOf(await poll(id)))).toHaveLength(1);
  });

  test("gives the state of a verification back, once in ten seconds (section 8.1.4)", async () => {
    await clear();
    const id = await makeStream();
    const state = "VGhpcyBpcyBh";
    expect((await ask("POST", "/signals/verify", { stream_id: id, state })).status).toBe(204);
    expect((await ask("POST", "/signals/verify", { stream_id: id, state })).status).toBe(429);
    const [jti = "", set = ""] = Object.entries(setsOf(await poll(id)))[0] ?? [];
    const claims = JSON.parse(Buffer.from(set.split(".")[1] ?? "", "base64url").toString());
    expect(claims.events).toEqual({
      "https://schemas.openid.net/secevent/ssf/event-type/verification": { state },
    });
    await poll(id, { ack: [jti] });
    const [row] = await instance.db.query<{ verified: Date | null }>(
      "SELECT verified_at AS verified FROM signal_stream WHERE id = $1",
      [id],
    );
    expect(row?.verified).toBeInstanceOf(Date);
  });

  test.each([
    ["a string for ack", { ack: "x" }],
    ["a negative number of events", { maxEvents: -1 }],
    ["too many acknowledgements", { ack: Array.from({ length: 1_001 }, () => "x") }],
  ])("refuses %s", async (_, body) => {
    await clear();
    expect((await poll(await makeStream(), body)).status).toBe(400);
  });
});
