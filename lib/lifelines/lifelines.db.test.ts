import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getUseHolders } from "../audit/get-use-holders.ts";
import { listTokenUses } from "../audit/list-token-uses.ts";
import { tokenUsesTable } from "../audit/table.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { openIncidentInput } from "../incidents/input.ts";
import { openIncident } from "../incidents/open-incident.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { planInput } from "../order-plans/input.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { verifierFixtureOf } from "../propagation/verifier-fixture.ts";
import { restoreTarget } from "../revocations/restore-target.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { revokeFamily } from "../revocations/revoke-family.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { getLifeline } from "./get-lifeline.ts";
import { getLifelineSubject } from "./get-lifeline-subject.ts";
import { listFamilyCases } from "./list-family-cases.ts";
import { LIFELINE_KINDS, type LifelineKind } from "./model.ts";

let db: Database;
let ids: Record<LifelineKind, string>;
let token: { id: string; familyId: string };
let others: { familyId: string; clientId: string };

const MINUTE = 60_000;
const began = Date.now() - 60 * MINUTE;
const at = (minute: number) => new Date(began + minute * MINUTE);
const iso = (minute: number) => at(minute).toISOString();
const HERE = "192.0.2.9";
const THERE = "2001:db8::7";

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  const fixture = fixtureOf(db);
  const [billing, ledger] = [await fixture.client("billing"), await fixture.client("ledger")];
  const userId = await fixture.user("ines@example.test");
  const verifierId = await verifierFixtureOf(db).verifier({ name: "gate", audience: "invoices" });
  const familyId = await fixture.family({ clientId: billing, userId, rootedAt: at(0) });
  const ofFamily = { clientId: billing, userId, familyId, rootedAt: at(0), ip: HERE };
  const first = await fixture.token({ ...ofFamily, kind: "refresh", format: "opaque", issuedAt: at(0) });
  const access = await fixture.token({
    ...ofFamily,
    parentId: first.id,
    issuedAt: at(0.1),
    audiences: ["invoices"],
    expiresAt: at(120),
  });
  await fixture.token({
    ...ofFamily,
    kind: "refresh",
    format: "opaque",
    parentId: first.id,
    issuedAt: at(20),
  });
  const other = await fixture.token({ clientId: ledger, issuedAt: at(25), ip: THERE });
  token = access;
  others = other;
  ids = { family: familyId, user: userId, client: billing, verifier: verifierId, address: THERE };
  const use = async (of: typeof access, minute: number, ip: string, refusal: "revoked" | null = null) =>
    createUseWriter({ now: () => at(minute) }).write(
      db,
      [
        {
          at: at(minute),
          refusal,
          source: "introspection",
          tokenId: of.id,
          tokenKind: "access",
          familyId: of.familyId,
          clientId: of.clientId,
          userId: of.userId,
          subject: of.subject,
          verifierId,
          audience: "invoices",
          method: "GET",
          path: "/invoices",
          ip,
          userAgent: null,
        },
      ],
      null,
    );
  for (const minute of [1, 2, 3]) await use(access, minute, HERE);
  for (const minute of [30, 31]) await use(access, minute, THERE);
  await use(other, 32, THERE);
  await revokeFamily(contextAs(db, "responder"), { id: familyId, reason: "token_leaked", note: "" });
  await use(access, 45, THERE, "revoked");
});
afterAll(() => db.end());

const auditor = () => contextAs(db, "auditor");
const follow = (kind: LifelineKind, more: object = {}) =>
  getLifeline(auditor(), { kind, id: ids[kind], ...more });
const filtersOf = (text: string) => parseListQueryStrict(tokenUsesTable, new URLSearchParams(text));

describe("follows something through time", () => {
  test.each([
    ["family", { issued: 3, allowed: 5, refused: 1 }, 0],
    ["user", { issued: 3, allowed: 5, refused: 1 }, 0],
    ["client", { issued: 3, allowed: 5, refused: 1 }, 0],
    ["verifier", { issued: 0, allowed: 6, refused: 1 }, 1],
    ["address", { issued: 1, allowed: 3, refused: 1 }, 25],
  ] as const)("a %s: its uses, the first and the last of them", async (kind, total, first) => {
    const lifeline = await follow(kind);
    expect(lifeline).toMatchObject({ total, firstAt: iso(first), lastAt: iso(45) });
    expect(lifeline.subject).toMatchObject({ kind, id: ids[kind] });
    // looked at from its first use on, and not as one bar of 90 days
    expect(lifeline.bucketSeconds).toBeLessThanOrEqual(60);
    const inBuckets = lifeline.buckets.reduce((sum, { allowed }) => sum + allowed, 0);
    expect(inBuckets).toBe(total.allowed);
  });

  test("says as much as the log itself lists", async () => {
    const { rows } = await listTokenUses(auditor(), filtersOf(`ip=${THERE}`));
    const { total } = await follow("address");
    expect(rows).toHaveLength(total.issued + total.allowed + total.refused);
  });

  test("looks at the time that is asked for alone", async () => {
    const lifeline = await follow("client", { at: { type: "range", from: iso(10), to: iso(40) } });
    expect(lifeline).toMatchObject({
      total: { issued: 1, allowed: 2, refused: 0 },
      firstAt: iso(20),
      lastAt: iso(31),
    });
    expect(lifeline.marks).toEqual([]);
  });
});

describe("marks what was done to it", () => {
  test("of a family its authorization, its refresh and its revocation, with the window in which that travelled", async () => {
    const { marks, propagation } = await follow("family");
    expect(marks.map(({ what }) => what)).toEqual(["issued", "refreshed", "revoked"]);
    const [issued, refreshed, revoked] = marks;
    expect([issued?.at, refreshed?.at]).toEqual([iso(0), iso(20)]);
    // the database's clock says when an order was placed
    expect(Date.parse(revoked?.at ?? "")).toBeGreaterThan(began + 59 * MINUTE);
    expect(revoked?.href).toMatch(/^\/orders\//);
    expect(propagation).toMatchObject({
      orderId: revoked?.href?.slice("/orders/".length),
      from: revoked?.at,
    });
    expect(Date.parse(propagation?.to ?? "")).toBeGreaterThan(Date.parse(revoked?.at ?? ""));
  });

  test("nothing of what was done to others", async () => {
    for (const kind of ["client", "user", "verifier", "address"] as const)
      expect((await follow(kind)).marks, kind).toEqual([]);
  });
});

test("splits its uses at an instant: before, and since accepted or refused", async () => {
  expect((await follow("address", { from: at(31) })).split).toEqual({
    at: iso(31),
    before: { issued: 1, allowed: 1, refused: 0 },
    since: { issued: 0, allowed: 2, refused: 1 },
    isExact: true,
  });
  expect((await follow("verifier", { from: at(0) })).split?.before).toEqual({
    issued: 0,
    allowed: 0,
    refused: 0,
  });
  await expect(follow("address", { from: new Date(Date.now() + MINUTE) })).rejects.toMatchObject({
    code: "INVALID_INPUT",
  });
});

test("tells which tokens, people, clients and addresses are behind uses", async () => {
  const ofAddress = await getUseHolders(auditor(), filtersOf(`ip=${THERE}&at=within:2h`).filters);
  expect(ofAddress).toMatchObject({
    uses: 5,
    isCut: false,
    tokens: { total: 2 },
    users: {
      rows: [
        { id: ids.user, name: "ines@example.test", uses: 3, refused: 1, firstAt: iso(30), lastAt: iso(45) },
      ],
      total: 1,
    },
    verifiers: { rows: [{ id: ids.verifier, name: "gate", uses: 4 }] },
    addresses: { rows: [{ id: THERE, uses: 5 }], total: 1 },
  });
  expect(ofAddress?.tokens.rows[0]).toMatchObject({ id: token.id, kind: "access", uses: 3 });
  expect(ofAddress?.clients.rows.map(({ name, uses }) => [name, uses])).toEqual([
    ["billing", 3],
    ["ledger", 2],
  ]);
  const ofClient = await getUseHolders(auditor(), filtersOf("client=billing&at=within:2h").filters);
  expect(ofClient?.addresses.rows.map(({ id, uses }) => [id, uses])).toEqual([
    [HERE, 6],
    [THERE, 3],
  ]);
});

test("an address is the same however it is spelled, and one that never came is followed too", async () => {
  const spelled = await getLifeline(auditor(), { kind: "address", id: "2001:0DB8:0:0::7" });
  expect(spelled.subject.id).toBe(THERE);
  expect(spelled.total.allowed).toBe(3);
  expect(await getLifeline(auditor(), { kind: "address", id: "203.0.113.254" })).toMatchObject({
    firstAt: null,
    lastAt: null,
    total: { issued: 0, allowed: 0, refused: 0 },
  });
});

test("a family is in the cases of its tokens", async () => {
  expect(await listFamilyCases(auditor(), ids.family)).toEqual([]);
  const { number } = await openIncident(
    contextAs(db, "responder"),
    openIncidentInput.parse({ title: "Leaked", subjects: [{ kind: "token", id: token.id }] }),
  );
  expect((await listFamilyCases(auditor(), ids.family)).map((one) => one.number)).toEqual([number]);
});

test("marks a family by what took back all of its client's tokens, too", async () => {
  const { familyId: id, clientId } = others;
  const marksOf = async () => (await follow("family", { id })).marks.map(({ what }) => what);
  expect(await marksOf()).toEqual(["issued"]);
  await revokeClientTokens(contextAs(db, "responder"), { id: clientId, reason: "token_leaked", note: "" });
  expect(await marksOf()).toEqual(["issued", "revoked"]);
  expect((await follow("client", { id: clientId })).marks.map(({ what }) => what)).toEqual(["revoked"]);
});

test("shows the journey of the suspension that a family has been refused by since, and not of the revocation upon it; what was given back counts no more", async () => {
  const fixture = fixtureOf(db);
  const clientId = await fixture.client("shipping");
  const { familyId: id } = await fixture.token({ clientId, issuedAt: at(50), audiences: ["invoices"] });
  const responder = contextAs(db, "responder");
  const why = { reason: "test", note: "" } as const;
  const suspend = async () => {
    const plan = await createPlan(
      responder,
      planInput.parse({ verb: "suspend", target: { kind: "family", id } }),
    );
    return (await placePlannedOrder(responder, { planId: plan.id, ...why })).order.id;
  };
  const travelling = async () => (await follow("family", { id })).propagation?.orderId;
  const given = await suspend();
  expect(await travelling()).toBe(given);
  await restoreTarget(responder, { target: { kind: "family", id }, ...why });
  expect(await travelling()).toBeUndefined();
  const held = await suspend();
  await revokeFamily(responder, { id, ...why });
  expect((await follow("family", { id })).marks.map(({ what }) => what)).toContain("revoked");
  expect(await travelling()).toBe(held);
});

describe("refuses", () => {
  test.each(LIFELINE_KINDS)("nobody to follow a %s", async (kind) => {
    const nobody = contextAs(db, "anonymous");
    await expect(getLifeline(nobody, { kind, id: ids[kind] })).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
    });
    await expect(getLifelineSubject(nobody, { kind, id: ids[kind] })).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
    });
  });

  test.each(LIFELINE_KINDS.filter((kind) => kind !== "address"))("a %s that is not there", async (kind) => {
    for (const id of [randomUUID(), token.id, "x", "", "'; DROP TABLE token; --"])
      await expect(follow(kind, { id }), id).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test.each(["", "x", "1.2.3", "1.2.3.4/24", "2001:db8::/32", "1.2.3.4 ", "999.1.1.1", "::1%eth0", "\0"])(
    "what is no address: %j",
    async (id) => {
      await expect(follow("address", { id })).rejects.toMatchObject({
        code: "INVALID_INPUT",
        fields: [{ path: "id" }],
      });
    },
  );

  test("nobody to see who is behind uses", async () => {
    await expect(getUseHolders(contextAs(db, "anonymous"), {})).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
    });
  });
});
