import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { discover, logIn, type People, type PeopleClient, seedPeople } from "./engine/test-people.ts";
import {
  introspect,
  issue,
  post,
  startTestInstance,
  type TestClient,
  type TestInstance,
  verify,
} from "./test-authority.ts";
import { until } from "./test-authority-process.ts";

let instance: TestInstance;
let url: string;
let people: People;
let clients: Record<"first" | "second" | "third", TestClient>;

beforeAll(async () => {
  const env = {
    FAILURES_PER_SECOND: "1",
    // bursts of ten, as of failures
    GARBAGE_PER_SECOND: "5",
    AUTHORIZATIONS_PER_SECOND: "5",
    // addresses are told apart by what a trusted proxy says
    TRUSTED_PROXIES: "127.0.0.1,::1",
  };
  instance = await startTestInstance(1, { env });
  url = instance.urls[0] as string;
  people = await seedPeople(instance.db);
  const addClient = async (clientId: string) =>
    (await people.addClient({
      clientId,
      kind: "web",
      tokenFormat: "jwt",
      requireConsent: false,
    })) as TestClient;
  clients = {
    first: await addClient("first"),
    second: await addClient("second"),
    third: await addClient("third"),
  };
  await until("the clients are known", () =>
    Boolean(instance.authorities[0]?.services.follower.registry.clientsByClientId.has("third")),
  );
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

// each has addresses of its own, and waits a second for answers that are held back
test.concurrent.each([
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

async function stateRows(): Promise<number> {
  const [row] = await instance.db.query<{ count: bigint }>("SELECT count(*) AS count FROM protocol_state");
  return Number(row?.count);
}

type Ask = { path: string; init?: RequestInit };
const form = (fields: Record<string, string>, authorization?: string): RequestInit => ({
  method: "POST",
  body: new URLSearchParams(fields),
  headers: authorization === undefined ? {} : { authorization },
});
const madeUp = (prefix: "twa_" | "twr_") => makeOpaque(prefix, uuidv7(new Date()));
const bearer = (value: string): RequestInit => ({ headers: { authorization: `Bearer ${value}` } });

const anonymous: [string, string, () => Ask][] = [
  ["sign-outs by nobody", "192.0.2.30", () => ({ path: "/oauth/logout" })],
  [
    "made-up confirmations of a sign-out",
    "192.0.2.31",
    () => ({ path: "/oauth/logout/confirm", init: form({ xsrf: "x" }) }),
  ],
  [
    "made-up opaque tokens at userinfo",
    "192.0.2.32",
    () => ({ path: "/oauth/userinfo", init: bearer(madeUp("twa_")) }),
  ],
  ["requests without a token at userinfo", "192.0.2.33", () => ({ path: "/oauth/userinfo" })],
  ["visits of sign-ins that are not there", "192.0.2.34", () => ({ path: "/interaction/nothing" })],
  ["returns to sign-ins that are not there", "192.0.2.35", () => ({ path: "/oauth/authorize/nothing" })],
  ["requests for what is not there", "192.0.2.36", () => ({ path: "/nothing" })],
  [
    "introspections that cannot be read",
    "192.0.2.37",
    () => ({ path: "/oauth/introspect", init: form({}, "Digest x") }),
  ],
  ["methods that an address does not have", "192.0.2.38", () => ({ path: "/oauth/introspect" })],
  [
    "token requests of nobody",
    "192.0.2.39",
    () => ({ path: "/oauth/token", init: form({ grant_type: "password" }) }),
  ],
  [
    "garbage to take back, by a public client's name",
    "192.0.2.40",
    () => ({ path: "/oauth/revoke", init: form({ client_id: "spa", token: madeUp("twa_") }) }),
  ],
];

test.concurrent.each(anonymous)(
  "too many %s are answered 429, another address's are not",
  async (_what, ip, make) => {
    const ask = (from: string) => () => {
      const { path, init } = make();
      return fetch(url + path, {
        ...init,
        redirect: "manual",
        headers: { ...(init?.headers as Record<string, string>), "x-forwarded-for": from },
      });
    };
    const { within, over } = await manyTimes(ask(ip));
    expect(over.length).toBeGreaterThan(5);
    expect(over[0]?.headers.get("retry-after")).toBe("1");
    expect(over[0]?.headers.get("cache-control")).toBe("no-store");
    expect(over.every((answer) => !answer.headers.has("set-cookie"))).toBe(true);
    expect(within.length).toBeGreaterThan(5);
    expect(within.every((answer) => answer.status < 500)).toBe(true);
    expect((await ask(`198.51.100.${ip.split(".").at(-1)}`)()).status).toBe(within[0]?.status);
  },
);

test("a JWT that is forged is garbage of its address at userinfo too", async () => {
  const token = await issue(url, jwtService());
  const [header, payload] = token.split(".");
  const forged = `${header}.${payload}.${randomBytes(64).toString("base64url")}`;
  const ask = () =>
    fetch(`${url}/oauth/userinfo`, {
      headers: { authorization: `Bearer ${forged}`, "x-forwarded-for": "192.0.2.50" },
    });
  await expectThrottled((await manyTimes(ask)).over);
});

test("an authenticated client's garbage is throttled, its good requests and another client's garbage are not", async () => {
  const refresh = (client: TestClient) => () =>
    post(
      `${url}/oauth/token`,
      { grant_type: "refresh_token", refresh_token: madeUp("twr_") },
      { authorization: basic(client.clientId, client.secret), "x-forwarded-for": "192.0.2.51" },
    );
  const { within, over } = await manyTimes(refresh(clients.first));
  expect(within.every((answer) => answer.status === 400)).toBe(true);
  await expectThrottled(over);
  expect((await refresh(clients.second)()).status).toBe(400);
  for (let index = 0; index < 40; index += 1) await issue(url, jwtService());
});

test("pushed authorization requests of a client are bounded by the client, and not written beyond", async () => {
  const push = (client: TestClient) => () =>
    post(
      `${url}/oauth/par`,
      {
        client_id: client.clientId,
        response_type: "code",
        redirect_uri: "https://app.example.com/callback",
        scope: "openid",
        code_challenge: createHash("sha256").update("verifier").digest("base64url"),
        code_challenge_method: "S256",
      },
      { authorization: basic(client.clientId, client.secret), "x-forwarded-for": "192.0.2.52" },
    );
  const before = await stateRows();
  const { within, over } = await manyTimes(push(clients.second));
  expect(await Promise.all(within.filter((one) => one.status !== 201).map((one) => one.text()))).toEqual([]);
  await expectThrottled(over);
  expect((await stateRows()) - before).toBe(within.length);
  expect((await push(clients.third)()).status).toBe(201);
});

test("a sign-out by nobody leads on at once, to registered addresses alone, and makes no session", async () => {
  const signOut = (query: Record<string, string>) =>
    fetch(`${url}/oauth/logout?${new URLSearchParams(query)}`, {
      redirect: "manual",
      headers: { "x-forwarded-for": "192.0.2.53" },
    });
  const before = await stateRows();
  const plain = await signOut({});
  expect(plain.status).toBe(303);
  expect(plain.headers.get("location")).toBe(`${instance.issuer}/oauth/logout/success`);
  expect(plain.headers.getSetCookie()).toEqual([]);
  expect(await (await fetch(`${url}/oauth/logout/success`)).text()).toContain("You are signed out");
  const bye = { client_id: "spa", post_logout_redirect_uri: "https://app.example.com/bye", state: "a b&c" };
  const back = new URL((await signOut(bye)).headers.get("location") ?? "");
  expect(back.origin + back.pathname).toBe(bye.post_logout_redirect_uri);
  expect([...back.searchParams]).toEqual([["state", "a b&c"]]);
  expect((await signOut({ ...bye, post_logout_redirect_uri: "https://evil.example/" })).status).toBe(400);
  const unnamed = await signOut({ post_logout_redirect_uri: "https://evil.example/" });
  expect(unnamed.headers.get("location")).toBe(`${instance.issuer}/oauth/logout/success`);
  expect(await stateRows()).toBe(before);
});

test("the cookie of a session that has ended makes no other one, at any address that reads it", async () => {
  const { browser } = await logIn(await discover(instance, people.spa as PeopleClient));
  await instance.db.query("DELETE FROM protocol_state WHERE model = 'Session'");
  const before = await stateRows();
  const from = { headers: { "x-forwarded-for": "192.0.2.54" } };
  for (let index = 0; index < 3; index += 1) {
    expect((await browser.request(`${instance.issuer}/oauth/logout`, from)).status).toBe(303);
    expect((await browser.request(`${instance.issuer}/oauth/authorize/nothing`, from)).status).toBe(400);
    expect(
      (await browser.request(`${instance.issuer}/oauth/logout/confirm`, { ...from, method: "POST" })).status,
    ).toBe(400);
  }
  expect(await stateRows()).toBe(before);
});
