import { beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { createApiToken } from "./create-api-token.ts";
import { findApiToken } from "./find-api-token.ts";
import { revokeApiToken } from "./revoke-api-token.ts";

const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("owner");
});

describe("API tokens", () => {
  test("open the door until they are revoked or expire", async () => {
    const created = await createApiToken(ctx, { name: "ci", role: "auditor", expiresInSeconds: 60 });
    const find = (seconds: number, value = created.token) =>
      findApiToken(world.db, { value, now: new Date(TEST_START.getTime() + seconds * 1000) });
    expect(await find(0)).toEqual({
      id: created.id,
      name: "ci",
      role: "auditor",
      isUnattended: false,
      personId: null,
    });
    expect(await find(60)).toBeNull();
    expect(await find(0, `${created.token.slice(0, -1)}!`)).toBeNull();
    await revokeApiToken(ctx, { apiTokenId: created.id });
    expect(await find(1)).toBeNull();
    await expect(revokeApiToken(ctx, { apiTokenId: created.id })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
  });
});
