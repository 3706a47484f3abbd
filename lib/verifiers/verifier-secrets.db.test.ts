import { beforeEach, describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { hashSecret } from "../passwords/generated-secret.ts";
import { loadRegistry } from "../registry/snapshot.ts";
import { MAX_LIVE_SECRETS } from "../secrets/model.ts";
import { CallerSightings } from "../verification/caller-sightings.ts";
import { createVerifier } from "./create-verifier.ts";
import { getVerifier } from "./get-verifier.ts";
import { revokeVerifierSecret } from "./revoke-verifier-secret.ts";
import { rotateVerifierSecret } from "./rotate-verifier-secret.ts";

const world = testContexts();
let ctx: Context;
beforeEach(() => {
  ctx = world.as("owner");
});

const later = (seconds: number): Context => ({
  ...ctx,
  now: new Date(TEST_START.getTime() + seconds * 1_000),
});
const hintOf = (secret: string) => secret.slice(-4);
async function gate(name = "gate") {
  return createVerifier(ctx, {
    name,
    description: "",
    audienceIds: [],
    mode: "strict",
    maxStalenessSeconds: 60,
    auditMode: "durable",
    checkWay: "feed",
  });
}
/** What the authority finds by a secret: the door that a rotation must show at. */
async function found(secret: string) {
  return (await loadRegistry(world.db)).verifiersBySecretHash.get(hashSecret(secret).toString("hex"));
}

describe("the secrets of a verifier", () => {
  test("work beside each other until the overlap ends, and none gets longer by another rotation", async () => {
    const { verifier, secret: first } = await gate();
    const { secret: second } = await rotateVerifierSecret(ctx, {
      verifierId: verifier.id,
      overlapSeconds: 60,
    });
    expect(second).not.toBe(first);
    expect((await found(first))?.secret.expiresAtMs).toBe(TEST_START.getTime() + 60_000);
    expect((await found(second))?.secret.expiresAtMs).toBeNull();
    expect(await world.lastEntry()).toMatchObject({
      act: "verifier.secret_rotated",
      before: { secrets: [`…${hintOf(first)}`] },
      after: { secret: `…${hintOf(second)}`, overlapSeconds: 60 },
    });
    await rotateVerifierSecret(later(10), { verifierId: verifier.id, overlapSeconds: 86_400 });
    expect((await found(first))?.secret.expiresAtMs).toBe(TEST_START.getTime() + 60_000);
    const hints = async (seconds: number) =>
      (await getVerifier(later(seconds), { verifierId: verifier.id })).secrets.map(({ hint }) => hint);
    expect(await hints(59)).toContain(hintOf(first));
    expect(await hints(61)).not.toContain(hintOf(first));
    expect(await hints(61)).toContain(hintOf(second));
  });

  test("end at once without an overlap", async () => {
    const { verifier, secret: first } = await gate();
    const { secret: second } = await rotateVerifierSecret(ctx, {
      verifierId: verifier.id,
      overlapSeconds: 0,
    });
    expect(await found(first)).toBeUndefined();
    expect((await found(second))?.name).toBe("gate");
  });

  test("end one at a time; one that ended or is another's is not found", async () => {
    const { verifier, secret: first } = await gate();
    const other = await gate("other");
    const { secret: second, verifier: both } = await rotateVerifierSecret(ctx, {
      verifierId: verifier.id,
      overlapSeconds: 600,
    });
    const leaked = both.secrets.find(({ hint }) => hint === hintOf(first))?.id ?? "";
    const versionOf = async () => (await loadRegistry(world.db)).version;
    const version = await versionOf();
    const left = await revokeVerifierSecret(ctx, { verifierId: verifier.id, secretId: leaked });
    expect(left.secrets.map(({ hint }) => hint)).toEqual([hintOf(second)]);
    expect(await found(first)).toBeUndefined();
    expect((await found(second))?.id).toBe(verifier.id);
    expect(await versionOf()).toBeGreaterThan(version);
    expect(await world.lastEntry()).toMatchObject({
      act: "verifier.secret_revoked",
      name: "gate",
      after: { secrets: [`…${hintOf(second)}`] },
    });
    for (const secretId of [leaked, other.verifier.secrets[0]?.id ?? "", uuidv7(ctx.now)])
      await expect(revokeVerifierSecret(ctx, { verifierId: verifier.id, secretId })).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
    expect((await found(other.secret))?.name).toBe("other");
  });

  test("are a few at one time", async () => {
    const { verifier } = await gate();
    for (let index = 1; index < MAX_LIVE_SECRETS; index += 1)
      await rotateVerifierSecret(ctx, { verifierId: verifier.id, overlapSeconds: 600 });
    const more = { verifierId: verifier.id, overlapSeconds: 600 };
    await expect(rotateVerifierSecret(ctx, more)).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await rotateVerifierSecret(later(601), more)).verifier.secrets).toHaveLength(2);
  });

  test("are made and ended by those who may write verifiers alone", async () => {
    const { verifier } = await gate();
    const auditor = world.as("auditor");
    const secretId = verifier.secrets[0]?.id ?? "";
    await expect(
      rotateVerifierSecret(auditor, { verifierId: verifier.id, overlapSeconds: 0 }),
    ).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(revokeVerifierSecret(auditor, { verifierId: verifier.id, secretId })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect((await getVerifier(auditor, { verifierId: verifier.id })).secrets).toHaveLength(1);
  });

  test("tell their last use to the minute, which is no change of the registry", async () => {
    const { verifier, secret } = await gate();
    await rotateVerifierSecret(ctx, { verifierId: verifier.id, overlapSeconds: 600 });
    const credential = await found(secret);
    if (credential === undefined) throw new Error("no credential");
    const { version } = await loadRegistry(world.db);
    const sightings = new CallerSightings(world.db, (error) => {
      throw error;
    });
    sightings.saw(credential, new Date("2026-11-28T10:20:30.400Z"));
    await sightings.flush();
    sightings.saw(credential, new Date("2026-11-28T10:19:59.000Z"));
    await sightings.stop();
    const { secrets } = await getVerifier(ctx, { verifierId: verifier.id });
    expect(secrets.find(({ hint }) => hint === hintOf(secret))?.lastUsedAt).toBe("2026-11-28T10:20:00.000Z");
    expect(secrets.filter(({ lastUsedAt }) => lastUsedAt === null)).toHaveLength(1);
    expect((await loadRegistry(world.db)).version).toBe(version);
  });
});
