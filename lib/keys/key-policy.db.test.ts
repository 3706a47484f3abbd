import { beforeEach, describe, expect, it } from "vitest";
import { type Context, systemContext } from "../context.ts";
import { cancelKey } from "./cancel-key.ts";
import { changeKeyPolicy } from "./change-key-policy.ts";
import { getKey } from "./get-key.ts";
import { keyPolicyInput } from "./input.ts";
import { type KeyRing, openKeyRing, why } from "./key-fixture.ts";
import { listKeyPolicies } from "./list-key-policies.ts";
import { KEY_ALGORITHMS, type KeyAlgorithm, type KeyPurpose } from "./model.ts";
import { rotateByPolicy } from "./rotate-by-policy.ts";
import { rotateKey } from "./rotate-key.ts";

let ring: KeyRing;
beforeEach(async () => {
  ring = await openKeyRing();
  return () => ring.end();
});

const as: KeyRing["as"] = (...given) => ring.as(...given);
const kidsIn: KeyRing["kidsIn"] = (...given) => ring.kidsIn(...given);

describe("a policy", () => {
  const policyOf = async (purpose: KeyPurpose, algorithm?: KeyAlgorithm) => {
    const found = (await listKeyPolicies(as("auditor"))).find(
      (one) =>
        one.purpose === purpose && (algorithm === undefined ? one.isSigning : one.algorithm === algorithm),
    );
    if (found === undefined) throw new Error(`no policy for ${purpose}`);
    return found;
  };
  const byPolicy = (on = ring.db) => rotateByPolicy(systemContext(on, "worker"), ring.wrapper);
  const signsFor = (kid: string, days: number) =>
    ring.db.query(
      "UPDATE signing_key SET activated_at = clock_timestamp() - make_interval(days => $2::int) WHERE kid = $1::text",
      [kid, days],
    );

  it("of 90 days announces the next key 14 days ahead, which signs on the day", async () => {
    const [kid] = (await kidsIn("active")) as [string];
    expect(await policyOf("access_token")).toMatchObject({ isOn: true, everyDays: 90, aheadDays: 14 });
    await signsFor(kid, 75);
    expect(await byPolicy()).toBe(false);
    await signsFor(kid, 76);
    const due = (await policyOf("access_token")).next;
    expect(await byPolicy()).toBe(true);
    const [next] = (await kidsIn("standby")) as [string];
    expect(await getKey(as("auditor"), { kid: next })).toMatchObject({ activatesAt: due?.activatesAt });
    expect((await ring.actsOn(next)).at(-1)).toMatchObject({
      act: "key.created",
      who: "worker",
      reason: "policy",
      note: "Every 90 days, announced 14 days ahead.",
    });
    expect(await byPolicy(), "one rotation at a time").toBe(false);
    expect((await policyOf("access_token")).next).toBeNull();
  });

  it("makes one key where two workers look at once, and none for a day where somebody cancelled it", async () => {
    const [kid] = (await kidsIn("active", "feed")) as [string];
    await signsFor(kid, 200);
    expect((await Promise.all([byPolicy(ring.db), byPolicy(ring.other)])).filter(Boolean)).toHaveLength(1);
    const [next] = (await kidsIn("standby", "feed")) as [string];
    await cancelKey(as("governor"), { kid: next, ...why });
    expect(await byPolicy()).toBe(false);
    await ring.db.query(
      "UPDATE signing_key SET retired_at = retired_at - interval '25 hours' WHERE kid = $1::text",
      [next],
    );
    expect(await byPolicy()).toBe(true);
  });

  it("is changed by governors and owners, on record, and makes nothing while it is off", async () => {
    const [kid] = (await kidsIn("active")) as [string];
    const change = (who: Context, input: object) =>
      changeKeyPolicy(who, { purpose: "access_token", ...keyPolicyInput.parse(input) });
    const given = { version: 1, isOn: false, everyDays: 30, aheadDays: 7 };
    await expect(change(as("responder"), given)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await change(as("governor"), given)).toMatchObject({
      isOn: false,
      everyDays: 30,
      version: 2,
      next: null,
    });
    await expect(change(as("owner"), given)).rejects.toMatchObject({
      code: "STALE_VERSION",
      message: expect.stringContaining("governor@example.test"),
    });
    await signsFor(kid, 365);
    expect(await byPolicy()).toBe(false);
    expect(await change(as("owner"), { ...given, version: 2, isOn: true })).toMatchObject({ version: 3 });
    expect(await byPolicy()).toBe(true);
    const entries = await ring.db.query<{ act: string }>(
      "SELECT act FROM audit_entry WHERE target_kind = 'key_policy'",
    );
    expect(entries).toHaveLength(2);
  });

  it("is one for each algorithm: that of the key that signs holds, and its rotation keeps the algorithm", async () => {
    const change = (input: object) =>
      changeKeyPolicy(as("owner"), { purpose: "feed", ...keyPolicyInput.parse(input) });
    const policies = (await listKeyPolicies(as("auditor"))).filter((one) => one.purpose === "feed");
    expect(policies.map((one) => one.algorithm)).toEqual([...KEY_ALGORITHMS]);
    expect(policies.filter((one) => one.isSigning).map((one) => one.algorithm)).toEqual(["ES256"]);
    const given = { version: 1, algorithm: "RS256", isOn: true, everyDays: 365, aheadDays: 30 };
    expect(await change(given)).toMatchObject({
      algorithm: "RS256",
      isSigning: false,
      next: null,
      version: 2,
    });
    expect(await policyOf("feed")).toMatchObject({ algorithm: "ES256", everyDays: 90, version: 1 });

    const { key } = await rotateKey(as("owner"), ring.wrapper, {
      purpose: "feed",
      algorithm: "RS256",
      ...why,
    });
    await ring.age(key.kid);
    await ring.worker();
    await signsFor(key.kid, 200);
    expect(await byPolicy(), "a year has not passed").toBe(false);
    await signsFor(key.kid, 336);
    expect((await policyOf("feed")).next).toEqual({
      announcesAt: expect.any(String),
      activatesAt: expect.any(String),
    });
    expect(await byPolicy()).toBe(true);
    const [next] = (await kidsIn("standby", "feed")) as [string];
    expect(next).toMatch(/^rs256-/);
  });

  it("is refused with days that are none", () => {
    const given = { version: 1, isOn: true, everyDays: 90, aheadDays: 14 };
    for (const wrong of [
      { everyDays: 0 },
      { everyDays: -1 },
      { everyDays: 1e9 },
      { everyDays: "90" },
      { everyDays: 0.5 },
      { aheadDays: 90 },
      { aheadDays: -1 },
    ])
      expect(keyPolicyInput.safeParse({ ...given, ...wrong }).success).toBe(false);
    expect(keyPolicyInput.safeParse(given).success).toBe(true);
  });
});
