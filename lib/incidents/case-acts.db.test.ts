import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inOneTransaction } from "../approvals/one-transaction.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testDatabase } from "../db/test-database.ts";
import { planFixtureOf, why } from "../order-plans/plan-fixture.ts";
import { generateSecret } from "../passwords/generated-secret.ts";
import { restoreTarget } from "../revocations/restore-target.ts";
import { addSubjects } from "./add-subjects.ts";
import { exportEvidence } from "./export-evidence.ts";
import { getIncident } from "./get-incident.ts";
import { identifyValues } from "./identify-values.ts";
import { addSubjectsInput, openIncidentInput } from "./input.ts";
import { listIncidentOrders } from "./list-incident-orders.ts";
import { listReissues } from "./list-reissues.ts";
import { noteContainmentOfAll } from "./note-containment.ts";
import { openIncident } from "./open-incident.ts";
import { placeIncidentOrder } from "./place-incident-order.ts";
import { reissueSecret } from "./reissue-secret.ts";
import { releaseEvidence } from "./release-evidence.ts";
import { tickStep } from "./tick-step.ts";
import { updateIncident } from "./update-incident.ts";

let db: Database;
let owner: SqlDatabase;
let fixture: ReturnType<typeof planFixtureOf>;

beforeAll(async () => {
  const { url } = await testDatabase();
  owner = openSqlDatabase({ url, role: "owner", maxConnections: 1, applicationName: "test owner" });
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = planFixtureOf(db);
});
afterAll(async () => {
  await owner.end();
  await db.end();
});

const open = (ctx: Context, change: object) =>
  openIncident(ctx, openIncidentInput.parse({ title: "Token in a gist", ...change }));

async function place(ctx: Context, number: number, verb: string, id: string) {
  const plan = await fixture.plan(fixture.later(ctx), { verb, target: { kind: "token", id } });
  return placeIncidentOrder(fixture.later(ctx), { number, planId: plan.id, ...why });
}

async function acts(id: string, within: Pick<Database, "query"> = db): Promise<string[]> {
  const rows = await within.query<{ act: string }>(
    "SELECT act FROM audit_entry WHERE target_kind = 'incident' AND target_id = $1 AND act <> 'incident.viewed' ORDER BY sequence",
    [id],
  );
  return rows.map(({ act }) => act);
}

test("inside of a larger transaction a case is held against its tokens once that has committed, and never where it does not", async () => {
  const { first } = await fixture.world();
  const ctx = fixture.as("responder");
  const { id, number } = await open(ctx, { tokenIds: [first] });
  const plan = await fixture.plan(fixture.later(ctx), {
    verb: "revoke",
    target: { kind: "token", id: first },
  });
  const takenBack = new Error("taken back");
  const inside = (work: (inner: Context) => Promise<void>) =>
    inOneTransaction(fixture.later(ctx), ["bulk"], async (inner) => {
      await placeIncidentOrder(inner, { number, planId: plan.id, ...why });
      await work(inner);
    });
  await expect(inside(() => Promise.reject(takenBack))).rejects.toBe(takenBack);
  expect(await acts(id)).not.toContain("incident.contained");
  await inside(async (inner) => {
    const said = await acts(id, inner.db);
    expect(said).toContain("incident.order_placed");
    expect(said, "no lock is held for it").not.toContain("incident.contained");
  });
  expect(await acts(id)).toContain("incident.contained");
});

test("a case is contained from when its order is in force, not from when it was asked for", async () => {
  const { first } = await fixture.world();
  const ctx = fixture.as("responder");
  const { id, number } = await open(ctx, { tokenIds: [first] });
  const target = { kind: "token", id: first };
  const plan = await fixture.plan(fixture.later(ctx), { verb: "revoke", target });
  // the clock goes on while a request is worked on
  const asked = fixture.later(ctx, -500);
  const { order } = await placeIncidentOrder(asked, { number, planId: plan.id, ...why });
  const contained = await getIncident(fixture.later(ctx), number);
  expect(contained.containedAt).toBe(order.effectiveFrom);
  expect(contained.steps.find(({ step }) => step === "contain")?.doneAt).toBe(order.effectiveFrom);
  const [entry] = await db.query<{ at: Date }>(
    "SELECT at FROM audit_entry WHERE act = 'incident.contained' AND target_id = $1",
    [id],
  );
  expect(entry?.at.toISOString()).toBe(order.effectiveFrom);
});

test("a contained case is open again when a token that works is put into it, and contained anew when that is taken back", async () => {
  const { first, second } = await fixture.world();
  const ctx = fixture.as("responder");
  const { id, number } = await open(ctx, { tokenIds: [first] });
  await place(ctx, number, "revoke", first);
  expect(await getIncident(fixture.later(ctx), number)).toMatchObject({
    state: "contained",
    worksAgain: null,
  });
  const wider = await addSubjects(fixture.later(ctx), { number, tokenIds: [second], subjects: [] });
  expect(wider).toMatchObject({ state: "open", containedAt: null });
  expect(wider.steps.find(({ step }) => step === "contain")?.doneAt).toBeNull();
  await place(ctx, number, "revoke", second);
  expect((await getIncident(fixture.later(ctx), number)).state).toBe("contained");
  expect(await acts(id)).toEqual([
    "incident.opened",
    "incident.order_placed",
    "incident.contained",
    "incident.subjects_added",
    "incident.containment_lost",
    "incident.order_placed",
    "incident.contained",
  ]);
});

test("what a user of the case gets after they were revoked is theirs: it neither opens the case again nor alarms; of a client that was not revoked it does", async () => {
  const { users, common, clientId } = await fixture.world();
  const [userId] = users as [string];
  const ctx = fixture.as("owner");
  const { number } = await open(ctx, { subjects: [{ kind: "user", id: userId }] });
  const plan = await fixture.plan(fixture.later(ctx), {
    verb: "revoke",
    target: { kind: "user", id: userId },
  });
  await placeIncidentOrder(fixture.later(ctx), { number, planId: plan.id, ...why });
  const signedInAgain = new Date(Date.now() + 2_000);
  const later = () => fixture.later(ctx, 4_000);
  await fixture.tokens.token({ ...common, userId, issuedAt: signedInAgain });
  expect(await getIncident(later(), number)).toMatchObject({ state: "contained", worksAgain: null });
  await addSubjects(later(), { number, tokenIds: [], subjects: [{ kind: "client", id: clientId }] });
  const wider = await getIncident(later(), number);
  expect(wider).toMatchObject({ state: "open" });
});

test("a suspension holds a case and does not contain it: a restore opens it again, in the case or elsewhere", async () => {
  const { first } = await fixture.world();
  const ctx = fixture.as("responder");
  const { id, number } = await open(ctx, { tokenIds: [first] });
  const { order } = await place(ctx, number, "suspend", first);
  expect(await getIncident(fixture.later(ctx), number)).toMatchObject({ state: "held", containedAt: null });
  await restoreTarget(fixture.later(ctx), { orderId: order.id, ...why });
  expect(await getIncident(fixture.later(ctx), number)).toMatchObject({ state: "open", containedAt: null });
  expect(await acts(id)).not.toContain("incident.contained");

  const other = await fixture.world();
  const elsewhere = await fixture.plan(fixture.later(ctx), {
    verb: "suspend",
    target: { kind: "token", id: other.first },
  });
  const held = await fixture.place(fixture.later(ctx), elsewhere.id);
  const late = await open(fixture.later(ctx), { tokenIds: [other.first] });
  const { number: lateNumber, version } = late;
  await expect(
    updateIncident(fixture.later(ctx), { number: lateNumber, version, state: "contained" }),
    "nobody says that it is contained",
  ).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("only suspended") });
  await tickStep(fixture.later(ctx), {
    number: lateNumber,
    step: "contain",
    version,
    isDone: true,
    what: "Suspended",
  });
  expect(await getIncident(fixture.later(ctx), lateNumber)).toMatchObject({
    state: "held",
    worksAgain: null,
  });
  await restoreTarget(fixture.later(ctx), { orderId: held.order.id, ...why });
  expect(await getIncident(fixture.later(ctx), lateNumber)).toMatchObject({
    state: "open",
    worksAgain: { tokens: 1, isCut: false, secrets: [] },
  });
});

test("an order of before the case that ended its token is among its orders; asked for again it is told as repeated, not as placed", async () => {
  const { first, second } = await fixture.world();
  const ctx = fixture.as("responder");
  const before = await fixture.plan(ctx, { verb: "revoke", target: { kind: "token", id: first } });
  const { order } = await fixture.place(ctx, before.id);
  const { id, number } = await open(fixture.later(ctx), { tokenIds: [first] });
  const again = await place(ctx, number, "revoke", first);
  expect(again).toMatchObject({ wasPlaced: false, order: { id: order.id } });
  const { rows, leftOut } = await listIncidentOrders(fixture.later(ctx), number);
  expect(rows).toMatchObject([{ id: order.id, isOfCase: false }]);
  expect(leftOut).toBe(0);
  expect(await acts(id)).toEqual(["incident.opened", "incident.order_repeated", "incident.contained"]);
  const wider = { number, tokenIds: [second], subjects: [] };
  await addSubjects(fixture.later(ctx), wider);
  const { order: placed } = await place(ctx, number, "revoke", second);
  expect((await listIncidentOrders(fixture.later(ctx), number)).rows).toMatchObject([
    { id: placed.id, isOfCase: true },
    { id: order.id, isOfCase: false },
  ]);
});

test("putting more into a case raises its version: the second of two at once is told what came, and by whom", async () => {
  const { first, second } = await fixture.world();
  const [one, other] = [fixture.as("responder"), fixture.as("owner")];
  const { number, version } = await open(one, { tokenIds: [first] });
  const added = await addSubjects(fixture.later(one), { number, tokenIds: [second], subjects: [] });
  expect(added.version).toBe(version + 1);
  const late = updateIncident(fixture.later(other), { number, version, compromisedFrom: new Date(0) });
  await expect(late).rejects.toMatchObject({
    code: "STALE_VERSION",
    message: expect.stringMatching(/was changed by responder@.*subjects/),
  });
  // the same again brings nothing, and changes nothing
  const again = { number, tokenIds: [second], subjects: [] };
  expect((await addSubjects(fixture.later(other), again)).version).toBe(version + 1);
  await expect(addSubjects(fixture.later(other), { ...again, version })).rejects.toMatchObject({
    code: "STALE_VERSION",
  });
});

test("setting the window raises the version, and the second of two is told of it", async () => {
  const { first } = await fixture.world();
  const [one, other] = [fixture.as("responder"), fixture.as("owner")];
  const { number, version } = await open(one, { tokenIds: [first] });
  const compromisedFrom = new Date(Date.now() - 86_400_000);
  const set = await updateIncident(fixture.later(one), { number, version, compromisedFrom });
  expect(set.version).toBe(version + 1);
  await expect(
    updateIncident(fixture.later(other), { number, version, severity: "critical" }),
  ).rejects.toMatchObject({
    fields: expect.arrayContaining([{ path: "compromisedFrom", message: "changed meanwhile" }]),
  });
});

test("nobody waits for another's long look at the log to open a case", async () => {
  const { first, second } = await fixture.world();
  const ctx = fixture.as("responder");
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  let begun = () => {};
  const isLooking = new Promise<void>((resolve) => {
    begun = resolve;
  });
  // the look of the one takes as long as the other
  const slow =
    (sql: Pick<Database, "query">): Database["query"] =>
    async (text, values) => {
      if (text.includes("FROM token_use x")) {
        begun();
        await gate;
      }
      return sql.query(text, values);
    };
  const slowDb: Database = {
    ...db,
    query: slow(db),
    transaction: (work) => db.transaction((tx) => work({ ...tx, query: slow(tx) })),
  };
  const waiting = open({ ...ctx, db: slowDb }, { tokenIds: [first], title: `Slow ${randomUUID()}` });
  await isLooking;
  const quick = await open(fixture.later(ctx), { tokenIds: [second] });
  go();
  expect((await waiting).number).toBe(quick.number + 1);
});

const secretInput = { overlapSeconds: 0, lifetimeSeconds: null };

test("a client of a case gets a new secret in it: the case has it on record, by whom and never the value", async () => {
  const { clientId, clientName, first } = await fixture.world();
  const ctx = fixture.as("governor");
  const { id, number, version } = await openIncident(
    ctx,
    openIncidentInput.parse({ title: "Secret in a gist", tokenIds: [first] }),
  );
  const { secret } = await reissueSecret(fixture.later(ctx), { ...secretInput, number, clientId });
  const hint = `…${secret.slice(-4)}`;
  expect(await listReissues(fixture.as("auditor"), number)).toMatchObject([
    { clientId, client: clientName, hint, by: ctx.actor.name },
  ]);
  const entries = await db.query<{ act: string; target: string }>(
    "SELECT act, target_id AS target FROM audit_entry WHERE act LIKE '%secret_%' AND target_id = ANY ($1::text[]) ORDER BY sequence",
    [[clientId, id]],
  );
  expect(entries).toEqual([
    { act: "client.secret_rotated", target: clientId },
    { act: "incident.secret_reissued", target: id },
  ]);
  const all = await db.query("SELECT after::text AS after FROM audit_entry");
  expect(JSON.stringify(all)).not.toContain(secret);

  await db.query("UPDATE client SET grant_types = '{client_credentials}' WHERE id = $1::uuid", [clientId]);
  const service = await fixture.tokens.token({ clientId });
  const remains = async () =>
    (await fixture.plan(fixture.later(ctx), { verb: "revoke", target: { kind: "token", id: service.id } }))
      .remains;
  const at = (await listReissues(ctx, number))[0]?.at.slice(0, 16).replace("T", " ");
  expect(await remains()).toMatchObject([
    {
      kind: "client_secret",
      count: 1,
      says: `The client's secret was replaced on ${at} UTC in case ${number}: it gets new tokens with the new one alone.`,
    },
  ]);
  await reissueSecret(fixture.later(ctx), { ...secretInput, overlapSeconds: 3_600, number, clientId });
  expect(await remains()).toMatchObject([
    {
      count: 1,
      says: expect.stringContaining("but an old one still gets it new tokens"),
      until: expect.any(String),
    },
  ]);

  await updateIncident(fixture.later(ctx), { number, version, state: "closed" });
  expect(await remains()).toMatchObject([
    { says: expect.stringContaining("can get new tokens with its secret") },
  ]);
  const secrets = () => db.query("SELECT id FROM client_secret WHERE client_id = $1::uuid", [clientId]);
  const before = await secrets();
  await expect(reissueSecret(fixture.later(ctx), { ...secretInput, number, clientId })).rejects.toMatchObject(
    {
      code: "CONFLICT",
    },
  );
  expect(await secrets()).toEqual(before);
});

test("a case that is opened by hand on a pasted client secret is open for as long as that secret gets tokens, and its pack says so", async () => {
  const { clientId, clientName } = await fixture.world();
  await db.query("UPDATE client SET grant_types = '{client_credentials}' WHERE id = $1::uuid", [clientId]);
  const { value, hash, hint } = generateSecret("twc_");
  const ctx = fixture.later(fixture.as("governor"));
  await db.query(
    "INSERT INTO client_secret (id, client_id, secret_hash, hint, created_at) VALUES ($1::uuid, $2::uuid, $3::bytea, $4::text, $5::timestamptz)",
    [randomUUID(), clientId, hash, hint, new Date(ctx.now.getTime() - 1_000)],
  );
  const look = async (of = value) => {
    const values = [{ hash: createHash("sha256").update(of).digest("hex") }];
    return (await identifyValues(fixture.later(ctx), { values }))[0];
  };
  const found = await look();
  expect(found).toMatchObject({
    is: "live",
    token: null,
    secret: { clientUuid: clientId, clientId: clientName, hint, isEnough: true, cases: [] },
  });

  const subjects = { secretIds: [found?.secret?.id] };
  const { id, number } = await open(fixture.later(ctx), { title: "Secret in a gist", ...subjects });
  const standing = async () => {
    const auditor = fixture.as("auditor");
    const released = await releaseEvidence(auditor, number, { format: "json" });
    return (await exportEvidence(auditor, { number, id: released.id })).pack.standing;
  };
  expect(await getIncident(fixture.later(ctx), number)).toMatchObject({
    state: "open",
    named: [{ kind: "client", id: clientId, bySecret: true }],
  });
  await noteContainmentOfAll(db, fixture.later(ctx).now);
  expect(await acts(id), "it is not taken for contained").toEqual(["incident.opened"]);
  expect(await look()).toMatchObject({ secret: { cases: [{ number, state: "open" }] } });
  const again = addSubjectsInput.parse(subjects);
  await addSubjects(fixture.later(ctx), { ...again, number });
  expect(await acts(id), "named again, it is in it already").toEqual(["incident.opened"]);
  expect(await standing()).toMatchObject({ is: "works", secrets: [clientName] });

  // replaced at once: the old one gets nothing, and the new one has not leaked
  const { secret: next } = await reissueSecret(fixture.later(ctx), { ...secretInput, number, clientId });
  expect(await look()).toMatchObject({ is: "ended", secret: { cases: [{ number }] } });
  const fresh = await look(next);
  expect(fresh).toMatchObject({ is: "live", secret: { cases: [] } });
  expect(await getIncident(fixture.later(ctx), number)).toMatchObject({
    state: "contained",
    worksAgain: null,
  });
  expect(await acts(id)).toContain("incident.contained");

  // the new one leaks as well, into the same case
  await addSubjects(fixture.later(ctx), { ...again, number });
  expect((await getIncident(fixture.later(ctx), number)).state, "the old one again").toBe("contained");
  const both = addSubjectsInput.parse({ secretIds: [...(again.secretIds ?? []), fresh?.secret?.id] });
  await addSubjects(fixture.later(ctx), { ...both, number });
  expect(await getIncident(fixture.later(ctx), number)).toMatchObject({
    state: "open",
    named: [{ id: clientId }],
  });
  expect((await acts(id)).slice(-2)).toEqual(["incident.subjects_added", "incident.containment_lost"]);
  const all = await db.query("SELECT before::text, after::text FROM audit_entry");
  expect(JSON.stringify(all)).not.toContain(value);
});

test("a secret that is not on record is in no case, and says which", async () => {
  const id = randomUUID();
  await expect(open(fixture.as("responder"), { secretIds: [id] })).rejects.toMatchObject({
    code: "INVALID_INPUT",
    fields: [{ path: "secretIds", message: expect.stringContaining(id) }],
  });
  await expect(open(fixture.as("auditor"), { secretIds: [id] })).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("a client that holds none of the case's tokens gets none in it, and who may not change clients gives none", async () => {
  const [world, other] = [await fixture.world(), await fixture.world()];
  const ctx = fixture.as("governor");
  const { number } = await openIncident(
    ctx,
    openIncidentInput.parse({ title: "Secret in a gist", tokenIds: [world.first] }),
  );
  await expect(
    reissueSecret(fixture.later(ctx), { ...secretInput, number, clientId: other.clientId }),
  ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await expect(
    reissueSecret(fixture.as("responder"), { ...secretInput, number, clientId: world.clientId }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await listReissues(ctx, number)).toEqual([]);
});

test("what keeps a case from being held against its tokens is told to the log, and the order stands", async () => {
  const { first, second } = await fixture.world();
  const told: [unknown, string][] = [];
  const ctx: Context = {
    ...fixture.as("responder"),
    noteFailure: (error, what) => void told.push([(error as Error).cause, what]),
  };
  const { id, number } = await open(ctx, { tokenIds: [first, second] });
  await place(ctx, number, "revoke", first);
  expect(told).toEqual([]);
  await owner.query(
    `CREATE FUNCTION refuse_step() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no space'' USING ERRCODE = ''53100''; END';
     CREATE TRIGGER refuse_step BEFORE INSERT ON incident_step FOR EACH ROW WHEN (NEW.step = 'contain') EXECUTE FUNCTION refuse_step()`,
  );
  try {
    await place(ctx, number, "revoke", second);
  } finally {
    await owner.query("DROP TRIGGER refuse_step ON incident_step; DROP FUNCTION refuse_step()");
  }
  expect(told).toEqual([
    [
      expect.objectContaining({ message: expect.stringContaining("no space") }),
      `case ${number} was not held against its tokens`,
    ],
  ]);
  expect(await acts(id)).toEqual(["incident.opened", "incident.order_placed", "incident.order_placed"]);
  expect((await getIncident(fixture.later(ctx), number)).state, "what is so is told all the same").toBe(
    "contained",
  );
  expect(await noteContainmentOfAll(db), "and written down by the worker").toBeGreaterThan(0);
  expect((await acts(id)).at(-1)).toBe("incident.contained");
});
