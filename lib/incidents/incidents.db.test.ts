import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { planFixtureOf, why } from "../order-plans/plan-fixture.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { addNote } from "./add-note.ts";
import { addSubjects } from "./add-subjects.ts";
import { getBlastRadius } from "./get-blast-radius.ts";
import { getIncident } from "./get-incident.ts";
import { getIncidentTokens } from "./get-incident-tokens.ts";
import { identifyValues } from "./identify-values.ts";
import { openIncidentInput } from "./input.ts";
import { listIncidentOrders } from "./list-incident-orders.ts";
import { listIncidents } from "./list-incidents.ts";
import { listIncidentsOf } from "./list-incidents-of.ts";
import { listOtherCases } from "./list-other-cases.ts";
import { openIncident } from "./open-incident.ts";
import { placeIncidentOrder } from "./place-incident-order.ts";
import { tickStep } from "./tick-step.ts";
import { updateIncident } from "./update-incident.ts";

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
});
afterAll(() => db.end());

const input = (change: object) =>
  openIncidentInput.parse({ title: "Token in a public repository", ...change });
const query = {
  filters: {},
  sort: { key: "opened", direction: "desc" },
  pageSize: 50,
  cursor: null,
} as const;

async function acts(id: string): Promise<string[]> {
  const rows = await db.query<{ act: string }>(
    "SELECT act FROM audit_entry WHERE target_kind = 'incident' AND target_id = $1 ORDER BY sequence",
    [id],
  );
  return rows.map((row) => row.act);
}

test("what was pasted is told apart: live, ended, another's value, and not ours", async () => {
  const clientId = await fixture.tokens.client(`app-${randomUUID()}`);
  const [live, expired, opaque] = [
    await fixture.tokens.token({ clientId }),
    await fixture.tokens.token({ clientId, issuedAt: new Date(Date.now() - 7_200_000) }),
    await fixture.tokens.token({ clientId, format: "opaque" }),
  ];
  const hash = opaque.valueHash.toString("hex");
  const found = await identifyValues(fixture.as("auditor"), {
    values: [
      { id: live.id },
      { id: expired.id },
      { hash },
      { id: live.id, hash: "0".repeat(64) },
      { id: randomUUID() },
      { hash: createHash("sha256").update("other").digest("hex") },
    ],
  });
  expect(found.map(({ is }) => is)).toEqual(["live", "ended", "live", "differs", "foreign", "foreign"]);
  expect(found[2]?.token?.id).toBe(opaque.id);
  // its signature was cut: it names the token, which works
  expect(found[3]?.token).toMatchObject({ id: live.id, state: "active" });
  await expect(identifyValues(contextAs(db, "anonymous"), { values: [{ hash }] })).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("a suspended token is told as suspended, and the open cases that hold a token, by itself, its family or its client, are named with it", async () => {
  const { clientId, users, first, second } = await fixture.world();
  const ctx = fixture.as("responder");
  const familyId = await fixture.tokens.family({ clientId, userId: users[0] as string });
  const ofFamily = { clientId, userId: users[0] as string, familyId };
  const refresh = await fixture.tokens.token({ ...ofFamily, kind: "refresh", format: "opaque" });
  const access = await fixture.tokens.token({ ...ofFamily, parentId: refresh.id });
  const identify = async (id: string) => (await identifyValues(fixture.later(ctx), { values: [{ id }] }))[0];
  expect(await identify(first)).toMatchObject({ is: "live", token: { cases: [] } });

  const plan = await fixture.plan(fixture.later(ctx), {
    verb: "suspend",
    target: { kind: "token", id: first },
  });
  const one = await openIncident(fixture.later(ctx), input({ tokenIds: [first, refresh.id] }));
  await placeIncidentOrder(fixture.later(ctx), { number: one.number, planId: plan.id, ...why });
  const name = { number: one.number, title: one.title, state: "open" };
  expect(await identify(first)).toMatchObject({
    is: "suspended",
    token: { state: "suspended", cases: [name] },
  });
  expect(await identify(access.id), "by its refresh token").toMatchObject({ token: { cases: [name] } });
  expect(await identify(second)).toMatchObject({ token: { cases: [] } });
  expect(await listOtherCases(ctx, one.number)).toEqual([]);

  const wide = await openIncident(
    fixture.later(ctx),
    input({ title: "All of it", subjects: [{ kind: "client", id: clientId }] }),
  );
  expect((await identify(second))?.token?.cases).toEqual([
    { number: wide.number, title: "All of it", state: "open" },
  ]);
  expect((await identify(first))?.token?.cases.map(({ number }) => number)).toEqual([
    wide.number,
    one.number,
  ]);
  const others = async (number: number) => (await listOtherCases(ctx, number)).map((row) => row.number);
  expect(await others(one.number)).toEqual([wide.number]);
  expect(await others(wide.number)).toEqual([one.number]);
  await updateIncident(fixture.later(ctx), { number: wide.number, version: wide.version, state: "closed" });
  expect((await identify(second))?.token?.cases).toEqual([]);
  expect(await others(one.number), "closed ones too").toEqual([wide.number]);
  await expect(listOtherCases(contextAs(db, "anonymous"), one.number)).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("a case is opened with a number, its first step done and its look on record once", async () => {
  const { first, second, users } = await fixture.world();
  const ctx = fixture.as("responder");
  const incident = await openIncident(ctx, input({ tokenIds: [first] }));
  const next = await openIncident(fixture.later(ctx), input({ tokenIds: [second] }));
  expect(next.number).toBe(incident.number + 1);
  expect(incident).toMatchObject({
    state: "open",
    severity: "high",
    subjects: { token: 1 },
    isSuggested: true,
  });
  expect(incident.steps[0]).toMatchObject({ step: "identify", doneBy: { name: ctx.actor.name } });
  const auditor = fixture.as("auditor");
  // a page and its prefetch ask at one moment, and a reload later
  await Promise.all([1, 2, 3].map(() => getIncident(auditor, incident.number)));
  await getIncident(auditor, incident.number);
  expect(await acts(incident.id)).toEqual(["incident.opened", "incident.viewed"]);
  expect((await listIncidentsOf(auditor, [first])).map(({ number }) => number)).toEqual([incident.number]);
  const about = await listIncidents(auditor, { ...query, filters: { subject: first } });
  expect(about.rows.map(({ id }) => id)).toEqual([incident.id]);
  expect((await listIncidents(auditor, { ...query, filters: { subject: users[0] as string } })).rows).toEqual(
    [],
  );
});

test("a case is refused that is about nothing, about a token that is not on record, or opened by who only reads", async () => {
  const { first } = await fixture.world();
  const responder = fixture.as("responder");
  await expect(openIncident(responder, input({}))).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await expect(openIncident(responder, input({ tokenIds: [randomUUID()] }))).rejects.toMatchObject({
    code: "INVALID_INPUT",
  });
  await expect(
    openIncident(responder, input({ subjects: [{ kind: "user", id: randomUUID() }] })),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(openIncident(fixture.as("auditor"), input({ tokenIds: [first] }))).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});

test("the tokens of a case are those that were named and their families, and of a user those of the window", async () => {
  const { clientId, users } = await fixture.world();
  const userId = users[0] as string;
  const familyId = await fixture.tokens.family({ clientId, userId });
  const refresh = await fixture.tokens.token({
    clientId,
    userId,
    familyId,
    kind: "refresh",
    format: "opaque",
  });
  const access = await fixture.tokens.token({ clientId, userId, familyId, parentId: refresh.id });
  const ctx = fixture.as("responder");
  const incident = await openIncident(ctx, input({ tokenIds: [access.id] }));
  const tokens = await getIncidentTokens(ctx, incident.number);
  expect(tokens.rows.map(({ id }) => id).sort()).toEqual([refresh.id, access.id].sort());
  await addSubjects(ctx, { number: incident.number, tokenIds: [], subjects: [{ kind: "user", id: userId }] });
  const wider = await getIncidentTokens(ctx, incident.number);
  expect(wider.total).toBe(3);
});

test("the blast radius names what the tokens open, who answers for it, and what else its user holds", async () => {
  const world = await fixture.world();
  await fixture.tokens.token({ ...world.common, userId: world.users[0] as string });
  const ctx = fixture.as("responder");
  const incident = await openIncident(ctx, input({ tokenIds: [world.first] }));
  const radius = await getBlastRadius(ctx, incident.number);
  expect(radius.permissions).toEqual([{ name: world.scope, tokens: 1, live: 1 }]);
  expect(radius.audiences).toEqual([{ name: world.audience, tokens: 1, live: 1 }]);
  expect(radius.verifiers).toMatchObject([{ name: `gate-${world.tag}`, audiences: [world.audience] }]);
  expect(radius.users).toMatchObject([{ name: world.emails[0], isInCase: false, liveTokens: 2 }]);
  expect(radius.liveTokens).toBe(1);
});

test("an order placed in a case carries it: one that suspends the last token holds the case, and one that revokes it contains it", async () => {
  const { first, second } = await fixture.world();
  const ctx = fixture.as("responder");
  const incident = await openIncident(ctx, input({ tokenIds: [first, second] }));
  const place = async (id: string, verb: string) => {
    const plan = await fixture.plan(fixture.later(ctx), { verb, target: { kind: "token", id } });
    return placeIncidentOrder(fixture.later(ctx), { number: incident.number, planId: plan.id, ...why });
  };
  await place(first, "revoke");
  expect((await getIncident(ctx, incident.number)).state).toBe("open");
  await place(second, "suspend");
  expect([await fixture.stateOf(first), await fixture.stateOf(second)]).toEqual(["revoked", "suspended"]);
  expect((await getIncident(ctx, incident.number)).state).toBe("held");
  await place(second, "revoke");
  const contained = await getIncident(ctx, incident.number);
  expect(contained).toMatchObject({ state: "contained", containedAt: expect.any(String) });
  expect(contained.steps.find(({ step }) => step === "contain")?.doneBy?.name).toBe(ctx.actor.name);
  expect((await listIncidentOrders(ctx, incident.number)).rows.map(({ verb }) => verb)).toEqual([
    "revoke",
    "suspend",
    "revoke",
  ]);
  expect(await acts(incident.id)).toEqual([
    "incident.opened",
    "incident.order_placed",
    "incident.viewed",
    "incident.order_placed",
    "incident.order_placed",
    "incident.contained",
  ]);
});

test("a closed case takes no order, and one without the right to work on cases places none in it", async () => {
  const { first } = await fixture.world();
  const ctx = fixture.as("responder");
  const { number, version } = await openIncident(ctx, input({ tokenIds: [first] }));
  const plan = await fixture.plan(fixture.later(ctx), {
    verb: "revoke",
    target: { kind: "token", id: first },
  });
  await expect(
    placeIncidentOrder(fixture.as("auditor"), { number, planId: plan.id, ...why }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
  await updateIncident(ctx, { number, version, state: "closed" });
  await expect(
    placeIncidentOrder(fixture.later(ctx), { number, planId: plan.id, ...why }),
  ).rejects.toMatchObject({
    code: "CONFLICT",
  });
  expect(await fixture.stateOf(first)).toBe("active");
});

test("two who tick the same step off at once have both what they wanted, and it is on record once", async () => {
  const { first } = await fixture.world();
  const [one, other] = [fixture.as("responder"), fixture.as("owner")];
  const { number, version } = await openIncident(one, input({ tokenIds: [first] }));
  const tick = { number, version, step: "blast_radius" as const, isDone: true, what: "" };
  await Promise.all([tickStep(one, tick), tickStep(other, tick)]);
  expect((await getIncident(one, number)).version).toBe(version + 1);
});

test("the second of two who change a case at once is told what changed and by whom, and nothing of theirs is done", async () => {
  const { first } = await fixture.world();
  const [one, other] = [fixture.as("responder"), fixture.as("owner")];
  const { number, version } = await openIncident(one, input({ tokenIds: [first] }));
  const ticks = await Promise.allSettled([
    tickStep(one, { number, version, step: "reissue", isDone: true, what: "New secret" }),
    updateIncident(other, { number, version, severity: "critical" }),
  ]);
  expect(ticks.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  const refused = ticks.find((tick) => tick.status === "rejected");
  expect(refused?.reason).toMatchObject({ code: "STALE_VERSION", fields: [{ path: "version" }, {}] });
  expect(String(refused?.reason)).toMatch(/was changed by (?:responder|owner)@/);
  expect((await getIncident(one, number)).version).toBe(version + 1);
});

test("the window is set by hand with why, goes back to what is suggested, and cannot begin in the future", async () => {
  const { first } = await fixture.world();
  const ctx = fixture.as("responder");
  const { number, version, compromisedFrom } = await openIncident(ctx, input({ tokenIds: [first] }));
  const from = new Date(Date.now() - 86_400_000);
  const set = await updateIncident(ctx, { number, version, compromisedFrom: from, why: "Commit 4f2a" });
  expect(set).toMatchObject({
    compromisedFrom: from.toISOString(),
    isSuggested: false,
    compromisedWhy: "Commit 4f2a",
  });
  const back = await updateIncident(ctx, { number, version: set.version, compromisedFrom: null });
  expect(back).toMatchObject({ compromisedFrom, isSuggested: true });
  await expect(
    updateIncident(ctx, { number, version: back.version, compromisedFrom: new Date(Date.now() + 60_000) }),
  ).rejects.toMatchObject({ code: "INVALID_INPUT" });
});

test("a note stays with who wrote it, marks a use of the case's tokens, and no use of another's", async () => {
  const { first, second } = await fixture.world();
  const ctx = fixture.as("responder");
  const { number } = await openIncident(ctx, input({ tokenIds: [first] }));
  const useOf = async (token: string) =>
    (await db.query<{ id: string }>("SELECT id FROM token_use WHERE token_id = $1::uuid", [token]))[0]
      ?.id as string;
  await addNote(ctx, {
    number,
    step: "audit",
    text: "Issued to the right person",
    useId: await useOf(first),
  });
  await expect(
    addNote(ctx, { number, step: "audit", text: "Not of the case", useId: await useOf(second) }),
  ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect((await getIncident(ctx, number)).notes).toMatchObject([
    { text: "Issued to the right person", by: { name: ctx.actor.name }, useId: await useOf(first) },
  ]);
  await expect(db.query("UPDATE incident_note SET text = 'x'")).rejects.toThrow(/permission denied/);
});
