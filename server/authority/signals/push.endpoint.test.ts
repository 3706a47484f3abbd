import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { updateGroup } from "#lib/groups/update-group.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { fixedMasterKeys } from "#lib/keys/master-keys.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import type { Reason } from "#lib/revocations/model.ts";
import { revokeFamily } from "#lib/revocations/revoke-family.ts";
import { revokeSession } from "#lib/revocations/revoke-session.ts";
import { revokeToken } from "#lib/revocations/revoke-token.ts";
import { revokeUserTokens } from "#lib/revocations/revoke-user-tokens.ts";
import { createStream } from "#lib/signals/create-stream.ts";
import type { CreateStreamInput } from "#lib/signals/input.ts";
import {
  CREDENTIAL_COMPROMISE,
  SENT_EVENTS,
  SESSION_REVOKED,
  type StreamRow,
  TOKEN_CLAIMS_CHANGE,
  VERIFICATION,
} from "#lib/signals/model.ts";
import { setStreamStatus } from "#lib/signals/set-stream-status.ts";
import { readStream } from "#lib/signals/stream-record.ts";
import { updateStream } from "#lib/signals/update-stream.ts";
import { verifyStream } from "#lib/signals/verify-stream.ts";
import { contextAs, type Fixture, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { setUserGroups } from "#lib/users/set-user-groups.ts";
import { startTestInstance, type TestInstance } from "#server/authority/test-authority.ts";
import { type RunningWorker, startWorker } from "#server/worker/start.ts";
import { eventually, type SignalPeer, startSignalPeer } from "./test-signal-peer.ts";

let instance: TestInstance;
let worker: RunningWorker;
let outbound: Outbound;
let fixture: Fixture;
let peers: SignalPeer[];
let clientId: string;
let nameLeadsTo = "93.184.216.34";

beforeAll(async () => {
  peers = await Promise.all([startSignalPeer(), startSignalPeer(), startSignalPeer()]);
  const allow = readOutboundAllow(peers.map(({ origin }) => origin).join(","));
  // peers are called by their addresses: names are those of one test
  outbound = createOutbound({
    allow: allow ?? expect.fail(),
    resolve: async () => [{ address: nameLeadsTo, family: 4 }],
  });
  instance = await startTestInstance(1);
  fixture = fixtureOf(instance.db);
  clientId = await fixture.client("portal");
  worker = await startWorker({
    databaseUrl: instance.databaseUrl,
    log: pino({ level: "silent" }),
    signals: { issuer: instance.issuer, masterKeys: fixedMasterKeys(instance.masterKey), outbound },
  });
});
afterAll(async () => {
  await worker.stop();
  await instance.stop();
  await Promise.all(peers.map((peer) => peer.end()));
});
beforeEach(async () => {
  await instance.db.query("DELETE FROM signal_stream");
  for (const peer of peers) {
    peer.taken.length = 0;
    peer.attempts.length = 0;
    peer.behave("take");
  }
});

const owner = () => contextAs(instance.db, "owner");

async function stream(peer: SignalPeer, change: Partial<CreateStreamInput> = {}): Promise<StreamRow> {
  const made = await createStream(
    owner(),
    {
      verifierId: instance.registry.verifiers.billing.id,
      description: "SIEM",
      events: [...SENT_EVENTS],
      delivery: "push",
      endpointUrl: peer.url,
      ...change,
    },
    { outbound, wrapper: createKeyWrapper(instance.masterKey) },
  );
  await peer.trust(instance.issuer, made.audience);
  return made;
}
const now = (made: StreamRow) => readStream(instance.db, { id: made.id });
const taken = (peer: SignalPeer, count: number, withinMs?: number) =>
  eventually(() => (peer.taken.length >= count ? peer.taken : undefined), withinMs);
const user = () => fixture.user(`${randomUUID()}@example.com`);
const shutOut = (id: string, reason: Reason = "policy") =>
  revokeUserTokens(owner(), { id, reason, note: "" });

describe("a stream that pushes", () => {
  test("tells an independent receiver of a user's order as CAEP 1.0 section 3.1 and RISC 1.0 have it", async () => {
    const [peer] = peers as [SignalPeer];
    const made = await stream(peer, {
      audience: "https://siem.example/caep",
      authorization: "Bearer of-theirs",
    });
    const id = await user();
    const { order } = await shutOut(id, "account_compromise");
    const [revoked, compromised] = await taken(peer, 2);
    expect(revoked).toEqual({
      iss: instance.issuer,
      aud: "https://siem.example/caep",
      jti: expect.stringMatching(`^${made.id}\\.\\d+$`),
      iat: expect.any(Number),
      txn: order.id,
      sub_id: { format: "iss_sub", iss: instance.issuer, sub: id },
      events: {
        [SESSION_REVOKED]: {
          event_timestamp: Math.floor(Date.parse(order.createdAt) / 1000),
          initiating_entity: "admin",
          reason_admin: { en: "Account compromised" },
        },
      },
    });
    expect(compromised).toMatchObject({
      txn: order.id,
      sub_id: { format: "iss_sub", sub: id },
      events: { [CREDENTIAL_COMPROMISE]: { credential_type: "password" } },
    });
    expect(peer.attempts[0]).toMatchObject({
      authorization: "Bearer of-theirs",
      contentType: "application/secevent+jwt",
    });
    await eventually(async () => ((await now(made)).delivered === 2 ? true : undefined));
    expect(await now(made)).toMatchObject({ lag: 0, failures: 0, lastError: null });
  });

  test("names a token, a family and a session by the subjects of RFC 9493, and sends no more than was asked for", async () => {
    const [all, claims] = peers as [SignalPeer, SignalPeer];
    await stream(all, { events: [SESSION_REVOKED] });
    await stream(claims, { events: [TOKEN_CLAIMS_CHANGE] });
    const userId = await user();
    const familyId = await fixture.family({ clientId, userId, sessionUid: "session-of-a-test" });
    const token = await fixture.token({ clientId, userId, familyId, sessionUid: "session-of-a-test" });
    const why = { reason: "token_leaked" as const, note: "found on a page" };
    await revokeToken(owner(), { id: token.id, ...why });
    await revokeFamily(owner(), { id: familyId, ...why });
    await revokeSession(owner(), { id: "session-of-a-test", ...why });
    const subjects = (await taken(all, 3)).map((set) => set.sub_id);
    const user_ = { format: "iss_sub", iss: instance.issuer, sub: userId };
    expect(subjects).toEqual([
      { format: "jwt_id", iss: instance.issuer, jti: token.id },
      { format: "complex", user: user_, session: { format: "opaque", id: familyId } },
      { format: "complex", user: user_, session: { format: "opaque", id: "session-of-a-test" } },
    ]);
    expect(JSON.stringify(all.taken)).not.toContain("found on a page");
    const [group] = await instance.db.query<{ id: string; version: number }>(
      "SELECT id, version FROM user_group LIMIT 1",
    );
    await setUserGroups(owner(), { userId, version: 1, groupIds: [group?.id ?? ""] });
    await updateGroup(owner(), {
      groupId: group?.id ?? "",
      version: group?.version ?? 0,
      permissionIds: (
        await instance.db.query<{ id: string }>("SELECT id FROM permission WHERE name = 'ledger:read'")
      ).map((row) => row.id),
    });
    const changes = await taken(claims, 2);
    expect(changes[0]).toMatchObject({
      sub_id: user_,
      events: { [TOKEN_CLAIMS_CHANGE]: { claims: { groups: ["Services"], entitlements: [] } } },
    });
    expect(changes[1]).toMatchObject({
      sub_id: { format: "complex", group: { format: "opaque", id: "Services" } },
      events: { [TOKEN_CLAIMS_CHANGE]: { claims: { entitlements: ["ledger:read"] } } },
    });
    expect(all.taken).toHaveLength(3);
  });

  test("keeps events in order and loses none while its receiver answers 500, and no other stream waits for it", async () => {
    const [broken, well] = peers as [SignalPeer, SignalPeer];
    const made = await stream(broken);
    await stream(well);
    broken.behave((_req, res) => res.writeHead(500).end("no"));
    const users: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      users.push(await user());
      await shutOut(users.at(-1) as string);
    }
    await taken(well, 5);
    const failing = await eventually(async () => {
      const row = await now(made);
      return row.failures > 0 ? row : undefined;
    });
    expect(failing).toMatchObject({ lastError: "answers 500", lag: 5 });
    broken.behave("take");
    const subjects = (await taken(broken, 5, 30_000)).map((set) => (set.sub_id as { sub: string }).sub);
    expect(subjects).toEqual(users);
  });

  test.each([
    [
      "redirects",
      (_req: unknown, res: import("node:http").ServerResponse) =>
        res.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      /redirects are not followed/,
    ],
    [
      "breaks off",
      (_req: unknown, res: import("node:http").ServerResponse) => res.destroy(),
      /cannot be reached/,
    ],
    [
      "answers without an end",
      (_req: unknown, res: import("node:http").ServerResponse) => res.writeHead(200).end("x".repeat(20_000)),
      /more than/,
    ],
    [
      "refuses",
      (_req: unknown, res: import("node:http").ServerResponse) =>
        res
          .writeHead(400, { "content-type": "application/json" })
          .end(JSON.stringify({ err: "authentication_failed", description: "bad\u001b[31m key" })),
      /^answers 400: authentication_failed: bad \[31m key$/,
    ],
  ] as const)("holds what a receiver that %s did not take, and says why", async (_, behaviour, words) => {
    const [peer] = peers as [SignalPeer];
    const made = await stream(peer);
    peer.behave((req, res) => void behaviour(req, res));
    await shutOut(await user());
    const row = await eventually(async () => {
      const one = await now(made);
      return one.lastError === null ? undefined : one;
    });
    expect(row.lastError).toMatch(words);
    expect(row).toMatchObject({ lag: 1, delivered: 0 });
    expect(Date.parse(row.nextAttemptAt ?? "")).toBeGreaterThan(Date.now() - 1_000);
  });

  test("is not sent to a receiver whose name has turned private since it was entered", async () => {
    const [inside] = peers as [SignalPeer];
    nameLeadsTo = "93.184.216.34";
    const made = await stream(inside, {
      endpointUrl: `https://rebinding.example:${new URL(inside.origin).port}/events`,
    });
    nameLeadsTo = "127.0.0.1";
    await shutOut(await user());
    const row = await eventually(async () => {
      const one = await now(made);
      return one.lastError === null ? undefined : one;
    });
    expect(row).toMatchObject({ lastError: "leads to an address that is not public", lag: 1 });
    expect(inside.attempts).toHaveLength(0);
    await expect(stream(inside, { endpointUrl: "https://rebinding.example/events" })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });

  test("of a receiver that never answers is given up by the time allowed, while others get theirs at once", async () => {
    const [silent, well] = peers as [SignalPeer, SignalPeer];
    const made = await stream(silent);
    await stream(well);
    silent.behave(() => {});
    const began = performance.now();
    await shutOut(await user());
    await taken(well, 1);
    // the silent one is given ten seconds
    expect(performance.now() - began).toBeLessThan(8_000);
    const row = await eventually(async () => {
      const one = await now(made);
      return one.failures > 0 ? one : undefined;
    }, 30_000);
    expect(row.lastError).toBe("does not answer in time");
  }, 45_000);

  test("leaves an event out that its receiver cannot do anything with, after some attempts, and counts it", async () => {
    const [peer] = peers as [SignalPeer];
    const made = await stream(peer);
    await instance.db.query("UPDATE signal_stream SET failures = 4, refusals = 4 WHERE id = $1", [made.id]);
    const first = await user();
    peer.behave((_req, res, body) => {
      const claims = JSON.parse(Buffer.from(body.split(".")[1] ?? "", "base64url").toString());
      if (claims.sub_id.sub === first)
        res
          .writeHead(400, { "content-type": "application/json" })
          .end('{"err":"invalid_request","description":"?"}');
      else res.writeHead(202).end();
    });
    await shutOut(first);
    await shutOut(await user());
    await eventually(async () => ((await now(made)).delivered === 1 ? true : undefined));
    expect(await now(made)).toMatchObject({
      refused: 1,
      lag: 0,
      lastError: "answers 400: invalid_request: ?",
    });
  });

  test("keeps an event that is refused once after an outage: outages are no refusals", async () => {
    const [peer] = peers as [SignalPeer];
    const made = await stream(peer);
    await instance.db.query("UPDATE signal_stream SET failures = 4 WHERE id = $1", [made.id]);
    peer.behave((_req, res) => {
      res.writeHead(400, { "content-type": "application/json" }).end('{"err":"invalid_request"}');
    });
    await shutOut(await user());
    const row = await eventually(async () => {
      const one = await now(made);
      return one.failures === 5 ? one : undefined;
    });
    expect(row).toMatchObject({ refused: 0, lag: 1 });
    peer.behave("take");
    await instance.db.query("UPDATE signal_stream SET next_attempt_at = NULL WHERE id = $1", [made.id]);
    await taken(peer, 1);
  });

  test("sends no secret of one address to another: it has to be said again, or that there is none", async () => {
    const [first, second] = peers as [SignalPeer, SignalPeer];
    const made = await stream(first, { authorization: "Bearer marker-of-the-first" });
    const change = (more: object) =>
      updateStream(
        owner(),
        { streamId: made.id, version: made.version, endpointUrl: second.url, ...more },
        { outbound, wrapper: createKeyWrapper(instance.masterKey) },
      );
    await expect(change({})).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: [{ path: "authorization" }],
    });
    expect((await now(made)).endpointUrl).toBe(first.url);
    await change({ endpointUrl: first.url, description: "the same address" });
    await change({ version: 2, authorization: null });
    await second.trust(instance.issuer, made.audience);
    await shutOut(await user());
    await taken(second, 1);
    expect(second.attempts.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(first.attempts).toHaveLength(0);
  });

  test("holds events while it is paused, tells of that, and sends them in order once it is enabled", async () => {
    const [peer] = peers as [SignalPeer];
    const made = await stream(peer);
    await setStreamStatus(owner(), { streamId: made.id, status: "paused", reason: "maintenance" });
    const [told] = await taken(peer, 1);
    expect(told).toMatchObject({
      sub_id: { format: "opaque", id: made.id },
      events: {
        "https://schemas.openid.net/secevent/ssf/event-type/stream-updated": {
          status: "paused",
          reason: "maintenance",
        },
      },
    });
    const users = [await user(), await user()];
    for (const id of users) await shutOut(id);
    await eventually(async () => ((await now(made)).lag === 2 ? true : undefined));
    expect(peer.taken).toHaveLength(1);
    await setStreamStatus(owner(), { streamId: made.id, status: "enabled", reason: "" });
    const sets = await taken(peer, 4);
    const subs = sets.map((set) => (set.sub_id as { sub?: string }).sub).filter((sub) => sub !== undefined);
    expect(subs).toEqual(users);
  });

  test("holds nothing while it is disabled, and begins anew where it is enabled again", async () => {
    const [peer] = peers as [SignalPeer];
    const made = await stream(peer);
    await setStreamStatus(owner(), { streamId: made.id, status: "disabled", reason: "" });
    await taken(peer, 1);
    await shutOut(await user());
    await eventually(async () =>
      (await instance.db.query("SELECT 1 FROM signal_head s, feed_head f WHERE s.feed_position = f.position"))
        .length === 1
        ? true
        : undefined,
    );
    await setStreamStatus(owner(), { streamId: made.id, status: "enabled", reason: "" });
    const last = await user();
    await shutOut(last);
    const sets = await taken(peer, 3);
    expect(sets.map((set) => (set.sub_id as { sub?: string }).sub)).toEqual([undefined, undefined, last]);
  });

  test("waits while its verifier is disabled, and goes on where it was", async () => {
    const [peer, other] = peers as [SignalPeer, SignalPeer];
    const made = await stream(peer);
    await stream(other, { verifierId: instance.registry.verifiers.ledger.id });
    const disable = (at: string) =>
      instance.db.query(`UPDATE verifier SET disabled_at = ${at} WHERE id = $1`, [made.verifier.id]);
    await disable("now()");
    const id = await user();
    await shutOut(id);
    await taken(other, 1);
    expect(peer.attempts).toHaveLength(0);
    expect(await now(made)).toMatchObject({ lag: 1, isVerifierEnabled: false });
    await disable("NULL");
    const [set] = await taken(peer, 1);
    expect(set?.sub_id).toMatchObject({ sub: id });
  });

  test("shows by a verification event that it works, and gives back the state that was sent (section 8.1.4)", async () => {
    const [peer] = peers as [SignalPeer];
    const made = await stream(peer, { events: [TOKEN_CLAIMS_CHANGE] });
    await verifyStream(owner(), { streamId: made.id });
    const [set] = await taken(peer, 1);
    expect(set).toMatchObject({
      sub_id: { format: "opaque", id: made.id },
      events: { [VERIFICATION]: {} },
    });
    await expect(verifyStream(owner(), { streamId: made.id })).rejects.toMatchObject({
      code: "TOO_MANY_ATTEMPTS",
    });
    await eventually(async () => ((await now(made)).verifiedAt === null ? undefined : true));
  });
});
