import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { UpdateClientInput } from "#lib/clients/input.ts";
import { updateClient } from "#lib/clients/update-client.ts";
import { type Context, systemContext } from "#lib/context.ts";
import { explainLifetimes } from "#lib/lifetimes/explain-lifetimes.ts";
import type { ClientLifetimes } from "#lib/lifetimes/model.ts";
import { previewLifetimes } from "#lib/lifetimes/preview-change.ts";
import { NOTHING_ALLOWED } from "#lib/outbound/allow-list.ts";
import { createOutbound } from "#lib/outbound/outbound.ts";
import { parseOpaque } from "#lib/tokens/opaque.ts";
import { introspect, startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import {
  discover,
  logIn,
  type People,
  type PeopleClient,
  seedPeople,
  startAuthorization,
} from "./test-people.ts";

let instance: TestInstance;
let people: People;
let verifier: string;

beforeAll(async () => {
  instance = await startTestInstance(2, { clockToleranceMs: Number.POSITIVE_INFINITY });
  people = await seedPeople(instance.db);
  verifier = instance.registry.verifiers.billing.secret;
});
afterAll(() => instance.stop());

const way = { outbound: createOutbound({ allow: NOTHING_ALLOWED }) };
const update = (who: Context, input: UpdateClientInput & { clientId: string }) =>
  updateClient(who, input, way);
const REFUSED = { error: "invalid_grant" };
const idOf = (token: string | undefined) => parseOpaque(token ?? "")?.id ?? "";
const owner = (): Context => systemContext(instance.db, "test");

async function heard() {
  for (const authority of instance.authorities) await authority.services.follower.poll();
}

let made = 0;

/** A web application of its own with lifetimes of its own, saved as an admin saves them. */
async function clientWith(
  lifetimes: Partial<ClientLifetimes>,
  kind: "web" | "spa" = "web",
): Promise<{ client: PeopleClient; config: oidc.Configuration }> {
  made += 1;
  const client = await people.addClient({
    clientId: `lived-${made}`,
    kind,
    tokenFormat: "jwt",
    requireConsent: false,
  });
  await update(owner(), { clientId: client.id, version: 1, ...lifetimes });
  await heard();
  return { client, config: await discover(instance, client) };
}

/** Runs `work` as if it were so much later. */
async function later<T>(ms: number, work: () => Promise<T>): Promise<T> {
  const now = Date.now;
  try {
    Date.now = () => now() + ms;
    return await work();
  } finally {
    Date.now = now;
  }
}

/** The same where the clock is asked by `new Date()`; it stands still meanwhile. */
async function standingAt<T>(ms: number, work: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + ms });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
}

async function rowOf(token: string | undefined) {
  const id = idOf(token) === "" ? String(decodeJwt(token ?? "").jti) : idOf(token);
  const [row] = await instance.db.query<{ seconds: number; family: string; parent: string | null }>(
    `SELECT extract(epoch FROM expires_at - date_trunc('second', issued_at))::int AS seconds, family_id AS family, parent_id AS parent
     FROM token WHERE id = $1::uuid`,
    [id],
  );
  return row;
}

const refresh = (config: oidc.Configuration, token: string | undefined) =>
  oidc.refreshTokenGrant(config, token ?? "");

describe("a client's own lifetimes", () => {
  test("are those of its access, refresh and ID tokens; another client keeps the organisation's", async () => {
    const { config } = await clientWith({
      accessTokenTtlSeconds: 300,
      refreshTokenIdleSeconds: 7_200,
      refreshTokenAbsoluteSeconds: 14_400,
      idTokenTtlSeconds: 600,
    });
    const { tokens } = await logIn(config);
    expect(tokens.expires_in).toBe(300);
    expect(await rowOf(tokens.access_token)).toMatchObject({ seconds: 300 });
    expect(await rowOf(tokens.refresh_token)).toMatchObject({ seconds: 7_200 });
    const { iat, exp } = decodeJwt(tokens.id_token ?? "");
    expect((exp ?? 0) - (iat ?? 0)).toBe(600);
    const { tokens: other } = await logIn(await discover(instance, people.spa));
    expect(other.expires_in).toBe(3_600);
    expect(await rowOf(other.refresh_token)).toMatchObject({ seconds: 604_800 });
  });

  test("hold for its codes: one that is a second too old is refused", async () => {
    const { config } = await clientWith({ authorizationCodeTtlSeconds: 20 });
    for (const [afterMs, works] of [
      [15_000, true],
      [52_000, false],
    ] as const) {
      const browser = new TestBrowser();
      await logIn(config, { browser });
      const { url, verifier: pkceCodeVerifier, state } = await startAuthorization(config);
      const { url: callback } = await browser.open(url);
      const exchange = later(afterMs, () =>
        oidc.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState: state }),
      );
      if (works) await expect(exchange).resolves.toBeDefined();
      else await expect(exchange).rejects.toMatchObject(REFUSED);
    }
  });

  test("end an access token with its sign-in: none outlives the family's absolute end", async () => {
    const { config } = await clientWith({
      accessTokenTtlSeconds: 600,
      refreshTokenIdleSeconds: 900,
      refreshTokenAbsoluteSeconds: 900,
    });
    const { tokens } = await logIn(config);
    const last = await later(700_000, () => refresh(config, tokens.refresh_token));
    expect(last.expires_in).toBeGreaterThan(190);
    expect(last.expires_in).toBeLessThanOrEqual(201);
    await expect(later(901_000, () => refresh(config, last.refresh_token))).rejects.toMatchObject(REFUSED);
  });

  test("an absolute end that was given with the sign-in is never moved later", async () => {
    const { client, config } = await clientWith({
      refreshTokenIdleSeconds: 3_600,
      refreshTokenAbsoluteSeconds: 3_600,
    });
    const { tokens } = await logIn(config);
    await update(owner(), { clientId: client.id, version: 2, refreshTokenAbsoluteSeconds: 86_400 });
    await heard();
    const next = await later(3_000_000, () => refresh(config, tokens.refresh_token));
    expect((await rowOf(next.refresh_token))?.seconds).toBeLessThanOrEqual(601);
  });

  test("a grace of its own holds where the organisation has none, and none without it", async () => {
    const { config } = await clientWith({ refreshGraceSeconds: 30 });
    const { tokens } = await logIn(config);
    const first = await refresh(config, tokens.refresh_token);
    const second = await later(20_000, () => refresh(config, tokens.refresh_token));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await expect(later(31_000, () => refresh(config, tokens.refresh_token))).rejects.toMatchObject(REFUSED);
    await expect(refresh(config, second.refresh_token)).rejects.toMatchObject(REFUSED);
    const { config: none } = await clientWith({ refreshGraceSeconds: 0 });
    const { tokens: given } = await logIn(none);
    const next = await refresh(none, given.refresh_token);
    await expect(refresh(none, given.refresh_token)).rejects.toMatchObject(REFUSED);
    await expect(refresh(none, next.refresh_token)).rejects.toMatchObject(REFUSED);
  });

  test("are held by an audience that takes no longer tokens, for a token that names it", async () => {
    const { config } = await clientWith({ accessTokenTtlSeconds: 1_800 });
    await instance.db.query("UPDATE audience SET access_token_ttl_max_seconds = 120 WHERE name = 'ledger'");
    await heard();
    const { tokens } = await logIn(config);
    const audiences = [decodeJwt(tokens.access_token).aud].flat();
    expect(audiences).toContain("ledger");
    expect(tokens.expires_in).toBe(120);
    await instance.db.query("UPDATE audience SET access_token_ttl_max_seconds = NULL");
    await heard();
    expect((await logIn(config)).tokens.expires_in).toBe(1_800);
  });
});

test("a sign-in ends when its explanation says: to the second, at the register and at the token endpoint", async () => {
  const { client, config } = await clientWith({
    accessTokenTtlSeconds: 300,
    refreshTokenIdleSeconds: 3_600,
    refreshTokenAbsoluteSeconds: 5_400,
  });
  const { tokens } = await logIn(config);
  const ask = () =>
    explainLifetimes({ ...owner(), now: new Date() }, { clientId: client.id, userId: people.users.ana });
  const [signIn] = (await ask()).signIns;
  const ends = await instance.db.query<{ kind: string; at: Date }>(
    "SELECT kind, expires_at AS at FROM token WHERE client_id = $1 ORDER BY kind",
    [client.id],
  );
  expect([signIn?.accessEndsAt, signIn?.refreshEndsAt]).toEqual(ends.map(({ at }) => at.toISOString()));
  expect(signIn?.unusedEndsAt).toBe(signIn?.refreshEndsAt);
  const left = () => Date.parse(signIn?.latestEndsAt ?? "") - Date.now();
  const renewed = await later(3_000_000, () => refresh(config, tokens.refresh_token));
  const last = await later(left() - 5_000, () => refresh(config, renewed.refresh_token));
  expect(last.expires_in).toBeLessThanOrEqual(6);
  await expect(later(left() + 1_000, () => refresh(config, last.refresh_token))).rejects.toMatchObject(
    REFUSED,
  );
});

describe("what is explained of a client is what the authority gives it", () => {
  const set = async (settings: string) => {
    await instance.db.query(`UPDATE organisation SET ${settings}`);
    await heard();
  };
  afterEach(async () => {
    await instance.db.query("UPDATE audience SET access_token_ttl_max_seconds = NULL");
    await set(
      "access_token_ttl_max_seconds = 86400, access_token_ttl_seconds = 3600, service_token_ttl_seconds = 600, refresh_token_idle_seconds = 604800, refresh_token_absolute_seconds = 2592000, id_token_ttl_seconds = 3600",
    );
  });
  const explain = (clientId: string, userId?: string) =>
    explainLifetimes({ ...owner(), now: new Date() }, { clientId, userId });
  type Explained = Awaited<ReturnType<typeof explain>>;
  const secondsOf = ({ lifetimes }: Explained, key: string) =>
    lifetimes.find((one) => one.key === key)?.seconds;
  const endOf = async (token: string | undefined) => {
    const id = idOf(token) === "" ? String(decodeJwt(token ?? "").jti) : idOf(token);
    const [row] = await instance.db.query<{ at: Date }>(
      "SELECT expires_at AS at FROM token WHERE id = $1::uuid",
      [id],
    );
    return row?.at.getTime() ?? 0;
  };
  /** Asked before and after something was issued: its end lies between the two answers, or is one of them. */
  function between(end: number, ...[before, after]: (string | null | undefined)[]) {
    expect(end).toBeGreaterThanOrEqual(Date.parse(before ?? ""));
    expect(end).toBeLessThanOrEqual(Date.parse(after ?? ""));
  }

  async function ofPerson(client: PeopleClient, config: oidc.Configuration) {
    const before = await explain(client.id, people.users.ana);
    const { tokens } = await logIn(config);
    const after = await explain(client.id, people.users.ana);
    const { iat, exp } = decodeJwt(tokens.id_token ?? "");
    expect(tokens.expires_in).toBe(secondsOf(before, "accessTokenTtlSeconds"));
    expect((exp ?? 0) - (iat ?? 0)).toBe(secondsOf(before, "idTokenTtlSeconds"));
    between(await endOf(tokens.access_token), before.ifNow?.accessEndsAt, after.ifNow?.accessEndsAt);
    between(await endOf(tokens.refresh_token), before.ifNow?.refreshEndsAt, after.ifNow?.refreshEndsAt);
    const next = await refresh(config, tokens.refresh_token);
    expect(next.refresh_token !== tokens.refresh_token).toBe(before.rotation?.rotates);
    return before;
  }

  test("of a web application with settings of its own, one of them held by an audience", async () => {
    const { client, config } = await clientWith({
      accessTokenTtlSeconds: 1_800,
      idTokenTtlSeconds: 900,
      refreshTokenIdleSeconds: 7_200,
      refreshTokenAbsoluteSeconds: 10_800,
      rotatesRefreshTokens: false,
    });
    await instance.db.query("UPDATE audience SET access_token_ttl_max_seconds = 240 WHERE name = 'ledger'");
    await heard();
    const { lifetimes } = await ofPerson(client, config);
    expect(lifetimes.find(({ key }) => key === "accessTokenTtlSeconds")?.seconds).toBe(240);
  });

  test("of a single-page application that follows the organisation, whose bounds hold it", async () => {
    const { client, config } = await clientWith({ authorizationCodeTtlSeconds: 30 }, "spa");
    await set(
      "access_token_ttl_seconds = 1200, service_token_ttl_seconds = 300, refresh_token_idle_seconds = 3600, refresh_token_absolute_seconds = 5400, id_token_ttl_seconds = 600",
    );
    const { rotation } = await ofPerson(client, config);
    expect(rotation).toMatchObject({ rotates: true });
    // and a setting of its own that the organisation's longest token holds since
    await update(owner(), { clientId: client.id, version: 2, accessTokenTtlSeconds: 2_400 });
    await set("access_token_ttl_max_seconds = 1500");
    expect(secondsOf(await ofPerson(client, config), "accessTokenTtlSeconds")).toBe(1_500);
  });

  test("of a service and of a device", async () => {
    await set("service_token_ttl_seconds = 300");
    const service = instance.registry.jwtService;
    const before = await explain(service.id);
    const given = await oidc.clientCredentialsGrant(await discover(instance, service));
    expect(given.expires_in).toBe(secondsOf(before, "serviceTokenTtlSeconds"));
    expect(given.expires_in).toBe(300);
    between(
      await endOf(given.access_token),
      before.ifNow?.accessEndsAt,
      (await explain(service.id)).ifNow?.accessEndsAt,
    );
    expect([before.ifNow?.refreshEndsAt, before.ifNow?.signOnEndsAt, before.rotation]).toEqual([
      null,
      null,
      null,
    ]);

    const device = await people.addClient({
      clientId: "lived-device",
      kind: "device",
      tokenFormat: "jwt",
      requireConsent: true,
    });
    await update(owner(), {
      clientId: device.id,
      version: 1,
      deviceCodeTtlSeconds: 120,
      devicePollSeconds: 7,
    });
    await heard();
    const shown = await oidc.initiateDeviceAuthorization(await discover(instance, device), {});
    const explained = await explain(device.id);
    expect([shown.expires_in, shown.interval]).toEqual([120, 7]);
    expect([shown.expires_in, shown.interval]).toEqual(
      ["deviceCodeTtlSeconds", "devicePollSeconds"].map((key) => secondsOf(explained, key)),
    );
  });
});

describe("a refresh token that is not replaced at each use", () => {
  test("works until half of its idle time has gone, is replaced then, and ends its family when it comes once more", async () => {
    const { config } = await clientWith({ rotatesRefreshTokens: false, refreshTokenIdleSeconds: 7_200 });
    const { tokens } = await logIn(config);
    const family = (await rowOf(tokens.refresh_token))?.family;
    for (let use = 0; use < 3; use += 1) {
      const again = await refresh(config, tokens.refresh_token);
      expect(again.refresh_token).toBe(tokens.refresh_token);
      expect(await rowOf(again.access_token)).toMatchObject({ family, parent: idOf(tokens.refresh_token) });
    }
    const replaced = await later(3_700_000, () => refresh(config, tokens.refresh_token));
    expect(replaced.refresh_token).not.toBe(tokens.refresh_token);
    await expect(refresh(config, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    await expect(refresh(config, replaced.refresh_token)).rejects.toMatchObject(REFUSED);
    expect(await introspect(instance.issuer, replaced.access_token, verifier)).toEqual({ active: false });
  });

  test("is none of a client that keeps no secret, whatever stands in the database", async () => {
    const { client, config } = await clientWith({}, "spa");
    await expect(
      update(owner(), { clientId: client.id, version: 1, rotatesRefreshTokens: false }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await instance.db.query("UPDATE client SET rotates_refresh_tokens = false WHERE id = $1", [client.id]);
    await heard();
    const { tokens } = await logIn(config);
    const next = await refresh(config, tokens.refresh_token);
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    await expect(refresh(config, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
  });
});

describe("a sign-on", () => {
  const isAsked = async (browser: TestBrowser, config: oidc.Configuration) => {
    const { url } = await startAuthorization(config);
    const step = await browser.open(url);
    return step.url.origin === new URL(instance.issuer).origin;
  };

  test("that is older than a client takes is asked for again there, and good for another client", async () => {
    const { config: strict } = await clientWith({ sessionAbsoluteSeconds: 600, sessionIdleSeconds: 600 });
    const { config: other } = await clientWith({});
    const { browser } = await logIn(strict);
    expect(await later(500_000, () => isAsked(browser, strict))).toBe(false);
    expect(await later(601_000, () => isAsked(browser, strict))).toBe(true);
    // asking alone makes it no younger
    expect(await later(602_000, () => isAsked(browser, strict))).toBe(true);
    expect(await later(603_000, () => isAsked(browser, other))).toBe(false);
  });

  test("that gave nobody anything for longer than a client takes is asked for again there", async () => {
    const { config: strict } = await clientWith({ sessionIdleSeconds: 300 });
    const { config: other } = await clientWith({});
    const { browser } = await logIn(strict);
    expect(await later(290_000, () => isAsked(browser, other))).toBe(false);
    expect(await later(500_000, () => isAsked(browser, strict)), "it was used meanwhile").toBe(false);
    expect(await later(801_000, () => isAsked(browser, strict))).toBe(true);
  });
});

describe("refresh tokens of a user with a client", () => {
  test("are as many as the organisation allows: one more ends the oldest sign-in, on record", async () => {
    const { config } = await clientWith({});
    await instance.db.query("UPDATE organisation SET refresh_tokens_max = 2");
    await heard();
    const oldest = (await logIn(config)).tokens;
    const second = (await logIn(config)).tokens;
    // a refresh replaces one by one and crowds out nobody
    const renewed = await refresh(config, oldest.refresh_token);
    const third = (await logIn(config)).tokens;
    await expect(refresh(config, renewed.refresh_token)).rejects.toMatchObject(REFUSED);
    expect(await introspect(instance.issuer, renewed.access_token, verifier)).toEqual({ active: false });
    for (const { refresh_token } of [second, third])
      await expect(refresh(config, refresh_token)).resolves.toBeDefined();
    const family = (await rowOf(oldest.refresh_token))?.family;
    expect(
      await instance.db.query(
        "SELECT act, reason FROM audit_entry WHERE target_id = $1::text AND act LIKE 'refresh_token%'",
        [family ?? ""],
      ),
    ).toEqual([{ act: "refresh_token.crowded_out", reason: "policy" }]);
    const { tokens: anothers } = await logIn(config, { email: "ben@example.com" });
    await expect(
      refresh(config, anothers.refresh_token),
      "another person's are counted alone",
    ).resolves.toBeDefined();
    await instance.db.query("UPDATE organisation SET refresh_tokens_max = 200");
    await heard();
  });

  test("of many at once leave no more than are allowed", async () => {
    const { client, config } = await clientWith({});
    await instance.db.query("UPDATE organisation SET refresh_tokens_max = 1");
    await heard();
    await Promise.all(Array.from({ length: 4 }, () => logIn(config)));
    const [row] = await instance.db.query<{ live: number }>(
      `SELECT count(*)::int AS live FROM token t WHERE t.client_id = $1 AND t.kind = 'refresh' AND NOT EXISTS (SELECT FROM revocation_order o
        WHERE o.target_kind = 'family' AND o.target_id = t.family_id::text)`,
      [client.id],
    );
    expect(row?.live).toBe(1);
    await instance.db.query("UPDATE organisation SET refresh_tokens_max = 200");
    await heard();
  });
});

describe("a refresh token of an older generation", () => {
  const forget = (token: string | undefined) =>
    instance.db.query(
      "DELETE FROM protocol_state WHERE model = 'RefreshToken' AND id_hash = sha256($1::bytea)",
      [Buffer.from(token ?? "")],
    );

  test("ends its family when it comes again, also once the engine has forgotten it", async () => {
    const { config } = await clientWith({});
    for (const isForgotten of [false, true]) {
      const { tokens } = await logIn(config);
      const second = await refresh(config, tokens.refresh_token);
      const third = await refresh(config, second.refresh_token);
      const fourth = await refresh(config, third.refresh_token);
      if (isForgotten) await forget(tokens.refresh_token);
      await expect(refresh(config, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
      await expect(refresh(config, fourth.refresh_token)).rejects.toMatchObject(REFUSED);
      expect(await introspect(instance.issuer, fourth.access_token, verifier)).toEqual({ active: false });
      const family = (await rowOf(tokens.refresh_token))?.family;
      const acts = await instance.db.query<{ act: string }>(
        "SELECT act FROM audit_entry WHERE target_id = $1::text",
        [family ?? ""],
      );
      expect(acts.map(({ act }) => act)).toEqual(["refresh_token.replayed"]);
    }
  });

  test("that was never used and is forgotten is refused as expired, and ends nothing", async () => {
    const { config } = await clientWith({});
    const { tokens } = await logIn(config);
    await forget(tokens.refresh_token);
    await expect(refresh(config, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    const uses = await instance.db.query<{ refusal: string }>(
      "SELECT refusal FROM token_use WHERE token_id = $1::uuid AND refusal IS NOT NULL",
      [idOf(tokens.refresh_token)],
    );
    expect(uses).toEqual([{ refusal: "expired" }]);
    expect(await introspect(instance.issuer, tokens.access_token, verifier)).toMatchObject({ active: true });
  });

  test("that another client presents ends nothing", async () => {
    const { config } = await clientWith({});
    const { config: thief } = await clientWith({});
    const { tokens } = await logIn(config);
    const next = await refresh(config, tokens.refresh_token);
    await forget(tokens.refresh_token);
    await expect(refresh(thief, tokens.refresh_token)).rejects.toMatchObject(REFUSED);
    await expect(refresh(config, next.refresh_token)).resolves.toBeDefined();
  });
});

test("tokens that a shorter lifetime ends are refused by then on every authority, and no others", async () => {
  const { client, config } = await clientWith({ accessTokenTtlSeconds: 3_600 });
  const early = (await logIn(config)).tokens;
  const settings = { accessTokenTtlSeconds: 600 };
  const ctx = owner();
  const { plan, access } = await previewLifetimes(ctx, {
    kind: "client",
    id: client.id,
    settings,
    shorten: true,
  });
  expect(access).toBe(1);
  await update(ctx, {
    clientId: client.id,
    version: 2,
    ...settings,
    shorten: { planId: plan?.id ?? "" },
  });
  await heard();
  const late = (await logIn(config)).tokens;
  expect(late.expires_in).toBe(600);
  const isActive = async (url: string, token: string) =>
    ((await introspect(url, token, verifier)) as { active: boolean }).active;
  for (const url of instance.urls) {
    expect(await isActive(url, early.access_token)).toBe(true);
    expect(await standingAt(480_000, () => isActive(url, early.access_token))).toBe(true);
    expect(await standingAt(601_000, () => isActive(url, early.access_token))).toBe(false);
  }
  // the refresh token was not outlived by anything, and gives tokens of the new lifetime
  const next = await later(601_000, () => refresh(config, early.refresh_token));
  expect(next.expires_in).toBe(600);
});
