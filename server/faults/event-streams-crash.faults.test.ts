import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createEventStream } from "#lib/event-streams/create-event-stream.ts";
import { createEventStreamInput } from "#lib/event-streams/input.ts";
import { readEventStream } from "#lib/event-streams/stream-record.ts";
import { createGroup } from "#lib/groups/create-group.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound } from "#lib/outbound/outbound.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { createUseWriter, type TokenUseRow } from "#lib/verification/use-writer.ts";
import { type Delivered, startWebhookSink, type WebhookSink } from "#server/worker/test-webhook-sink.ts";
import { eventually, type Instance, startInstance } from "./instance.ts";

/** Several batches. */
const USES = 2_400;
const GROUPS = 12;
/** Longer than the lease of a worker that was killed. */
const PATIENCE_MS = 60_000;

let instance: Instance;
let sink: WebhookSink;

beforeAll(async () => {
  sink = await startWebhookSink();
  instance = await startInstance({ authorities: 1, settings: { OUTBOUND_ALLOW: sink.origin } });
}, 60_000);
afterAll(async () => {
  await instance.stop();
  await sink.end();
});

const useOf = (path: string): TokenUseRow => ({
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
});

/** Takes so many batches and keeps the one after them without an answer, as a sink that died with the worker's connection. */
function holdAfter(batches: number): Promise<Delivered> {
  return new Promise((held) => {
    let left = batches;
    sink.behave((_req, res, delivered) => {
      if (left === 0) return held(delivered);
      left -= 1;
      sink.taken.push(delivered);
      res.writeHead(202).end();
    });
  });
}

test("workers are killed with -9 while a batch is with the sink: another goes on from there, nothing is left out, and each chain is in order", async () => {
  const outbound = createOutbound({ allow: readOutboundAllow(sink.origin) ?? expect.fail() });
  const ctx = () => contextAs(instance.db, "owner");
  const input = createEventStreamInput.parse({ name: "SIEM", delivery: "webhook", url: sink.url });
  const keeping = { outbound, wrapper: createKeyWrapper(instance.masterKey) };
  const { stream, secret } = await createEventStream(ctx(), input, keeping);
  sink.trust(secret ?? "");
  const writer = createUseWriter();
  const paths = Array.from({ length: USES }, (_, n) => `/${n}`);
  await writer.write(instance.db, paths.slice(0, USES / 2).map(useOf), null);
  for (let n = 0; n < GROUPS; n += 1)
    await createGroup(ctx(), { name: `Group ${n}`, description: "", permissionIds: [] });

  const first = holdAfter(2);
  const killed = await instance.startWorker();
  const lost = await first;
  await killed.kill();
  // written while nobody sends
  await writer.write(instance.db, paths.slice(USES / 2).map(useOf), null);

  const second = holdAfter(1);
  const heir = await instance.startWorker();
  const lostToo = await second;
  await heir.kill();
  expect(sink.taken[2]?.headers["webhook-id"]).toBe(lost.headers["webhook-id"]);
  sink.behave("take");
  const last = await instance.startWorker();
  const events = () => sink.taken.flatMap((batch) => batch.events);
  const pathsSent = () => events().flatMap(({ path }) => path ?? []);
  await eventually(async () => (new Set(pathsSent()).size === USES ? true : undefined), PATIENCE_MS);
  await eventually(async () => {
    const { lag } = await readEventStream(instance.db, stream.id);
    return lag.count === 0 ? true : undefined;
  }, PATIENCE_MS);

  expect(sink.taken[3]?.headers["webhook-id"]).toBe(lostToo.headers["webhook-id"]);
  // what the sink took once, and no worker heard that it was not, came once: the two that were held came again
  expect(pathsSent()).toEqual(paths);
  const sequences = events().flatMap(({ sequence }) => (sequence === undefined ? [] : Number(sequence)));
  expect(sequences.length).toBeGreaterThanOrEqual(GROUPS);
  expect(sequences).toEqual(sequences.map((_, n) => (sequences[0] ?? 0) + n));
  await last.kill();
  outbound.close();
}, 240_000);
