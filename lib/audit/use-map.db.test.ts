import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { evidenceHtml } from "../incidents/evidence-html.ts";
import { getIncidentUses } from "../incidents/get-incident-uses.ts";
import { openIncidentInput } from "../incidents/input.ts";
import { openIncident } from "../incidents/open-incident.ts";
import { takePack } from "../incidents/test-pack.ts";
import { updateIncident } from "../incidents/update-incident.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { planFixtureOf } from "../order-plans/plan-fixture.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { getUseFacets } from "./get-use-facets.ts";
import { getUseMap } from "./get-use-map.ts";
import { getUseSummary } from "./get-use-summary.ts";
import { listTokenUses } from "./list-token-uses.ts";
import { tokenUsesTable } from "./table.ts";

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;
let tokenId: string;

const MINUTE = 60_000;
const began = Date.now() - 10 * MINUTE;
const GOOGLE = "AS15169";
const countries: Record<string, string> = { "8.8.8.8": "US", "8.8.4.4": "US", "193.0.6.139": "NL" };

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
  const clientId = await fixture.tokens.client("billing");
  const userId = await fixture.tokens.user("ines@example.test");
  const token = await fixture.tokens.token({ clientId, userId, issuedAt: new Date(began), ip: "10.0.0.1" });
  tokenId = token.id;
  const writer = createUseWriter({ countryOf: (ip) => countries[ip ?? ""] ?? null });
  const use = (minute: number, ip: string | null, refusal: "revoked" | null = null) => ({
    at: new Date(began + minute * MINUTE),
    refusal,
    source: "introspection" as const,
    tokenId: token.id,
    tokenKind: "access" as const,
    familyId: token.familyId,
    clientId,
    userId,
    subject: userId,
    verifierId: null,
    audience: null,
    method: "GET",
    path: "/invoices",
    ip,
    userAgent: null,
  });
  await writer.write(
    db,
    [
      use(1, "193.0.6.139"),
      use(2, "193.0.6.139"),
      use(3, "193.0.6.139"),
      use(5, "8.8.8.8"),
      use(6, "8.8.4.4"),
      use(7, "8.8.8.8", "revoked"),
      use(8, null),
    ],
    null,
  );
});
afterAll(() => db.end());

const filters = (text: string) => parseListQueryStrict(tokenUsesTable, new URLSearchParams(text)).filters;
const asked = (text = "") => filters(`token=${tokenId}&at=within:1h${text}`);

test("says from which countries and networks a token was used, by outcome, with its issue", async () => {
  const map = await getUseMap(fixture.as("auditor"), asked());
  expect(map).toMatchObject({ uses: 8, isCut: false, networksOf: "2026-06-17", moreNetworks: 0 });
  const lines = map?.countries.map(({ country, counts }) => ({ country, counts }));
  expect(lines?.slice(0, 2)).toEqual(
    expect.arrayContaining([
      { country: "NL", counts: { allowed: 3 } },
      { country: "US", counts: { allowed: 2, refused: 1 } },
    ]),
  );
  expect(lines?.[2]).toEqual({ country: null, counts: { allowed: 1, issued: 1 } });
  expect(map?.networks.map(({ network, networkName, uses }) => [network, networkName, uses])).toEqual(
    expect.arrayContaining([
      [GOOGLE, expect.stringMatching(/google/i), 3],
      ["AS3333", expect.stringMatching(/ripe/i), 3],
      ["10.0.0.0/24", null, 1],
      [null, null, 1],
    ]),
  );
  expect(map?.known).toEqual({ countries: 2, networks: 3 });
  expect(await getUseSummary(fixture.as("auditor"), asked()), "the explorer says the same").toMatchObject({
    uses: map?.uses,
    ...map?.known,
  });
  expect(map?.addresses.reduce((sum, { uses }) => sum + uses, 0)).toBe(map?.uses);
});

test("finds uses by the number of a network in the list, the facets, the summary and the map, however it is written", async () => {
  const ctx = fixture.as("auditor");
  for (const written of [GOOGLE, "as15169", "15169", "AS0015169"]) {
    const query = parseListQueryStrict(
      tokenUsesTable,
      new URLSearchParams(`token=${tokenId}&at=within:1h&network=${written}`),
    );
    const { rows } = await listTokenUses(ctx, query);
    expect(rows.map(({ ip }) => ip).sort()).toEqual(["8.8.4.4", "8.8.8.8", "8.8.8.8"]);
  }
  expect((await getUseFacets(ctx, asked(`&network=${GOOGLE}`))).facets.outcome).toEqual([
    { value: "allowed", count: 2 },
    { value: "refused", count: 1 },
  ]);
  expect(await getUseSummary(ctx, asked("&network=AS3333"))).toMatchObject({
    uses: 3,
    places: [{ country: "NL", network: "AS3333", networkName: expect.stringMatching(/ripe/i) }],
  });
  expect(await getUseMap(ctx, asked("&network=AS3333"))).toMatchObject({ uses: 3 });
  expect(await getUseMap(ctx, asked(`&network=AS3333&network=${GOOGLE}`))).toMatchObject({ uses: 6 });
});

test("finds nothing by a network that nobody announces, and refuses what is no number of one", async () => {
  expect(await getUseMap(fixture.as("auditor"), asked("&network=AS4294967295"))).toMatchObject({ uses: 0 });
  for (const wrong of ["AS", "Google", "AS4294967296", "AS-1", "AS15169;DROP", "1.5"])
    expect(() => filters(`network=${encodeURIComponent(wrong)}`), wrong).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
});

test("splits a case's map by the case's window", async () => {
  const responder = fixture.as("responder");
  const { number, version } = await openIncident(
    responder,
    openIncidentInput.parse({ title: "Leaked", subjects: [{ kind: "token", id: tokenId }] }),
  );
  const compromisedFrom = new Date(began + 4 * MINUTE);
  await updateIncident(responder, { number, version, compromisedFrom });
  const { map, counts } = await getIncidentUses(responder, number);
  const of = (country: string) => map.countries.find((line) => line.country === country)?.counts;
  expect(of("NL")).toEqual({ before: 3 });
  expect(of("US")).toEqual({ during: 3 });
  const pack = await takePack(responder, number);
  expect(pack.uses.map).toMatchObject({ uses: map.uses, networksOf: "2026-06-17" });
  const html = evidenceHtml(pack);
  expect(html).toMatch(/<h2>Where from<\/h2>[\s\S]*<td>United States<\/td><td>Google[^<]*\(AS15169\)<\/td>/);
  expect(map.uses).toBe(Object.values(counts).reduce((sum, { uses }) => sum + uses, 0));
});

test("nobody who may not read the log sees where somebody was", async () => {
  await expect(getUseMap(contextAs(db, "anonymous"), asked())).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("bytes beyond what a bigint holds are added up: what a verifier says of its answers breaks no page", async () => {
  await db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, source, token_id, token_kind, family_id, client_id, subject, ip, status, bytes, writer_id, flush, ordinal, salt)
     SELECT gen_random_uuid(), x.received_at, x.at, 'allowed', 'report', x.token_id, x.token_kind, x.family_id, x.client_id, x.subject, '9.9.9.9', 200, 9007199254740991,
       gen_random_uuid(), n, 0, x.salt
     FROM (SELECT * FROM token_use WHERE token_id = $1::uuid AND outcome = 'allowed' LIMIT 1) x, generate_series(1, 1025) n`,
    [tokenId],
  );
  const summary = await getUseSummary(fixture.as("auditor"), asked("&ip=9.9.9.9"));
  expect(summary?.uses).toBe(1_025);
  expect(summary?.bytes).toBeGreaterThan(2 ** 63);
});
