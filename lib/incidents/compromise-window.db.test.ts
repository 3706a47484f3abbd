import { afterAll, beforeAll, expect, test } from "vitest";
import { getAuditEntry } from "../audit/get-audit-entry.ts";
import { listAuditEntries } from "../audit/list-audit-entries.ts";
import { auditEntriesTable } from "../audit/table.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { uuidv7 } from "../ids.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { planFixtureOf } from "../order-plans/plan-fixture.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { getCompromiseWindow } from "./get-compromise-window.ts";
import { getIncident } from "./get-incident.ts";
import { getIncidentUses } from "./get-incident-uses.ts";
import { openIncidentInput } from "./input.ts";
import { openIncident } from "./open-incident.ts";

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;
let token: { id: string; familyId: string; userId: string | null };

const MINUTE = 60_000;
const began = Date.now() - 30 * MINUTE;
const at = (minute: number) => new Date(began + minute * MINUTE);

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
  const clientId = await fixture.tokens.client("billing");
  const userId = await fixture.tokens.user("ines@example.test");
  const issued = await fixture.tokens.token({ clientId, userId, issuedAt: at(0), ip: "192.0.2.1" });
  token = { ...issued, userId };
  const write = (minute: number, ip: string, refusal: "revoked" | null = null) =>
    createUseWriter().write(
      db,
      [
        {
          at: at(minute),
          refusal,
          source: "introspection",
          tokenId: issued.id,
          tokenKind: "access",
          familyId: issued.familyId,
          clientId,
          userId,
          subject: userId,
          verifierId: null,
          audience: null,
          method: "GET",
          path: "/invoices",
          ip,
          userAgent: null,
        },
      ],
      null,
    );
  await write(1, "192.0.2.9");
  await write(2, "192.0.2.9");
  // a network that nobody had signed in from
  await write(10, "198.51.100.7");
  await write(11, "198.51.100.7");
  await write(12, "198.51.100.7");
  await revokeToken(contextAs(db, "responder"), { id: issued.id, reason: "token_leaked", note: "" });
  await write((Date.now() + 1_000 - began) / MINUTE, "198.51.100.7", "revoked");
});
afterAll(() => db.end());

const countsOf = ({ counts }: { counts: Record<string, { uses: number }> }) =>
  Object.fromEntries(Object.entries(counts).map(([phase, { uses }]) => [phase, uses]));

test.each(["token", "family", "user"] as const)(
  "splits what was done with a %s by the window that the log suggests, without a case",
  async (kind) => {
    const id = { token: token.id, family: token.familyId, user: token.userId as string }[kind];
    const window = await getCompromiseWindow(fixture.as("auditor"), { kind, id });
    expect(window).toMatchObject({
      compromisedFrom: at(10).toISOString(),
      isSuggested: true,
      why: expect.stringContaining("198.51.100.0/24"),
      tokens: 1,
      isExact: true,
    });
    // the issue is a use of before
    expect(countsOf(window)).toEqual({ before: 3, during: 3, accepted_after: 0, refused_after: 1 });
    expect(window.map.uses).toBe(7);
  },
);

test("splits by a window that is set by hand, and leaves nothing behind", async () => {
  const entries = () => db.query("SELECT 1 FROM audit_entry");
  const before = (await entries()).length;
  const window = await getCompromiseWindow(fixture.as("auditor"), {
    kind: "token",
    id: token.id,
    from: at(2),
  });
  expect(window).toMatchObject({ compromisedFrom: at(2).toISOString(), isSuggested: false, why: null });
  expect(countsOf(window)).toEqual({ before: 2, during: 4, accepted_after: 0, refused_after: 1 });
  expect(await entries()).toHaveLength(before);
});

test("a case that is opened with the window keeps it, with why, and it is on record who set it", async () => {
  const responder = fixture.as("responder");
  const input = openIncidentInput.parse({
    title: "Leaked",
    subjects: [{ kind: "token", id: token.id }],
    compromisedFrom: at(2).toISOString(),
    why: "The commit that held it",
  });
  const { number, id } = await openIncident(responder, input);
  expect(await getIncident(responder, number)).toMatchObject({
    compromisedFrom: at(2).toISOString(),
    isSuggested: false,
    compromisedWhy: "The commit that held it",
  });
  expect(countsOf(await getIncidentUses(responder, number))).toEqual({
    before: 2,
    during: 4,
    accepted_after: 0,
    refused_after: 1,
  });
  const query = parseListQueryStrict(
    auditEntriesTable,
    new URLSearchParams({ act: "incident.opened", targetId: id }),
  );
  const { rows } = await listAuditEntries(fixture.as("auditor"), query);
  const entry = await getAuditEntry(fixture.as("auditor"), rows[0]?.id ?? "");
  expect(entry.after).toMatchObject({
    compromisedFrom: at(2).toISOString(),
    compromisedWhy: "The commit that held it",
  });
});

test("a case without a window of its own begins with the suggested one", async () => {
  const responder = fixture.as("responder");
  const { number } = await openIncident(
    responder,
    openIncidentInput.parse({ title: "Leaked", subjects: [{ kind: "family", id: token.familyId }] }),
  );
  expect(await getIncident(responder, number)).toMatchObject({
    compromisedFrom: at(10).toISOString(),
    isSuggested: true,
  });
});

test("refuses a window in the future, with or without a case", async () => {
  const from = new Date(Date.now() + MINUTE);
  await expect(
    getCompromiseWindow(fixture.as("auditor"), { kind: "token", id: token.id, from }),
  ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  const input = openIncidentInput.parse({
    title: "Leaked",
    subjects: [{ kind: "token", id: token.id }],
    compromisedFrom: from.toISOString(),
  });
  await expect(openIncident(fixture.as("responder"), input)).rejects.toMatchObject({ code: "INVALID_INPUT" });
});

test.each(["token", "family", "user", "client"] as const)(
  "knows of no %s that is not there",
  async (kind) => {
    const missing = { kind, id: uuidv7(Date.now()) };
    await expect(getCompromiseWindow(fixture.as("auditor"), missing)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  },
);

test("nobody who may not read cases and the log sees it, and none but who may write cases opens one", async () => {
  const asked = { kind: "token" as const, id: token.id };
  await expect(getCompromiseWindow(contextAs(db, "anonymous"), asked)).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
  const input = openIncidentInput.parse({
    title: "Leaked",
    subjects: [asked],
    compromisedFrom: at(2).toISOString(),
  });
  await expect(openIncident(fixture.as("auditor"), input)).rejects.toMatchObject({ code: "FORBIDDEN" });
});
