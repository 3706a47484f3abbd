import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getUseFacets } from "../audit/get-use-facets.ts";
import { getUseHistogram } from "../audit/get-use-histogram.ts";
import { getUseHolders } from "../audit/get-use-holders.ts";
import { getUseMap } from "../audit/get-use-map.ts";
import { getUseSummary } from "../audit/get-use-summary.ts";
import { listTokenUses } from "../audit/list-token-uses.ts";
import { type TokenUseRow, USE_OUTCOMES } from "../audit/model.ts";
import { tokenUsesTable } from "../audit/table.ts";
import type { Refusal } from "../audit/use-words.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { getCompromiseWindow } from "../incidents/get-compromise-window.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { planInput } from "../order-plans/input.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { verifierFixtureOf } from "../propagation/verifier-fixture.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { getTokenUseHistogram } from "../tokens/get-token-use-histogram.ts";
import type { NewToken } from "../tokens/register.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { rollUpAll } from "../use-rollups/roll-up-uses.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { getLifeline } from "./get-lifeline.ts";
import type { LifelineKind } from "./model.ts";

let db: Database;
const now = new Date();
/** Some time before now, in hours. */
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const HERE = "192.0.2.9";
const THERE = "2001:db8::7";

/** What the log is asked for by, as a person may write it; `kind`: what of a lifeline's it is. */
type Followed = { kind: LifelineKind; id: string; name: string };
let followed: Followed[];
let tokens: Record<"given" | "taken" | "service" | "unused", NewToken>;

type Seed = { refusal?: Refusal; verifierId?: string; ip?: string; hours: readonly number[] };

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  const fixture = fixtureOf(db);
  const [billing, ledger] = [await fixture.client("billing"), await fixture.client("ledger")];
  const [ines, omar] = [await fixture.user("ines@example.test"), await fixture.user("omar@example.test")];
  const verifiers = verifierFixtureOf(db);
  const gate = await verifiers.verifier({ name: "gate", audience: "invoices" });
  const shop = await verifiers.verifier({ name: "shop", audience: "orders" });
  const familyId = await fixture.family({ clientId: billing, userId: ines, rootedAt: ago(60) });
  const lives = { audiences: ["invoices", "orders"], expiresAt: ago(-2) };
  const ofInes = { clientId: billing, userId: ines, familyId, rootedAt: ago(60), ip: HERE, ...lives };
  tokens = {
    given: await fixture.token({ ...ofInes, issuedAt: ago(60) }),
    taken: await fixture.token({ ...ofInes, issuedAt: ago(50) }),
    service: await fixture.token({ clientId: ledger, issuedAt: ago(40), ip: THERE, ...lives }),
    unused: await fixture.token({ clientId: billing, userId: omar, issuedAt: ago(30), ...lives }),
  };
  const use = async (token: NewToken, { refusal, verifierId = gate, ip = HERE, hours }: Seed) => {
    for (const hour of hours)
      await createUseWriter({ now: () => ago(hour) }).write(
        db,
        [
          {
            at: ago(hour),
            refusal: refusal ?? null,
            source: "forward_auth",
            tokenId: token.id,
            tokenKind: "access",
            familyId: token.familyId,
            clientId: token.clientId,
            userId: token.userId,
            subject: token.subject,
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
  };
  // in days that are rolled up, and within the hour, which is not
  await use(tokens.given, { hours: [59, 55, 12, 0.4] });
  await use(tokens.given, { hours: [11, 10], refusal: "suspended", ip: THERE });
  await use(tokens.taken, { hours: [49, 48], verifierId: shop });
  await use(tokens.taken, { hours: [9, 0.3, 0.2], refusal: "revoked", ip: THERE });
  await use(tokens.service, { hours: [39, 38], ip: THERE });
  await use(tokens.service, { hours: [37], refusal: "permission", verifierId: shop, ip: THERE });
  const why = { reason: "test", note: "" } as const;
  const owner = contextAs(db, "owner");
  const target = { kind: "token", id: tokens.given.id };
  const { id: planId } = await createPlan(owner, planInput.parse({ verb: "suspend", target }));
  await placePlannedOrder(owner, { planId, ...why });
  await revokeToken(owner, { id: tokens.taken.id, ...why });
  expect(await rollUpAll(db)).toBeGreaterThan(0);
  followed = [
    { kind: "family", id: familyId, name: familyId },
    { kind: "family", id: tokens.service.familyId, name: tokens.service.familyId },
    { kind: "user", id: ines, name: "ines@example.test" },
    { kind: "user", id: omar, name: "omar@example.test" },
    { kind: "client", id: billing, name: "billing" },
    { kind: "client", id: ledger, name: "ledger" },
    { kind: "verifier", id: gate, name: "gate" },
    { kind: "verifier", id: shop, name: "shop" },
    { kind: "address", id: HERE, name: HERE },
    { kind: "address", id: THERE, name: "2001:0db8:0::7" },
    { kind: "address", id: "203.0.113.250", name: "203.0.113.250" },
  ];
});
afterAll(() => db.end());

const auditor = () => contextAs(db, "auditor");

type Totals = Record<(typeof USE_OUTCOMES)[number], number>;
const sumOf = (totals: Totals) => totals.issued + totals.allowed + totals.refused;
const totalsOf = (count: (outcome: keyof Totals) => number) =>
  Object.fromEntries(USE_OUTCOMES.map((outcome) => [outcome, count(outcome)])) as Totals;

/** Each use of a query, page by page. */
async function walk(text: string): Promise<TokenUseRow[]> {
  const rows: TokenUseRow[] = [];
  const query = parseListQueryStrict(tokenUsesTable, new URLSearchParams(text));
  for (let cursor: string | null = null; ; ) {
    const page = await listTokenUses(auditor(), { ...query, pageSize: 4, cursor });
    rows.push(...page.rows);
    if (page.next === null) return rows;
    cursor = page.next;
  }
}

/** What each door says of a query: the rows that are listed, and all that counts them. */
async function asked(text: string) {
  const { filters } = parseListQueryStrict(tokenUsesTable, new URLSearchParams(text));
  const rows = await walk(text);
  const facets = await getUseFacets(auditor(), filters);
  const [map, holders, summary] = await Promise.all([
    getUseMap(auditor(), filters),
    getUseHolders(auditor(), filters),
    getUseSummary(auditor(), filters),
  ]);
  const outcome = new Map(facets.facets.outcome.map(({ value, count }) => [value, count]));
  return {
    rows,
    listed: totalsOf((one) => rows.filter((row) => row.outcome === one).length),
    charted: (await getUseHistogram(auditor(), filters)).total,
    faceted: totalsOf((one) => outcome.get(one) ?? 0),
    mapped: totalsOf((one) =>
      (map?.countries ?? []).reduce((sum, { counts }) => sum + (counts[one] ?? 0), 0),
    ),
    held: { uses: holders?.uses, ofTokens: holders?.tokens.rows.reduce((sum, { uses }) => sum + uses, 0) },
    refusedOfTokens: holders?.tokens.rows.reduce((sum, { refused }) => sum + refused, 0),
    summed: summary?.uses,
  };
}

function expectAgreement(said: Awaited<ReturnType<typeof asked>>, total: Totals, what: string): void {
  expect(said.listed, `${what}: the rows`).toEqual(total);
  expect(said.charted, `${what}: the chart`).toEqual(total);
  expect(said.faceted, `${what}: the counts by value`).toEqual(total);
  expect(said.mapped, `${what}: the map`).toEqual(total);
  expect(said.held, `${what}: whose they are`).toEqual({ uses: sumOf(total), ofTokens: sumOf(total) });
  expect(said.refusedOfTokens, `${what}: refused of whose`).toBe(total.refused);
  expect(said.summed, `${what}: the summary`).toBe(sumOf(total));
}

describe("lifeline, log, chart, counts, map and lists of holders agree", () => {
  test("on families, users, clients, verifiers and addresses, by id and by name, in all of their time and in a part of it", async () => {
    const seen: Totals[] = [];
    for (const { kind, id, name } of followed)
      for (const time of ["within:90d", `${ago(45).toISOString()}..${ago(8).toISOString()}`]) {
        const { filters } = parseListQueryStrict(tokenUsesTable, new URLSearchParams({ at: time }));
        const lifeline = await getLifeline(auditor(), { kind, id, at: filters.at });
        const filter = kind === "address" ? "ip" : kind;
        for (const value of new Set([id, name])) {
          const said = await asked(new URLSearchParams({ [filter]: value, at: time }).toString());
          expectAgreement(said, lifeline.total, `${kind} ${value} ${time}`);
          expect(lifeline.firstAt).toBe(said.rows.at(-1)?.receivedAt ?? null);
          expect(lifeline.lastAt).toBe(said.rows[0]?.receivedAt ?? null);
        }
        const inBuckets = totalsOf((one) => lifeline.buckets.reduce((sum, bucket) => sum + bucket[one], 0));
        expect(inBuckets).toEqual(lifeline.total);
        seen.push(lifeline.total);
      }
    const most = totalsOf((one) => Math.max(...seen.map((total) => total[one])));
    expect(most, "there was something to agree on").toEqual({ issued: 3, allowed: 6, refused: 6 });
    expect(seen.at(-1), "and of what never came, nothing").toEqual({ issued: 0, allowed: 0, refused: 0 });
  });

  test("on tokens, refusal by refusal", async () => {
    for (const [name, { id }] of Object.entries(tokens)) {
      const said = await asked(new URLSearchParams({ token: id, at: "within:90d" }).toString());
      const { buckets, refusedAs } = await getTokenUseHistogram(auditor(), id);
      expectAgreement(
        said,
        totalsOf((one) => buckets.reduce((sum, bucket) => sum + bucket[one], 0)),
        name,
      );
      for (const [refusal, count] of Object.entries(refusedAs))
        expect(said.rows.filter((row) => row.refusal === refusal).length, `${name} ${refusal}`).toBe(count);
    }
    const refusedOf = async (token: NewToken) => (await getTokenUseHistogram(auditor(), token.id)).refusedAs;
    expect(await refusedOf(tokens.given)).toMatchObject({ suspended: 2 });
    expect(await refusedOf(tokens.taken)).toMatchObject({ revoked: 3 });
  });

  test("with what a compromise window splits: nothing falls out between its phases", async () => {
    for (const { kind, id } of followed) {
      if (kind === "verifier" || kind === "address") continue;
      const { total } = await getLifeline(auditor(), { kind, id });
      const { counts } = await getCompromiseWindow(auditor(), { kind, id, from: ago(20) });
      const split = Object.values(counts).reduce((sum, { uses }) => sum + uses, 0);
      expect(split, `${kind} ${id}`).toBe(sumOf(total));
    }
  });

  test("with both halves of a split", async () => {
    for (const { kind, id } of followed.filter((one) => one.kind === "verifier" || one.kind === "address")) {
      const { total, split } = await getLifeline(auditor(), { kind, id, from: ago(20) });
      expect(split?.isExact).toBe(true);
      expect(totalsOf((one) => (split?.before[one] ?? 0) + (split?.since[one] ?? 0))).toEqual(total);
    }
  });
});
