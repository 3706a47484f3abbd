import { afterAll, beforeAll, expect, test } from "vitest";
import { introspect, issue, post, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

let instance: TestInstance;
let url: string;

beforeAll(async () => {
  const env = {
    FAILURES_PER_SECOND: "1",
    GARBAGE_PER_SECOND: "1",
    AUTHORIZATIONS_PER_SECOND: "1",
    // addresses are told apart by what a trusted proxy says
    TRUSTED_PROXIES: "127.0.0.1,::1",
  };
  instance = await startTestInstance(1, { env });
  url = instance.urls[0] as string;
});
afterAll(() => instance.stop());

/** Asks all at once, more often than a burst allows: what came first, and what a bound made of the rest. */
async function manyTimes(
  ask: () => Promise<Response>,
  count = 40,
): Promise<{ within: Response[]; over: Response[] }> {
  const answers = await Promise.all(Array.from({ length: count }, ask));
  return {
    within: answers.filter((answer) => answer.status !== 429),
    over: answers.filter((answer) => answer.status === 429),
  };
}

async function expectThrottled(over: Response[]): Promise<void> {
  expect(over.length).toBeGreaterThan(5);
  expect(over[0]?.headers.get("retry-after")).toBe("1");
  expect(over[0]?.headers.get("cache-control")).toBe("no-store");
  expect(await over[0]?.json()).toMatchObject({
    error: "temporarily_unavailable",
    request_id: expect.any(String),
  });
}

const { jwtService, verifiers } = {
  jwtService: () => instance.registry.jwtService,
  verifiers: () => instance.registry.verifiers,
};
const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;

test.each([
  [
    "introspection",
    "192.0.2.1",
    401,
    () => ["/oauth/introspect", { token: "x" }, "Bearer twv_wrong"] as const,
  ],
  ["revocation", "192.0.2.2", 401, () => ["/oauth/revoke", { token: "x" }, "Bearer twv_wrong"] as const],
  [
    "the token endpoint",
    "192.0.2.3",
    401,
    () =>
      ["/oauth/token", { grant_type: "client_credentials" }, basic(jwtService().clientId, "wrong")] as const,
  ],
  [
    "a secret in the form",
    "192.0.2.4",
    401,
    () =>
      [
        "/oauth/token",
        { grant_type: "client_credentials", client_id: jwtService().clientId, client_secret: "wrong" },
        null,
      ] as const,
  ],
])(
  "too many wrong secrets at %s are answered 429, and the right one goes through",
  async (_at, ip, status, make) => {
    const [path, form, authorization] = make();
    const headers = { "x-forwarded-for": ip, ...(authorization === null ? {} : { authorization }) };
    const { within, over } = await manyTimes(() => post(url + path, form, headers));
    expect(within.every((answer) => answer.status === status)).toBe(true);
    await expectThrottled(over);
    const right = await post(
      `${url}/oauth/token`,
      { grant_type: "client_credentials" },
      { "x-forwarded-for": ip, authorization: basic(jwtService().clientId, jwtService().secret) },
    );
    expect(right.status).toBe(200);
    await instance.authorities[0]?.services.refusals.flush();
    const [counted] = await instance.db.query<{ count: bigint }>(
      "SELECT sum(count)::bigint AS count FROM refused_count WHERE ip = $1::text AND refusal = 'credentials'",
      [ip],
    );
    expect(Number(counted?.count)).toBe(40);
  },
);

test("too much garbage of a verifier is answered 429; its good tokens and another's garbage are not", async () => {
  const token = await issue(url, jwtService());
  const garbage = (secret: string) => () =>
    post(`${url}/oauth/introspect`, { token: "garbage" }, { authorization: `Bearer ${secret}` });
  const { within, over } = await manyTimes(garbage(verifiers().billing.secret));
  for (const answer of within) expect(await answer.json()).toEqual({ active: false });
  await expectThrottled(over);
  expect(await introspect(url, token, verifiers().billing.secret)).toMatchObject({ active: true });
  expect((await verify(url, token, verifiers().billing.secret)).status).toBe(200);
  expect((await garbage(verifiers().ledger.secret)()).status).toBe(200);
});

test("too many authorizations begun by an address are answered 429, those of another are not", async () => {
  const begin = (ip: string) => () =>
    fetch(`${url}/oauth/authorize?client_id=x`, { redirect: "manual", headers: { "x-forwarded-for": ip } });
  const { over } = await manyTimes(begin("192.0.2.20"));
  await expectThrottled(over);
  expect((await begin("192.0.2.21")()).status).toBe(400);
});
