import { beforeEach, describe, expect, it } from "vitest";
import { type Context, systemContext } from "../context.ts";
import { cancelKey } from "./cancel-key.ts";
import { changeKeyPolicy } from "./change-key-policy.ts";
import { getKey } from "./get-key.ts";
import { keyPolicyInput } from "./input.ts";
import { type KeyRing, openKeyRing, why } from "./key-fixture.ts";
import { listKeyPolicies } from "./list-key-policies.ts";
import type { KeyPurpose } from "./model.ts";
import { rotateByPolicy } from "./rotate-by-policy.ts";

let ring: KeyRing;
beforeEach(async () => {
  ring = await openKeyRing();
  return () => ring.end();
});

const as: KeyRing["as"] = (...given) => ring.as(...given);
const kidsIn: KeyRing["kidsIn"] = (...given) => ring.kidsIn(...given);

describe("a policy", () => {
  const policyOf = async (purpose: KeyPurpose) => {
    const found = (await listKeyPolicies(as("auditor"))).find((one) => one.purpose === purpose);
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
