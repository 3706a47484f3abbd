import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { uuidv7 } from "../ids.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { planInput } from "../order-plans/input.ts";
import { SELECTION_IDS_MAX } from "../order-plans/model.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { openCaseOfReport } from "../scanners/open-case-of-report.ts";
import { receiveLeakReport } from "../scanners/receive-leak-report.ts";
import type { NewToken } from "../tokens/register.ts";
import { registerTokens } from "../tokens/register.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { addSubjects } from "./add-subjects.ts";
import { evidenceHtml } from "./evidence-html.ts";
import { getBlastRadius } from "./get-blast-radius.ts";
import { getIncidentTokens } from "./get-incident-tokens.ts";
import { identifyValues } from "./identify-values.ts";
import { openIncidentInput } from "./input.ts";
import { CASE_TOKENS_MAX, PASTE_MAX, SUBJECTS_AT_ONCE, SUBJECTS_MAX, VALUES_AT_ONCE } from "./model.ts";
import { openIncident } from "./open-incident.ts";
import { takePack } from "./test-pack.ts";
import { verifyPack } from "./verify-pack.ts";

/** More than a case holds. */
const MANY = SUBJECTS_MAX + 20;
const USERS = 40;
const HOUR_MS = 3_600_000;

let db: Database;
let ctx: Context;
let clientId: string;
let ids: string[];
let number: number;

const hashOf = (id: string) => createHash("sha256").update(`value of ${id}`).digest();

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  ctx = contextAs(db, "owner");
  const fixture = fixtureOf(db);
  clientId = await fixture.client("billing");
  const users = await Promise.all(
    Array.from({ length: USERS }, (_, n) => fixture.user(`user-${n}@example.com`)),
  );
  const issuedAt = new Date(Date.now() - 60_000);
  const made = Array.from({ length: MANY }, (_, n): NewToken => {
    const id = uuidv7(issuedAt);
    const userId = users[n % USERS] as string;
    return {
      id,
      issuedAt,
      kind: "access",
      format: "opaque",
      clientId,
      userId,
      subject: userId,
      familyId: id,
      parentId: null,
      sessionUid: null,
      grantType: "authorization_code",
      scopes: ["invoices:read"],
      groups: [],
      roles: [],
      audiences: [],
      claims: {},
      signingKid: null,
      rootedAt: issuedAt,
      expiresAt: new Date(issuedAt.getTime() + HOUR_MS),
      ip: null,
      userAgent: null,
      valueHash: hashOf(id),
    };
  });
  const writer = createUseWriter();
  for (let at = 0; at < made.length; at += 2_505)
    await registerTokens(db, made.slice(at, at + 2_505), writer);
  ids = made.map(({ id }) => id).sort();
}, 60_000);
afterAll(() => db.end());

const slice = (at: number, count: number) => ids.slice(at, at + count);

test("ten thousand pasted values that are ours are told in their order, each as what it is", async () => {
  for (let at = 0; at < PASTE_MAX; at += VALUES_AT_ONCE) {
    const asked = slice(at, VALUES_AT_ONCE);
    const values = asked.map((id) => ({ hash: hashOf(id).toString("hex") }));
    const found = await identifyValues(ctx, { values });
    expect(found.every(({ is }) => is === "live")).toBe(true);
    expect(found.map(({ token }) => token?.id)).toEqual(asked);
  }
});

test("a case takes ten thousand tokens in two requests, the second as often as it is sent; of more none goes in", async () => {
  const title = "A dump of the token table";
  ({ number } = await openIncident(
    ctx,
    openIncidentInput.parse({ title, tokenIds: slice(0, SUBJECTS_AT_ONCE) }),
  ));
  const add = (at: number, count: number) =>
    addSubjects(ctx, { number, tokenIds: slice(at, count), subjects: [] });
  expect((await add(SUBJECTS_AT_ONCE, SUBJECTS_AT_ONCE)).subjects.token).toBe(SUBJECTS_MAX);
  const again = await add(SUBJECTS_AT_ONCE, SUBJECTS_AT_ONCE);
  expect(again.subjects.token).toBe(SUBJECTS_MAX);
  await expect(add(SUBJECTS_MAX - 5, 10)).rejects.toMatchObject({ code: "CONFLICT" });
  const [row] = await db.query<{ count: number }>("SELECT count(*)::int AS count FROM incident_subject");
  expect(row?.count).toBe(SUBJECTS_MAX);
  const added = await db.query("SELECT 1 AS one FROM audit_entry WHERE act = 'incident.subjects_added'");
  expect(added, "what was there already is no act").toHaveLength(1);
  const found = await identifyValues(ctx, {
    values: slice(0, VALUES_AT_ONCE).map((id) => ({ id })),
  });
  expect(found.every(({ token }) => token?.cases[0]?.number === number)).toBe(true);
});

test("a report of one of its tokens and of one that it has no room for opens another case, on both", async () => {
  const scanner = uuidv7(new Date());
  await db.query(
    "INSERT INTO scanner (id, name, action, created_at, updated_at) VALUES ($1::uuid, 'gists', 'case', now(), now())",
    [scanner],
  );
  const reported = [ids[0] as string, ids[MANY - 1] as string];
  await receiveLeakReport(
    { ...ctx, now: new Date() },
    scanner,
    reported.map((id) => ({ hash: hashOf(id), jti: null, type: "token", url: null, source: null })),
  );
  expect(await openCaseOfReport(db)).toBe(true);
  expect(await openCaseOfReport(db)).toBe(false);
  const rows = await db.query<{ number: number; ids: string[] }>(
    `SELECT i.number, array_agg(s.target_id ORDER BY s.target_id) AS ids FROM leak_report r JOIN incident i ON i.id = r.incident_id
       JOIN incident_subject s ON s.incident_id = i.id GROUP BY i.number`,
  );
  expect(rows).toEqual([{ number: number + 1, ids: reported }]);
  const [full] = await db.query<{ count: number }>(
    "SELECT count(*)::int AS count FROM incident_subject s JOIN incident i ON i.id = s.incident_id WHERE i.number = $1::int",
    [number],
  );
  expect(full?.count).toBe(SUBJECTS_MAX);
});

test("its blast radius counts all of it, and what lives of the same people", async () => {
  const radius = await getBlastRadius(ctx, number);
  expect(radius.permissions).toEqual([{ name: "invoices:read", tokens: SUBJECTS_MAX, live: SUBJECTS_MAX }]);
  expect(radius.users).toHaveLength(20);
  expect(radius.more.users).toBe(USERS - 20);
  for (const { liveTokens } of radius.users)
    expect([Math.floor(MANY / USERS), Math.ceil(MANY / USERS)]).toContain(liveTokens);
});

test("a plan takes back as many at once as a selection may name, and the case then offers the next ones", async () => {
  const { liveIds, states, total } = await getIncidentTokens(ctx, number);
  expect({ states, total, offered: liveIds.length }).toEqual({
    states: { active: SUBJECTS_MAX },
    total: SUBJECTS_MAX,
    offered: SELECTION_IDS_MAX,
  });
  const input = { verb: "revoke", target: { kind: "selection", tokenIds: liveIds } };
  const plan = await createPlan(ctx, planInput.parse(input));
  const now = new Date();
  const placed = await placePlannedOrder(
    { ...ctx, now },
    { planId: plan.id, reason: "token_leaked", note: "", confirm: plan.confirm ?? undefined },
  );
  expect(placed.wasPlaced).toBe(true);
  const after = await getIncidentTokens({ ...ctx, now: new Date(now.getTime() + 1) }, number);
  expect(after.states).toEqual({
    active: SUBJECTS_MAX - SELECTION_IDS_MAX,
    revoked: SELECTION_IDS_MAX,
  });
  expect(after.liveIds).toHaveLength(SELECTION_IDS_MAX);
  expect(after.liveIds.filter((id) => liveIds.includes(id))).toEqual([]);
});

test("its pack lists a thousand, says each cut with its number and that most of it still works, and proves itself", async () => {
  const pack = await takePack({ ...ctx, now: new Date() }, number);
  expect(pack.tokens).toMatchObject({ total: SUBJECTS_MAX, isCut: false });
  expect(pack.tokens.rows).toHaveLength(1_000);
  expect(pack.affected.people).toHaveLength(USERS);
  const cuts = pack.truncated.join("\n");
  for (const of of ["subjects the first", "tokens the newest"])
    expect(cuts).toContain(`Of ${SUBJECTS_MAX} ${of}`);
  expect(cuts).toMatch(/Of \d+ uses [a-z ]+ the newest 1000 are listed/);
  expect(pack.standing).toMatchObject({ works: SUBJECTS_MAX - SELECTION_IDS_MAX, suspended: 0 });
  const html = evidenceHtml(pack);
  expect(html).toContain("9,000 of the 10,000 tokens still work: whoever holds one is let in.");
  for (const line of pack.truncated) expect(html).toContain(line);
  const verified = await verifyPack(html, { keys: null, held: null });
  expect(verified).toMatchObject({ faults: [], isPageOfData: true });
});

test("a case on a client with more tokens than are looked at says so, in its counts and in its pack", async () => {
  const { number: wide } = await openIncident(
    ctx,
    openIncidentInput.parse({
      title: "All of a client",
      subjects: [{ kind: "client", id: clientId }],
      compromisedFrom: new Date(Date.now() - HOUR_MS).toISOString(),
      why: "since the deployment",
    }),
  );
  expect(await getIncidentTokens(ctx, wide)).toMatchObject({ total: CASE_TOKENS_MAX, isCut: true });
  const pack = await takePack({ ...ctx, now: new Date() }, wide);
  expect(pack.truncated[0]).toContain(`more tokens than the ${CASE_TOKENS_MAX} that were looked at`);
  expect(pack.standing?.says[0]).toContain("tokens that were looked at still work");
});
