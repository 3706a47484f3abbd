import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { planFixtureOf, why } from "../order-plans/plan-fixture.ts";
import { restoreTarget } from "../revocations/restore-target.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { createUseWriter } from "../verification/use-writer.ts";
import { readCaseTokens, readTokensOf } from "./case-tokens.ts";
import { getIncidentUses } from "./get-incident-uses.ts";
import { readIncident } from "./incident-row.ts";
import { openIncidentInput } from "./input.ts";
import { openIncident } from "./open-incident.ts";
import { placeIncidentOrder } from "./place-incident-order.ts";
import { readCaseUses } from "./read-case-uses.ts";
import { readRefusals } from "./read-refusals.ts";
import { readSuggestedWindow } from "./read-suggested-window.ts";
import { updateIncident } from "./update-incident.ts";

let db: Database;
let fixture: ReturnType<typeof planFixtureOf>;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  fixture = planFixtureOf(db);
});
afterAll(() => db.end());

type Use = {
  at: Date;
  ip?: string;
  refusal?: "revoked" | "suspended" | null;
  source?: "report" | "introspection";
};

/** A token of ten minutes ago, and how its uses are written. */
async function usedToken(name: string) {
  const clientId = await fixture.tokens.client(`billing-${name}`);
  const userId = await fixture.tokens.user(`${name}@example.test`);
  const issuedAt = new Date(Date.now() - 600_000);
  const token = await fixture.tokens.token({ clientId, userId, issuedAt, ip: "192.0.2.1" });
  return { token, issuedAt, use: usesOf(token) };
}

/** How uses of a token are written. */
function usesOf(token: Awaited<ReturnType<typeof fixture.tokens.token>>) {
  return ({ at, ip = "192.0.2.9", refusal = null, source = "report" }: Use) =>
    createUseWriter().write(
      db,
      [
        {
          at,
          refusal,
          source,
          tokenId: token.id,
          tokenKind: "access",
          familyId: token.familyId,
          clientId: token.clientId,
          userId: token.userId,
          subject: token.subject,
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
}

async function countsOf(number: number) {
  const uses = await getIncidentUses(fixture.later(fixture.as("auditor"), 600_000), number);
  return Object.fromEntries(Object.entries(uses.counts).map(([phase, { uses: count }]) => [phase, count]));
}

const open = (ctx: Context, tokenIds: string[]) =>
  openIncident(ctx, openIncidentInput.parse({ title: "Uses", tokenIds }));

async function place(ctx: Context, number: number, verb: "revoke" | "suspend", id: string, ms = 0) {
  const plan = await fixture.plan(fixture.later(ctx), { verb, target: { kind: "token", id } });
  return placeIncidentOrder(fixture.later(ctx, ms), { number, planId: plan.id, ...why });
}

test("uses are split by the window that the log suggests: before, during, and after the token was taken back, refused or still accepted", async () => {
  const { token, issuedAt, use } = await usedToken("mia");
  const stolenAt = new Date(issuedAt.getTime() + 120_000);
  await use({ at: new Date(issuedAt.getTime() + 60_000) });
  await use({ at: stolenAt, ip: "203.0.113.5" });
  const ctx = fixture.as("responder");
  const { number, compromisedFrom, compromisedWhy } = await open(ctx, [token.id]);
  expect(compromisedFrom).toBe(stolenAt.toISOString());
  expect(compromisedWhy).toContain("203.0.113.0/24");
  await place(ctx, number, "suspend", token.id);
  const later = new Date(Date.now() + 60_000);
  await use({ at: later, ip: "203.0.113.5", refusal: "suspended" });
  await use({ at: later, ip: "203.0.113.5" });
  const uses = await getIncidentUses(fixture.as("auditor"), number);
  // the issue is before too
  expect(await countsOf(number)).toEqual({ before: 2, during: 1, accepted_after: 1, refused_after: 1 });
  expect(uses).toMatchObject({ isExact: true, bounds: { tokensCut: 0, tokensLeftOut: 0 } });
  expect(uses.rows.find(({ phase }) => phase === "during")).toMatchObject({
    ip: "203.0.113.5",
    outcome: "allowed",
  });
  await expect(getIncidentUses(contextAs(db, "anonymous"), number)).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("a use after the token was given back is no leak, and one while it was suspended still is", async () => {
  const { token, use } = await usedToken("noa");
  const ctx = fixture.as("responder");
  const { number } = await open(ctx, [token.id]);
  const { order } = await place(ctx, number, "suspend", token.id);
  const suspendedAt = Date.parse(order.effectiveFrom);
  // so that there is time between them
  await restoreTarget(fixture.later(ctx, 2_000), { orderId: order.id, ...why });
  const [restore = { at: new Date(0) }] = await db.query<{ at: Date }>(
    "SELECT effective_from AS at FROM revocation_order WHERE verb = 'restore' AND target_id = $1",
    [token.id],
  );
  const restoredAt = restore.at.getTime();
  expect(restoredAt).toBeGreaterThan(suspendedAt);
  await use({ at: new Date((suspendedAt + restoredAt) / 2), source: "introspection" });
  await use({ at: new Date(restoredAt + 1), source: "introspection" });
  const { order: revocation } = await place(ctx, number, "revoke", token.id, 4_000);
  const revokedAt = Date.parse(revocation.effectiveFrom);
  await use({ at: new Date(revokedAt + 1), source: "introspection", refusal: "revoked" });
  // the issue and the use after it was given back
  expect(await countsOf(number)).toEqual({ before: 0, during: 2, accepted_after: 1, refused_after: 1 });
});

test("what was accepted while its revocation was being committed is no leak; what was accepted once the feed had it still is", async () => {
  const { token, use } = await usedToken("ida");
  const ctx = fixture.as("responder");
  const { number } = await open(ctx, [token.id]);
  const { order } = await place(ctx, number, "revoke", token.id);
  const placedAt = Date.parse(order.effectiveFrom);
  await db.query("INSERT INTO feed_sighting (position, at) VALUES ($1::bigint, $2::timestamptz)", [
    order.position,
    new Date(placedAt + 400),
  ]);
  await use({ at: new Date(placedAt + 200), source: "introspection" });
  // the issue is before
  expect(await countsOf(number)).toMatchObject({ during: 2, accepted_after: 0 });
  await use({ at: new Date(placedAt + 401), source: "introspection" });
  expect(await countsOf(number)).toMatchObject({ during: 2, accepted_after: 1 });
});

test("an order of before the case counts as well: what was accepted after it was accepted after", async () => {
  const { token, use } = await usedToken("ole");
  const ctx = fixture.as("responder");
  const plan = await fixture.plan(ctx, { verb: "revoke", target: { kind: "token", id: token.id } });
  const { order } = await fixture.place(ctx, plan.id);
  await use({ at: new Date(Date.parse(order.effectiveFrom) + 1), source: "introspection" });
  const { number } = await open(fixture.later(ctx), [token.id]);
  expect(await countsOf(number)).toMatchObject({ during: 1, accepted_after: 1 });
});

test("a report counts within the clock skew of an edge for the wider window, and beyond it by its own time", async () => {
  const { token, issuedAt, use } = await usedToken("pia");
  const ctx = fixture.as("responder");
  const { number, version } = await open(ctx, [token.id]);
  const from = issuedAt.getTime() + 300_000;
  await updateIncident(ctx, { number, version, compromisedFrom: new Date(from), why: "Commit" });
  const { order } = await place(ctx, number, "revoke", token.id);
  const revokedAt = Date.parse(order.effectiveFrom);
  const skewMs = (await getIncidentUses(ctx, number)).toleranceSeconds * 1_000;
  expect(skewMs).toBe(30_000);
  await use({ at: new Date(from - skewMs - 1_000) });
  await use({ at: new Date(from - skewMs + 1_000) });
  await use({ at: new Date(from - 1_000), source: "introspection" });
  await use({ at: new Date(revokedAt + skewMs - 1_000) });
  await use({ at: new Date(revokedAt + skewMs + 1_000) });
  await use({ at: new Date(revokedAt - skewMs + 1_000), refusal: "revoked" });
  // the issue is before too
  expect(await countsOf(number)).toEqual({ before: 3, during: 2, accepted_after: 1, refused_after: 1 });
});

test("of more uses than are looked at the newest of each token count, and it is said of how many tokens", async () => {
  const [one, other] = [await usedToken("rosa"), await usedToken("sam")];
  for (const { use, issuedAt } of [one, other])
    for (const second of [1, 2, 3, 4]) await use({ at: new Date(issuedAt.getTime() + second * 1_000) });
  const incident = await open(fixture.as("responder"), [one.token.id, other.token.id]);
  const record = await readIncident(db, incident.number);
  const within = { db, now: new Date() };
  const refusals = await readRefusals(within, record.id, await readCaseTokens(within, record));
  const read = (ofToken: number, inAll: number) =>
    readCaseUses(within, record, refusals, 50, { ofToken, inAll });
  const cut = await read(3, 100);
  expect(cut).toMatchObject({ isExact: false, bounds: { tokensCut: 2, tokensLeftOut: 0 } });
  expect(cut.rows.map(({ token }) => token.id)).toContain(one.token.id);
  const full = await read(50, 4);
  expect(full).toMatchObject({ isExact: false, bounds: { tokensLeftOut: 1 } });
  expect((await read(50, 100)).isExact).toBe(true);
});

test("the suggestion says where it did not look at every event", async () => {
  const { token, issuedAt, use } = await usedToken("tea");
  for (const second of [1, 2, 3]) await use({ at: new Date(issuedAt.getTime() + second * 1_000) });
  const within = { db, now: new Date() };
  const { rows } = await readTokensOf(within, {
    subjects: [{ kind: "token", id: token.id }],
    compromisedFrom: issuedAt,
  });
  const cut = await readSuggestedWindow(within, rows, { ofEach: 2, inAll: 2 });
  expect(cut?.why).toContain("Of 1 of the tokens the first 2 events were looked at.");
  expect((await readSuggestedWindow(within, rows))?.why).not.toContain("looked at");
});

describe("the window of a service's token", () => {
  const windowOf = async (token: { id: string }) => {
    const within = { db, now: new Date() };
    const subjects = [{ kind: "token", id: token.id }] as const;
    const { rows } = await readTokensOf(within, { subjects, compromisedFrom: within.now });
    return readSuggestedWindow(within, rows);
  };

  test("is not learnt from a token that another case names: its places may be the thief's", async () => {
    const clientId = await fixture.tokens.client("reconciler");
    const usual = await fixture.tokens.token({ clientId, issuedAt: minutesAgo(90), ip: "127.0.0.1" });
    await usesOf(usual)({ at: minutesAgo(89), ip: "192.0.2.9" });
    const first = await fixture.tokens.token({ clientId, issuedAt: minutesAgo(60), ip: "127.0.0.1" });
    await usesOf(first)({ at: minutesAgo(59), ip: "203.0.113.5" });
    const second = await fixture.tokens.token({ clientId, issuedAt: minutesAgo(10), ip: "127.0.0.1" });
    await usesOf(second)({ at: minutesAgo(9), ip: "192.0.2.9" });
    const stolenAt = minutesAgo(8);
    await usesOf(second)({ at: stolenAt, ip: "203.0.113.5" });
    expect((await windowOf(second))?.from.getTime(), "it is usual by the first").not.toBe(stolenAt.getTime());
    await open(fixture.as("responder"), [first.id]);
    expect((await windowOf(second))?.from.getTime()).toBe(stolenAt.getTime());
  });

  test("is not learnt from what a thief renewed: the family of a token that another case names", async () => {
    const clientId = await fixture.tokens.client("archiver");
    const usual = await fixture.tokens.token({ clientId, issuedAt: minutesAgo(90), ip: "127.0.0.1" });
    await usesOf(usual)({ at: minutesAgo(89), ip: "192.0.2.9" });
    const familyId = await fixture.tokens.family({ clientId });
    const first = await fixture.tokens.token({
      clientId,
      familyId,
      issuedAt: minutesAgo(60),
      ip: "127.0.0.1",
    });
    const renewed = await fixture.tokens.token({
      clientId,
      familyId,
      issuedAt: minutesAgo(40),
      ip: "127.0.0.1",
    });
    await usesOf(renewed)({ at: minutesAgo(39), ip: "203.0.113.5" });
    const second = await fixture.tokens.token({ clientId, issuedAt: minutesAgo(10), ip: "127.0.0.1" });
    await usesOf(second)({ at: minutesAgo(9), ip: "192.0.2.9" });
    const stolenAt = minutesAgo(8);
    await usesOf(second)({ at: stolenAt, ip: "203.0.113.5" });
    expect((await windowOf(second))?.from.getTime(), "it is usual by the renewed").not.toBe(
      stolenAt.getTime(),
    );
    await open(fixture.as("responder"), [first.id]);
    expect((await windowOf(second))?.from.getTime()).toBe(stolenAt.getTime());
  });

  test("is learnt from its client's earlier tokens, and is what was detected of it unless that is muted", async () => {
    const clientId = await fixture.tokens.client("nightly-report");
    const earlier = await fixture.tokens.token({ clientId, issuedAt: minutesAgo(60), ip: "127.0.0.1" });
    await usesOf(earlier)({ at: minutesAgo(59), ip: "192.0.2.9" });
    const token = await fixture.tokens.token({ clientId, issuedAt: minutesAgo(10), ip: "127.0.0.1" });
    const stolenAt = minutesAgo(8);
    await usesOf(token)({ at: minutesAgo(9), ip: "192.0.2.9" });
    await usesOf(token)({ at: stolenAt, ip: "203.0.113.5" });
    const learnt = await windowOf(token);
    expect(learnt?.from).toEqual(stolenAt);
    expect(learnt?.why).toContain("none of its earlier tokens was used from there");

    const detectedAt = minutesAgo(7);
    await db.query(
      `INSERT INTO detection (id, rule, severity, state, subject_kind, subject_id, token_id, client_id, first_at, last_at, found_at, count, facts)
       VALUES ($1::uuid, 'new_country', 'medium', 'open', 'token', $1::text, $1::uuid, $2::uuid, $3, $3, now(), 1, '{"ip": "203.0.113.5", "country": "RU", "before": "NL"}')`,
      [token.id, clientId, detectedAt],
    );
    const detected = await windowOf(token);
    expect(detected?.from).toEqual(detectedAt);
    expect(detected?.why).toContain("Before that it came from Netherlands only");
    await db.query(
      `WITH m AS (INSERT INTO detection_mute (id, rule, token_id, reason, created_at, ends_at, by_id, by_name)
         VALUES ($1::uuid, 'new_country', $1::uuid, 'travels', now(), now() + interval '1 day', 'x', 'x') RETURNING id)
       UPDATE detection SET state = 'muted', mute_id = m.id FROM m WHERE detection.id = $1::uuid`,
      [token.id],
    );
    expect((await windowOf(token))?.from).toEqual(stolenAt);
  });
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

test("of a case with more tokens than are looked at the named ones stay, and live ones come before those that ended", async () => {
  const { clientId, users } = await fixture.world();
  const userId = users[1] as string;
  const token = (minutes: number, change = {}) =>
    fixture.tokens.token({ clientId, userId, issuedAt: minutesAgo(minutes), ...change });
  const named = await token(55);
  const live = await token(50);
  const newer = [await token(20), await token(10), await token(5)];
  const ctx = fixture.as("responder");
  for (const { id } of newer) {
    const plan = await fixture.plan(fixture.later(ctx), { verb: "revoke", target: { kind: "token", id } });
    await fixture.place(fixture.later(ctx), plan.id);
  }
  const scope = {
    subjects: [
      { kind: "token", id: named.id },
      { kind: "user", id: userId },
    ] as const,
    compromisedFrom: minutesAgo(60),
  };
  const at = { db, now: new Date() };
  const cut = await readTokensOf(at, scope, 3);
  // beside those two, the user's own of the world works too
  expect(cut.isCut).toBe(true);
  expect(cut.namedIds).toEqual([named.id]);
  expect(cut.rows.map(({ state }) => state)).toEqual(["active", "active", "active"]);
  expect(cut.rows.map(({ id }) => id)).toEqual(expect.arrayContaining([named.id, live.id]));
  const fits = await readTokensOf(at, scope, 6);
  expect({ isCut: fits.isCut, rows: fits.rows.length }).toEqual({ isCut: false, rows: 6 });
  const times = fits.rows.map(({ issuedAt }) => issuedAt);
  expect(times).toEqual(times.toSorted().reverse());
});

test("of a cut case those that were named and have left the register are still known", async () => {
  const { clientId, first, second } = await fixture.world();
  const gone = "01900000-0000-7000-8000-000000000001";
  const { isCut, leftIds, rows } = await readTokensOf(
    { db, now: new Date() },
    {
      subjects: [
        { kind: "token", id: gone },
        { kind: "token", id: first },
        { kind: "client", id: clientId },
      ],
      compromisedFrom: minutesAgo(60),
    },
    1,
  );
  expect({ isCut, leftIds }).toEqual({ isCut: true, leftIds: [gone] });
  expect(rows.map(({ id }) => id)).toEqual([first]);
  expect(second).not.toBe(first);
});

test("a token that was named, too, for its family comes once", async () => {
  const { clientId, users } = await fixture.world();
  const familyId = await fixture.tokens.family({ clientId, userId: users[0] as string });
  const one = await fixture.tokens.token({ clientId, userId: users[0] as string, familyId });
  const { rows } = await readTokensOf(
    { db, now: new Date() },
    {
      subjects: [
        { kind: "token", id: one.id },
        { kind: "family", id: familyId },
        { kind: "client", id: clientId },
      ],
      compromisedFrom: minutesAgo(60),
    },
  );
  expect(rows.filter(({ id }) => id === one.id)).toHaveLength(1);
});
