import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { recordEntry } from "../audit/record-entry.ts";
import { testContexts } from "../db/test-context.ts";
import { createKeyWrapper } from "../keys/key-wrapper.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { createEventStream } from "./create-event-stream.ts";
import { createEventStreamInput } from "./input.ts";
import { leaseEventStreams } from "./lease-event-streams.ts";
import { getEventStream, listEventStreams } from "./list-event-streams.ts";
import { EVENT_STREAMS_MAX } from "./model.ts";
import { nextBatch } from "./next-batch.ts";
import { switchEventStream } from "./pause-event-stream.ts";
import { readActs } from "./read-acts.ts";
import { removeEventStream } from "./remove-event-stream.ts";
import { replayEventStream } from "./replay-event-stream.ts";
import { rotateEventStreamSecret } from "./rotate-event-stream-secret.ts";
import { openText, signingSecretLabel } from "./sealed-values.ts";
import { getStreamRecord } from "./stream-record.ts";
import { testEventStream } from "./test-event-stream.ts";
import { updateEventStream } from "./update-event-stream.ts";

const world = testContexts();
const keeping = {
  outbound: createOutbound({ allow: NOTHING_ALLOWED }),
  wrapper: createKeyWrapper(Buffer.alloc(32, 7)),
};
const owner = () => ({ ...world.as("owner"), now: new Date() });
const make = (change: object = {}, ctx = owner()) =>
  createEventStream(
    ctx,
    createEventStreamInput.parse({
      name: `SIEM ${randomUUID()}`,
      delivery: "webhook",
      url: "https://1.1.1.1/ingest",
      ...change,
    }),
    keeping,
  );
const act = (name: string, errorCode?: string) =>
  world.db.transaction((tx) =>
    recordEntry(tx, owner(), {
      act: "client.updated",
      target: { kind: "client", id: "1", name },
      ...(errorCode === undefined ? {} : { errorCode }),
    }),
  );

describe("a stream of the audit", () => {
  test("is made, changed, paused, sent again, given a key and removed by owners alone, each on record without its secrets", async () => {
    const { stream, secret } = await make({ authorization: "Bearer marked-of-the-sink" });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await world.lastEntry()).toMatchObject({
      act: "event_stream.created",
      after: { authorization: "set", url: "https://1.1.1.1/ingest" },
    });
    const streamId = stream.id;
    const acts = {
      "event_stream.updated": (ctx = owner()) =>
        updateEventStream(ctx, { streamId, version: 1, name: "Other" }, keeping),
      "event_stream.paused": (ctx = owner()) => switchEventStream(ctx, { streamId, status: "paused" }),
      "event_stream.resumed": (ctx = owner()) => switchEventStream(ctx, { streamId, status: "running" }),
      "event_stream.replayed": (ctx = owner()) =>
        replayEventStream(ctx, { streamId, from: new Date("2026-01-01") }),
      "event_stream.secret_rotated": (ctx = owner()) => rotateEventStreamSecret(ctx, { streamId }, keeping),
      "event_stream.removed": (ctx = owner()) => removeEventStream(ctx, { streamId }),
    };
    for (const [name, work] of Object.entries(acts)) {
      for (const role of ["responder", "governor", "auditor"] as const)
        await expect(work(world.as(role)), `${name} by ${role}`).rejects.toMatchObject({ code: "FORBIDDEN" });
      await work();
      expect((await world.lastEntry())?.act).toBe(name);
    }
    for (const role of ["responder", "governor", "auditor"] as const) {
      await expect(make({}, world.as(role))).rejects.toMatchObject({ code: "FORBIDDEN" });
      await expect(testEventStream(world.as(role), { streamId }, keeping)).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
    }
    await expect(getEventStream(owner(), { streamId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const dump = JSON.stringify(await world.db.query("SELECT before, after, note FROM audit_entry"));
    expect(dump).not.toContain("marked-of-the-sink");
    expect(dump).not.toContain(secret?.slice(6));
  });

  test("keeps its key sealed, and the one before while it signs too; whoever lists streams sees neither", async () => {
    const { stream, secret } = await make();
    const again = await rotateEventStreamSecret(owner(), { streamId: stream.id }, keeping);
    const record = await getStreamRecord(world.db, stream.id);
    const open = (wrapped: Buffer | null) =>
      openText(keeping.wrapper, signingSecretLabel(stream.id), wrapped ?? expect.fail());
    expect(await open(record.secretWrapped)).toBe(again.secret);
    expect(await open(record.previousSecretWrapped)).toBe(secret);
    expect(again.stream.previousSecretUntil).not.toBeNull();
    const [row] = await listEventStreams(world.as("auditor"));
    expect(row?.id).toBe(stream.id);
    expect(JSON.stringify(row)).not.toMatch(/whsec_|wrapped/i);
  });

  test("is refused where its address may not be called, its settings do not fit, its name is taken, or there are too many", async () => {
    const fault = (change: object) => make(change).catch((error: { fields?: { path: string }[] }) => error);
    expect(await fault({ url: "https://127.0.0.1/" })).toMatchObject({ fields: [{ path: "url" }] });
    expect(await fault({ url: "http://1.1.1.1/" })).toMatchObject({ fields: [{ path: "url" }] });
    expect(await fault({ delivery: "syslog", url: "syslog+tcp://1.1.1.1:514" })).toMatchObject({
      fields: [{ path: "url" }],
    });
    expect(
      await fault({ delivery: "syslog", url: "syslog+tls://1.1.1.1", authorization: "Bearer x" }),
    ).toMatchObject({ fields: [{ path: "authorization" }] });
    expect(await fault({ clientIds: [randomUUID()] })).toMatchObject({ fields: [{ path: "clientIds" }] });
    await make({ name: "SIEM" });
    expect(await fault({ name: "SIEM" })).toMatchObject({ code: "CONFLICT" });
    for (let n = 1; n < EVENT_STREAMS_MAX; n += 1) await make();
    await expect(make()).rejects.toMatchObject({ code: "CONFLICT" });
    const parsed = (change: object) =>
      createEventStreamInput.safeParse({ name: "n", delivery: "syslog", url: "x", ...change });
    expect(parsed({ caPem: "nonsense" }).success).toBe(false);
    expect(parsed({ caPem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }).success).toBe(
      false,
    );
    expect(parsed({ sources: [] }).success).toBe(false);
  });

  test("is not changed by who saw an older one, and a change of nothing is no act", async () => {
    const { stream } = await make();
    const change = { streamId: stream.id, version: 1, name: "Archive" };
    await updateEventStream(owner(), change, keeping);
    await expect(updateEventStream(owner(), change, keeping)).rejects.toMatchObject({
      code: "STALE_VERSION",
    });
    const before = await world.countEntries();
    await updateEventStream(owner(), { ...change, version: 2 }, keeping);
    expect(await world.countEntries()).toBe(before);
  });

  test("carries acts in the order of their chain, those that it wants, and passes the others", async () => {
    const [head] = await world.db.query<{ sequence: bigint }>(
      "SELECT coalesce(max(sequence), 0) AS sequence FROM audit_entry",
    );
    const after = head?.sequence ?? 0n;
    for (const [name, code] of [["a"], ["b", "FORBIDDEN"], ["c"], ["d", "FORBIDDEN"], ["e"]] as const)
      await act(name, code);
    const names = (page: Awaited<ReturnType<typeof readActs>>) =>
      page.events.map(({ event }) => event.target.name).join("");
    const all = await readActs(world.db, { after, outcome: "all", limit: 3 });
    expect([names(all), all.isFull, all.end - after]).toEqual(["abc", true, 3n]);
    const rest = await readActs(world.db, { after: all.end, outcome: "all", limit: 3 });
    expect([names(rest), rest.isFull, rest.end - after]).toEqual(["de", false, 5n]);
    const refused = await readActs(world.db, { after, outcome: "refused", limit: 100 });
    expect([names(refused), refused.end - after]).toEqual(["bd", 5n]);
    const nothing = await readActs(world.db, { after: refused.end, outcome: "refused", limit: 100 });
    expect([names(nothing), nothing.end]).toEqual(["", refused.end]);
  });

  test("goes in batches of half a megabyte at most, an event that is larger alone, with where it is behind each", async () => {
    const { stream } = await make({ sources: ["acts"] });
    const long = "x".repeat(200_000);
    for (let n = 0; n < 5; n += 1)
      await world.db.transaction((tx) =>
        recordEntry(tx, owner(), {
          act: "client.updated",
          target: { kind: "client", id: "1", name: String(n) },
          after: { long: n === 4 ? long.repeat(4) : long },
        }),
      );
    const record = await getStreamRecord(world.db, stream.id);
    let position = { actsSequence: record.actsSequence, uses: record.uses };
    const sizes: number[] = [];
    for (;;) {
      const batch = await nextBatch(world.db, "acts", position, { ...record, limit: 500 });
      position = batch.after;
      if (batch.events.length > 0) sizes.push(batch.events.length);
      if (!batch.isFull) break;
    }
    // the first is the one that tells of the stream itself
    expect(sizes).toEqual([3, 2, 1]);
  });

  test("belongs to one worker at a time, to the next when its lease is over, and to nobody while it is paused or waits", async () => {
    const { stream } = await make();
    const [a, b] = [randomUUID(), randomUUID()];
    const lease = async (workerId: string, busy: string[] = []) =>
      (await leaseEventStreams(world.db, { workerId, busy, limit: 10 })).map(({ id }) => id);
    const both = await Promise.all([lease(a), lease(b)]);
    expect(both.flat()).toEqual([stream.id]);
    const [first, other] = both[0].length === 1 ? [a, b] : [b, a];
    expect(await lease(other)).toEqual([]);
    expect(await lease(first, [stream.id])).toEqual([]);
    await world.db.query("UPDATE event_stream SET leased_until = now() - interval '1 second'");
    expect(await lease(other)).toEqual([stream.id]);
    await switchEventStream(owner(), { streamId: stream.id, status: "paused" });
    expect(await lease(other)).toEqual([]);
    await switchEventStream(owner(), { streamId: stream.id, status: "running" });
    await world.db.query("UPDATE event_stream SET next_attempt_at = now() + interval '1 minute'");
    expect(await lease(other)).toEqual([]);
  });

  test("that was paused, waited or was held while the clock was years ahead goes on when it is right, and has all that came meanwhile", async () => {
    const { stream } = await make();
    const workerId = randomUUID();
    const lease = async () =>
      (await leaseEventStreams(world.db, { workerId, busy: [], limit: 10 })).map(({ id }) => id);
    await switchEventStream(owner(), { streamId: stream.id, status: "paused" });
    await world.db.query(
      `UPDATE event_stream SET uses_low = now() + interval '4 years', next_attempt_at = now() + interval '4 years',
         leased_by = gen_random_uuid(), leased_until = now() + interval '4 years'`,
    );
    expect(await lease(), "it is paused").toEqual([]);
    // four years later it has come to its place of then
    const { uses } = await getStreamRecord(world.db, stream.id);
    expect(uses.low.getTime()).toBe(0);
    const fixture = fixtureOf(world.db);
    const token = await fixture.token({ clientId: await fixture.client("portal") });
    // as it went on by itself, without anybody who resumed it
    await world.db.query("UPDATE event_stream SET status = 'running'");
    expect(await lease()).toEqual([stream.id]);
    const record = await getStreamRecord(world.db, stream.id);
    const batch = await nextBatch(world.db, "uses", record, { ...record, limit: 500 });
    expect(batch.events.map(({ event }) => event.type === "token_use" && event.token.id)).toEqual([token.id]);
    await world.db.query(
      "UPDATE event_stream SET uses_epoch = pg_current_snapshot()::text, uses_epoch_low = now() + interval '4 years'",
    );
    await lease();
    expect((await getStreamRecord(world.db, stream.id)).uses.epochLow?.getTime()).toBe(0);
  });

  test("that is sent again from a point skips nothing that it has not sent yet", async () => {
    const { stream } = await make();
    await act("waits");
    const fixture = fixtureOf(world.db);
    const token = await fixture.token({ clientId: await fixture.client("portal") });
    const before = await getStreamRecord(world.db, stream.id);
    await expect(
      replayEventStream(owner(), { streamId: stream.id, from: new Date(Date.now() + 60_000) }),
    ).rejects.toMatchObject({ fields: [{ path: "from" }] });
    await replayEventStream(owner(), { streamId: stream.id, from: new Date() });
    const record = await getStreamRecord(world.db, stream.id);
    expect(record.actsSequence).toBeLessThanOrEqual(before.actsSequence);
    expect(record.uses.low.getTime()).toBeLessThanOrEqual(before.uses.low.getTime());
    const batch = await nextBatch(world.db, "uses", record, { ...record, limit: 500 });
    expect(batch.events.map(({ event }) => event.type === "token_use" && event.token.id)).toEqual([token.id]);
  });
});
