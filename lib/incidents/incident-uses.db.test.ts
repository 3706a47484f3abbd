import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { planFixtureOf, why } from "../order-plans/plan-fixture.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { getIncidentUses } from "./get-incident-uses.ts";
import { openIncidentInput } from "./input.ts";
import { openIncident } from "./open-incident.ts";
import { placeIncidentOrder } from "./place-incident-order.ts";

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
});
afterAll(() => db.end());

test("uses are split by the window that the log suggests: before, during, and after the token was taken back, refused or still accepted", async () => {
  const clientId = await fixture.tokens.client("billing-uses");
  const userId = await fixture.tokens.user("mia@example.test");
  const issuedAt = new Date(Date.now() - 600_000);
  const token = await fixture.tokens.token({ clientId, userId, issuedAt, ip: "192.0.2.1" });
  const use = (at: Date, ip: string, refusal: "revoked" | null = null) =>
    createUseWriter().write(
      db,
      [
        {
          at,
          refusal,
          source: "report",
          tokenId: token.id,
          tokenKind: "access",
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
        },
      ],
      null,
    );
  const stolenAt = new Date(issuedAt.getTime() + 120_000);
  await use(new Date(issuedAt.getTime() + 60_000), "192.0.2.9");
  await use(stolenAt, "203.0.113.5");
  const ctx = fixture.as("responder");
  const { number, compromisedFrom, compromisedWhy } = await openIncident(
    ctx,
    openIncidentInput.parse({ title: "Uses", tokenIds: [token.id] }),
  );
  expect(compromisedFrom).toBe(stolenAt.toISOString());
  expect(compromisedWhy).toContain("203.0.113.0/24");
  const plan = await fixture.plan(fixture.later(ctx), {
    verb: "suspend",
    target: { kind: "token", id: token.id },
  });
  await placeIncidentOrder(fixture.later(ctx), { number, planId: plan.id, ...why });
  const later = new Date(Date.now() + 5_000);
  await use(later, "203.0.113.5", "revoked");
  await use(later, "203.0.113.5");
  const uses = await getIncidentUses(fixture.as("auditor"), number);
  const counts = Object.fromEntries(
    Object.entries(uses.counts).map(([phase, { uses: count }]) => [phase, count]),
  );
  // the issue is before too
  expect(counts).toEqual({ before: 2, during: 1, accepted_after: 1, refused_after: 1 });
  expect(uses.isExact).toBe(true);
  expect(uses.rows.find(({ phase }) => phase === "during")).toMatchObject({
    ip: "203.0.113.5",
    outcome: "allowed",
  });
  await expect(getIncidentUses(contextAs(db, "anonymous"), number)).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});
