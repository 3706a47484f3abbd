import { beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { getOrganisation } from "./get-organisation.ts";
import { updateOrganisation } from "./update-organisation.ts";

const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("owner");
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
