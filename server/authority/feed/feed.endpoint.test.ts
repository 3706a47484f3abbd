import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { decodeJwt } from "jose";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseEnv } from "#lib/env.ts";
import { fixedMasterKeys } from "#lib/keys/master-keys.ts";
import { revokeToken } from "#lib/revocations/revoke-token.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { disableVerifier } from "#lib/verifiers/disable-verifier.ts";
import { enableVerifier } from "#lib/verifiers/enable-verifier.ts";
import { startAuthority } from "../start.ts";
import { issue, startTestInstance, type TestInstance } from "../test-authority.ts";
import { subjectOf, TestReader } from "./test-reader.ts";

let instance: TestInstance;
const open: TestReader[] = [];

beforeAll(async () => {
  instance = await startTestInstance(2, { unreadMs: 4_000 });
});
afterEach(() => {
  for (const reader of open.splice(0)) reader.drop();
});
afterAll(() => instance.stop());

const why = { reason: "test", note: "" } as const;
const billing = () => instance.registry.verifiers.billing;

function reader(url = instance.issuer, secret = billing().secret): TestReader {
  const made = new TestReader({ url, issuer: instance.issuer, secret });
  open.push(made);
  return made;
}

async function newcomer(url?: string, secret?: string): Promise<TestReader> {
  const made = reader(url, secret);
  await made.load();
  await made.connect();
  return made;
}

async function revokeOne(): Promise<string> {
  const token = await issue(instance.issuer, instance.registry.jwtService);
  await revokeToken(contextAs(instance.db, "owner"), { id: decodeJwt(token).jti as string, ...why });
  return token;
}

const isRefused = (by: TestReader, token: string) =>
  by.model.standing(subjectOf(token), Date.now()) === "revoked";

async function head(): Promise<number> {
  const [row] = await instance.db.query<{ position: bigint }>("SELECT position FROM feed_head");
  return Number(row?.position);
}

/** Orders on tokens that were never issued, as many as wanted, in one go: what a reader has to take in. */
async function flood(count: number): Promise<void> {
  await instance.db.transaction(async (tx) => {
    await tx.query(
      `WITH head AS (SELECT position FROM feed_head WHERE id = 1 FOR UPDATE)
       INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, cutoff, reason, effective_from, actor_kind, actor_id, actor_name,
         created_at, settled_at)
       SELECT uuidv7(), head.position + n, 'revoke', 'permission', repeat('x', 100) || n, 'x', now(), 'test', now(), 'system', 'x', 'x', now(), now()
       FROM head, generate_series(1, $1::int) n`,
      [count],
    );
    await tx.query("UPDATE feed_head SET position = position + $1::int WHERE id = 1", [count]);
  });
}

/** Waits until the first authority has read it all. */
async function caughtUp(): Promise<void> {
  const position = BigInt(await head());
  const { follower } = (instance.authorities[0] as TestInstance["authorities"][number]).services;
  await expect.poll(() => follower.book.position, { timeout: 60_000 }).toBe(position);
}

async function restart(index: number): Promise<void> {
  const port = Number(new URL(instance.urls[index] as string).port);
  const env = parseEnv({
    AUTHORITY_PORT: String(port),
    CONSOLE_PORT: "1",
    METRICS_PORT: "2",
    AUTHORITY_ISSUER: instance.issuer,
    DATABASE_URL: instance.databaseUrl,
  });
  instance.authorities[index] = await startAuthority({
    env,
    databaseUrl: instance.databaseUrl,
    masterKeys: fixedMasterKeys(instance.masterKey),
    log: pino({ level: "silent" }),
    metricsPort: null,
    unreadMs: 4_000,
  });
}

describe("a stream", () => {
  test("begins with what the verifier is to go by, signed, and goes on with heartbeats", async () => {
    const one = await newcomer();
    expect(one.statements[0]).toMatchObject({
      iss: instance.issuer,
      aud: billing().id,
      name: "billing-api",
      mode: "strict",
      max_staleness_seconds: 60,
      audiences: ["billing"],
      heartbeat_ms: 500,
      agent_minimum: "0.1.0",
    });
    await expect.poll(() => one.batches.length, { timeout: 5_000 }).toBeGreaterThan(2);
    const last = one.batches.at(-1);
    expect(last).toMatchObject({
      after: one.model.position,
      to: one.model.position,
      head: one.model.position,
    });
    expect(Date.now() - (last?.at ?? 0)).toBeLessThan(5_000);
  });

  test("is given every fact at once, the same text for all", async () => {
    const readers = await Promise.all([newcomer(), newcomer(), newcomer()]);
    const token = await revokeOne();
    await expect
      .poll(() => readers.map((one) => isRefused(one, token)), { timeout: 5_000 })
      .toEqual([true, true, true]);
    const sent = readers.map((one) => one.sent.find((jws) => (decodeJwt(jws).facts as unknown[]).length > 0));
    expect(new Set(sent).size).toBe(1);
  });

  test("goes on after a drop from its last event, at another authority too, without a gap", async () => {
    const one = await newcomer();
    const before = await revokeOne();
    await expect.poll(() => isRefused(one, before), { timeout: 5_000 }).toBe(true);
    one.drop();
    const meanwhile = [await revokeOne(), await revokeOne()];
    await one.connect({ url: instance.urls[1] as string, isResuming: true });
    await expect
      .poll(() => meanwhile.map((token) => isRefused(one, token)), { timeout: 5_000 })
      .toEqual([true, true]);
    expect([one.failure, one.model.position]).toEqual([null, await head()]);
  });

  test("ends when its authority stops, at once; the restarted one goes on from there", async () => {
    const one = await newcomer(instance.urls[1]);
    const poll = reader(instance.urls[1]);
    await poll.load();
    const waiting = poll.poll(20).then(
      () => "answered",
      () => "turned away",
    );
    const startedAt = performance.now();
    await instance.authorities[1]?.stop();
    // the poll would wait for twenty seconds
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await waiting).toBe("turned away");
    await expect.poll(() => one.isOpen).toBe(false);
    expect(one.failure).toBeNull();
    const meanwhile = await revokeOne();
    await restart(1);
    await one.connect({ isResuming: true });
    await expect.poll(() => isRefused(one, meanwhile), { timeout: 5_000 }).toBe(true);
    expect(one.failure).toBeNull();
  });

  test("is told when the verifier's settings change, and ends when it is disabled", async () => {
    const one = await newcomer();
    const other = await newcomer(undefined, instance.registry.verifiers.ledger.secret);
    const { id } = billing();
    await instance.db.query("UPDATE verifier SET mode = 'lenient', max_staleness_seconds = 5 WHERE id = $1", [
      id,
    ]);
    await expect
      .poll(() => one.statements.at(-1), { timeout: 5_000 })
      .toMatchObject({ mode: "lenient", max_staleness_seconds: 5 });
    expect(other.statements).toHaveLength(1);
    await instance.db.query("UPDATE verifier SET mode = 'strict', max_staleness_seconds = 60 WHERE id = $1", [
      id,
    ]);
    const ctx = contextAs(instance.db, "owner");
    await disableVerifier(ctx, { verifierId: id });
    await expect.poll(() => one.isOpen, { timeout: 5_000 }).toBe(false);
    expect(other.isOpen).toBe(true);
    expect((await one.ask("/revocations?after=0")).status).toBe(401);
    await enableVerifier(ctx, { verifierId: id });
    await expect
      .poll(async () => (await one.ask("/revocations?after=0")).status, { timeout: 5_000 })
      .toBe(200);
  });

  test("ends by itself when its secret's time is over", async () => {
    const { id, secret } = instance.registry.verifiers.ledger;
    const one = await newcomer(undefined, secret);
    const [row] = await instance.db.query<{ id: string }>(
      "SELECT id FROM verifier_secret WHERE verifier_id = $1",
      [id],
    );
    // by the clock alone: the registry was read before
    await instance.db.query(
      "UPDATE verifier_secret SET expires_at = now() + interval '1 second' WHERE id = $1",
      [row?.id as string],
    );
    await expect.poll(() => one.isOpen, { timeout: 10_000 }).toBe(false);
    expect((await one.ask("/revocations?after=0")).status).toBe(401);
    await instance.db.query("UPDATE verifier_secret SET expires_at = NULL WHERE id = $1", [
      row?.id as string,
    ]);
    await expect
      .poll(async () => (await one.ask("/revocations?after=0")).status, { timeout: 5_000 })
      .toBe(200);
  });
});

describe("a poll", () => {
  test("is answered as soon as there is news, with a heartbeat when there is none, and at once where it is behind", async () => {
    const one = reader();
    await one.load();
    const empty = await one.poll(0);
    expect(empty.batches).toMatchObject([{ facts: [], after: one.model.position, to: one.model.position }]);
    expect(empty.statement).toMatchObject({ aud: billing().id, name: "billing-api" });
    let startedAt = performance.now();
    expect((await one.poll(1)).batches).toMatchObject([{ facts: [] }]);
    expect(performance.now() - startedAt).toBeGreaterThan(900);

    const waiting = one.poll(30);
    await expect.poll(() => instance.authorities[0]?.services.feed.subscribers).toBe(1);
    startedAt = performance.now();
    const token = await revokeOne();
    expect((await waiting).batches).toMatchObject([{ facts: [{ verb: "revoke" }] }]);
    // and no longer than that: it might wait for thirty
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(isRefused(one, token)).toBe(true);
    const next = await revokeOne();
    await expect
      .poll(() => instance.authorities[0]?.services.follower.book.position)
      .toBe(BigInt(await head()));
    await one.poll(30);
    expect(isRefused(one, next)).toBe(true);
  });
});

/** A subscriber that asks for everything and reads nothing. */
async function deaf(position: number): Promise<Socket> {
  const socket = connect(Number(new URL(instance.issuer).port), "localhost");
  await once(socket, "connect");
  socket.pause();
  socket.write(
    `GET /revocations?after=${position} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${billing().secret}\r\n\r\n`,
  );
  socket.on("error", () => {});
  return socket;
}

test("a subscriber that reads nothing is cut off with what fits into one piece in memory, and the others wait for nothing", async () => {
  const { feed } = (instance.authorities[0] as TestInstance["authorities"][number]).services;
  const one = await newcomer();
  await flood(40_000);
  const before = feed.cutOff;
  const sockets = await Promise.all(Array.from({ length: 5 }, async () => deaf((await head()) - 40_000)));
  await revokeOne();
  await expect.poll(() => feed.cutOff - before, { timeout: 30_000 }).toBe(5);
  await expect.poll(() => one.model.position, { timeout: 30_000 }).toBe(await head());
  expect(one.isOpen).toBe(true);
  await revokeOne();
  await expect.poll(() => one.model.position, { timeout: 5_000 }).toBe(await head());
  expect(one.failure).toBeNull();
  for (const socket of sockets) socket.destroy();
});

describe("a position", () => {
  const statusOf = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await reader().ask(path, headers);
    const { error } = (await answer.json()) as { error: string };
    return [answer.status, error];
  };
  const stream = { accept: "text/event-stream" };

  test("beyond the head is 409, on a stream too, and one that another authority has reached is none", async () => {
    const beyond = (await head()) + 1;
    expect(await statusOf(`/revocations?after=${beyond}`)).toEqual([409, "feed_went_back"]);
    expect(await statusOf(`/revocations?after=${beyond}`, stream)).toEqual([409, "feed_went_back"]);
    expect(await statusOf("/revocations?after=0", { ...stream, "last-event-id": String(beyond) })).toEqual([
      409,
      "feed_went_back",
    ]);
    const one = await newcomer(instance.urls[1]);
    const token = await revokeOne();
    await expect.poll(() => isRefused(one, token), { timeout: 5_000 }).toBe(true);
    expect((await reader().ask(`/revocations?after=${one.model.position}`)).status).toBe(200);
  });

  test.each([
    ["no position", "/revocations", {}],
    ["no position of a stream", "/revocations", stream],
    ["a negative one", "/revocations?after=-1", {}],
    ["a broken one", "/revocations?after=1.5", {}],
    ["one in words", "/revocations?after=all", {}],
    ["one beyond what numbers hold", "/revocations?after=99999999999999999", {}],
    ["two of them", "/revocations?after=0&after=1", {}],
    ["an event id that is none", "/revocations?after=0", { ...stream, "last-event-id": "0; DROP" }],
    ["an instance that is no UUID", "/revocations?after=0&instance=me", {}],
    ["a wait that is too long", "/revocations?after=0&wait=31", {}],
    ["a mark that is none", "/revocations?after=0&mark=a%20b", {}],
    ["a wait that is no number", "/revocations?after=0&wait=NaN", {}],
    ["a snapshot for no instance", "/revocations/snapshot?instance=..%2f", {}],
  ])("%s is 400", async (_what, path, headers) => {
    expect(await statusOf(path, headers)).toEqual([400, "invalid_request"]);
  });

  test("that is another entry here, by its mark, is 409: in a stream, a poll and an acknowledgement, which is not on record; without a mark it is believed", async () => {
    const one = await newcomer();
    await revokeOne();
    const position = await head();
    await expect.poll(() => one.model.position).toBe(position);
    const mark = one.mark as string;
    expect(mark).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const earlier = one.batches.findLast((batch) => batch.to < position)?.mark;
    const other = "x".repeat(22);
    const at = `/revocations?after=${position}`;
    expect(await statusOf(`${at}&mark=${other}`)).toEqual([409, "feed_went_back"]);
    expect(await statusOf(`${at}&mark=${other}`, stream)).toEqual([409, "feed_went_back"]);
    expect(await statusOf(`${at}&mark=${earlier ?? other}`)).toEqual([409, "feed_went_back"]);
    expect(await statusOf(`/revocations?after=0&mark=${other}`)).toEqual([409, "feed_went_back"]);
    expect((await reader().ask(`${at}&mark=${mark}`)).status).toBe(200);
    expect((await reader(instance.urls[1]).ask(`${at}&mark=${mark}`)).status).toBe(200);
    expect((await reader().ask(at)).status).toBe(200);
    // a browser's own resuming says the first address again, with the last id
    const resumed = await reader().ask(`/revocations?after=1&mark=${other}`, {
      ...stream,
      "last-event-id": String(position),
    });
    expect(resumed.status).toBe(200);
    await resumed.body?.cancel();
    const acknowledge = (own: string | undefined, instanceId: string) =>
      fetch(`${instance.issuer}/revocations/acknowledgements`, {
        method: "POST",
        headers: { authorization: `Bearer ${billing().secret}`, "content-type": "application/json" },
        body: JSON.stringify({
          instance: instanceId,
          position,
          mark: own,
          agent: "test/1",
          way: "feed",
          mode: "strict",
          max_staleness_seconds: 60,
          accepted: 0,
          refused: 0,
          stale: 0,
          lost: 0,
        }),
      }).then((answer) => answer.status);
    const [wrong, right, untold] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await acknowledge(other, wrong)).toBe(409);
    expect(await acknowledge(mark, right)).toBe(204);
    expect(await acknowledge(undefined, untold)).toBe(204);
    const known = () =>
      instance.db.query<{ id: string }>(
        "SELECT instance_id::text AS id FROM feed_acknowledgement WHERE instance_id = ANY ($1::uuid[])",
        [[wrong, right, untold]],
      );
    await expect.poll(async () => (await known()).length, { timeout: 5_000 }).toBe(2);
    expect((await known()).map(({ id }) => id)).not.toContain(wrong);
  });

  test("too far behind is 410: a snapshot is quicker", { timeout: 180_000 }, async () => {
    await flood(100_001);
    await caughtUp();
    expect(await statusOf("/revocations?after=0")).toEqual([410, "snapshot_required"]);
    const one = await newcomer();
    expect(one.model.position).toBe(await head());
    // just near enough: in pieces, to the last fact
    const far = reader();
    far.model.position = (await head()) - 100_000;
    await far.connect();
    await expect.poll(() => far.model.position, { timeout: 30_000 }).toBe(await head());
    expect(far.failure).toBeNull();
  });
});

test("an instance has one snapshot under way, and the next when it has ended", async () => {
  const one = reader();
  const path = `/revocations/snapshot?instance=${one.instance}`;
  const [first, second] = await Promise.all([one.ask(path), one.ask(path)]);
  expect([first.status, second.status].sort()).toEqual([200, 429]);
  for (const answer of [first, second]) await answer.text();
  const next = await one.ask(path);
  expect([next.status, (await next.text()).length > 0]).toEqual([200, true]);
});

test("an authority that does not hear from its database sends no heartbeat and answers 503, and goes on when it hears again", async () => {
  const lone = await startTestInstance();
  try {
    const [authority] = lone.authorities;
    const { follower } = (authority as TestInstance["authorities"][number]).services;
    const one = new TestReader({
      url: lone.issuer,
      issuer: lone.issuer,
      secret: lone.registry.verifiers.billing.secret,
    });
    open.push(one);
    await one.load();
    await one.connect();
    await expect.poll(() => one.batches.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const owner = await import("pg").then(
      ({ default: pg }) => new pg.Client({ connectionString: lone.databaseUrl }),
    );
    await owner.connect();
    // whoever asks where the feed is waits
    await owner.query("BEGIN; LOCK TABLE feed_head IN ACCESS EXCLUSIVE MODE");
    await expect.poll(() => follower.isStale, { timeout: 10_000 }).toBe(true);
    const seen = one.batches.length;
    for (const path of ["/revocations?after=0", "/revocations?after=0&wait=1", "/revocations/snapshot"])
      expect((await one.ask(path)).status).toBe(503);
    expect((await one.ask("/revocations?after=0", { accept: "text/event-stream" })).status).toBe(503);
    // two heartbeats would have come
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(one.batches.length).toBeLessThanOrEqual(seen + 1);
    const last = one.batches.at(-1);
    // what it said last is as old as what it knew
    expect(Date.now() - (last?.at ?? 0)).toBeGreaterThan(1_000);
    await owner.query("ROLLBACK");
    await owner.end();
    await expect.poll(() => follower.isStale, { timeout: 10_000 }).toBe(false);
    const count = one.batches.length;
    await expect.poll(() => one.batches.length, { timeout: 5_000 }).toBeGreaterThan(count);
    expect([one.isOpen, one.failure]).toEqual([true, null]);
  } finally {
    await lone.stop();
  }
});

test("docs/feed.md names every member of what is sent, for software in any language", async () => {
  const made = await newcomer();
  const token = await revokeOne();
  await expect.poll(() => isRefused(made, token)).toBe(true);
  const answer = await made.ask("/revocations/snapshot");
  const parts = (await answer.text()).trim().split("\n");
  const last = decodeJwt(parts.at(-1) ?? "");
  const news = made.batches.find(({ facts }) => facts.length > 0);
  const fact = news?.facts.at(-1);
  const sent = [news, fact, fact && "target" in fact ? fact.target : undefined, last, made.statements.at(-1)];
  const members = new Set(sent.flatMap((one) => Object.keys(one ?? {})));
  expect([...members]).toEqual(
    expect.arrayContaining(["mark", "expires", "kind", "revoked", "last", "heartbeat_ms"]),
  );
  for (const kind of Object.keys(last.revoked as object)) members.add(`revoked.${kind}`);
  members.delete("revoked");
  const text = await readFile(new URL("../../../docs/feed.md", import.meta.url), "utf8");
  expect([...members].filter((name) => !text.includes(`\`${name}\``) && !text.includes(`"${name}"`))).toEqual(
    [],
  );
});
