import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterEach, describe, expect, test } from "vitest";
import { explainLifetimes } from "#lib/lifetimes/explain-lifetimes.ts";
import { previewLifetimes } from "#lib/lifetimes/preview-change.ts";
import { introspect } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import { idOf, later, lifetimesFixture, REFUSED, refresh, standingAt } from "./test-lifetimes.ts";
import { discover, logIn, type PeopleClient, startAuthorization } from "./test-people.ts";

const world = lifetimesFixture();
const { update, owner, heard, clientWith, rowOf } = world;

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
    const { tokens: other } = await logIn(await discover(world.instance, world.people.spa));
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
    await world.instance.db.query(
      "UPDATE audience SET access_token_ttl_max_seconds = 120 WHERE name = 'ledger'",
    );
    await heard();
    const { tokens } = await logIn(config);
    const audiences = [decodeJwt(tokens.access_token).aud].flat();
    expect(audiences).toContain("ledger");
    expect(tokens.expires_in).toBe(120);
    await world.instance.db.query("UPDATE audience SET access_token_ttl_max_seconds = NULL");
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
    explainLifetimes(
      { ...owner(), now: new Date() },
      { clientId: client.id, userId: world.people.users.ana },
    );
  const [signIn] = (await ask()).signIns;
  const ends = await world.instance.db.query<{ kind: string; at: Date }>(
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
    await world.instance.db.query(`UPDATE organisation SET ${settings}`);
    await heard();
  };
  afterEach(async () => {
    await world.instance.db.query("UPDATE audience SET access_token_ttl_max_seconds = NULL");
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
    const [row] = await world.instance.db.query<{ at: Date }>(
      "SELECT expires_at AS at FROM token WHERE id = $1::uuid",
      [idOf(token)],
    );
    return row?.at.getTime() ?? 0;
  };
  /** Asked before and after something was issued: its end lies between the two answers, or is one of them. */
  function between(end: number, ...[before, after]: (string | null | undefined)[]) {
    expect(end).toBeGreaterThanOrEqual(Date.parse(before ?? ""));
    expect(end).toBeLessThanOrEqual(Date.parse(after ?? ""));
  }

  async function ofPerson(client: PeopleClient, config: oidc.Configuration) {
    const before = await explain(client.id, world.people.users.ana);
    const { tokens } = await logIn(config);
    const after = await explain(client.id, world.people.users.ana);
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
    await world.instance.db.query(
      "UPDATE audience SET access_token_ttl_max_seconds = 240 WHERE name = 'ledger'",
    );
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
    const service = world.instance.registry.jwtService;
    const before = await explain(service.id);
    const given = await oidc.clientCredentialsGrant(await discover(world.instance, service));
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

    const device = await world.people.addClient({
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
    const shown = await oidc.initiateDeviceAuthorization(await discover(world.instance, device), {});
    const explained = await explain(device.id);
    expect([shown.expires_in, shown.interval]).toEqual([120, 7]);
    expect([shown.expires_in, shown.interval]).toEqual(
      ["deviceCodeTtlSeconds", "devicePollSeconds"].map((key) => secondsOf(explained, key)),
    );
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
    ((await introspect(url, token, world.verifierSecret)) as { active: boolean }).active;
  for (const url of world.instance.urls) {
    expect(await isActive(url, early.access_token)).toBe(true);
    expect(await standingAt(480_000, () => isActive(url, early.access_token))).toBe(true);
    expect(await standingAt(601_000, () => isActive(url, early.access_token))).toBe(false);
  }
  // the refresh token was not outlived by anything, and gives tokens of the new lifetime
  const next = await later(601_000, () => refresh(config, early.refresh_token));
  expect(next.expires_in).toBe(600);
});
