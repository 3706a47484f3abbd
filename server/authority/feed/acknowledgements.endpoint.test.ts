import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestReader } from "./test-reader.ts";

let instance: TestInstance;

beforeAll(async () => {
  instance = await startTestInstance();
});
afterAll(() => instance.stop());

const billing = () => instance.registry.verifiers.billing;
const reader = () =>
  new TestReader({ url: instance.issuer, issuer: instance.issuer, secret: billing().secret });

async function head(): Promise<number> {
  const [row] = await instance.db.query<{ position: bigint }>("SELECT position FROM feed_head");
  return Number(row?.position);
}

describe("what an instance says of itself", () => {
  const said = (change: Record<string, unknown> = {}) => ({
    instance: randomUUID(),
    position: 0,
    agent: "@tokenwarden/verifier/1.2.0",
    way: "feed",
    mode: "strict",
    max_staleness_seconds: 60,
    accepted: 10,
    refused: 3,
    stale: 0,
    lost: 0,
    latency_us: { p50: 30, p99: 80 },
    ...change,
  });
  const say = (body: unknown, secret = billing().secret, type = "application/json") =>
    fetch(`${instance.issuer}/revocations/acknowledgements`, {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": type },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const rowOf = async (instanceId: string) =>
    (await instance.db.query("SELECT * FROM verifier_instance WHERE instance_id = $1", [instanceId]))[0];

  test("is on record with when it came to a position, and stays when the authority stops", async () => {
    const position = await head();
    const body = said({ position });
    const at = Date.now();
    expect((await say(body)).status).toBe(204);
    const answeredAt = Date.now();
    await expect
      .poll(() => rowOf(body.instance), { timeout: 10_000 })
      .toMatchObject({
        verifier_id: billing().id,
        way: "feed",
        agent: "@tokenwarden/verifier/1.2.0",
        position: BigInt(position),
        accepted: 10n,
        latency_p99_us: 80,
      });
    const rows = await instance.db.query<{ at: Date }>(
      "SELECT at FROM feed_acknowledgement WHERE instance_id = $1",
      [body.instance],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.at.getTime()).toBeGreaterThanOrEqual(at);
    expect(rows[0]?.at.getTime()).toBeLessThanOrEqual(answeredAt);
    const last = said({ instance: body.instance, position, accepted: 99 });
    expect((await say(last)).status).toBe(204);
    await instance.authorities[0]?.services.feed.instances.stop();
    expect(await rowOf(body.instance)).toMatchObject({ accepted: 99n });
  });

  test("is refused with all that it lacks at once, and with no name that it brings", async () => {
    const response = await say({ instance: randomUUID(), position: 0, tw_secret: 1 });
    expect(response.status).toBe(400);
    const { error_description: says } = (await response.json()) as { error_description: string };
    const lacks = ["agent", "way", "mode", "max_staleness_seconds", "accepted", "refused", "stale", "lost"];
    for (const name of lacks) expect(says).toContain(`${name}: `);
    expect(says).not.toContain("tw_secret");
  });

  test("a stream and a poll are seen without a word of theirs, the end of a stream too", async () => {
    const one = reader();
    await one.load();
    await one.connect();
    await expect
      .poll(() => rowOf(one.instance), { timeout: 10_000 })
      .toMatchObject({
        way: "feed",
        agent: null,
        connected_at: expect.any(Date),
        disconnected_at: null,
      });
    one.drop();
    await expect
      .poll(() => rowOf(one.instance), { timeout: 10_000 })
      .toMatchObject({ disconnected_at: expect.any(Date) });
    const two = reader();
    two.model.position = await head();
    await two.poll(0);
    await expect
      .poll(() => rowOf(two.instance), { timeout: 10_000 })
      .toMatchObject({
        way: "poll",
        position: BigInt(two.model.position),
      });
  });

  test.each([
    ["a position that is not there yet", { position: 10_000_000 }, 409],
    ["a negative position", { position: -1 }, 400],
    ["an instance that is no UUID", { instance: "me" }, 400],
    ["a way that there is none of", { way: "carrier pigeon" }, 400],
    ["an agent with a script", { agent: "<script>/1" }, 400],
    ["an agent of a megabyte", { agent: `a/${"1".repeat(50_000)}` }, 400],
    ["a counter in words", { accepted: "1" }, 400],
    ["a counter beyond what numbers hold", { lost: 1e300 }, 400],
    ["a member that nobody knows", { admin: true }, 400],
  ])("%s is refused, and nothing is written", async (_what, change, status) => {
    const body = said(change);
    expect((await say(body)).status).toBe(status);
    await instance.authorities[0]?.services.feed.instances.flush();
    if (String(body.instance) !== "me") expect(await rowOf(body.instance)).toBeUndefined();
  });

  test("no JSON, a form, a body that is too large and a stranger are refused", async () => {
    expect((await say("{")).status).toBe(400);
    expect((await say("instance=1", undefined, "application/x-www-form-urlencoded")).status).toBe(400);
    expect((await say("[1]")).status).toBe(400);
    // of two positions a reader takes the first, the last or both
    const twice = JSON.stringify(said()).replace('"position":0', '"position":0,"position":0');
    expect((await say(twice)).status).toBe(400);
    expect((await say("x".repeat(70_000))).status).toBe(413);
    expect((await say(said(), "twv_nobody")).status).toBe(401);
  });

  test("an address that takes forms takes no JSON for it", async () => {
    const answer = await fetch(`${instance.issuer}/oauth/introspect`, {
      method: "POST",
      headers: { authorization: `Bearer ${billing().secret}`, "content-type": "application/json" },
      body: "token=x",
    });
    expect(answer.status).toBe(415);
  });
});
