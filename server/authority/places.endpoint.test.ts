import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as oidc from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestBrowser } from "./engine/test-browser.ts";
import { ANA, BEN, discover, logIn, type PeopleClient, seedPeople } from "./engine/test-people.ts";
import { pastEdge } from "./engine/test-window.ts";
import { post, startTestInstance, type TestClient, type TestInstance } from "./test-authority.ts";
import { until } from "./test-authority-process.ts";

let instance: TestInstance;
let url: string;
let spa: oidc.Configuration;

beforeAll(async () => {
  instance = await startTestInstance(1, { env: { TRUSTED_PROXIES: "127.0.0.1,::1" } });
  url = instance.urls[0] as string;
  const people = await seedPeople(instance.db);
  await until("the client is known", () =>
    Boolean(instance.authorities[0]?.services.follower.registry.clientsByClientId.has("spa")),
  );
  spa = await discover(instance, people.spa as PeopleClient);
});
afterAll(() => instance.stop());

type Place = { outcome: string; ip: string | null; country: string | null; ofToken: string | null };

/** What is on record of a client's tokens: each use, with the country of the token itself. */
const placesOf = (clientId: string) =>
  instance.db.query<Place>(
    `SELECT u.outcome, u.ip, u.country, t.country AS "ofToken" FROM token_use u JOIN token t ON t.id = u.token_id JOIN client c ON c.id = t.client_id
     WHERE c.client_id = $1 ORDER BY u.received_at, u.id`,
    [clientId],
  );

async function issueFrom(address: string, { clientId, secret }: TestClient): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}`;
  return post(
    `${url}/oauth/token`,
    { grant_type: "client_credentials" },
    { authorization, "x-forwarded-for": address },
  );
}

test.each([
  ["193.0.6.139", "NL"],
  ["::ffff:193.0.6.139", "NL"],
  ["2001:4860:4860::8888", "US"],
  ["10.1.2.3", null],
  ["192.168.1.20", null],
  ["2001:db8::7", null],
])(
  "a token that is issued to %s has the country %s, and so has its issue in the log",
  async (address, country) => {
    const service = await instance.registry.addService(`service-${randomUUID()}`, "jwt", ["invoices:read"]);
    await until("the client is known", () =>
      Boolean(instance.authorities[0]?.services.follower.registry.clientsByClientId.has(service.clientId)),
    );
    expect((await issueFrom(address, service)).status).toBe(200);
    const [issued, ...others] = await placesOf(service.clientId);
    expect(others).toEqual([]);
    expect(issued).toMatchObject({ outcome: "issued", country, ofToken: country });
  },
);

test("a person's tokens have the country that they were exchanged from, and a refresh that of its own", async () => {
  let address = "193.0.6.139";
  spa[oidc.customFetch] = (target, options) =>
    fetch(target, { ...options, headers: { ...options.headers, "x-forwarded-for": address } } as RequestInit);
  const { tokens } = await logIn(spa);
  address = "2001:4860:4860::8888";
  await oidc.refreshTokenGrant(spa, tokens.refresh_token as string);
  const places = await placesOf("spa");
  expect(new Set(places.map(({ outcome, country, ofToken }) => `${outcome} ${country} ${ofToken}`))).toEqual(
    new Set(["issued NL NL", "allowed US NL", "issued US US"]),
  );
});

test("strangers who guess at a person's password shut strangers out, and not whoever comes from a place that they signed in from", async () => {
  await pastEdge();
  const HOME = "2001:db8:7::5";
  const browserAt = (address: string) => new TestBrowser({ "x-forwarded-for": address });
  const guess = async (address: string, email: string) =>
    (
      await browserAt(address).submit(new URL("/account/sign-in", instance.issuer), {
        email,
        password: "wrong",
      })
    ).response;
  await logIn(spa, { browser: browserAt(HOME) });
  for (const email of [ANA, "nobody@example.com"]) {
    const answers: number[] = [];
    for (let n = 0; n < 11; n += 1) answers.push((await guess(`198.51.100.${n}`, email)).status);
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  }
  // by the other door, the right password from a place that nobody knows: as shut as for the guessers
  await expect(logIn(spa, { browser: browserAt("203.0.113.9") })).rejects.toThrow("Too many attempts");
  // another machine of the person's own line comes in, up to the tokens, and strangers begin anew with it
  const { tokens } = await logIn(spa, { browser: browserAt("2001:db8:7::77") });
  expect(tokens.access_token).toBeTruthy();
  expect((await guess("198.51.100.1", ANA)).status).toBe(401);
  // a known place has ten tries, and shuts nobody out but itself
  const atHome: Response[] = [];
  for (let n = 0; n < 11; n += 1) atHome.push(await guess(HOME, ANA));
  expect(atHome.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
  expect(Number(atHome.at(-1)?.headers.get("retry-after"))).toBeGreaterThan(0);
  await expect(logIn(spa, { browser: browserAt(HOME) })).rejects.toThrow("Too many attempts");
  expect((await logIn(spa, { browser: browserAt("203.0.113.9") })).tokens.access_token).toBeTruthy();
  // what was somebody else's place is nobody's for another account
  expect((await guess(HOME, BEN)).status).toBe(401);
  const keys = await instance.db.query<{ key: string }>(
    "SELECT key FROM sign_in_attempt WHERE key LIKE 'user %'",
  );
  expect(JSON.stringify(keys)).not.toMatch(/@/);
  const closed = await instance.db.query<{ ip: string }>(
    "SELECT ip FROM audit_entry WHERE act = 'user.sign_in_refused' AND error_code = 'TOO_MANY_ATTEMPTS' AND target_name = $1::text ORDER BY sequence",
    [ANA],
  );
  expect(closed.map(({ ip }) => ip)).toEqual(["198.51.100.10", HOME]);
}, 60_000);

test("an authority does not start on a country database that is none, and says which", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-places-"));
  const file = path.join(folder, "places.mmdb");
  writeFileSync(file, "not a database");
  await expect(startTestInstance(1, { env: { COUNTRY_DATABASE: file } })).rejects.toThrow(
    `the country database ${file} cannot be read`,
  );
  rmSync(folder, { recursive: true });
});
