import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateClientInput } from "../clients/input.ts";
import { revokeClientSecret } from "../clients/revoke-client-secret.ts";
import { rotateClientSecret } from "../clients/rotate-client-secret.ts";
import { updateClient } from "../clients/update-client.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { planFixtureOf, why } from "../order-plans/plan-fixture.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { restoreTarget } from "../revocations/restore-target.ts";
import { addSubjects } from "./add-subjects.ts";
import { getBlastRadius } from "./get-blast-radius.ts";
import { getIncident } from "./get-incident.ts";
import { getIncidentTokens } from "./get-incident-tokens.ts";
import { identifyValues } from "./identify-values.ts";
import { openIncidentInput } from "./input.ts";
import { listIncidents } from "./list-incidents.ts";
import { listIncidentsOf } from "./list-incidents-of.ts";
import { INCIDENT_STATES, type IncidentState } from "./model.ts";
import { noteContainmentOfAll } from "./note-containment.ts";
import { openIncident, openIncidentOn } from "./open-incident.ts";
import { placeIncidentOrder } from "./place-incident-order.ts";
import { takePack } from "./test-pack.ts";
import { updateIncident } from "./update-incident.ts";

const HOUR_MS = 3_600_000;
const outbound = createOutbound({ allow: NOTHING_ALLOWED });

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;
let ctx: Context;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = planFixtureOf(db);
  ctx = fixture.as("owner");
});
afterAll(() => db.end());

const query = {
  filters: {},
  sort: { key: "opened", direction: "desc" },
  pageSize: 100,
  cursor: null,
} as const;

const open = (change: object) =>
  openIncident(fixture.later(ctx), openIncidentInput.parse({ title: "Token in a gist", ...change }));

async function place(number: number, verb: "revoke" | "suspend", target: object, more: object = {}) {
  const plan = await fixture.plan(fixture.later(ctx), { verb, target, ...more });
  return placeIncidentOrder(fixture.later(ctx), { number, planId: plan.id, ...why });
}

/** How a case stands by each door, `ms` from now: they must say the same. */
async function stands(number: number, ms = 0): Promise<IncidentState> {
  const at = () => fixture.later(ctx, ms);
  const { id, state, named } = await getIncident(at(), number);
  const rowOf = async (filters: object) =>
    (await listIncidents(at(), { ...query, filters })).rows.find((row) => row.number === number);
  expect((await rowOf({}))?.state, "the list").toBe(state);
  for (const one of INCIDENT_STATES)
    expect((await rowOf({ state: [one] }))?.state, `the filter ${one}`).toBe(one === state ? one : undefined);
  const [first] = named;
  const ofThing = first === undefined ? [] : await listIncidentsOf(at(), [first.id]);
  for (const row of ofThing.filter((one) => one.id === id)) expect(row.state, "the thing's page").toBe(state);
  return state;
}

const written = async (number: number) =>
  (
    await db.query<{ state: string; isEnded: boolean }>(
      `SELECT state, ended_at IS NOT NULL AS "isEnded" FROM incident WHERE number = $1::int`,
      [number],
    )
  )[0];

const tick = (ms = 0) => noteContainmentOfAll(db, new Date(Date.now() + ms));

test("a case whose token is only suspended is held, by every door and in the pack; a restore opens it, and a revocation contains it", async () => {
  const { id: first } = await fixture.tokens.token({
    clientId: await fixture.tokens.client(`app-${randomUUID()}`),
  });
  const { number } = await open({ tokenIds: [first] });
  expect(await stands(number)).toBe("open");
  const { order } = await place(number, "suspend", { kind: "token", id: first });
  expect(await stands(number)).toBe("held");
  await tick();
  expect(await written(number), "nothing is ticked for it").toEqual({ state: "open", isEnded: false });
  const pack = await takePack(fixture.later(ctx), number);
  expect(pack).toMatchObject({
    incident: { state: "held", containedAt: null },
    standing: { is: "held", works: 0, suspended: 1 },
  });
  await restoreTarget(fixture.later(ctx), { orderId: order.id, ...why });
  expect(await stands(number)).toBe("open");
  await place(number, "suspend", { kind: "token", id: first });
  await place(number, "revoke", { kind: "token", id: first });
  expect(await stands(number)).toBe("contained");
  expect(await written(number)).toEqual({ state: "contained", isEnded: true });
});

test("a suspension that runs out opens a case, and a token that expires contains it, at once and without anybody's act; the worker writes it down", async () => {
  const clientId = await fixture.tokens.client(`app-${randomUUID()}`);
  const token = await fixture.tokens.token({ clientId });
  const { number } = await open({ tokenIds: [token.id] });
  const suspendedUntil = new Date(Date.now() + HOUR_MS / 2).toISOString();
  await place(number, "suspend", { kind: "token", id: token.id }, { suspendedUntil });
  expect(await stands(number)).toBe("held");
  expect(await stands(number, 0.75 * HOUR_MS), "the suspension is over").toBe("open");
  expect(await stands(number, 2 * HOUR_MS), "the token has expired").toBe("contained");
  expect(await written(number)).toEqual({ state: "open", isEnded: false });
  await tick(2 * HOUR_MS);
  expect(await written(number)).toEqual({ state: "contained", isEnded: true });
  expect(await tick(2 * HOUR_MS), "once").toBe(0);
  const [entry] = await db.query<{ by: string }>(
    "SELECT actor_name AS by FROM audit_entry WHERE act = 'incident.contained' AND target_name LIKE $1",
    [`#${number} %`],
  );
  expect(entry?.by).toBe("worker");
});

test("a suspended client holds its case; what it gets after that works, and after it was revoked is its own by right", async () => {
  const { clientId, common } = await fixture.world();
  const { number } = await open({ subjects: [{ kind: "client", id: clientId }] });
  expect(await stands(number)).toBe("open");
  await place(number, "suspend", { kind: "client", id: clientId });
  expect(await stands(number)).toBe("held");
  const later = new Date(Date.now() + 60_000);
  await fixture.tokens.token({ ...common, issuedAt: later });
  expect(await stands(number, 120_000), "it gets tokens all the same").toBe("open");
  await place(number, "revoke", { kind: "client", id: clientId });
  await fixture.tokens.token({ ...common, issuedAt: new Date(Date.now() + 180_000) });
  expect(await stands(number, 240_000)).toBe("contained");
});

test("more that comes to a contained case, by its family or by name, is asked again", async () => {
  const { clientId, users, first } = await fixture.world();
  const userId = users[0] as string;
  const familyId = await fixture.tokens.family({ clientId, userId });
  const refresh = await fixture.tokens.token({
    clientId,
    userId,
    familyId,
    kind: "refresh",
    format: "opaque",
  });
  const { number } = await open({ subjects: [{ kind: "family", id: familyId }] });
  await place(number, "suspend", { kind: "family", id: familyId });
  expect(await stands(number)).toBe("held");
  await place(number, "revoke", { kind: "family", id: familyId });
  expect(await stands(number)).toBe("contained");
  expect(await fixture.stateOf(refresh.id)).toBe("revoked");
  await addSubjects(fixture.later(ctx), { number, tokenIds: [first], subjects: [] });
  expect(await stands(number)).toBe("open");
  expect(await written(number)).toEqual({ state: "open", isEnded: false });
});

test("of a case that names nothing a person says how it stands; of any other nobody says what is not so; a closed one goes on where it was", async () => {
  const nothing = await openIncidentOn(
    fixture.later(ctx),
    { title: "Forged", severity: "high", note: "" },
    [],
  );
  expect(await stands(nothing.number)).toBe("open");
  const said = await updateIncident(fixture.later(ctx), {
    number: nothing.number,
    version: nothing.version,
    state: "contained",
  });
  expect(said.state).toBe("contained");
  expect(await stands(nothing.number)).toBe("contained");

  const { first } = await fixture.world();
  const { number } = await open({ tokenIds: [first] });
  const say = async (state: "open" | "contained" | "closed") => {
    const { version } = await getIncident(fixture.later(ctx), number);
    return updateIncident(fixture.later(ctx), { number, version, state });
  };
  await expect(say("contained")).rejects.toMatchObject({ code: "CONFLICT" });
  await say("closed");
  expect((await say("open")).state).toBe("open");
  await place(number, "revoke", { kind: "token", id: first });
  await expect(say("open")).rejects.toMatchObject({ code: "CONFLICT" });
  const { containedAt } = await getIncident(fixture.later(ctx), number);
  await say("closed");
  expect(await stands(number)).toBe("closed");
  expect(await say("open")).toMatchObject({ state: "contained", containedAt });
});

/** A client of a case that a scanner found a secret of, with tokens for itself and of a person. */
async function leakedSecret() {
  const world = await fixture.world();
  const { clientId, clientName } = world;
  const own = await fixture.tokens.token({ clientId });
  const at = new Date();
  const [scannerId, reportId] = [randomUUID(), randomUUID()];
  await db.query(
    `WITH s AS (INSERT INTO client_secret (id, client_id, secret_hash, hint, created_at) VALUES (gen_random_uuid(), $1::uuid, sha256($2::text::bytea), 'abcd', $3::timestamptz - interval '1 day')),
       n AS (INSERT INTO scanner (id, name, action, created_at, updated_at) VALUES ($4::uuid, $2::text, 'case', $3::timestamptz, $3::timestamptz) RETURNING id)
     INSERT INTO leak_report (id, scanner_id, digest, received_at, last_received_at, value_count, unknown_count)
     SELECT $5::uuid, n.id, sha256($2::text::bytea), $3::timestamptz, $3::timestamptz, 1, 0 FROM n`,
    [clientId, clientName, at, scannerId, reportId],
  );
  await db.query(
    "INSERT INTO leak_finding (report_id, ordinal, kind, client_id, name, type, outcome) VALUES ($1::uuid, 0, 'client_secret', $2::uuid, 'a secret', 'secret', 'case')",
    [reportId, clientId],
  );
  const input = { title: "A secret", severity: "high", note: "" } as const;
  const { number } = await openIncidentOn(
    fixture.later(ctx),
    input,
    [{ kind: "client", id: clientId, name: clientName, bySecret: true }],
    {
      from: { at: new Date(at.getTime() - 60_000), why: "Reported" },
      also: async (tx, { id }) => {
        await tx.query("UPDATE leak_report SET incident_id = $2::uuid WHERE id = $1::uuid", [reportId, id]);
        return [];
      },
    },
  );
  return { ...world, own, number };
}

const endSecrets = (clientId: string, at: Date) =>
  db.query("UPDATE client_secret SET expires_at = $2::timestamptz WHERE client_id = $1::uuid", [
    clientId,
    at,
  ]);

test("a leaked secret opens what its client gets for itself and nothing of its people, until its overlap ends; what was got with it is refused for itself", async () => {
  const { clientId, own, number } = await leakedSecret();
  const tokens = await getIncidentTokens(fixture.later(ctx), number);
  expect(
    tokens.rows.map(({ id }) => id),
    "none of the people's",
  ).toEqual([own.id]);
  expect(await stands(number)).toBe("open");
  await place(number, "revoke", { kind: "token", id: own.id });
  expect(await stands(number), "its secret gets new ones").toBe("open");
  // by the thief, before the secret ended, and by the client after
  const ended = new Date(Date.now() + 600_000);
  await endSecrets(clientId, ended);
  const stolen = await fixture.tokens.token({ clientId, issuedAt: new Date(ended.getTime() - 1_000) });
  await fixture.tokens.token({
    clientId,
    issuedAt: new Date(ended.getTime() + 1_000),
    expiresAt: new Date(ended.getTime() + 10 * HOUR_MS),
  });
  expect(await stands(number, 660_000), "what the thief got works").toBe("open");
  const hours = stolen.expiresAt.getTime() - Date.now() + 1_000;
  expect(await stands(number, hours), "the overlap is over, and the client's new ones are its own").toBe(
    "contained",
  );
  await tick(hours);
  expect(await written(number)).toEqual({ state: "contained", isEnded: true });
});

const secretsOf = (clientId: string) =>
  db.query<{ id: string }>("SELECT id FROM client_secret WHERE client_id = $1::uuid ORDER BY created_at", [
    clientId,
  ]);

/** Each way by which a client's secret ends, a second after its case was opened: answers when that is, and by how much later one was issued that was got with it. */
const ENDINGS: Record<string, (at: Context, clientId: string) => Promise<{ endedAt: Date; last: number }>> = {
  async "is replaced at once"(at, clientId) {
    await rotateClientSecret(at, { clientId, overlapSeconds: 0, lifetimeSeconds: null });
    return { endedAt: at.now, last: 300 };
  },
  async "is ended"(at, clientId) {
    const [secret] = await secretsOf(clientId);
    await revokeClientSecret(at, { clientId, secretId: secret?.id ?? "" });
    return { endedAt: at.now, last: 300 };
  },
  async "is replaced with an overlap that is over, and the next one replaced too"(at, clientId) {
    await rotateClientSecret(at, { clientId, overlapSeconds: 10, lifetimeSeconds: null });
    const after = { ...at, now: new Date(at.now.getTime() + 20_000) };
    await rotateClientSecret(after, { clientId, overlapSeconds: 0, lifetimeSeconds: null });
    return { endedAt: new Date(at.now.getTime() + 10_000), last: -1 };
  },
  async "gives way to keys"(at, clientId) {
    await db.query("UPDATE client SET grant_types = '{client_credentials}' WHERE id = $1::uuid", [clientId]);
    const jwks = { keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }] };
    await updateClient(at, { clientId, ...updateClientInput.parse({ version: 1, jwks }) }, { outbound });
    return { endedAt: at.now, last: 300 };
  },
};

test.each(Object.entries(ENDINGS))(
  "a leaked secret that %s is remembered: what was got with it until then is the case's, by every door, and what came after is not",
  async (_, end) => {
    const { clientId, clientName, own, number } = await leakedSecret();
    const [secret] = await secretsOf(clientId);
    const { endedAt, last } = await end(fixture.later(fixture.as("governor"), 1_000), clientId);
    // before an authority had heard of it, where nobody knew that it would end
    const heard = await fixture.tokens.token({ clientId, issuedAt: new Date(endedAt.getTime() + last) });
    const after = await fixture.tokens.token({ clientId, issuedAt: new Date(endedAt.getTime() + 2_000) });
    const ms = 60_000;
    const at = () => fixture.later(ctx, ms);
    expect(await stands(number, ms)).toBe("open");
    const { rows } = await getIncidentTokens(at(), number);
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([own.id, heard.id]));
    expect((await getIncident(at(), number)).worksAgain).toBeNull();
    const hash = createHash("sha256").update(clientName).digest("hex");
    const found = await identifyValues(at(), {
      values: [{ hash }, { id: own.id }, { id: heard.id }, { id: after.id }],
    });
    const cases = [{ number }];
    expect(found).toMatchObject([
      { is: "ended", secret: { clientUuid: clientId, id: secret?.id, hint: "abcd", cases } },
      { token: { cases } },
      { token: { cases } },
      { token: { cases: [] } },
    ]);
    await place(number, "revoke", { kind: "token", id: own.id });
    expect(await stands(number, ms), "the thief has another").toBe("open");
    await place(number, "revoke", { kind: "token", id: heard.id });
    expect(await stands(number, ms)).toBe("contained");
    expect(await fixture.stateOf(after.id), "what the client gets now is its own").not.toBe("revoked");
  },
);

test("what an authority whose clock is ahead issued for a leaked secret before that was ended is its case's", async () => {
  const { clientId, own, number } = await leakedSecret();
  const at = fixture.later(fixture.as("governor"), 1_000);
  const ahead = await fixture.tokens.token({ clientId, issuedAt: new Date(at.now.getTime() + 4_000) });
  await rotateClientSecret(at, { clientId, overlapSeconds: 0, lifetimeSeconds: null });
  await fixture.tokens.token({ clientId, issuedAt: new Date(at.now.getTime() + 5_000) });
  await place(number, "revoke", { kind: "token", id: own.id });
  expect(await stands(number, 60_000)).toBe("open");
  await place(number, "revoke", { kind: "token", id: ahead.id });
  expect(await stands(number, 60_000)).toBe("contained");
});

test("of a leaked secret that ended before secrets were remembered, what was got until the next one was made is the case's", async () => {
  const { clientId, own, number } = await leakedSecret();
  const at = fixture.later(fixture.as("governor"), 1_000);
  await rotateClientSecret(at, { clientId, overlapSeconds: 0, lifetimeSeconds: null });
  await db.query("DELETE FROM ended_client_secret WHERE client_id = $1::uuid", [clientId]);
  await fixture.tokens.token({ clientId, issuedAt: new Date(at.now.getTime() + 2_000) });
  expect(await stands(number, 60_000)).toBe("open");
  await place(number, "revoke", { kind: "token", id: own.id });
  expect(await stands(number, 60_000)).toBe("contained");
});

test("a disabled client's leaked secret gets nothing and is held, since it gets tokens again once the client is enabled; somebody who puts the client in by hand means all of it", async () => {
  const { clientId, own, number, first } = await leakedSecret();
  await place(number, "revoke", { kind: "token", id: own.id });
  await db.query("UPDATE client SET disabled_at = now() WHERE id = $1::uuid", [clientId]);
  expect(await stands(number)).toBe("held");
  await tick();
  expect((await written(number))?.state).toBe("open");
  const { standing } = await takePack(fixture.later(ctx), number);
  expect(standing).toMatchObject({ is: "held", secrets: [], heldSecrets: [expect.any(String)] });
  expect(standing.says.join(" ")).toContain(
    "only while the client is disabled: it gets tokens again when that is enabled",
  );
  const [secret] = (await getBlastRadius(fixture.later(ctx), number)).secrets;
  expect(secret).toMatchObject({ isTaken: false, isHeld: true });
  await db.query("UPDATE client SET disabled_at = NULL WHERE id = $1::uuid", [clientId]);
  expect(await stands(number)).toBe("open");
  await tick();
  expect((await written(number))?.state).toBe("open");
  await addSubjects(fixture.later(ctx), {
    number,
    tokenIds: [],
    subjects: [{ kind: "client", id: clientId }],
  });
  const { rows } = await getIncidentTokens(fixture.later(ctx), number);
  expect(rows.map(({ id }) => id)).toContain(first);
});

test("a list of thousands of cases, and each state of it, is read at once", async () => {
  await db.query(
    `WITH i AS (INSERT INTO incident (id, number, title, state, severity, opened_at, opened_by_kind, opened_by_id, opened_by_name, compromised_from, is_suggested,
         compromised_why, contained_at, ended_at, closed_at)
       SELECT gen_random_uuid(), 100000 + n, 'One of many', CASE WHEN n % 3 = 0 THEN 'closed' WHEN n % 20 = 1 THEN 'open' ELSE 'contained' END, 'low', now(), 'system', 'x', 'x',
         now() - interval '1 day', true, 'x', CASE WHEN n % 20 <> 1 THEN now() END, CASE WHEN n % 20 <> 1 THEN now() END, CASE WHEN n % 3 = 0 THEN now() END
       FROM generate_series(1, 5000) n RETURNING id, number)
     INSERT INTO incident_subject (incident_id, kind, target_id, name, added_at, added_by_name)
     SELECT i.id, 'token', t.id, 'a token', now(), 'x' FROM i CROSS JOIN (SELECT id FROM token ORDER BY id LIMIT 3) t`,
  );
  await db.query("ANALYZE incident, incident_subject");
  for (const state of [undefined, "open", "held", "contained", "closed"] as const) {
    const began = performance.now();
    const page = await listIncidents(fixture.later(ctx), {
      ...query,
      filters: state === undefined ? {} : { state: [state] },
    });
    expect(performance.now() - began, `${state}: ${page.rows.length} rows`).toBeLessThan(2_000);
  }
});
