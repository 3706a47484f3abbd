import type * as oidc from "openid-client";
import { describe, expect, test } from "vitest";
import { introspect } from "../test-authority.ts";
import type { TestBrowser } from "./test-browser.ts";
import { idOf, later, lifetimesFixture, REFUSED, refresh } from "./test-lifetimes.ts";
import { logIn, startAuthorization } from "./test-people.ts";

const world = lifetimesFixture();
const { update, owner, heard, clientWith, rowOf } = world;

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
    expect(await introspect(world.instance.issuer, replaced.access_token, world.verifierSecret)).toEqual({
      active: false,
    });
  });

  test("is none of a client that keeps no secret, whatever stands in the database", async () => {
    const { client, config } = await clientWith({}, "spa");
    await expect(
      update(owner(), { clientId: client.id, version: 1, rotatesRefreshTokens: false }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await world.instance.db.query("UPDATE client SET rotates_refresh_tokens = false WHERE id = $1", [
      client.id,
    ]);
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
    return step.url.origin === new URL(world.instance.issuer).origin;
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
    await world.instance.db.query("UPDATE organisation SET refresh_tokens_max = 2");
    await heard();
    const oldest = (await logIn(config)).tokens;
    const second = (await logIn(config)).tokens;
    // a refresh replaces one by one and crowds out nobody
    const renewed = await refresh(config, oldest.refresh_token);
    const third = (await logIn(config)).tokens;
    await expect(refresh(config, renewed.refresh_token)).rejects.toMatchObject(REFUSED);
    expect(await introspect(world.instance.issuer, renewed.access_token, world.verifierSecret)).toEqual({
      active: false,
    });
    for (const { refresh_token } of [second, third])
      await expect(refresh(config, refresh_token)).resolves.toBeDefined();
    const family = (await rowOf(oldest.refresh_token))?.family;
    expect(
      await world.instance.db.query(
        "SELECT act, reason FROM audit_entry WHERE target_id = $1::text AND act LIKE 'refresh_token%'",
        [family ?? ""],
      ),
    ).toEqual([{ act: "refresh_token.crowded_out", reason: "policy" }]);
    const { tokens: anothers } = await logIn(config, { email: "ben@example.com" });
    await expect(
      refresh(config, anothers.refresh_token),
      "another person's are counted alone",
    ).resolves.toBeDefined();
    await world.instance.db.query("UPDATE organisation SET refresh_tokens_max = 200");
    await heard();
  });

  test("of many at once leave no more than are allowed", async () => {
    const { client, config } = await clientWith({});
    await world.instance.db.query("UPDATE organisation SET refresh_tokens_max = 1");
    await heard();
    await Promise.all(Array.from({ length: 4 }, () => logIn(config)));
    const [row] = await world.instance.db.query<{ live: number }>(
      `SELECT count(*)::int AS live FROM token t WHERE t.client_id = $1 AND t.kind = 'refresh' AND NOT EXISTS (SELECT FROM revocation_order o
        WHERE o.target_kind = 'family' AND o.target_id = t.family_id::text)`,
      [client.id],
    );
    expect(row?.live).toBe(1);
    await world.instance.db.query("UPDATE organisation SET refresh_tokens_max = 200");
    await heard();
  });
});

describe("a refresh token of an older generation", () => {
  const forget = (token: string | undefined) =>
    world.instance.db.query(
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
      expect(await introspect(world.instance.issuer, fourth.access_token, world.verifierSecret)).toEqual({
        active: false,
      });
      const family = (await rowOf(tokens.refresh_token))?.family;
      const acts = await world.instance.db.query<{ act: string }>(
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
    const uses = await world.instance.db.query<{ refusal: string }>(
      "SELECT refusal FROM token_use WHERE token_id = $1::uuid AND refusal IS NOT NULL",
      [idOf(tokens.refresh_token)],
    );
    expect(uses).toEqual([{ refusal: "expired" }]);
    expect(await introspect(world.instance.issuer, tokens.access_token, world.verifierSecret)).toMatchObject({
      active: true,
    });
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
