import { beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { getKeySettings } from "../keys/get-key-settings.ts";
import { listKeyPolicies } from "../keys/list-key-policies.ts";
import { KEY_ALGORITHMS, KEY_PURPOSES } from "../keys/model.ts";
import { getOrganisation } from "./get-organisation.ts";
import { LIFETIME_RANGES, LIFETIME_WORDS, type LifetimeKey } from "./model.ts";
import { updateOrganisation } from "./update-organisation.ts";

const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("owner");
});

const [MINUTE, DAY] = [60, 86_400];
/** The product's defaults with the range that each may be set in, in seconds. */
const PRODUCT: [LifetimeKey, name: string, value: number, min: number, max: number][] = [
  ["accessTokenTtlSeconds", "Access token", 60 * MINUTE, MINUTE, DAY],
  ["serviceTokenTtlSeconds", "Access token of a service", 10 * MINUTE, MINUTE, DAY],
  ["authorizationCodeTtlSeconds", "Authorization code", 60, 10, 10 * MINUTE],
  ["idTokenTtlSeconds", "ID token", 60 * MINUTE, 5 * MINUTE, DAY],
  ["refreshTokenIdleSeconds", "Refresh token, idle", 7 * DAY, 5 * MINUTE, 365 * DAY],
  ["refreshTokenAbsoluteSeconds", "Refresh token, absolute", 30 * DAY, 5 * MINUTE, 365 * DAY],
  ["refreshGraceSeconds", "Refresh token, grace", 0, 0, 60],
  ["sessionIdleSeconds", "Sign-on session, idle", 30 * MINUTE, MINUTE, 30 * DAY],
  ["sessionAbsoluteSeconds", "Sign-on session, absolute", 600 * MINUTE, MINUTE, 30 * DAY],
  ["deviceCodeTtlSeconds", "Device code", 600, MINUTE, 30 * MINUTE],
  ["devicePollSeconds", "Device poll interval", 5, 1, 60],
  ["clockSkewSeconds", "Clock skew", 30, 0, 120],
];

describe("a new organisation", () => {
  test("has the product's lifetimes, each with its name and range", async () => {
    const organisation = await getOrganisation(ctx);
    expect(
      PRODUCT.map(([key]) => {
        const { min, max } = LIFETIME_RANGES[key];
        return [key, LIFETIME_WORDS[key], organisation[key], min, max];
      }),
    ).toEqual(PRODUCT);
  });

  test("replaces refresh tokens at each use, keeps 200 of a user and client, and its keys go by the product's days", async () => {
    expect(await getOrganisation(ctx)).toMatchObject({
      rotatesConfidentialRefreshTokens: true,
      refreshTokensMax: 200,
    });
    expect(await getKeySettings(ctx)).toMatchObject({ jwksCacheSeconds: 600, keyKeepDays: 14 });
    const policies = await listKeyPolicies(ctx);
    expect(policies).toHaveLength(KEY_PURPOSES.length * KEY_ALGORITHMS.length);
    for (const policy of policies) expect(policy).toMatchObject({ isOn: true, everyDays: 90, aheadDays: 14 });
  });

  test("takes a reuse grace of 30 and of 60 seconds, and no longer one", async () => {
    let { version } = await getOrganisation(ctx);
    for (const refreshGraceSeconds of [30, 60])
      ({ version } = await updateOrganisation(ctx, { version, refreshGraceSeconds }));
    await expect(updateOrganisation(ctx, { version, refreshGraceSeconds: 61 })).rejects.toMatchObject({
      fields: [{ path: "refreshGraceSeconds" }],
    });
    expect(await getOrganisation(ctx)).toMatchObject({ version, refreshGraceSeconds: 60 });
  });
});

describe("the organisation's lifetimes", () => {
  test("change together or not at all", async () => {
    const before = await getOrganisation(ctx);
    await expect(
      updateOrganisation(ctx, { version: 1, accessTokenTtlMaxSeconds: 600 }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path: "accessTokenTtlSeconds" }] });
    expect(await getOrganisation(ctx)).toEqual(before);
    await updateOrganisation(ctx, { version: 1, accessTokenTtlSeconds: 600, accessTokenTtlMaxSeconds: 600 });
    await expect(updateOrganisation(ctx, { version: 1, name: "X" })).rejects.toMatchObject({
      code: "STALE_VERSION",
    });
    expect(await world.lastEntry()).toMatchObject({
      act: "organisation.updated",
      after: { accessTokenTtlSeconds: 600, accessTokenTtlMaxSeconds: 600 },
    });
  });

  test.each([
    "access_token_ttl_seconds = 59",
    "authorization_code_ttl_seconds = 601",
    "clock_skew_seconds = 121",
    "refresh_grace_seconds = 61",
    "refresh_token_idle_seconds = 31536001, refresh_token_absolute_seconds = 31536001",
    "session_idle_seconds = 36001",
    "id_token_ttl_seconds = 299",
  ])("are bounded by the database too: %s", async (change) => {
    await expect(world.db.query(`UPDATE organisation SET ${change}`)).rejects.toMatchObject({
      code: "23514",
    });
  });
});
