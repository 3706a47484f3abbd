import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound } from "#lib/outbound/outbound.ts";
import { revokeUserTokens } from "#lib/revocations/revoke-user-tokens.ts";
import { createStream } from "#lib/signals/create-stream.ts";
import { SESSION_REVOKED } from "#lib/signals/model.ts";
import { readStream } from "#lib/signals/stream-record.ts";
import { contextAs, fixtureOf } from "#lib/tokens/token-fixture.ts";
import { type SignalPeer, startSignalPeer } from "#server/authority/signals/test-signal-peer.ts";
import { eventually, type Instance, startInstance } from "./instance.ts";
import type { Process } from "./process.ts";

const USERS = 60;
const KILLS = 3;

let instance: Instance;
let peers: [SignalPeer, SignalPeer];

beforeAll(async () => {
  peers = [await startSignalPeer(), await startSignalPeer()];
  instance = await startInstance({
    authorities: 1,
    settings: { OUTBOUND_ALLOW: peers.map(({ origin }) => origin).join(",") },
  });
}, 60_000);
afterAll(async () => {
  await instance.stop();
  await Promise.all(peers.map((peer) => peer.end()));
});

test("workers are killed with -9 while they push: each event arrives, in order, and a receiver that is down holds nobody up", async () => {
  const [peer, down] = peers;
  const outbound = createOutbound({
    allow: readOutboundAllow(peers.map(({ origin }) => origin).join(",")) ?? expect.fail(),
  });
  const streamTo = (url: string) =>
    createStream(
      contextAs(instance.db, "owner"),
      {
        verifierId: instance.registry.verifiers.billing.id,
        description: "",
        audience: "peer",
        events: [SESSION_REVOKED],
        delivery: "push",
        endpointUrl: url,
      },
      { outbound, wrapper: createKeyWrapper(instance.masterKey) },
    );
  const made = await streamTo(peer.url);
  const broken = await streamTo(down.url);
  await peer.trust(instance.issuer, "peer");
  down.behave((_req, res) => res.writeHead(503).end());

  const users: string[] = [];
  const fixture = fixtureOf(instance.db);
  for (let n = 0; n < USERS; n += 1) {
    const id = await fixture.user(`user-${n}@example.com`);
    users.push(id);
    await revokeUserTokens(contextAs(instance.db, "owner"), { id, reason: "policy", note: "" });
  }
  let worker: Process = await instance.startWorker();
  for (let kills = 1; kills <= KILLS; kills += 1) {
    const enough = kills * Math.floor(USERS / (KILLS + 2));
    await eventually(async () => (peer.taken.length >= enough ? true : undefined), 40_000);
    await worker.kill();
    worker = await instance.startWorker();
  }
  const subjects = () => peer.taken.map((set) => (set.sub_id as { sub: string }).sub);
  await eventually(async () => (new Set(subjects()).size === USERS ? true : undefined), 60_000);
  await wait(500);

  // once each and in order, but for what was on its way when a worker died, which comes again under the same jti
  const jtis = peer.taken.map((set) => set.jti);
  expect(new Set(jtis).size).toBe(USERS);
  expect(jtis.length - USERS).toBeLessThanOrEqual(KILLS);
  expect([...new Set(subjects())]).toEqual(users);
  expect(await readStream(instance.db, { id: made.id })).toMatchObject({ lag: 0, refused: 0, lost: 0 });
  expect(await readStream(instance.db, { id: broken.id })).toMatchObject({
    lag: USERS,
    delivered: 0,
    lastError: "answers 503",
  });
  await worker.kill();
  outbound.close();
}, 180_000);
