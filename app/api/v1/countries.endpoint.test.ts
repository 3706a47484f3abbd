import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

const PLACES: Record<string, string> = { "203.0.113.1": "DE", "203.0.113.2": "BR" };
let console: TestConsole;

beforeAll(async () => {
  console = await startTestConsole();
  const fixture = fixtureOf(console.db, (address) => PLACES[address ?? ""] ?? null);
  const clientId = await fixture.client("billing");
  for (const ip of ["203.0.113.1", "203.0.113.1", "203.0.113.2", "10.0.0.1", null])
    await fixture.token({ clientId, ip });
});
afterAll(() => console.end());

async function get(path: string, query = "", role: "auditor" | null = "auditor") {
  const response = await console.send({ method: "GET", path, role, query });
  return { status: response.status, body: await response.json() };
}

const exactly = (value: number) => ({ value, isExact: true });

test.each([
  ["country=DE", ["DE", "DE"]],
  ["country=brazil", ["BR"]],
  ["country=DE&country=BR", ["BR", "DE", "DE"]],
  ["country=unknown", [null, null]],
  ["country=FR", []],
])("%s lists the tokens that were issued there, with their total", async (query, countries) => {
  const { status, body } = await get("/api/v1/tokens", `?${query}`);
  expect(status).toBe(200);
  expect(body.rows.map((row: { issuingCountry: string | null }) => row.issuingCountry).sort()).toEqual(
    countries,
  );
  expect((await get("/api/v1/tokens/total", `?${query}`)).body).toEqual(exactly(countries.length));
});

test.each([
  "country=ZZ",
  "country=XQ",
  "country=",
  "country=Atlantis",
  "country=%00",
  "country=DE&country=%20",
])("refuses %s and names the parameter", async (query) => {
  for (const path of ["/api/v1/tokens", "/api/v1/tokens/total", "/api/v1/token-uses"]) {
    const { status, body } = await get(path, `?${query}`);
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.objectContaining({ path: "country" })]);
  }
});

test("tells every country with how many tokens were issued to it, the most frequent first", async () => {
  expect((await get("/api/v1/tokens/countries")).body).toEqual({
    rows: [
      { country: "DE", tokens: exactly(2) },
      { country: "unknown", tokens: exactly(2) },
      { country: "BR", tokens: exactly(1) },
    ],
  });
  expect((await get("/api/v1/tokens/countries", "", null)).status).toBe(401);
});

test("the log of uses is narrowed to a country", async () => {
  const { body } = await get("/api/v1/token-uses", "?country=DE");
  expect(body.rows.map((row: { country: string }) => row.country)).toEqual(["DE", "DE"]);
  expect((await get("/api/v1/token-uses", "?country=unknown")).body.rows).toHaveLength(2);
});

test("a file of tokens has the country, also where it is narrowed to one", async () => {
  const made = await console.send({
    method: "POST",
    path: "/api/v1/exports",
    role: "auditor",
    body: JSON.stringify({ list: "tokens", format: "csv", query: "country=BR" }),
  });
  const { id } = (await made.json()) as { id: string };
  const file = await console.send({
    method: "GET",
    path: "/api/v1/exports/{id}/file",
    role: "auditor",
    segments: { id },
  });
  const [head = "", row = "", ...rest] = (await file.text()).split("\r\n");
  expect(rest).toEqual([""]);
  expect(row.split(",")[head.split(",").indexOf("issuing_country")]).toBe("BR");
});

test("the API's description has the parameter and what it takes", async () => {
  const { body } = await get("/api/v1/openapi.json", "", null);
  const { parameters } = body.paths["/api/v1/tokens"].get;
  const { schema } = parameters.find(({ name }: { name: string }) => name === "country");
  expect(schema.items.enum).toEqual(expect.arrayContaining(["DE", "unknown"]));
});

test("networks are found by number and name, and tokens by their networks", async () => {
  const { status, body } = await get("/api/v1/networks", "?q=as3333&size=1");
  expect([status, body.rows]).toEqual([200, [{ network: "AS3333", name: expect.stringMatching(/ripe/i) }]]);
  expect((await get("/api/v1/networks", "?q=no%20network%20is%20called%20so")).body.rows).toEqual([]);
  expect((await get("/api/v1/networks", "?q=ripe", null)).status).toBe(401);
  expect((await get("/api/v1/networks", "?size=51")).status).toBe(400);
  // addresses that are kept for documents are nobody's
  expect((await get("/api/v1/tokens", "?asn=AS3333")).body.rows).toEqual([]);
  expect((await get("/api/v1/tokens", "?asn=RIPE")).body.errors).toEqual([
    expect.objectContaining({ path: "asn" }),
  ]);
});
