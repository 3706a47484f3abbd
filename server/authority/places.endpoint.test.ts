import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as oidc from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discover, logIn, type PeopleClient, seedPeople } from "./engine/test-people.ts";
import { post, startTestInstance, type TestClient, type TestInstance } from "./test-authority.ts";
import { until } from "./test-authority-process.ts";

let instance: TestInstance;
let url: string;

beforeAll(async () => {
  instance = await startTestInstance(1, { env: { TRUSTED_PROXIES: "127.0.0.1,::1" } });
  url = instance.urls[0] as string;
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
  const people = await seedPeople(instance.db);
  await until("the client is known", () =>
    Boolean(instance.authorities[0]?.services.follower.registry.clientsByClientId.has("spa")),
  );
  const config = await discover(instance, people.spa as PeopleClient);
  let address = "193.0.6.139";
  config[oidc.customFetch] = (target, options) =>
    fetch(target, { ...options, headers: { ...options.headers, "x-forwarded-for": address } } as RequestInit);
  const { tokens } = await logIn(config);
  address = "2001:4860:4860::8888";
  await oidc.refreshTokenGrant(config, tokens.refresh_token as string);
  const places = await placesOf("spa");
  expect(new Set(places.map(({ outcome, country, ofToken }) => `${outcome} ${country} ${ofToken}`))).toEqual(
    new Set(["issued NL NL", "allowed US NL", "issued US US"]),
  );
});

test("an authority does not start on a country database that is none, and says which", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-places-"));
  const file = path.join(folder, "places.mmdb");
  writeFileSync(file, "not a database");
  await expect(startTestInstance(1, { env: { COUNTRY_DATABASE: file } })).rejects.toThrow(
    `the country database ${file} cannot be read`,
  );
  rmSync(folder, { recursive: true });
});
