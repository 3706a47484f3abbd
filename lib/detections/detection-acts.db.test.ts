import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { inOneTransaction } from "../approvals/one-transaction.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testDatabase } from "../db/test-database.ts";
import { getIncident } from "../incidents/get-incident.ts";
import { listIncidentsOf } from "../incidents/list-incidents-of.ts";
import { updateIncident } from "../incidents/update-incident.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { type DetectionFixture, detectionFixtureOf } from "./detection-fixture.ts";
import { endMute } from "./end-mute.ts";
import { getDetection } from "./get-detection.ts";
import { caseOfDetectionInput } from "./input.ts";
import { listDetections } from "./list-detections.ts";
import { listDetectionsOfCase } from "./list-detections-of-case.ts";
import { muteDetection } from "./mute-detection.ts";
import { openCaseOfDetection } from "./open-case-of-detection.ts";
import { purgeDetections } from "./purge-detections.ts";
import { detectionsTable } from "./table.ts";
import { tuneRule } from "./tune-rule.ts";

let db: Database;
let reader: SqlDatabase;
let retention: SqlDatabase;
let fixture: DetectionFixture;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  reader = openSqlDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
  retention = openSqlDatabase({ url, role: "retention", maxConnections: 1, applicationName: "test" });
  fixture = detectionFixtureOf(db, reader);
});
afterAll(() => Promise.all([db.end(), reader.end(), retention.end()]));

const as = (role: Parameters<typeof contextAs>[1]) => contextAs(db, role);
const caseInput = (change: object = {}) => caseOfDetectionInput.parse(change);
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

/** A revoked token that goes on being used, and what was found of it. */
async function detected() {
  const { clientId, token } = await fixture.world();
  const again = async () => {
    await fixture.write(Array.from({ length: 3 }, () => fixture.rowOf(token, { refusal: "revoked" })));
    await fixture.detect();
    return fixture.found(clientId);
  };
  const [found] = await again();
  return { clientId, token, again, id: found?.id as string };
}

async function actsUpon(id: string) {
  return db.query<{ act: string; note: string | null; after: Record<string, unknown> }>(
    "SELECT act, note, after FROM audit_entry WHERE target_id = $1 AND outcome = 'done' ORDER BY sequence",
    [id],
  );
}

test("a detection becomes a case on what it is found of, with its evidence as the first note, and what is found again adds to it", async () => {
  const { id, token, again } = await detected();
  const responder = as("responder");
  const detection = await openCaseOfDetection(responder, { ...caseInput({ note: "Seen by us." }), id });
  expect(detection).toMatchObject({ state: "in_case", incident: { state: "open" } });
  const number = detection.incident?.number as number;
  const incident = await getIncident(responder, number);
  expect(incident).toMatchObject({ severity: "high", subjects: { token: 1 }, notes: [{ step: "identify" }] });
  expect(incident.title).toContain("Used after revocation: token");
  expect(incident.notes[0]?.text).toMatch(/^Presented 3 times .*Seen by us\.$/);
  expect((await listIncidentsOf(responder, [token.id])).map((one) => one.number)).toEqual([number]);
  expect(await listDetectionsOfCase(responder, number)).toMatchObject([{ id, verifier: null }]);
  await expect(listDetectionsOfCase(contextAs(db, "anonymous"), number)).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
  const raised = { rule: "use_after_revocation", severity: "high", tokenId: token.id, count: 3 };
  const onRecord = [
    { act: "detection.raised", after: raised },
    { act: "detection.put_in_case", after: { case: `#${number}` } },
  ];
  expect(await actsUpon(id)).toMatchObject(onRecord);
  expect(await again()).toMatchObject([{ id, state: "in_case", count: 6 }]);
  expect(await actsUpon(id), "once a detection, not once a use").toHaveLength(onRecord.length);
  await expect(openCaseOfDetection(responder, { ...caseInput(), id })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  const mute = { id, scope: "token", reason: "r", endsAt: inDays(1) } as const;
  await expect(muteDetection(responder, mute)).rejects.toMatchObject({ code: "CONFLICT" });

  await updateIncident(responder, { number, version: incident.version, state: "closed", why: "done" });
  const found = await again();
  expect(found.map(({ state, isCurrent }) => ({ state, isCurrent }))).toEqual([
    { state: "in_case", isCurrent: false },
    { state: "open", isCurrent: true },
  ]);
});

test("what is found of a verifier goes by the verifier's name", async () => {
  const verifierId = randomUUID();
  const name = `invoices-${verifierId}`;
  await db.query(
    "INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1::uuid, $2, now(), now())",
    [verifierId, name],
  );
  await db.query(
    `INSERT INTO detection (id, rule, severity, state, subject_kind, subject_id, first_at, last_at, found_at, count, facts)
     VALUES ($1::uuid, 'forgery_reported', 'high', 'open', 'verifier', $2::text, now(), now(), now(), 1, '{"how": "accepted", "ip": null}')`,
    [randomUUID(), verifierId],
  );
  const query = { ...defaultQuery(detectionsTable), filters: { rule: ["forgery_reported" as const] } };
  expect((await listDetections(as("auditor"), query)).rows).toMatchObject([
    { verifier: { id: verifierId, name }, says: expect.stringContaining("check the verifier first") },
  ]);
});

test("a detection is put into a case that is there, with its subject; not into a closed one", async () => {
  const [one, other] = [await detected(), await detected()];
  const governor = as("governor");
  const { incident } = await openCaseOfDetection(governor, { ...caseInput(), id: one.id });
  const number = incident?.number as number;
  await openCaseOfDetection(governor, { ...caseInput({ incident: number }), id: other.id });
  const whole = await getIncident(governor, number);
  expect(whole.subjects).toMatchObject({ token: 2 });
  await updateIncident(governor, { number, version: whole.version, state: "closed", why: "done" });
  const third = await detected();
  await expect(
    openCaseOfDetection(governor, { ...caseInput({ incident: number }), id: third.id }),
  ).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await getDetection(governor, third.id)).toMatchObject({ state: "open", incident: null });
});

test("a forgery becomes a case without a token, from when it was first found, and is not muted", async () => {
  const id = randomUUID();
  await db.query(
    `INSERT INTO detection (id, rule, severity, state, subject_kind, subject_id, first_at, last_at, found_at, count, facts)
     VALUES ($1::uuid, 'forgery', 'critical', 'open', 'signing_key', $1::text, '2026-11-01T10:00:00Z', now(), now(), 1, '{"how": "refused", "ip": "203.0.113.9"}')`,
    [id],
  );
  const responder = as("responder");
  const mute = { id, scope: "client", reason: "r", endsAt: inDays(1) } as const;
  await expect(muteDetection(responder, mute)).rejects.toMatchObject({ code: "CONFLICT" });
  const { incident } = await openCaseOfDetection(responder, { ...caseInput(), id });
  expect(await getIncident(responder, incident?.number as number)).toMatchObject({
    severity: "critical",
    compromisedFrom: "2026-11-01T10:00:00.000Z",
    subjects: { token: 0 },
  });
});

test("a mute that is being made while its detection is found again holds: it is not called over", async () => {
  const { id, again } = await detected();
  const responder = as("responder");
  let found: ReturnType<typeof again> | undefined;
  await inOneTransaction(responder, [], async (inner) => {
    await muteDetection(inner, { id, scope: "token", reason: "A drill of ours", endsAt: inDays(7) });
    found = again();
    await vi.waitFor(
      async () => {
        const waiting = await db.query(
          "SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT l.granted AND d.datname = current_database()",
        );
        expect(waiting).toHaveLength(1);
      },
      { timeout: 10_000 },
    );
  });
  expect(await found).toMatchObject([{ id, state: "muted", count: 6 }]);
  expect((await actsUpon(id)).map(({ act }) => act)).toEqual(["detection.raised", "detection.muted"]);
});

test("a mute of a token holds until its end: what is found meanwhile is counted and not told, and then told again", async () => {
  const { id, again } = await detected();
  const responder = as("responder");
  const muted = await muteDetection(responder, {
    id,
    scope: "token",
    reason: "A drill of ours",
    endsAt: inDays(7),
  });
  expect(muted).toMatchObject({ state: "muted", mute: { reason: "A drill of ours", client: null } });
  expect(await actsUpon(id)).toMatchObject([
    { act: "detection.raised" },
    { act: "detection.muted", note: "A drill of ours", after: { scope: "token", detections: 1 } },
  ]);
  expect(await again()).toMatchObject([{ id, state: "muted", count: 6 }]);
  expect(await actsUpon(id)).toHaveLength(2);
  await db.query(
    "UPDATE detection_mute SET created_at = now() - interval '2 days', ends_at = now() - interval '1 day' WHERE id = $1::uuid",
    [muted.mute?.id ?? null],
  );
  expect(await again()).toMatchObject([{ id, state: "open", count: 9 }]);
  expect(await again()).toMatchObject([{ id, state: "open", count: 12 }]);
  expect((await actsUpon(id)).map(({ act }) => act).slice(2), "once more after the mute").toEqual([
    "detection.raised",
  ]);
  const notices = await db.query<{ text: string }>(
    "SELECT text FROM notification WHERE subject_id = $1 GROUP BY text ORDER BY min(id::text)",
    [id],
  );
  expect(notices.map(({ text }) => text.startsWith("Its mute is over, and it was found again."))).toEqual([
    false,
    true,
  ]);
});

test("a mute of a client holds for all of its tokens, those to come too, and ends when somebody ends it", async () => {
  const { id, clientId, again } = await detected();
  const responder = as("responder");
  await muteDetection(responder, { id, scope: "client", reason: "Load test", endsAt: inDays(1) });
  const token = await fixture.tokens.token({ clientId });
  await fixture.write(Array.from({ length: 4 }, () => fixture.rowOf(token, { refusal: "revoked" })));
  const found = await again();
  expect(found.map(({ state, subjectKind }) => `${subjectKind} ${state}`)).toEqual([
    "token muted",
    "client muted",
  ]);
  const elsewhere = await detected();
  expect(await getDetection(responder, elsewhere.id)).toMatchObject({ state: "open" });
  expect(await endMute(responder, id)).toMatchObject({ state: "open", mute: null });
  expect((await fixture.found(clientId)).map(({ state }) => state)).toEqual(["open", "open"]);
  expect((await actsUpon(id)).map(({ act }) => act)).toEqual([
    "detection.raised",
    "detection.muted",
    "detection.unmuted",
  ]);
  await expect(endMute(responder, id)).rejects.toMatchObject({ code: "CONFLICT" });
});

test("a mute has an end within ninety days, and a reason", async () => {
  const { id } = await detected();
  for (const endsAt of [inDays(-1), inDays(91)])
    await expect(
      muteDetection(as("responder"), { id, scope: "token", reason: "r", endsAt }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path: "endsAt" }] });
});

test("a rule is tuned for one client inside its bounds, and holds for that one alone from then on", async () => {
  const { clientId, again } = await detected();
  const owner = as("owner");
  const tuned = {
    rule: "use_after_revocation",
    clientId,
    version: 0,
    isOn: true,
    countries: [] as string[],
  } as const;
  const bad: Record<string, number>[] = [{ tries: 0 }, { tries: 1_001 }, { other: 5 }];
  for (const values of bad)
    await expect(tuneRule(owner, { ...tuned, values })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await expect(tuneRule(owner, { ...tuned, values: {}, countries: ["DE"] })).rejects.toMatchObject({
    code: "INVALID_INPUT",
  });
  await expect(tuneRule(owner, { ...tuned, rule: "forgery", values: {}, isOn: false })).rejects.toMatchObject(
    { code: "INVALID_INPUT" },
  );
  expect(await tuneRule(owner, { ...tuned, values: { tries: 100 } })).toMatchObject({ version: 1 });
  await expect(tuneRule(owner, { ...tuned, values: { tries: 5 } })).rejects.toMatchObject({
    code: "STALE_VERSION",
  });
  expect(await again(), "six attempts are not a hundred").toMatchObject([{ count: 3 }]);
  expect(await actsUpon(clientId)).toMatchObject([{ act: "detection_rule.tuned", after: { tries: 100 } }]);
  const other = await detected();
  expect((await other.again()).map(({ count }) => count)).toEqual([6]);
});

test("who only reads sees detections and acts on none; a responder tunes none; nobody sees none", async () => {
  const { id, clientId } = await detected();
  const auditor = as("auditor");
  expect(await getDetection(auditor, id)).toMatchObject({ id, settings: { isOn: true, version: 0 } });
  const refused = { code: "FORBIDDEN" };
  await expect(openCaseOfDetection(auditor, { ...caseInput(), id })).rejects.toMatchObject(refused);
  const mute = { id, scope: "token", reason: "r", endsAt: inDays(1) } as const;
  await expect(muteDetection(auditor, mute)).rejects.toMatchObject(refused);
  await expect(endMute(auditor, id)).rejects.toMatchObject(refused);
  const tuned = {
    rule: "burst",
    clientId,
    version: 0,
    isOn: true,
    values: {},
    countries: [] as string[],
  } as const;
  await expect(tuneRule(as("responder"), tuned)).rejects.toMatchObject(refused);
  await expect(getDetection(as("anonymous"), id)).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  await expect(getDetection(auditor, randomUUID())).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("the list is filtered by state, rule, client and token, and leaves what nobody found for a year", async () => {
  const { id, clientId, token } = await detected();
  const list = async (filters: object) => {
    const query = { filters, sort: { key: "last", direction: "desc" }, pageSize: 50, cursor: null } as const;
    return (await listDetections(as("auditor"), query)).rows.map((row) => row.id);
  };
  const own = { client: [clientId] };
  expect(await list(own)).toEqual([id]);
  expect(await list({ token: token.id })).toEqual([id]);
  expect(await list({ ...own, state: ["muted"] })).toEqual([]);
  expect(await list({ ...own, rule: ["use_after_revocation"], severity: ["high"] })).toEqual([id]);
  expect(await list({ ...own, rule: ["burst"] })).toEqual([]);
  await purgeDetections(retention, new Date(Date.now() + 364 * 86_400_000));
  expect(await list(own)).toEqual([id]);
  await purgeDetections(retention, new Date(Date.now() + 366 * 86_400_000));
  expect(await list(own)).toEqual([]);
});
