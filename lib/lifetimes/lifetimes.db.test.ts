import { beforeEach, describe, expect, test } from "vitest";
import { createAudience } from "../audiences/create-audience.ts";
import { updateAudience } from "../audiences/update-audience.ts";
import type { Role } from "../authz/roles.ts";
import { createClient } from "../clients/create-client.ts";
import { getClient } from "../clients/get-client.ts";
import { type CreateClientInput, createClientInput, type UpdateClientInput } from "../clients/input.ts";
import type { ClientDetail } from "../clients/model.ts";
import { updateClient } from "../clients/update-client.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { testContexts } from "../db/test-context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { updateOrganisation } from "../organisation/update-organisation.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { liveTokens } from "../revocations/live-tokens.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { explainLifetimes } from "./explain-lifetimes.ts";
import { previewLifetimes } from "./preview-change.ts";
import { purgeLifetimePlans } from "./purge-lifetime-plans.ts";
import { shortenTokens } from "./shorten-tokens.ts";

const world = testContexts();
const way = { outbound: createOutbound({ allow: NOTHING_ALLOWED }) };
const create = (who: Context, input: CreateClientInput) => createClient(who, input, way);
const update = (who: Context, input: UpdateClientInput & { clientId: string }) =>
  updateClient(who, input, way);
let ctx: Context;
let client: ClientDetail;
/** Orders go by the database's clock. */
const as = (role: Role): Context => ({ ...world.as(role), now: new Date() });
const MINUTE = 60_000;
const DAY = 86_400_000;

beforeEach(async () => {
  ctx = as("owner");
  ({ client } = await create(
    ctx,
    createClientInput.parse({ name: "Shop", kind: "web", redirectUris: ["https://shop.example.com/cb"] }),
  ));
});

const at = (ms: number) => new Date(ctx.now.getTime() + ms);
const later = (ms: number): Context => ({ ...ctx, now: at(ms) });

/** An access token of an hour, or a refresh token of a week, of the client, issued so long ago. */
async function token(kind: "access" | "refresh", agoMs: number, change: object = {}) {
  const issuedAt = at(-agoMs);
  const seconds = Math.floor(issuedAt.getTime() / 1_000) + (kind === "access" ? 3_600 : 604_800);
  const made = await fixtureOf(world.db).token({
    clientId: client.id,
    kind,
    grantType: "authorization_code",
    issuedAt,
    rootedAt: issuedAt,
    expiresAt: new Date(seconds * 1_000),
    ...change,
  });
  return made.id;
}

async function liveAt(ms: number): Promise<string[]> {
  const which = (await liveTokens(later(ms)))(sql`t.client_id = ${client.id}::uuid`);
  return (await run<{ id: string }>(world.db, sql`SELECT t.id ${which} ORDER BY t.id`)).map(({ id }) => id);
}

const change = (settings: object) => ({ kind: "client" as const, id: client.id, settings });

describe("a shorter lifetime", () => {
  test("tells how many live tokens outlive it, and changes nothing by telling", async () => {
    await token("access", 5 * MINUTE);
    await token("access", 30 * MINUTE);
    await token("access", 90 * MINUTE);
    await token("refresh", MINUTE);
    const preview = await previewLifetimes(ctx, {
      ...change({ accessTokenTtlSeconds: 600 }),
      shorten: false,
    });
    expect(preview).toMatchObject({ access: 2, refresh: 0, over: 1, isExact: true, plan: null });
    const longer = await previewLifetimes(ctx, {
      ...change({ accessTokenTtlSeconds: 7_200 }),
      shorten: true,
    });
    expect(longer).toMatchObject({
      access: 0,
      plan: null,
      sentences: ["No live token outlives the new limits."],
    });
    expect(await liveAt(0)).toHaveLength(3);
    expect(await world.db.query("SELECT id FROM revocation_order")).toEqual([]);
  });

  test("ends exactly the tokens that it showed, none of them past its new limit and none much sooner", async () => {
    await token("access", 30 * MINUTE);
    await token("access", 10 * MINUTE + 1_000);
    const coming = [
      await token("access", 9 * MINUTE),
      await token("access", 5 * MINUTE),
      await token("access", 4 * MINUTE + 59_000),
      await token("access", 0),
    ];
    const spared = [
      await token("refresh", 5 * MINUTE),
      await token("access", 5 * MINUTE, { grantType: "client_credentials" }),
    ];
    const settings = { accessTokenTtlSeconds: 600 };
    const { plan, ...counts } = await previewLifetimes(ctx, { ...change(settings), shorten: true });
    expect(counts).toMatchObject({ access: 6, over: 2 });
    expect(plan?.tokens).toBe(6);
    expect(plan?.ends.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(6);
    const updated = await update(ctx, {
      clientId: client.id,
      version: client.version,
      ...settings,
      shorten: { planId: plan?.id ?? "" },
    });
    expect(updated.accessTokenTtlSeconds).toBe(600);
    expect((await liveAt(0)).toSorted()).toEqual([...coming, ...spared].toSorted());
    // none lives past its limit, and none ends sooner than was said
    for (const id of coming) {
      const [{ issued } = { issued: new Date() }] = await world.db.query<{ issued: Date }>(
        "SELECT date_trunc('second', issued_at) AS issued FROM token WHERE id = $1",
        [id],
      );
      const left = issued.getTime() + 600_000 - ctx.now.getTime();
      expect(await liveAt(left)).not.toContain(id);
      expect(await liveAt(Math.min(left / 1.2, left - 10_000) - 1)).toContain(id);
    }
    expect((await liveAt(11 * MINUTE)).toSorted()).toEqual(spared.toSorted());
    expect(await world.lastEntry()).toMatchObject({
      act: "lifetimes.shortened",
      name: client.clientId,
      after: { tokens: 6, endAtOnce: 2, planId: plan?.id },
    });
  });

  test("takes refresh tokens by what is shorter: unused for too long, or too long since the sign-in", async () => {
    await token("refresh", 2 * DAY);
    await token("refresh", MINUTE, { rootedAt: at(-5 * DAY) });
    const fresh = await token("refresh", MINUTE);
    const settings = { refreshTokenIdleSeconds: 86_400, refreshTokenAbsoluteSeconds: 4 * 86_400 };
    const { plan, ...counts } = await previewLifetimes(ctx, { ...change(settings), shorten: true });
    expect(counts).toMatchObject({ access: 0, refresh: 3, over: 2 });
    await update(ctx, {
      clientId: client.id,
      version: 1,
      ...settings,
      shorten: { planId: plan?.id ?? "" },
    });
    expect(await liveAt(0)).toEqual([fresh]);
    expect(await liveAt(DAY)).toEqual([]);
  });

  test("of a sign-in ends no access token of a client without refresh tokens: it would have been issued as long", async () => {
    const settings = {
      accessTokenTtlSeconds: 600,
      refreshTokenIdleSeconds: 600,
      refreshTokenAbsoluteSeconds: 600,
    };
    const preview = () => previewLifetimes(ctx, { kind: "organisation", settings, shorten: false });
    const clientOf = async (name: string, grantTypes: ("authorization_code" | "refresh_token")[]) =>
      (
        await create(
          ctx,
          createClientInput.parse({
            name,
            kind: "web",
            redirectUris: ["https://own.example.com/cb"],
            grantTypes,
            accessTokenTtlSeconds: 3_600,
          }),
        )
      ).client.id;
    await token("access", 30 * MINUTE, { clientId: await clientOf("Without", ["authorization_code"]) });
    expect(await preview()).toMatchObject({ access: 0, refresh: 0, isExact: true });
    await token("access", 30 * MINUTE, {
      clientId: await clientOf("With", ["authorization_code", "refresh_token"]),
    });
    expect(await preview(), "with them it would not").toMatchObject({ access: 1, clients: 1 });
  });

  test("locks the feed's head for a few statements, whatever number of slices it has; they stand in the feed one behind the other", async () => {
    for (let minute = 0; minute < 30; minute += 1) await token("access", minute * MINUTE);
    const settings = { accessTokenTtlSeconds: 1_200 };
    const { plan } = await previewLifetimes(ctx, { ...change(settings), shorten: true });
    expect(plan?.ends.length).toBeGreaterThan(10);
    const statements: string[] = [];
    await world.db.transaction(async (tx) => {
      const told: Sql = {
        query(text, values) {
          statements.push(text);
          return tx.query(text, values);
        },
      };
      const named = { ...change(settings), name: "Shop", wideOrderTokens: 1_000 };
      await shortenTokens(told, ctx, named, { planId: plan?.id ?? "" });
    });
    const locked = statements.slice(statements.findIndex((text) => text.includes("UPDATE feed_head")));
    expect(locked.length).toBeLessThanOrEqual(8);
    expect(
      locked.filter((text) => text.includes("selection_token (")),
      "written before",
    ).toEqual([]);
    const [feed] = await world.db.query<{ positions: bigint[]; head: bigint }>(
      `SELECT (SELECT position FROM feed_head) AS head, array_agg(p.position ORDER BY p.position) AS positions
       FROM (SELECT position FROM revocation_order UNION ALL SELECT position FROM selection_chunk) p`,
    );
    const number = (plan?.ends.length ?? 0) * 2;
    expect(feed?.positions.map(Number)).toEqual(Array.from({ length: number }, (_, index) => index + 1));
    expect(Number(feed?.head)).toBe(number);
    expect(await liveAt(0)).toHaveLength(20);
  });

  test("is not counted a second time once its end is set, and without a change tells what outlives the present limits", async () => {
    await token("access", 5 * MINUTE);
    const settings = { accessTokenTtlSeconds: 600 };
    await update(ctx, { clientId: client.id, version: 1, ...settings });
    const left = await previewLifetimes(ctx, { ...change({}), shorten: true });
    expect(left).toMatchObject({ access: 1, over: 0 });
    const before = await getClient(ctx, { clientId: client.id });
    await update(ctx, { clientId: client.id, version: 2, shorten: { planId: left.plan?.id ?? "" } });
    expect(await previewLifetimes(ctx, { ...change({}), shorten: true })).toMatchObject({
      access: 0,
      plan: null,
    });
    // nothing of the client changed: whoever has it open is not refused
    expect((await getClient(ctx, { clientId: client.id })).version).toBe(before.version);
  });

  test("is bound to its plan: another change, another admin, a second use and a late one are refused, and nothing is saved", async () => {
    await token("access", 5 * MINUTE);
    const settings = { accessTokenTtlSeconds: 600 };
    const { plan } = await previewLifetimes(ctx, { ...change(settings), shorten: true });
    const shorten = { planId: plan?.id ?? "" };
    const save = (who: Context, seconds: number) =>
      update(who, { clientId: client.id, version: 1, accessTokenTtlSeconds: seconds, shorten });
    await expect(save(ctx, 900)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(save(as("owner"), 600)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(save(later(11 * MINUTE), 600)).rejects.toMatchObject({ code: "GONE" });
    expect(await getClient(ctx, { clientId: client.id })).toMatchObject({
      version: 1,
      accessTokenTtlSeconds: null,
    });
    await save(ctx, 600);
    await expect(
      update(ctx, { clientId: client.id, version: 2, ...settings, shorten }),
    ).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  });

  test("may be looked at and used by a governor, and by nobody who may not change clients", async () => {
    await token("access", 5 * MINUTE);
    const settings = { accessTokenTtlSeconds: 600 };
    for (const role of ["responder", "auditor"] as const)
      await expect(previewLifetimes(as(role), { ...change(settings), shorten: false })).rejects.toMatchObject(
        { code: "FORBIDDEN" },
      );
    const governor = as("governor");
    const { plan } = await previewLifetimes(governor, { ...change(settings), shorten: true });
    await update(governor, {
      clientId: client.id,
      version: 1,
      ...settings,
      shorten: { planId: plan?.id ?? "" },
    });
    expect(await liveAt(6 * MINUTE)).toEqual([]);
  });

  test("over more tokens than an order may take without an owner wants one, and the number typed", async () => {
    await updateOrganisation(ctx, { version: 1, wideOrderTokens: 1 });
    await token("access", 30 * MINUTE);
    await token("access", 40 * MINUTE);
    const settings = { accessTokenTtlSeconds: 600 };
    const governor = as("governor");
    const save = async (who: Context, confirm?: string) => {
      const { plan } = await previewLifetimes(who, { ...change(settings), shorten: true });
      expect(plan).toMatchObject({ needsOwner: true, confirm: "2 tokens" });
      return update(who, {
        clientId: client.id,
        version: 1,
        ...settings,
        shorten: { planId: plan?.id ?? "", confirm },
      });
    };
    await expect(save(governor, "2 tokens")).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(save(ctx)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: [{ path: "shorten.confirm" }],
    });
    expect(await liveAt(0)).toHaveLength(2);
    await save(ctx, "2 tokens");
    expect(await liveAt(0)).toEqual([]);
  });

  test("of the organisation reaches the clients that follow it, and leaves those with their own alone", async () => {
    const { client: own } = await create(
      ctx,
      createClientInput.parse({ name: "Own", kind: "service", accessTokenTtlSeconds: 3_600 }),
    );
    await token("access", 30 * MINUTE);
    await token("access", 30 * MINUTE, { clientId: own.id, grantType: "client_credentials" });
    const settings = { accessTokenTtlSeconds: 600 };
    const { plan, ...counts } = await previewLifetimes(ctx, {
      kind: "organisation",
      settings,
      shorten: true,
    });
    expect(counts).toMatchObject({ access: 1, clients: 1 });
    await updateOrganisation(ctx, { version: 1, ...settings, shorten: { planId: plan?.id ?? "" } });
    expect(await liveAt(0)).toEqual([]);
    const bound = { accessTokenTtlMaxSeconds: 1_800 };
    const held = await previewLifetimes(ctx, { kind: "organisation", settings: bound, shorten: false });
    expect(held, "a bound that falls below a client's own setting").toMatchObject({ access: 1 });
    await expect(
      previewLifetimes(ctx, {
        kind: "organisation",
        settings: { accessTokenTtlMaxSeconds: 60 },
        shorten: false,
      }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  test("of an audience reaches its access tokens alone", async () => {
    const audience = await createAudience(ctx, {
      name: "payments-api",
      title: "Payments",
      resourceUri: "https://payments.example.com",
      permissions: [],
    });
    await token("access", 30 * MINUTE, { audiences: ["payments-api"] });
    const other = await token("access", 30 * MINUTE, { audiences: ["ledger-api"] });
    const settings = { accessTokenTtlMaxSeconds: 300 };
    const { plan, ...counts } = await previewLifetimes(ctx, {
      kind: "audience",
      id: audience.id,
      settings,
      shorten: true,
    });
    expect(counts).toMatchObject({ access: 1, over: 1 });
    await updateAudience(ctx, {
      audienceId: audience.id,
      version: 1,
      ...settings,
      shorten: { planId: plan?.id ?? "" },
    });
    expect(await liveAt(0)).toEqual([other]);
  });

  test("leaves nothing behind where it was only looked at", async () => {
    await token("access", 30 * MINUTE);
    await previewLifetimes(ctx, { ...change({ accessTokenTtlSeconds: 600 }), shorten: true });
    expect(await purgeLifetimePlans(world.db, at(30 * MINUTE))).toBe(0);
    expect(await purgeLifetimePlans(world.db, at(2 * 60 * MINUTE))).toBe(1);
    expect(await world.db.query("SELECT id FROM selection UNION ALL SELECT id FROM lifetime_plan")).toEqual(
      [],
    );
  });
});

test("of two admins who change a client's lifetimes at once the second is told what changed, and no change is lost", async () => {
  const seen = { clientId: client.id, version: client.version };
  await update(ctx, { ...seen, accessTokenTtlSeconds: 600 });
  const second = as("governor");
  const late = update(second, { ...seen, refreshTokenIdleSeconds: 86_400 });
  await expect(late).rejects.toMatchObject({
    code: "STALE_VERSION",
    fields: [{ path: "version" }, { path: "accessTokenTtlSeconds", message: "changed meanwhile" }],
  });
  await update(second, { clientId: client.id, version: 2, refreshTokenIdleSeconds: 86_400 });
  expect(await getClient(ctx, { clientId: client.id })).toMatchObject({
    accessTokenTtlSeconds: 600,
    refreshTokenIdleSeconds: 86_400,
    refreshTokenAbsoluteSeconds: null,
  });
  expect(await world.lastEntry()).toMatchObject({
    act: "client.updated",
    before: { refreshTokenIdleSeconds: null },
    after: { refreshTokenIdleSeconds: 86_400 },
  });
});

test.each([
  "refresh_token_idle_seconds = 299",
  "refresh_token_idle_seconds = 7200, refresh_token_absolute_seconds = 3600",
  "refresh_grace_seconds = 61",
  "authorization_code_ttl_seconds = 601",
  "id_token_ttl_seconds = 86401",
  "device_code_ttl_seconds = 59",
  "session_idle_seconds = 120, session_absolute_seconds = 60",
])("a client's lifetimes are bounded by the database too: %s", async (change) => {
  await expect(world.db.query(`UPDATE client SET ${change}`)).rejects.toMatchObject({ code: "23514" });
});

describe("the explanation", () => {
  test("names every setting that was asked, and which one wins", async () => {
    await updateOrganisation(ctx, { version: 1, accessTokenTtlMaxSeconds: 7_200 });
    await world.db.query("UPDATE client SET access_token_ttl_seconds = 80000 WHERE id = $1", [client.id]);
    const { lifetimes, accessTokenTtl } = await explainLifetimes(ctx, { clientId: client.id });
    const [access] = lifetimes;
    expect(access).toMatchObject({
      key: "accessTokenTtlSeconds",
      seconds: 7_200,
      says: "held by the organisation's bound (longest access token); this client's own setting says otherwise",
    });
    expect(access?.steps.map(({ who, seconds, outcome }) => `${who}: ${seconds} ${outcome}`)).toEqual([
      "this client's own setting: 80000 wins",
      "the organisation's default: 3600 overruled",
      "the organisation's bound (shortest access token): 60 within",
      "the organisation's bound (longest access token): 7200 limits",
      "another lifetime (refresh token, idle): 604800 within",
    ]);
    expect(accessTokenTtl).toEqual({ seconds: 7_200, source: "client", clampedBy: "max" });
  });

  test("tells when a sign-in of now would end, and when those that live do", async () => {
    const fixture = fixtureOf(world.db);
    const userId = await fixture.user("ada@example.com");
    const rootedAt = at(-DAY);
    const familyId = await fixture.family({ clientId: client.id, userId, rootedAt, sessionUid: "s-1" });
    const expiresAt = at(6 * DAY);
    await token("refresh", DAY, { userId, familyId, rootedAt, expiresAt });
    await token("access", 10 * MINUTE, { userId, familyId, rootedAt });
    const now = Math.floor(ctx.now.getTime() / 1_000) * 1_000;
    const iso = (ms: number) => new Date(ms).toISOString();
    const told = await explainLifetimes(ctx, { clientId: client.id, userId });
    expect(told.ifNow).toMatchObject({
      accessEndsAt: iso(now + 3_600_000),
      refreshEndsAt: iso(now + 7 * DAY),
      unusedEndsAt: iso(now + 7 * DAY),
      latestEndsAt: iso(now + 30 * DAY),
      endedBy: null,
    });
    expect(told.signIns).toMatchObject([
      {
        familyId,
        refreshEndsAt: expiresAt.toISOString(),
        unusedEndsAt: expiresAt.toISOString(),
        latestEndsAt: iso(Math.floor(rootedAt.getTime() / 1_000) * 1_000 + 30 * DAY),
        endedBy: null,
      },
    ]);
    // an order that is to come ends both before their time
    const at2 = at(2 * DAY);
    const planned = await createPlan(ctx, {
      verb: "revoke",
      target: { kind: "user", id: userId },
      effectiveFrom: at2,
    });
    await placePlannedOrder(ctx, { planId: planned.id, reason: "policy", note: "" });
    const ended = await explainLifetimes(ctx, { clientId: client.id, userId });
    const by = { at: at2.toISOString(), target: "user ada@example.com" };
    expect(ended.signIns).toMatchObject([
      { unusedEndsAt: by.at, latestEndsAt: by.at, refreshEndsAt: by.at, endedBy: by },
    ]);
    expect(ended.ifNow).toMatchObject({ latestEndsAt: by.at, endedBy: by });
  });

  test("refuses users and audiences that are not there, and says why nobody signs in", async () => {
    const missing = "019aa7d1-5c00-7a3b-9d44-0123456789ab";
    for (const asked of [{ userId: missing }, { audienceId: missing }])
      await expect(explainLifetimes(ctx, { clientId: client.id, ...asked })).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
    const userId = await fixtureOf(world.db).user("bob@example.com");
    await world.db.query("UPDATE user_account SET disabled_at = now() WHERE id = $1", [userId]);
    expect(await explainLifetimes(ctx, { clientId: client.id, userId })).toMatchObject({
      ifNow: null,
      why: "The user is disabled: nobody signs in as them.",
      signIns: [],
    });
  });
});
