import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { fixedMasterKeys } from "#lib/keys/master-keys.ts";
import { readOutboundAllow } from "#lib/outbound/allow-list.ts";
import { createOutbound, type Outbound } from "#lib/outbound/outbound.ts";
import { revokeUserTokens } from "#lib/revocations/revoke-user-tokens.ts";
import { createReceiver } from "#lib/signal-receivers/create-receiver.ts";
import { createReceiverInput } from "#lib/signal-receivers/input.ts";
import { createStream } from "#lib/signals/create-stream.ts";
import { SENT_EVENTS, SESSION_REVOKED } from "#lib/signals/model.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { startTestInstance, type TestInstance } from "#server/authority/test-authority.ts";
import { type RunningWorker, startWorker } from "#server/worker/start.ts";
import { eventually } from "./test-signal-peer.ts";

// three whole authorities, each with a worker of its own, that act upon each other's events
let instances: TestInstance[];
let workers: RunningWorker[];
let outbound: Outbound;
/** An authority may call this address before anybody knows where the others are. */
const keys = createServer(async (req, res) => {
  const answer = await fetch(`${instances[Number(req.url?.slice(1))]?.issuer}/revocations/jwks`);
  res.setHeader("content-type", "application/json").end(await answer.text());
});

beforeAll(async () => {
  keys.listen(0, "127.0.0.1");
  await once(keys, "listening");
  const origin = `http://127.0.0.1:${(keys.address() as AddressInfo).port}`;
  instances = await Promise.all(
    [0, 1, 2].map(() => startTestInstance(1, { env: { OUTBOUND_ALLOW: origin } })),
  );
  const allow = [origin, ...instances.map(({ issuer }) => issuer)].join(",");
  outbound = createOutbound({ allow: readOutboundAllow(allow) ?? expect.fail() });
  // both ways round: every pair, and the ring of three in both directions
  for (const [from, sender] of instances.entries())
    for (const [to, receiver] of instances.entries())
      if (from !== to) await connect(sender, receiver, `${origin}/${from}`);
  workers = await Promise.all(
    instances.map(({ databaseUrl, issuer, masterKey }) =>
      startWorker({
        databaseUrl,
        log: pino({ level: "silent" }),
        signals: { issuer, masterKeys: fixedMasterKeys(masterKey), outbound },
      }),
    ),
  );
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await Promise.all(instances.map((instance) => instance.stop()));
  outbound.close();
  keys.closeAllConnections();
  keys.close();
});

async function connect(sender: TestInstance, receiver: TestInstance, jwksUrl: string): Promise<void> {
  const verifierId = sender.registry.verifiers.billing.id;
  const made = await createReceiver(
    contextAs(receiver.db, "owner"),
    createReceiverInput.parse({
      name: `peer ${new URL(sender.issuer).port}`,
      issuer: sender.issuer,
      jwksUrl,
      audience: verifierId,
      subjectBy: "user_id",
      policies: [{ eventType: SESSION_REVOKED, action: "revoke" }],
    }),
    { outbound },
  );
  await createStream(
    contextAs(sender.db, "owner"),
    {
      verifierId,
      description: "",
      audience: verifierId,
      events: [...SENT_EVENTS],
      delivery: "push",
      endpointUrl: `${receiver.issuer}/signals/${made.receiver.id}`,
      authorization: `Bearer ${made.secret}`,
    },
    { outbound, wrapper: createKeyWrapper(sender.masterKey) },
  );
}

const count = async ({ db }: TestInstance, statement: string, ...values: string[]) =>
  Number((await db.query<{ count: bigint }>(`SELECT count(*) AS count FROM ${statement}`, values))[0]?.count);

test("peers that act upon each other's events, two and two and in a ring of three, each act once, and then there is peace", async () => {
  const id = uuidv7(new Date());
  for (const { db } of instances)
    await db.query(
      "INSERT INTO user_account (id, email, name, created_at, updated_at) VALUES ($1, 'ana@example.com', 'Ana', now(), now())",
      [id],
    );
  const [first] = instances as [TestInstance];
  await revokeUserTokens(contextAs(first.db, "owner"), { id, reason: "policy", note: "" });
  // each of the three orders is told to both others
  await eventually(async () => {
    const received = await Promise.all(instances.map((one) => count(one, "received_signal")));
    return received.every((number) => number === 2) ? true : undefined;
  }, 20_000);
  // and nothing more is on its way anywhere
  await eventually(async () => {
    const waiting = await Promise.all(
      instances.map((one) =>
        count(one, "signal_stream s, signal_head h WHERE h.id = 1 AND s.cursor < h.sequence"),
      ),
    );
    return waiting.every((number) => number === 0) ? true : undefined;
  });
  for (const one of instances) {
    expect(await count(one, "revocation_order WHERE target_kind = 'user' AND target_id = $1", id)).toBe(1);
    expect(await count(one, "received_signal")).toBe(2);
    expect(await count(one, "signal_event")).toBe(1);
  }
  const outcomes = await Promise.all(
    instances.map(async ({ db }) =>
      (await db.query<{ outcome: string }>("SELECT outcome FROM received_signal ORDER BY 1")).map(
        (row) => row.outcome,
      ),
    ),
  );
  expect(outcomes).toEqual([
    ["echo", "echo"],
    ["echo", "revoked"],
    ["echo", "revoked"],
  ]);
}, 60_000);
