import { beforeEach, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { changeKeySettings } from "./change-key-settings.ts";
import { getKey } from "./get-key.ts";
import { getKeySettings } from "./get-key-settings.ts";
import { keySettingsInput } from "./input.ts";
import { type KeyRing, openKeyRing } from "./key-fixture.ts";
import { planEmergency } from "./plan-emergency.ts";

let ring: KeyRing;
beforeEach(async () => {
  ring = await openKeyRing();
  return () => ring.end();
});

const as: KeyRing["as"] = (...given) => ring.as(...given);
const change = async (who: Context, given: object) => {
  const { jwksCacheSeconds, keyKeepDays, version } = await getKeySettings(as("auditor"));
  return changeKeySettings(who, keySettingsInput.parse({ jwksCacheSeconds, keyKeepDays, version, ...given }));
};
/** Seconds that a new key waits. */
async function waits(purpose: "feed" | "id_token" | "status_list"): Promise<number> {
  const { key } = await ring.rotate(purpose);
  return Math.round((Date.parse(key.readyAt ?? "") - Date.parse(key.createdAt)) / 1_000);
}

test("a longer cache time is what a new key waits for, and how long a replaced key stays is kept to", async () => {
  expect(await getKeySettings(as("auditor"))).toMatchObject({
    jwksCacheSeconds: 600,
    keyKeepDays: 14,
    cachedUntil: null,
  });
  expect(await change(as("governor"), { jwksCacheSeconds: 3_600, keyKeepDays: 30 })).toMatchObject({
    jwksCacheSeconds: 3_600,
    keyKeepDays: 30,
    cachedUntil: null,
  });
  expect(await waits("feed")).toBe(3_606);
  const [old] = await ring.kidsIn("active", "feed");
  const [next] = await ring.kidsIn("standby", "feed");
  await ring.age(next ?? "");
  await ring.worker();
  const key = await getKey(as("auditor"), { kid: old ?? "" });
  expect(Date.parse(key.retiresAt ?? "") - Date.parse(key.retiringAt ?? "")).toBe(30 * 86_400_000);
});

test("a shorter cache time is told at once, but a rotation and an emergency count with caches that were told the longer one", async () => {
  const { cachedUntil } = await change(as("owner"), { jwksCacheSeconds: 60 });
  expect(Date.parse(cachedUntil ?? "") - Date.now()).toBeGreaterThan(600_000);
  expect(await waits("feed")).toBeGreaterThan(600);
  const [kid] = await ring.kidsIn("active", "id_token");
  const { window } = await planEmergency(as("owner"), { kid: kid ?? "" });
  expect(Date.parse(window.until) - Date.now()).toBeGreaterThan(600_000);
  // still shorter, before the first caches are out
  expect((await change(as("owner"), { jwksCacheSeconds: 30 })).cachedUntil).toBe(cachedUntil);
  await ring.db.query("UPDATE organisation SET jwks_cached_until = clock_timestamp() - interval '1 second'");
  expect((await getKeySettings(as("auditor"))).cachedUntil).toBeNull();
  expect(await waits("id_token")).toBe(36);
});

test("two admins at once: the second is told what changed; neither loses a field; others are refused", async () => {
  const { version } = await getKeySettings(as("auditor"));
  await change(as("governor"), { jwksCacheSeconds: 900 });
  await expect(change(as("owner"), { version, keyKeepDays: 7 })).rejects.toMatchObject({
    code: "STALE_VERSION",
    message: expect.stringMatching(/governor@example\.test.*jwksCacheSeconds/),
    fields: [{ path: "version" }, { path: "jwksCacheSeconds" }],
  });
  expect(await change(as("owner"), { keyKeepDays: 7 })).toMatchObject({
    jwksCacheSeconds: 900,
    keyKeepDays: 7,
  });
  for (const role of ["responder", "auditor"] as const)
    await expect(change(as(role), { keyKeepDays: 1 })).rejects.toMatchObject({ code: "FORBIDDEN" });
  const entries = await ring.db.query(
    "SELECT before, after FROM audit_entry WHERE act = 'organisation.updated' ORDER BY sequence",
  );
  expect(entries).toEqual([
    { before: { jwksCacheSeconds: 600 }, after: { jwksCacheSeconds: 900 } },
    { before: { keyKeepDays: 14 }, after: { keyKeepDays: 7 } },
  ]);
});

test("times that are none are refused", () => {
  const given = { version: 1, jwksCacheSeconds: 600, keyKeepDays: 14 };
  for (const wrong of [
    { jwksCacheSeconds: 0 },
    { jwksCacheSeconds: -1 },
    { jwksCacheSeconds: 1e9 },
    { jwksCacheSeconds: "600" },
    { jwksCacheSeconds: 60.5 },
    { keyKeepDays: -1 },
    { keyKeepDays: 366 },
    { keyKeepDays: 0.1 },
  ])
    expect(keySettingsInput.safeParse({ ...given, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  expect(keySettingsInput.safeParse(given).success).toBe(true);
});
