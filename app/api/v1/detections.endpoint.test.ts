import { afterAll, beforeAll, expect, test } from "vitest";
import type { TokenUseRow } from "#lib/audit/model.ts";
import type { Role } from "#lib/authz/roles.ts";
import { openSqlDatabase, type SqlDatabase } from "#lib/db/sql-database.ts";
import { type DetectionFixture, detectionFixtureOf } from "#lib/detections/detection-fixture.ts";
import type { DetectionDetail, DetectionRow, RuleSettings } from "#lib/detections/model.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

const HOSTILE = `/<script>alert(1)</script>`;

let console: TestConsole;
let reader: SqlDatabase;
let fixture: DetectionFixture;

beforeAll(async () => {
  console = await startTestConsole();
  const url = process.env.DATABASE_URL as string;
  reader = openSqlDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
  fixture = detectionFixtureOf(console.db, reader);
});
afterAll(() => Promise.all([console.end(), reader.end()]));

type Asked = { role?: Role; segments?: Record<string, string>; query?: string; body?: object };

async function ask<Body>(method: string, path: string, { body, role = "responder", ...rest }: Asked = {}) {
  const given = body === undefined ? undefined : JSON.stringify(body);
  const response = await console.send({ method, path, role, body: given, ...rest });
  return { status: response.status, body: (await response.json()) as Body & { code?: string } };
}

/** A revoked token that goes on being used, and the one detection of it. */
async function detected() {
  const { clientId, token } = await fixture.world();
  const use = fixture.rowOf(token, { refusal: "revoked", ip: "203.0.113.7", path: HOSTILE });
  await fixture.write([use, use, use]);
  await fixture.detect();
  const { body } = await ask<{ rows: DetectionRow[]; total: object }>("GET", "/api/v1/detections", {
    role: "auditor",
    query: `?state=open&client=${clientId}`,
  });
  expect(body).toMatchObject({ total: { value: 1, isExact: true }, rows: [{ tokenId: token.id }] });
  return { clientId, token, segments: { id: body.rows[0]?.id as string } };
}

const endsAt = () => new Date(Date.now() + 86_400_000).toISOString();

test("what was found is read by who reads, with its evidence; it becomes a case by who works on cases, and not by an auditor", async () => {
  const { segments, token } = await detected();
  const shown = await ask<DetectionDetail>("GET", "/api/v1/detections/{id}", { role: "auditor", segments });
  expect(shown.body).toMatchObject({
    rule: "use_after_revocation",
    says: `Presented 3 times within 10 minutes after it was revoked, and refused. Last from 203.0.113.7, asking for GET ${HOSTILE}.`,
    settings: { isOn: true, values: { tries: 3 }, version: 0 },
  });
  expect(shown.body.uses).toMatchObject({ kept: 3 });
  const uses = { role: "auditor", query: `?detection=${segments.id}` } as const;
  const counted = await ask<{ rows: TokenUseRow[] }>("GET", "/api/v1/token-uses", uses);
  expect(counted.body.rows).toEqual(Array(3).fill(expect.objectContaining({ refusal: "revoked" })));
  const path = "/api/v1/detections/{id}/case";
  const refused = await ask("POST", path, { role: "auditor", segments, body: {} });
  expect(refused).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  const made = await ask<DetectionDetail>("POST", path, { segments, body: { note: "Ours to answer" } });
  expect(made).toMatchObject({ status: 201, body: { state: "in_case" } });
  const number = String(made.body.incident?.number);
  const incident = await ask("GET", "/api/v1/incidents/{number}", { segments: { number } });
  expect(incident.body).toMatchObject({ subjects: { token: 1 }, named: [{ kind: "token", id: token.id }] });
  expect(await ask("POST", path, { segments, body: {} })).toMatchObject({ status: 409 });
  const acts = await ask<{ rows: { act: string; outcome: string }[] }>("GET", "/api/v1/audit-entries", {
    query: "?target=detection",
  });
  expect(acts.body.rows.map(({ act, outcome }) => `${act} ${outcome}`)).toContain(
    "detection.put_in_case done",
  );
});

test("a mute wants a reason, an end and who may; it is ended by the same", async () => {
  const { segments } = await detected();
  const path = "/api/v1/detections/{id}/mute";
  const body = { scope: "token", reason: "A drill", endsAt: endsAt() };
  for (const bad of [
    { ...body, reason: " " },
    { ...body, scope: "user" },
    { ...body, endsAt: "tomorrow" },
    { ...body, endsAt: "2199-01-01T00:00:00Z" },
  ])
    expect(await ask("POST", path, { segments, body: bad })).toMatchObject({ status: 400 });
  expect(await ask("POST", path, { role: "auditor", segments, body })).toMatchObject({ status: 403 });
  expect(await ask("POST", path, { role: "governor", segments, body })).toMatchObject({
    status: 200,
    body: { state: "muted", mute: { reason: "A drill" } },
  });
  const unmute = "/api/v1/detections/{id}/unmute";
  expect(await ask("POST", unmute, { role: "auditor", segments })).toMatchObject({ status: 403 });
  expect(await ask("POST", unmute, { segments })).toMatchObject({ status: 200, body: { state: "open" } });
});

test("rules are read with their bounds, and tuned for a client by owners and governors alone", async () => {
  const { clientId } = await detected();
  const rules = await ask<{ rules: { rule: string; thresholds: object }[] }>(
    "GET",
    "/api/v1/detection-rules",
    {
      role: "auditor",
    },
  );
  expect(rules.body.rules.find(({ rule }) => rule === "burst")).toMatchObject({
    thresholds: { times: { min: 2, max: 1_000, default: 10 } },
  });
  const path = "/api/v1/clients/{id}/detection-rules/{rule}";
  const segments = { id: clientId, rule: "new_country" };
  const body = { version: 0, isOn: true, countries: ["Germany", "fr", "DE"] };
  expect(await ask("PUT", path, { role: "responder", segments, body })).toMatchObject({ status: 403 });
  expect(await ask("PUT", path, { role: "governor", segments, body })).toMatchObject({
    status: 200,
    body: { countries: ["DE", "FR"], version: 1 },
  });
  expect(await ask("PUT", path, { role: "owner", segments, body })).toMatchObject({
    status: 409,
    body: { code: "STALE_VERSION" },
  });
  for (const bad of [
    { segments, body: { ...body, version: 1, countries: ["Atlantis"] } },
    { segments, body: { ...body, version: 1, values: { tries: 5 } } },
    { segments: { id: clientId, rule: "no_rule" }, body },
  ])
    expect(await ask("PUT", path, { role: "owner", ...bad })).toMatchObject({ status: 400 });
  const all = await ask<{ rules: RuleSettings[] }>("GET", "/api/v1/clients/{id}/detection-rules", {
    role: "auditor",
    segments: { id: clientId },
  });
  expect(all.body.rules.find(({ rule }) => rule === "new_country")).toMatchObject({
    countries: ["DE", "FR"],
  });
});
