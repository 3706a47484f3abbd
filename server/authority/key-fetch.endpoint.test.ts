import { randomUUID } from "node:crypto";
import { createRemoteJWKSet } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getKey } from "#lib/keys/get-key.ts";
import { listKeys } from "#lib/keys/list-keys.ts";
import type { KeyHolder } from "#lib/keys/model.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { startTestInstance, type TestInstance } from "./test-authority.ts";

let instance: TestInstance;
let kid: string;

beforeAll(async () => {
  instance = await startTestInstance();
  await instance.db.query("UPDATE verifier SET check_way = 'feed'");
  const keys = await listKeys(contextAs(instance.db, "auditor"));
  kid = keys.find(({ purpose, state }) => purpose === "access_token" && state === "active")?.kid ?? "";
});
afterAll(() => instance.stop());

const jwks = (headers: Record<string, string> = {}) => fetch(`${instance.issuer}/oauth/jwks`, { headers });
const flush = () => instance.authorities[0]?.services.keyFetches.flush();
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

/** What the key's page says of a verifier. */
async function holder(name: string, of = kid): Promise<KeyHolder | undefined> {
  const { holders } = await getKey(contextAs(instance.db, "auditor"), { kid: of });
  return holders.rows.find((row) => row.name === name);
}

test("who asks for the key set without a word, with a wrong secret or a client's is answered as anybody is, and known to nobody", async () => {
  const { billing } = instance.registry.verifiers;
  const open = await (await jwks()).text();
  const { clientId, secret } = instance.registry.jwtService;
  for (const headers of [
    bearer("twv_nobody-knows-this-secret-at-all"),
    { authorization: "Negotiate x" },
    { authorization: `Bearer ${billing.secret} twice` },
    { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}` },
  ]) {
    const answer = await jwks(headers);
    expect([answer.status, await answer.text()]).toEqual([200, open]);
  }
  await flush();
  expect(await holder("billing-api")).toMatchObject({ holding: "unknown", firstAt: null, processes: null });
  expect(await instance.db.query("SELECT FROM verifier_key")).toEqual([]);
});

test("RFC 9111 section 3.5: a verifier that asks with its secret has the keys from then on, and the answer may be kept for everybody", async () => {
  const { billing } = instance.registry.verifiers;
  const before = Date.now();
  const keys = createRemoteJWKSet(new URL(`${instance.issuer}/oauth/jwks`), {
    headers: bearer(billing.secret),
  });
  await keys.reload();
  await flush();
  const seen = await holder("billing-api");
  expect(seen?.holding).toBe("has");
  expect(Date.parse(seen?.firstAt ?? "")).toBeGreaterThanOrEqual(before);
  const answer = await jwks(bearer(billing.secret));
  expect(answer.headers.get("cache-control")).toMatch(/^public, max-age=/);
  const feedKey = await instance.db.query<{ kid: string }>(
    "SELECT kid FROM signing_key WHERE purpose = 'feed'",
  );
  expect(await holder("billing-api", feedKey[0]?.kid), "the feed's keys stand in another set").toMatchObject({
    holding: "missing",
  });
  await fetch(`${instance.issuer}/revocations/jwks`, { headers: bearer(billing.secret) });
  await flush();
  expect(await holder("billing-api", feedKey[0]?.kid)).toMatchObject({ holding: "has" });
});

test("a secret of a verifier that was disabled tells nothing, and is answered as anybody is", async () => {
  const { ledger } = instance.registry.verifiers;
  await instance.db.query("UPDATE verifier SET disabled_at = now() WHERE id = $1::uuid", [ledger.id]);
  await instance.authorities[0]?.services.follower.poll();
  expect((await jwks(bearer(ledger.secret))).status).toBe(200);
  await flush();
  expect(
    await instance.db.query("SELECT FROM verifier_key WHERE verifier_id = $1::uuid", [ledger.id]),
  ).toEqual([]);
});

describe("a process that says which keys it holds", () => {
  const say = (instanceId: string, kids: unknown) =>
    fetch(`${instance.issuer}/revocations/acknowledgements`, {
      method: "POST",
      headers: { ...bearer(instance.registry.verifiers.billing.secret), "content-type": "application/json" },
      body: JSON.stringify({
        instance: instanceId,
        position: 0,
        agent: "own/1.0.0",
        way: "feed",
        mode: "strict",
        max_staleness_seconds: 60,
        accepted: 0,
        refused: 0,
        stale: 0,
        lost: 0,
        ...(kids === undefined ? {} : { kids }),
      }),
    });
  const heard = async () => {
    await flush();
    await instance.authorities[0]?.services.feed.instances.flush();
    return holder("billing-api");
  };

  test("is one of its verifier's: some, then all of them have the key, and one that does not say so any more is not counted", async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    expect((await say(one, ["of another", kid, kid])).status).toBe(204);
    expect((await say(other, ["of another", "nothing of ours"])).status).toBe(204);
    // no key of ours among what it says: it says nothing of ours
    expect(await heard()).toMatchObject({ holding: "has", processes: { have: 1, of: 1 } });
    const [feedKey] = await instance.db.query<{ kid: string }>(
      "SELECT kid FROM signing_key WHERE purpose = 'feed'",
    );
    await say(other, [feedKey?.kid]);
    expect(await heard()).toMatchObject({ holding: "partly", processes: { have: 1, of: 2 } });
    await say(other, [feedKey?.kid, kid]);
    expect(await heard()).toMatchObject({ holding: "has", processes: { have: 2, of: 2 } });
    await say(other, undefined);
    expect(await heard()).toMatchObject({ processes: { have: 1, of: 1 } });
    const stored = await instance.db.query(
      "SELECT kids FROM verifier_instance WHERE instance_id = $1::uuid",
      [one],
    );
    expect(stored).toEqual([{ kids: [kid] }]);
  });

  test.each([
    ["no list", "all"],
    ["a list of what is no text", [1]],
    ["a name without an end", ["k".repeat(201)]],
    ["more keys than anybody has", Array.from({ length: 101 }, (_, index) => `k${index}`)],
  ])("%s is refused, and nothing is written", async (_what, kids) => {
    const id = randomUUID();
    expect((await say(id, kids)).status).toBe(400);
    await heard();
    expect(
      await instance.db.query("SELECT FROM verifier_instance WHERE instance_id = $1::uuid", [id]),
    ).toEqual([]);
  });
});
