import { afterAll, beforeAll, expect, test } from "vitest";
import { createAdminInput } from "../admins/input.ts";
import type { Context } from "../context.ts";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { compareImport } from "../people-imports/compare-import.ts";
import { createImport, putImportPart } from "../people-imports/create-import.ts";
import { readEvidenceFile, writeEvidence } from "../seals/evidence-file.ts";
import { readCheckpointKeys, readEvidence } from "../seals/read-evidence.ts";
import { type Evidence, openEvidence, type TestWriter } from "../seals/test-evidence.ts";
import { verifyEvidence } from "../seals/verify-evidence.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { enableUser } from "../users/enable-user.ts";
import { getUser } from "../users/get-user.ts";
import { createUserInput, updateUserInput } from "../users/input.ts";
import { listUsers } from "../users/list-users.ts";
import { USERS_TABLE } from "../users/table.ts";
import { updateUser } from "../users/update-user.ts";
import { listWork } from "../work/list-work.ts";
import { beginErasure } from "./begin-erasure.ts";
import { eraseSomeUses } from "./erase-uses.ts";
import { getErasure } from "./get-erasure.ts";
import { getErasurePlan } from "./get-erasure-plan.ts";
import { erasedEmail } from "./model.ts";
import { runNextErasure } from "./run-next-erasure.ts";
import {
  MARKS,
  type MarkedPerson,
  markedPerson,
  readyToErase,
  rowsFromBefore,
  tablesWithMarks,
  WRITTEN,
} from "./test-person.ts";

let evidence: Evidence;
let retention: SqlDatabase;
let one: TestWriter;
let person: MarkedPerson;
/** What somebody exported before anybody asked. */
let exported: string[];

const as = (role: "owner" | "responder" | "governor" | "auditor" | "anonymous"): Context =>
  contextAs(evidence.db, role);
const asked = { reason: "user_request", note: "", confirm: MARKS.email } as const;

async function exportLines(): Promise<string[]> {
  const lines: string[] = [];
  const keys = await readCheckpointKeys(evidence.db);
  for await (const line of writeEvidence(readEvidence(evidence.db), { keys, at: new Date() }))
    lines.push(line);
  return lines;
}

async function verifyLines(lines: readonly string[]) {
  async function* read() {
    yield* lines;
  }
  const file = await readEvidenceFile(read());
  return verifyEvidence(file.source, { keys: file.keys, held: null, at: file.exportedAt });
}

beforeAll(async () => {
  evidence = await openEvidence();
  retention = openSqlDatabase({
    url: evidence.url,
    role: "retention",
    maxConnections: 2,
    applicationName: "test",
  });
  one = await evidence.newWriter();
  person = await markedPerson(evidence, one);
  await one.sealer.seal();
  await rowsFromBefore(evidence, person);
  await evidence.checkpoint();
  exported = await exportLines();
});
afterAll(async () => {
  await retention.end();
  await evidence.end();
});

test("whoever sees users sees the plan, and nobody but an owner begins", async () => {
  for (const role of ["responder", "governor", "auditor"] as const) {
    await expect(getErasurePlan(as(role), person)).resolves.toMatchObject({ counts: { tokens: 1 } });
    await expect(beginErasure(as(role), { ...person, ...asked })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  }
  await expect(getErasurePlan(as("anonymous"), person)).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  await expect(beginErasure(as("anonymous"), { ...person, ...asked })).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("the plan counts what mentions a person, and says what stands against it: enabled, a live token, an open case", async () => {
  const plan = await getErasurePlan(as("owner"), person);
  expect(plan.counts).toMatchObject({
    tokens: 1,
    uses: 6,
    cases: 2,
    detections: 2,
    mails: 1,
    importRows: 1,
    signIns: 2,
    lists: 2,
  });
  expect(plan.counts.acts).toBeGreaterThan(7);
  expect(plan.confirm).toBe(MARKS.email);
  expect(plan.refusals).toEqual([
    "The user is enabled: disable them first.",
    "A token of theirs is live: revoke it first.",
    `${person.numbers.map((number) => `Case ${number}`).join(", ")} are about them and not closed: what was found of them is evidence there.`,
  ]);
  await expect(beginErasure(as("owner"), { ...person, ...asked })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  expect(await evidence.db.query("SELECT 1 FROM erasure")).toEqual([]);
});

test("another address, a missing note and one that names the person are refused, and nothing is erased while nobody asked", async () => {
  await readyToErase(evidence, person);
  expect((await getErasurePlan(as("owner"), person)).refusals).toEqual([]);
  const begin = (change: object) => beginErasure(as("owner"), { ...person, ...asked, ...change });
  await expect(begin({ confirm: "else@example.com" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await expect(begin({ reason: "unspecified" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  await expect(begin({ note: `for ${MARKS.formerEmail}` })).rejects.toMatchObject({ code: "INVALID_INPUT" });
  expect(await runNextErasure(retention)).toBe(false);
  for (const statement of [
    "UPDATE token_use SET path = NULL, ip = NULL, user_agent = NULL, salt = erased_use_salt(token_use)",
    "UPDATE token SET ip = NULL",
    "UPDATE audit_entry SET actor_name = 'x'",
    "UPDATE revocation_order SET target_name = 'x'",
  ])
    await expect(retention.query(statement), statement).rejects.toMatchObject({ code: "42501" });
});

test("once begun, a worker that is killed leaves it to the next, the evidence verifies at every step, and nobody changes the user", async () => {
  const begun = await beginErasure(as("owner"), { ...person, ...asked, note: "letter of 12 November" });
  expect(begun).toMatchObject({ state: "waiting", found: null });
  await expect(beginErasure(as("owner"), { ...person, ...asked })).rejects.toMatchObject({
    code: "CONFLICT",
  });
  await expect(enableUser(as("owner"), person)).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  await retention.query(
    "UPDATE erasure SET state = 'running', began_at = now(), seen_at = now() - interval '5 minutes'",
  );
  // the worker was killed after a batch
  expect(await eraseSomeUses(retention, person.userId, new Date(0), new Date(Date.now() + 60_000))).toBe(6);
  expect((await listWork(as("owner"))).filter(({ kind }) => kind === "erasure")).toMatchObject([
    { state: "running" },
  ]);
  expect((await listWork(as("auditor"))).filter(({ kind }) => kind === "erasure")).toEqual([]);
  const half = await evidence.verify();
  expect(half.problems).toEqual([]);
  expect(half.erased).toMatchObject({ uses: 6, underWay: 1 });
  // a call of theirs that was refused meanwhile
  await person.use(1);
  await one.sealer.seal();
  expect(await runNextErasure(retention)).toBe(true);
  expect(await runNextErasure(retention)).toBe(false);
  const done = await getErasure(as("auditor"), person);
  expect(done).toMatchObject({ state: "done", found: { uses: 7, tokens: 1, unproved: 3 } });
  const [item] = (await listWork(as("owner"))).filter(({ kind }) => kind === "erasure");
  expect(item).toMatchObject({ state: "done", note: expect.stringContaining("7 uses") });
});

test("nothing of what is personal is in any table of the database", async () => {
  expect(await tablesWithMarks(evidence)).toEqual([]);
  // counted by a hash of the address, also where they are wont to come from
  expect(await evidence.db.query("SELECT key FROM sign_in_attempt")).toEqual([]);
});

test("of a case, what the product wrote itself goes and what somebody wrote stays", async () => {
  const cases = await evidence.db.query<{ why: string; notes: string[] }>(
    `SELECT i.compromised_why AS why, ARRAY(SELECT n.text FROM incident_note n WHERE n.incident_id = i.id ORDER BY n.at) AS notes
     FROM incident i ORDER BY i.number`,
  );
  const why = "By what was found of a person whose data was erased.";
  expect(cases).toEqual([
    { why, notes: ["[erased] was called: it was not them"] },
    { why, notes: [`[erased] ${WRITTEN}`] },
  ]);
  const acts = await evidence.db.query<{ act: string; isWhole: boolean }>(
    `SELECT act, after IS NOT NULL AS "isWhole" FROM audit_entry WHERE act IN ('incident.opened', 'incident.updated', 'incident.subjects_added') ORDER BY sequence`,
  );
  expect(acts.map(({ act, isWhole }) => `${act}${isWhole ? "" : ", erased"}`)).toEqual([
    "incident.opened, erased",
    "incident.opened, erased",
    "incident.updated, erased",
    "incident.updated, erased",
    "incident.subjects_added, erased",
    "incident.updated",
    "incident.updated",
  ]);
});

test("the user's row is a tombstone that nobody finds by what it was or makes a user of", async () => {
  const user = await getUser(as("auditor"), person);
  expect(user).toMatchObject({
    id: person.userId,
    name: "Erased person",
    state: "disabled",
    attributes: {},
    groups: [],
    lastSignInAt: null,
  });
  expect(user.erasedAt).not.toBeNull();
  for (const q of [MARKS.email, MARKS.formerEmail, "Zephyrine"]) {
    const found = await listUsers(as("auditor"), { ...defaultQuery(USERS_TABLE), filters: { q } } as never);
    expect(found.rows, q).toEqual([]);
  }
  await expect(enableUser(as("owner"), person)).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  await expect(
    updateUser(as("owner"), { userId: person.userId, version: user.version, name: "Back" }),
  ).rejects.toMatchObject({
    code: "ALREADY_ENDED",
  });
});

test.each([
  ["as it stands", (address: string) => address],
  ["in capitals", (address: string) => address.toUpperCase()],
  ["with spaces around", (address: string) => `  ${address}\n`],
  ["of another id", () => "erased-00000000-0000-0000-0000-000000000000@erased.invalid"],
  ["of no id", () => "ana@Erased.Invalid"],
])(
  "nobody is registered, renamed, invited or imported under a tombstone's address (%s)",
  async (_, written) => {
    const email = written(erasedEmail(person.userId));
    const refused = { success: false };
    expect(createUserInput.safeParse({ email, name: "Ana Ito" })).toMatchObject(refused);
    expect(updateUserInput.safeParse({ version: 1, email })).toMatchObject(refused);
    expect(createAdminInput.safeParse({ email, name: "Ana Ito", role: "auditor" })).toMatchObject(refused);
    const owner = as("owner");
    const { id } = await createImport(owner, { kind: "users", fileName: "people.csv" });
    const file = Buffer.from(`email,name\n"${email}",Ana Ito\n`);
    await putImportPart(owner, { id, number: 1, content: file.toString("base64") });
    await expect(compareImport(owner, { id, parts: 1 })).resolves.toMatchObject({
      summary: { refused: 1, created: 0 },
    });
  },
);

test("the database keeps a tombstone's address from anybody who was not erased, whatever looks like it", async () => {
  const insert = (email: string) =>
    evidence.db.query(
      "INSERT INTO user_account (id, email, name, attributes, created_at, updated_at) VALUES (gen_random_uuid(), $1::text, 'Ana', '{}', now(), now())",
      [email],
    );
  await expect(insert("erased-x@erased.invalid")).rejects.toMatchObject({ code: "23514" });
  // what merely looks alike is refused as no address
  for (const email of [
    "erased-x@ｅｒａｓｅｄ.ｉｎｖａｌｉｄ",
    "erased-x@erased.ınvalid",
    "erased-x@erased.invalid.",
  ])
    expect(createUserInput.safeParse({ email, name: "Ana Ito" })).toMatchObject({ success: false });
});

test("what is evidence stays: uses with outcome and time, acts with who and when, and what is not theirs", async () => {
  const uses = await evidence.db.query<{ outcome: string; method: string | null; ip: string | null }>(
    "SELECT outcome, ip FROM token_use WHERE user_id = $1::uuid",
    [person.userId],
  );
  expect(uses).toHaveLength(7);
  expect(uses.every(({ ip, outcome }) => ip === null && ["issued", "allowed"].includes(outcome))).toBe(true);
  const acts = await evidence.db.query<{
    act: string;
    actor: string;
    target: string;
    note: string | null;
    after: unknown;
  }>(
    "SELECT act, actor_name AS actor, target_name AS target, note, after FROM audit_entry ORDER BY sequence",
  );
  expect(acts).toContainEqual(
    expect.objectContaining({
      act: "user.created",
      actor: "owner@example.test",
      target: "Erased person",
      after: null,
    }),
  );
  expect(acts).toContainEqual(expect.objectContaining({ act: "user.signed_in", actor: "Erased person" }));
  expect(acts.filter(({ act }) => act === "client.updated")).toMatchObject([
    { target: "web-shop", note: null, after: null },
    { target: "web-shop", after: { description: "of somebody else" } },
  ]);
  expect(acts.at(-1)).toMatchObject({ act: "user.erased", target: "Erased person", after: { uses: 7 } });
  expect(acts.find(({ act }) => act === "user.erasure_begun")).toMatchObject({
    note: "letter of 12 November",
  });
});

test("the evidence verifies, in the database and in files from before and after, and says what was erased", async () => {
  await evidence.checkpoint();
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.erased).toMatchObject({ people: 1, uses: 7, unproved: 3, underWay: 0 });
  expect(found.erased.acts).toBeGreaterThan(7);
  expect((await verifyLines(exported)).problems).toEqual([]);
  const lines = await exportLines();
  const after = await verifyLines(lines);
  expect(after.problems).toEqual([]);
  expect(after.erased).toEqual(found.erased);
  expect(lines.filter((line) => Object.values(MARKS).some((mark) => line.includes(mark)))).toEqual([]);
});

test("what comes later is erased by asking again, and both acts together say how many", async () => {
  await person.use(2);
  await one.sealer.seal();
  const plan = await getErasurePlan(as("owner"), person);
  expect(plan).toMatchObject({ refusals: [], counts: { uses: 2 } });
  await beginErasure(as("owner"), { ...person, ...asked, confirm: plan.confirm });
  expect(await runNextErasure(retention)).toBe(true);
  expect(await getErasure(as("owner"), person)).toMatchObject({ found: { uses: 2, unproved: 0 } });
  expect(await tablesWithMarks(evidence)).toEqual([]);
  const found = await evidence.verify();
  expect(found.problems).toEqual([]);
  expect(found.erased).toMatchObject({ people: 1, uses: 9, unproved: 3 });
});
