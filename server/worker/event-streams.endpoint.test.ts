import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { REFUSALS } from "#lib/audit/use-words.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { createEventStream } from "#lib/event-streams/create-event-stream.ts";
import { createEventStreamInput } from "#lib/event-streams/input.ts";
import type { EventStreamRow } from "#lib/event-streams/model.ts";
import { switchEventStream } from "#lib/event-streams/pause-event-stream.ts";
import { replayEventStream } from "#lib/event-streams/replay-event-stream.ts";
import { rotateEventStreamSecret } from "#lib/event-streams/rotate-event-stream-secret.ts";
import { readEventStream } from "#lib/event-streams/stream-record.ts";
import { testEventStream } from "#lib/event-streams/test-event-stream.ts";
import { ocsfFaults } from "#lib/event-streams/test-ocsf-classes.ts";
import { updateEventStream } from "#lib/event-streams/update-event-stream.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { createUseWriter, type TokenUseRow } from "#lib/verification/use-writer.ts";
import { eventually } from "#server/authority/signals/test-signal-peer.ts";
import { createEventSender } from "./stream-sender.ts";
import { startWebhookSink, type WebhookSink } from "./test-webhook-sink.ts";
import type { WorkerPart } from "./worker-part.ts";

const wrapper = createKeyWrapper(Buffer.alloc(32, 7));
const log = pino({ level: "silent" });
let db: Database;
let databaseUrl: string;
let outbound: Outbound;
let sinks: [WebhookSink, WebhookSink];
let senders: WorkerPart[];

beforeAll(async () => {
  sinks = [await startWebhookSink(), await startWebhookSink()];
  outbound = createOutbound({
    allow: readOutboundAllow(sinks.map(({ origin }) => origin).join(",")) ?? expect.fail(),
  });
  databaseUrl = (await testDatabase()).url;
  db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 6, applicationName: "test" });
  // two workers: whichever has a stream, the other has not
  senders = [1, 2].map(() => createEventSender({ db, url: databaseUrl, log, outbound, wrapper }));
  for (const sender of senders) sender.start();
});
afterAll(async () => {
  await Promise.all(senders.map((sender) => sender.stop()));
  outbound.close();
  await db.end();
  await Promise.all(sinks.map((sink) => sink.end()));
});
beforeEach(async () => {
  await db.query("DELETE FROM event_stream");
  for (const sink of sinks) {
    sink.taken.length = 0;
    sink.attempts.length = 0;
    sink.behave("take");
  }
});

const owner = () => contextAs(db, "owner");
const keeping = () => ({ outbound, wrapper });
const now = (made: EventStreamRow) => readEventStream(db, made.id);

async function stream(sink: WebhookSink, change: object = {}) {
  const input = createEventStreamInput.parse({
    name: randomUUID(),
    delivery: "webhook",
    url: sink.url,
    sources: ["uses"],
    ...change,
  });
  const made = await createEventStream(owner(), input, keeping());
  sink.trust(made.secret ?? "");
  return { ...made, secret: made.secret ?? "" };
}

const writer = createUseWriter();
function useOf(path: string): TokenUseRow {
  return {
    at: new Date(),
    refusal: null,
    source: "forward_auth",
    tokenId: randomUUID(),
    tokenKind: "access",
    familyId: randomUUID(),
    clientId: randomUUID(),
    userId: null,
    subject: "somebody",
    verifierId: null,
    audience: null,
    method: "GET",
    path,
    ip: "192.0.2.7",
    userAgent: null,
  };
}
async function use(count: number, from = 0): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, n) => `/${from + n}`);
  await writer.write(db, paths.map(useOf), null);
  return paths;
}
const pathsOf = (sink: WebhookSink) => sink.taken.flatMap(({ events }) => events.map(({ path }) => path));
const arrived = (sink: WebhookSink, count: number, withinMs = 15_000) =>
  eventually(() => (pathsOf(sink).length >= count ? pathsOf(sink) : undefined), withinMs);
const failing = (made: EventStreamRow) =>
  eventually(async () => {
    const row = await now(made);
    return row.failures > 0 ? row : undefined;
  }, 20_000);
const tryNow = (made: EventStreamRow) =>
  db.query("UPDATE event_stream SET next_attempt_at = NULL WHERE id = $1", [made.id]);

describe("a webhook", () => {
  test("gets uses and acts, each in order, in batches that its key signs as Standard Webhooks has it", async () => {
    const [sink] = sinks;
    const { stream: made } = await stream(sink, {
      sources: ["uses", "acts"],
      authorization: "Bearer of-theirs",
    });
    const paths = await use(3);
    await switchEventStream(owner(), { streamId: made.id, status: "running" });
    const events = await eventually(() => {
      const all = sink.taken.flatMap((batch) => batch.events);
      return all.length >= 4 ? all : undefined;
    });
    expect(events.filter(({ type }) => type === "token_use").map(({ path }) => path)).toEqual(paths);
    expect(events.filter(({ type }) => type === "admin_act").map(({ act }) => act)).toEqual([
      "event_stream.created",
    ]);
    for (const { headers } of sink.taken)
      expect(headers).toMatchObject({
        authorization: "Bearer of-theirs",
        "content-type": "application/x-ndjson",
        "webhook-id": expect.stringMatching(/^msg_/),
      });
    await eventually(async () => ((await now(made)).delivered === 4 ? true : undefined));
    expect(await now(made)).toMatchObject({ failures: 0, lag: { count: 0 } });
  });

  test("gets uses and acts as OCSF, each as its published class has it", async () => {
    const [sink] = sinks;
    const { stream: made } = await stream(sink, { sources: ["uses", "acts"], format: "ocsf" });
    const odd = 'quote " backslash \\ </script> 漢字 😀';
    const rows: TokenUseRow[] = [
      { ...useOf(`/${odd}`), userAgent: odd, subject: odd },
      ...REFUSALS.map((refusal) => ({ ...useOf("/refused"), refusal })),
      { ...useOf("/renewed"), source: "refresh", tokenKind: "refresh" },
      { ...useOf("/reported"), source: "report", at: new Date(Date.now() - 86_400_000) },
    ];
    await writer.write(db, rows, null);
    await switchEventStream(owner(), { streamId: made.id, status: "paused" });
    await switchEventStream(owner(), { streamId: made.id, status: "running" });
    const events = await eventually(() => {
      const all = sink.taken.flatMap((batch) => batch.events as unknown as { class_uid: number }[]);
      return all.length >= rows.length + 3 ? all : undefined;
    });
    expect(events.flatMap(ocsfFaults)).toEqual([]);
    const counts = Map.groupBy(events, (event) => event.class_uid);
    expect([...counts.keys()].sort()).toEqual([2004, 3002, 3004, 6003]);
    expect(counts.get(3004), "created, paused and resumed").toHaveLength(3);
  });

  test("that answers 500 gets everything in order once it is mended, and costs its own backlog alone", async () => {
    const [broken, well] = sinks;
    const { stream: made } = await stream(broken);
    await stream(well);
    broken.behave((_req, res) => res.writeHead(500).end("bad \u001b[31m day"));
    const first = await use(5);
    expect(await arrived(well, 5)).toEqual(first);
    const row = await failing(made);
    expect(row).toMatchObject({ lastError: "answers 500: bad [31m day", lag: { count: 5 }, delivered: 0 });
    expect(Date.parse(row.nextAttemptAt ?? "")).toBeGreaterThan(Date.now() - 1_000);
    const second = await use(5, 5);
    broken.behave("take");
    expect(await arrived(broken, 10)).toEqual([...first, ...second]);
    await eventually(async () => ((await now(made)).delivered === 10 ? true : undefined));
    expect(await now(made)).toMatchObject({ failures: 0, nextAttemptAt: null, lag: { count: 0 } });
  });

  test("that takes a batch and dies before it says so gets it again, under the same ids and the same webhook-id", async () => {
    const [sink] = sinks;
    const { stream: made } = await stream(sink);
    sink.behave((_req, res) => res.destroy());
    const paths = await use(3);
    expect((await failing(made)).lastError).toMatch(/^cannot be reached/);
    sink.behave("take");
    expect(await arrived(sink, 3)).toEqual(paths);
    const [lost, again] = [sink.attempts[0], sink.taken[0]];
    expect(again?.headers["webhook-id"]).toBe(lost?.headers["webhook-id"]);
    expect(again?.events.map(({ id }) => id)).toEqual(lost?.events.map(({ id }) => id));
  });

  test.each([
    ["redirects", 302, { location: "http://127.0.0.1:1/" }, /redirects are not followed/],
    ["refuses", 400, {}, /^answers 400/],
  ] as const)("that %s keeps its events waiting, and the page says why", async (_, status, headers, why) => {
    const [sink] = sinks;
    const { stream: made } = await stream(sink);
    sink.behave((_req, res) => res.writeHead(status, headers).end());
    await use(1);
    const row = await failing(made);
    expect(row.lastError).toMatch(why);
    expect(row.lag.count).toBe(1);
  });

  test("that asks for patience is left alone for as long as it says", async () => {
    const [sink] = sinks;
    const { stream: made } = await stream(sink);
    sink.behave((_req, res) => res.writeHead(429, { "retry-after": "120" }).end());
    await use(1);
    const row = await failing(made);
    expect(Date.parse(row.nextAttemptAt ?? "") - Date.now()).toBeGreaterThan(100_000);
  });

  test("that never answers is given up by the time allowed, while another gets its own at once", async () => {
    const [silent, well] = sinks;
    const { stream: made } = await stream(silent);
    await stream(well);
    silent.behave(() => {});
    await use(1);
    await arrived(well, 1, 5_000);
    expect((await failing(made)).lastError).toBe("does not answer in time");
  }, 30_000);

  test("that says 410 is paused, on record, and goes on from where it was", async () => {
    const [sink] = sinks;
    const { stream: made } = await stream(sink);
    sink.behave((_req, res) => res.writeHead(410).end());
    const paths = await use(2);
    const row = await eventually(async () => {
      const one = await now(made);
      return one.status === "paused" ? one : undefined;
    });
    expect(row).toMatchObject({ statusReason: "answers 410", lag: { count: 2 } });
    const [entry] = await db.query(
      "SELECT act, actor_name, note FROM audit_entry WHERE target_id = $1 ORDER BY sequence DESC LIMIT 1",
      [made.id],
    );
    expect(entry).toEqual({ act: "event_stream.paused", actor_name: "worker", note: "The sink answers 410" });
    sink.behave("take");
    await switchEventStream(owner(), { streamId: made.id, status: "running" });
    expect(await arrived(sink, 2)).toEqual(paths);
  });

  test("that takes no more than three events at a time gets them all, in order", async () => {
    const [sink] = sinks;
    const { secret } = await stream(sink);
    const taken: (string | undefined)[] = [];
    sink.behave((_req, res, { events }) => {
      if (events.length > 3) return res.writeHead(413).end();
      taken.push(...events.map(({ path }) => path));
      res.writeHead(200).end();
    });
    expect(secret).toMatch(/^whsec_/);
    const paths = await use(20);
    await eventually(() => (taken.length >= 20 ? true : undefined));
    expect(taken).toEqual(paths);
  });

  test("gets what it had again from a point on, and both keys sign while one replaces the other", async () => {
    const [sink] = sinks;
    const { stream: made, secret } = await stream(sink);
    const from = new Date();
    const paths = await use(3);
    await arrived(sink, 3);
    const rotated = await rotateEventStreamSecret(owner(), { streamId: made.id }, keeping());
    await replayEventStream(owner(), { streamId: made.id, from });
    // the sink knows the key before
    await eventually(() => (pathsOf(sink).slice(3).join().endsWith(paths.join()) ? true : undefined));
    sink.trust(rotated.secret ?? "");
    const [later] = await use(1, 1_000);
    await eventually(() => (pathsOf(sink).at(-1) === later ? true : undefined));
    sink.trust(`whsec_${Buffer.alloc(32).toString("base64")}`);
    await use(1, 4);
    expect((await failing(made)).lastError).toBe("answers 401: not signed by a key that is known");
    expect(secret).not.toBe(rotated.secret);
  });

  test("is tested out of its turn with an event that says so, and the answer is told", async () => {
    const [sink] = sinks;
    const { stream: made } = await stream(sink);
    await switchEventStream(owner(), { streamId: made.id, status: "paused" });
    await use(2);
    const good = await testEventStream(owner(), { streamId: made.id }, keeping());
    expect(good).toMatchObject({ isTaken: true, answer: "answers 202: thanks" });
    expect(sink.taken.map(({ events }) => events)).toEqual([
      [expect.objectContaining({ type: "test", isTest: true })],
    ]);
    await expect(testEventStream(owner(), { streamId: made.id }, keeping())).rejects.toMatchObject({
      code: "TOO_MANY_ATTEMPTS",
    });
    sink.behave((_req, res) => res.writeHead(503).end("full"));
    const later = { ...owner(), now: new Date(Date.now() + 60_000) };
    expect(await testEventStream(later, { streamId: made.id }, keeping())).toMatchObject({
      isTaken: false,
      answer: "answers 503: full",
      stream: { lag: { count: 2 }, delivered: 0 },
    });
  });

  test("has its new address from the next batch on, and no secret of the one before without a word", async () => {
    const [first, second] = sinks;
    const { stream: made, secret } = await stream(first, { authorization: "Bearer of-the-first" });
    const change = (more: object) =>
      updateEventStream(
        owner(),
        { streamId: made.id, version: made.version, url: second.url, ...more },
        keeping(),
      );
    await expect(change({})).rejects.toMatchObject({ fields: [{ path: "authorization" }] });
    await change({ authorization: null });
    second.trust(secret);
    await use(1);
    await arrived(second, 1);
    expect(second.taken[0]?.headers.authorization).toBeUndefined();
    expect(first.attempts).toHaveLength(0);
  });
});

test("of workers that stop and start in the middle none leaves a gap or sends out of order", async () => {
  const [sink] = sinks;
  await stream(sink);
  const expected: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    expected.push(...(await use(40, round * 40)));
    const [stopped] = senders.splice(round % 2, 1);
    await stopped?.stop();
    const next = createEventSender({ db, url: databaseUrl, log, outbound, wrapper });
    next.start();
    senders.push(next);
  }
  await eventually(() => (new Set(pathsOf(sink)).size >= expected.length ? true : undefined), 20_000);
  expect([...new Set(pathsOf(sink))]).toEqual(expected);
});

test("a stream whose address has turned private since it was entered is not called", async () => {
  const [sink] = sinks;
  let leadsTo = "93.184.216.34";
  const turning = createOutbound({
    allow: readOutboundAllow("") ?? expect.fail(),
    resolve: async () => [{ address: leadsTo, family: 4 }],
  });
  const url = `https://rebinding.example:${new URL(sink.origin).port}/`;
  const input = createEventStreamInput.parse({ name: randomUUID(), delivery: "webhook", url });
  const { stream: made } = await createEventStream(owner(), input, { outbound: turning, wrapper });
  leadsTo = "127.0.0.1";
  expect(await testEventStream(owner(), { streamId: made.id }, { outbound: turning, wrapper })).toMatchObject(
    { isTaken: false, answer: "leads to an address that is not public" },
  );
  expect(sink.attempts).toHaveLength(0);
  await tryNow(made);
  turning.close();
});
