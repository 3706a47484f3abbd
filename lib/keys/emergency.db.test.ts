import { beforeEach, describe, expect, it } from "vitest";
import { systemContext } from "../context.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { cancelKey } from "./cancel-key.ts";
import { compromiseKey } from "./compromise-key.ts";
import { destroyKey } from "./destroy-key.ts";
import { getKey } from "./get-key.ts";
import { type KeyRing, openKeyRing, why } from "./key-fixture.ts";
import { createKeyWrapper } from "./key-wrapper.ts";
import { openPrivateKey } from "./open-private-key.ts";
import { planEmergency } from "./plan-emergency.ts";
import { rotateByPolicy } from "./rotate-by-policy.ts";
import { rotateKey } from "./rotate-key.ts";

let ring: KeyRing;
beforeEach(async () => {
  ring = await openKeyRing();
  return () => ring.end();
});

const as: KeyRing["as"] = (...given) => ring.as(...given);
const kidsIn: KeyRing["kidsIn"] = (...given) => ring.kidsIn(...given);

describe("an emergency", () => {
  it("makes a key that signs at once, and what the old one signed is revoked in the same transaction, on record", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const fixture = fixtureOf(ring.db);
    const clientId = await fixture.client("billing");
    await fixture.token({ clientId, signingKid: old });
    const ctx = as("owner");
    const seen = await planEmergency(ctx, { kid: old });
    expect(seen).toMatchObject({
      successor: { kid: null },
      plan: { tokens: { value: 1 }, confirm: old, remains: [] },
    });
    expect(Date.parse(seen.window.until) - ctx.now.getTime()).toBe(606_000);
    expect(seen.window.says.join(" ")).toContain("10 minutes");
    // another client is served between plan and order
    await fixture.token({ clientId: await fixture.client("newcomer"), signingKid: old });
    const done = await compromiseKey(ring.again(ctx), ring.wrapper, {
      kid: old,
      planId: seen.plan.id,
      confirm: old,
      reason: "key_compromise",
      note: "",
    });
    expect(done).toMatchObject({
      key: { kid: old, state: "compromised" },
      other: { state: "active" },
      order: { wasPlaced: true, reached: { tokens: 2 } },
    });
    expect(await kidsIn("active")).toEqual([done.other?.kid]);
    expect((await ring.actsOn(old)).slice(-2)).toMatchObject([
      { act: "key.tokens_revoked", reason: "key_compromise" },
      { act: "key.compromised", reason: "key_compromise", who: "owner@example.test" },
    ]);
    expect((await ring.actsOn(done.other?.kid ?? "")).map(({ act }) => act)).toEqual([
      "key.created",
      "key.activated",
    ]);
  });

  it("takes a standby key that every cache can have, and leaves one that is not ready", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const { key } = await ring.rotate();
    const unready = await ring.declare(old);
    expect(unready.other?.kid).not.toBe(key.kid);
    expect(await kidsIn("standby")).toEqual([key.kid]);
    await ring.age(key.kid, "1 hour");
    const ready = await ring.declare(unready.other?.kid ?? "");
    expect(ready.other).toEqual({ kid: key.kid, state: "active" });
    expect(await kidsIn("standby")).toEqual([]);
  });

  it("says who must take another algorithm where the standby key has one, in the plan and after; with that rotation cancelled the algorithm stays", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const takes =
      "It signs with EdDSA, no longer ES256. A resource server that lists the algorithms it takes must take EdDSA at once.";
    const instead = "Cancel that rotation first, and a new ES256 key is made instead.";
    const turn = () =>
      rotateKey(as("governor"), ring.wrapper, { purpose: "access_token", algorithm: "EdDSA", ...why });
    const { key } = await turn();
    await ring.age(key.kid, "1 hour");
    expect((await planEmergency(as("owner"), { kid: old })).plan.sentences).toEqual(
      expect.arrayContaining([takes, instead]),
    );
    await cancelKey(as("governor"), { kid: key.kid, ...why });
    const { plan } = await planEmergency(as("owner"), { kid: old });
    for (const sentence of [takes, instead]) expect(plan.sentences).not.toContain(sentence);
    const stays = await ring.declare(old);
    expect(stays.sentences).not.toContain(takes);
    const algorithmOf = async (kid: string | undefined) =>
      (await getKey(as("owner"), { kid: kid ?? "" })).algorithm;
    expect(await algorithmOf(stays.other?.kid)).toBe("ES256");

    const again = await turn();
    await ring.age(again.key.kid, "1 hour");
    const taken = await ring.declare(stays.other?.kid ?? "");
    expect(taken.sentences).toContain(takes);
    expect(await algorithmOf(taken.other?.kid)).toBe("EdDSA");
  });

  it("of a key that signs no tokens says what rests on it, and nothing of tokens that stop", async () => {
    const made = await rotateKey(as("owner"), ring.wrapper, { purpose: "checkpoint", ...why });
    const { plan } = await planEmergency(as("owner"), { kid: made.key.kid });
    expect(plan.sentences[0]).toContain("It signs checkpoints of the audit log, no tokens");
    expect(plan.sentences.at(-1)).toBe("This cannot be undone.");
    expect(plan.refusedEverywhere.says).toBe("No access token is signed by it.");
    expect(plan.sentences.join(" ")).not.toMatch(/until then|refused too|tokens? stop/);
    const done = await ring.declare(made.key.kid);
    expect(done.sentences.join(" ")).not.toMatch(/token/);
  });

  it("of a key that no longer signs replaces nothing", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const { key } = await ring.rotate();
    await ring.age(key.kid);
    await ring.worker();
    expect(await ring.declare(old)).toMatchObject({ key: { state: "compromised" }, other: null });
    expect(await kidsIn("active")).toEqual([key.kid]);
    expect(await ring.declare(key.kid)).toMatchObject({ other: { state: "active" } });
  });

  it("reaches keys whose signatures are not registered too", async () => {
    const [old] = (await kidsIn("active", "id_token")) as [string];
    expect(await ring.declare(old)).toMatchObject({
      key: { state: "compromised" },
      other: { state: "active" },
    });
    expect(await kidsIn("active", "id_token")).toHaveLength(1);
  });

  it("has one winner of two at once", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const results = await Promise.allSettled([
      ring.declare(old, as("owner", ring.db)),
      ring.declare(old, as("owner", ring.other)),
    ]);
    expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await kidsIn("active")).toHaveLength(1);
    expect(await kidsIn("compromised")).toEqual([old]);
    expect(
      await ring.db.query("SELECT FROM revocation_order WHERE target_kind = 'signing_key'"),
    ).toHaveLength(1);
  });

  it("changes nothing where the id is not typed, the plan is another's, or the order cannot be placed", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const before = await ring.db.query("SELECT * FROM signing_key ORDER BY kid");
    await expect(ring.declare(old, as("owner"), { confirm: "x" })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    const { plan } = await planEmergency(as("owner"), { kid: old });
    await expect(ring.declare(old, as("owner"), { planId: plan.id })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    const [feed] = (await kidsIn("active", "feed")) as [string];
    const ctx = as("owner");
    const ofFeed = await planEmergency(ctx, { kid: feed });
    await expect(ring.declare(old, ctx, { planId: ofFeed.plan.id, confirm: feed })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await ring.db.query("UPDATE audit_chain SET sequence = sequence - 1 WHERE id = 'admin'");
    await expect(ring.declare(old)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await ring.db.query("SELECT * FROM signing_key ORDER BY kid")).toEqual(before);
    expect(await ring.db.query("SELECT FROM revocation_order")).toEqual([]);
  });

  it("ends with the key's private half destroyed, which no key that may be needed is", async () => {
    const [old] = (await kidsIn("active")) as [string];
    await expect(destroyKey(as("owner"), { kid: old, ...why })).rejects.toMatchObject({ code: "CONFLICT" });
    await ring.declare(old);
    expect(await destroyKey(as("owner"), { kid: old, ...why })).toMatchObject({
      key: { state: "destroyed" },
    });
    const [row] = await ring.db.query<{ privateWrapped: Buffer | null }>(
      `SELECT private_wrapped AS "privateWrapped" FROM signing_key WHERE kid = $1::text`,
      [old],
    );
    expect(row?.privateWrapped).toBeNull();
    await expect(openPrivateKey({ kid: old, privateWrapped: null }, ring.wrapper)).rejects.toThrow();
    await expect(destroyKey(as("owner"), { kid: old, ...why })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    await expect(ring.declare(old)).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("another master key", () => {
  it("makes no key that nobody could open, neither by plan nor by policy nor in an emergency", async () => {
    const foreign = createKeyWrapper(Buffer.alloc(32, 6));
    const [kid] = (await kidsIn("active")) as [string];
    const before = await ring.db.query("SELECT * FROM signing_key ORDER BY kid");
    const ctx = as("owner");
    const { plan } = await planEmergency(ctx, { kid });
    const emergency = { kid, planId: plan.id, confirm: kid, ...why };
    for (const act of [
      () => rotateKey(as("owner"), foreign, { purpose: "access_token", ...why }),
      () => compromiseKey(ring.again(ctx), foreign, emergency),
    ])
      await expect(act()).rejects.toMatchObject({ code: "SEALED" });
    expect(await ring.db.query("SELECT * FROM signing_key ORDER BY kid")).toEqual(before);
    await ring.db.query("UPDATE signing_key SET activated_at = activated_at - interval '1 year'");
    await expect(rotateByPolicy(systemContext(ring.db, "worker"), foreign)).rejects.toMatchObject({
      code: "SEALED",
    });
    expect(await kidsIn("standby")).toEqual([]);
  });
});
