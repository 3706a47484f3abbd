import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestInstance, type TestInstance } from "../test-authority.ts";

let instance: TestInstance;

beforeAll(async () => {
  instance = await startTestInstance();
});
afterAll(() => instance.stop());

test.each([
  ["nobody", {}],
  ["an unknown secret", { authorization: `Bearer twv_${"A".repeat(43)}` }],
  ["an access token's bearer", { authorization: "Bearer eyJhbGciOiJub25lIn0.e30." }],
])("%s is refused everywhere", async (_who, headers) => {
  for (const path of ["/revocations?after=0", "/revocations/snapshot"]) {
    const answer = await fetch(`${instance.issuer}${path}`, { headers: headers as Record<string, string> });
    expect([path, answer.status]).toEqual([path, 401]);
    expect(answer.headers.get("www-authenticate")).toContain("Basic");
  }
});

test("a client is not: it hears of its own tokens at introspection", async () => {
  const { clientId, secret } = instance.registry.jwtService;
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}`;
  for (const path of ["/revocations?after=0", "/revocations/snapshot"])
    expect((await fetch(`${instance.issuer}${path}`, { headers: { authorization } })).status).toBe(403);
});

test("the keys of the feed are public and apart: none of them stands in the set of tokens' keys", async () => {
  const keysOf = async (path: string) =>
    ((await (await fetch(`${instance.issuer}${path}`)).json()) as { keys: { kid: string; d?: string }[] })
      .keys;
  const [feed, tokens] = [await keysOf("/revocations/jwks"), await keysOf("/oauth/jwks")];
  expect(feed).toHaveLength(1);
  expect(feed[0]?.d).toBeUndefined();
  expect(tokens.length).toBeGreaterThan(0);
  expect(tokens.map(({ kid }) => kid)).not.toContain(feed[0]?.kid);
});

test.each([
  ["POST", "/revocations", "GET"],
  ["HEAD", "/revocations", "GET"],
  ["GET", "/revocations/acknowledgements", "POST"],
  ["DELETE", "/revocations/snapshot", "GET"],
])("%s %s is answered 405 with what may be asked", async (method, path, allow) => {
  const answer = await fetch(`${instance.issuer}${path}`, { method });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
});
