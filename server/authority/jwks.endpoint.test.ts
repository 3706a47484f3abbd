import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestInstance, type TestInstance } from "./test-authority.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await startTestInstance();
});
afterAll(() => instance.stop());

const ask = (init: RequestInit = {}, query = "") => fetch(`${instance.issuer}/oauth/jwks${query}`, init);

test("RFC 7517 section 5: the key set is public, may be kept for ten minutes, and holds nothing private", async () => {
  const answer = await ask();
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/jwk-set+json",
    "cache-control": "public, max-age=600",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
  });
  const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] };
  expect(keys.length).toBeGreaterThan(0);
  for (const key of keys) expect(key.d).toBeUndefined();
});

test("RFC 9110 section 13.1.2: a key set that is known already is not sent again", async () => {
  const first = await ask();
  const etag = first.headers.get("etag") ?? "";
  const body = await first.text();
  const again = await ask({ headers: { "if-none-match": etag } });
  expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
  expect(await (await ask({ headers: { "if-none-match": '"other"' } })).text()).toBe(body);
  expect(await (await ask({}, "?cache=0")).text()).toBe(body);
  const head = await ask({ method: "HEAD" });
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([
    200,
    String(Buffer.byteLength(body)),
    "",
  ]);
});

test("another key set is answered as soon as it is known", async () => {
  const { etag } = Object.fromEntries((await ask()).headers);
  await instance.db.query(
    "UPDATE signing_key SET state = 'compromised' WHERE purpose = 'id_token' AND state = 'active'",
  );
  await instance.authorities[0]?.services.follower.poll();
  expect((await ask({ headers: { "if-none-match": etag ?? "" } })).status).toBe(200);
});

test("an authority that cannot vouch for its key set lets nobody keep it", async () => {
  // no clock is as right as that: it counts as cut off
  const cut = await startTestInstance(1, { clockToleranceMs: -1 });
  try {
    const answer = await fetch(`${cut.issuer}/oauth/jwks`);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
  } finally {
    await cut.stop();
  }
});
