import { beforeEach, describe, expect, it } from "vitest";
import { type Context, systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { activateKey } from "./activate-key.ts";
import { advanceKeys } from "./advance-keys.ts";
import { cancelKey } from "./cancel-key.ts";
import { changeKeyPolicy } from "./change-key-policy.ts";
import { compromiseKey } from "./compromise-key.ts";
import { destroyKey } from "./destroy-key.ts";
import { ensureKeys } from "./ensure-keys.ts";
import { getKey } from "./get-key.ts";
import { keyPolicyInput } from "./input.ts";
import { createKeyWrapper } from "./key-wrapper.ts";
import { listKeyPolicies } from "./list-key-policies.ts";
import type { KeyPurpose } from "./model.ts";
import { openPrivateKey } from "./open-private-key.ts";
import { planEmergency } from "./plan-emergency.ts";
import { rotateByPolicy } from "./rotate-by-policy.ts";
import { rotateKey } from "./rotate-key.ts";

const wrapper = createKeyWrapper(Buffer.alloc(32, 5));
const why = { reason: "policy", note: "" } as const;
let db: Database;
let other: Database;
let url: string;

beforeEach(async () => {
  ({ url } = await testDatabase());
  const options = { url, role: "app", maxConnections: 4, applicationName: "test" } as const;
  db = openDatabase(options);
  other = openDatabase(options);
  await ensureKeys(systemContext(db, "test"), wrapper);
  return async () => {
    await other.end();
    await db.end();
  };
});

const as = (role: Parameters<typeof contextAs>[1], on = db) => contextAs(on, role);
const again = (ctx: Context): Context => ({ ...ctx, now: new Date() });
const rotate = (purpose: KeyPurpose = "access_token", ctx = as("governor")) =>
  rotateKey(ctx, wrapper, { purpose, ...why });

async function kidsIn(state: string, purpose = "access_token"): Promise<string[]> {
  const rows = await db.query<{ kid: string }>(
    "SELECT kid FROM signing_key WHERE state = $1::text AND purpose = $2::text ORDER BY created_at",
    [state, purpose],
  );
  return rows.map((row) => row.kid);
}

/** As if so much time had passed for a key. */
async function age(kid: string, by = "1 year"): Promise<void> {
  await db.query(
    `UPDATE signing_key SET ready_at = ready_at - $2::interval, activates_at = activates_at - $2::interval, retires_at = retires_at - $2::interval
     WHERE kid = $1::text`,
    [kid, by],
  );
}

const worker = (on = db) => advanceKeys(systemContext(on, "worker"));

async function actsOn(kid: string) {
  return db.query<{ act: string; who: string; reason: string | null; note: string | null }>(
    `SELECT act, actor_name AS who, reason, note FROM audit_entry WHERE target_kind = 'signing_key' AND target_id = $1::text AND outcome = 'done'
     ORDER BY sequence`,
    [kid],
  );
}

describe("a planned rotation", () => {
  it("announces a key, lets it sign when every cache can have it, and retires the one before when nothing it signed lives", async () => {
    const [first] = (await kidsIn("active")) as [string];
    const planned = await rotate();
    const { kid, readyAt, activatesAt } = planned.key;
    expect(planned).toMatchObject({ key: { state: "standby" }, other: { kid: first, state: "active" } });
    expect(activatesAt).toBe(readyAt);
    expect(Date.parse(readyAt ?? "") - Date.parse(planned.key.createdAt)).toBe(606_000);
    expect(await worker()).toBe(false);

    await age(kid);
    expect(await worker()).toBe(true);
    expect(await kidsIn("active")).toEqual([kid]);
    const old = await getKey(as("auditor"), { kid: first });
    expect(old.state).toBe("retiring");
    expect(Date.parse(old.retiresAt ?? "") - Date.parse(old.retiringAt ?? "")).toBe(14 * 86_400_000);
    expect(await worker()).toBe(false);

    const fixture = fixtureOf(db);
    await fixture.token({ clientId: await fixture.client("billing"), signingKid: first });
    await age(first);
    expect(await worker(), "a token that it signed lives").toBe(false);
    expect(await kidsIn("retiring")).toEqual([first]);
    const { lastSigned } = await getKey(as("auditor"), { kid: first });
    expect(lastSigned).toEqual({ at: expect.any(String), isKnown: true });
    expect((await actsOn(kid)).map(({ act, who }) => [act, who])).toEqual([
      ["key.created", "governor@example.test"],
      ["key.activated", "worker"],
    ]);
    expect((await actsOn(first)).at(-1)).toMatchObject({ act: "key.replaced", who: "worker" });
  });

  it("retires a key whose tokens have all expired, with the caches", async () => {
    const [first] = (await kidsIn("active")) as [string];
    const { key } = await rotate();
    await age(key.kid);
    await worker();
    const fixture = fixtureOf(db);
    const clientId = await fixture.client("billing");
    const past = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    await fixture.token({ clientId, signingKid: first, issuedAt: past(4_300), expiresAt: past(700) });
    await age(first);
    expect(await worker()).toBe(true);
    expect(await kidsIn("retired")).toEqual([first]);
    expect((await actsOn(first)).at(-1)).toMatchObject({ act: "key.retired", who: "worker" });
  });

  it("waits for its day where one is named, and is refused beyond a year", async () => {
    const activatesAt = new Date(Date.now() + 14 * 86_400_000);
    const { key } = await rotateKey(as("owner"), wrapper, { purpose: "id_token", activatesAt, ...why });
    expect(key.activatesAt).toBe(activatesAt.toISOString());
    await age(key.kid, "1 hour");
    expect(await worker(), "every cache can have it, and its day has not come").toBe(false);
    const late = new Date(Date.now() + 366 * 86_400_000);
    await expect(
      rotateKey(as("owner"), wrapper, { purpose: "feed", activatesAt: late, ...why }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path: "activatesAt" }] });
  });

  it("has one winner of two at once, and no second one while it is under way", async () => {
    const results = await Promise.allSettled([
      rotate("access_token", as("governor", db)),
      rotate("access_token", as("owner", other)),
    ]);
    expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await kidsIn("standby")).toHaveLength(1);
    await expect(rotate()).rejects.toMatchObject({ code: "CONFLICT", message: /under way/ });
    expect((await rotate("feed")).key.state).toBe("standby");
  });

  it("is activated once by two workers, while an admin does the same", async () => {
    const { key } = await rotate();
    await age(key.kid);
    const activate = () => activateKey(as("owner", other), { kid: key.kid, ...why });
    await Promise.allSettled([worker(db), worker(other), activate()]);
    expect(await kidsIn("active")).toEqual([key.kid]);
    expect(await kidsIn("retiring")).toHaveLength(1);
    expect((await actsOn(key.kid)).filter(({ act }) => act === "key.activated")).toHaveLength(1);
  });

  it("goes on after a worker that died in any step, which leaves the step done or not begun", async () => {
    const [first] = (await kidsIn("active")) as [string];
    const { key } = await rotate();
    await age(key.kid);
    const steps = [
      "UPDATE signing_key SET state = 'retiring', retiring_at = now(), retires_at = now() WHERE kid = $1::text",
      "UPDATE signing_key SET state = 'active', activated_at = now() WHERE kid = $1::text",
    ];
    for (let died = 1; died <= steps.length; died += 1) {
      const connection = await other.pool.connect();
      await connection.query("BEGIN");
      const [{ pid } = { pid: 0 }] = (await connection.query("SELECT pg_backend_pid() AS pid")).rows;
      for (const [index, step] of steps.slice(0, died).entries())
        await connection.query(step, [index === 0 ? first : key.kid]);
      connection.on("error", () => {});
      // as kill -9 leaves it: the connection is gone in the middle of the transaction
      await db.query("SELECT pg_terminate_backend($1::int)", [pid]);
      connection.release(new Error("died"));
      expect(await kidsIn("active")).toEqual([first]);
      expect(await kidsIn("standby")).toEqual([key.kid]);
    }
    expect(await worker()).toBe(true);
    expect([await kidsIn("active"), await kidsIn("retiring")]).toEqual([[key.kid], [first]]);
    await age(first);
    expect(await worker()).toBe(true);
    expect(await kidsIn("retired")).toEqual([first]);
    expect(await worker()).toBe(false);
  });

  it("does nothing where its record cannot be written", async () => {
    const { key } = await rotate();
    await age(key.kid);
    const [head] = await db.query<{ sequence: bigint }>("SELECT sequence FROM audit_chain WHERE id = 'admin'");
    // the next sequence is taken: the entry cannot be appended
    await db.query("UPDATE audit_chain SET sequence = sequence - 1 WHERE id = 'admin'");
    await expect(worker()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await kidsIn("standby")).toEqual([key.kid]);
    await db.query("UPDATE audit_chain SET sequence = $1::bigint WHERE id = 'admin'", [head?.sequence ?? 0n]);
    expect(await worker()).toBe(true);
  });
});

describe("a standby key", () => {
  it("does not sign before every cache can have it, and the refusal says when that is", async () => {
    const { key } = await rotate();
    await expect(activateKey(as("governor"), { kid: key.kid, ...why })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining(key.readyAt ?? ""),
    });
    await age(key.kid, "1 hour");
    expect(await activateKey(as("governor"), { kid: key.kid, ...why })).toMatchObject({
      key: { state: "active" },
      other: { state: "retiring" },
    });
    await expect(activateKey(as("governor"), { kid: key.kid, ...why })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("is cancelled before it signs, never after, and another rotation can be planned", async () => {
    const [first] = (await kidsIn("active")) as [string];
    const { key } = await rotate();
    expect(await cancelKey(as("governor"), { kid: key.kid, ...why })).toMatchObject({
      key: { state: "retired" },
      other: { kid: first },
    });
    expect((await actsOn(key.kid)).at(-1)).toMatchObject({ act: "key.cancelled", reason: "policy" });
    await age(key.kid);
    expect(await worker()).toBe(false);
    await expect(cancelKey(as("owner"), { kid: first, ...why })).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await rotate()).key.state).toBe("standby");
  });

  it("leaves one of activation and cancelling at once", async () => {
    const { key } = await rotate();
    await age(key.kid);
    const results = await Promise.allSettled([
      worker(db),
      cancelKey(as("owner", other), { kid: key.kid, ...why }),
    ]);
    expect(await kidsIn("active")).toHaveLength(1);
    const wasCancelled = results[1].status === "fulfilled";
    expect(await kidsIn(wasCancelled ? "retired" : "active")).toEqual([key.kid]);
  });
});

describe("an emergency", () => {
  async function declare(kid: string, ctx = as("owner"), change: object = {}) {
    const { plan } = await planEmergency(ctx, { kid });
    return compromiseKey(again(ctx), wrapper, {
      kid,
      planId: plan.id,
      confirm: plan.confirm ?? "",
      reason: "key_compromise",
      note: "found in a backup",
      ...change,
    });
  }

  it("makes a key that signs at once, and what the old one signed is revoked in the same transaction, on record", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const fixture = fixtureOf(db);
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
    const done = await compromiseKey(again(ctx), wrapper, {
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
    expect((await actsOn(old)).slice(-2)).toMatchObject([
      { act: "key.tokens_revoked", reason: "key_compromise" },
      { act: "key.compromised", reason: "key_compromise", who: "owner@example.test" },
    ]);
    expect((await actsOn(done.other?.kid ?? "")).map(({ act }) => act)).toEqual(["key.created", "key.activated"]);
  });

  it("takes a standby key that every cache can have, and leaves one that is not ready", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const { key } = await rotate();
    const unready = await declare(old);
    expect(unready.other?.kid).not.toBe(key.kid);
    expect(await kidsIn("standby")).toEqual([key.kid]);
    await age(key.kid, "1 hour");
    const ready = await declare(unready.other?.kid ?? "");
    expect(ready.other).toEqual({ kid: key.kid, state: "active" });
    expect(await kidsIn("standby")).toEqual([]);
  });

  it("of a key that no longer signs replaces nothing", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const { key } = await rotate();
    await age(key.kid);
    await worker();
    expect(await declare(old)).toMatchObject({ key: { state: "compromised" }, other: null });
    expect(await kidsIn("active")).toEqual([key.kid]);
    expect(await declare(key.kid)).toMatchObject({ other: { state: "active" } });
  });

  it("reaches keys whose signatures are not registered too", async () => {
    const [old] = (await kidsIn("active", "id_token")) as [string];
    expect(await declare(old)).toMatchObject({ key: { state: "compromised" }, other: { state: "active" } });
    expect(await kidsIn("active", "id_token")).toHaveLength(1);
  });

  it("has one winner of two at once", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const results = await Promise.allSettled([declare(old, as("owner", db)), declare(old, as("owner", other))]);
    expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await kidsIn("active")).toHaveLength(1);
    expect(await kidsIn("compromised")).toEqual([old]);
    expect(await db.query("SELECT FROM revocation_order WHERE target_kind = 'signing_key'")).toHaveLength(1);
  });

  it("changes nothing where the id is not typed, the plan is another's, or the order cannot be placed", async () => {
    const [old] = (await kidsIn("active")) as [string];
    const before = await db.query("SELECT * FROM signing_key ORDER BY kid");
    await expect(declare(old, as("owner"), { confirm: "x" })).rejects.toMatchObject({ code: "INVALID_INPUT" });
    const { plan } = await planEmergency(as("owner"), { kid: old });
    await expect(declare(old, as("owner"), { planId: plan.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const [feed] = (await kidsIn("active", "feed")) as [string];
    const ctx = as("owner");
    const ofFeed = await planEmergency(ctx, { kid: feed });
    await expect(declare(old, ctx, { planId: ofFeed.plan.id, confirm: feed })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await db.query("UPDATE audit_chain SET sequence = sequence - 1 WHERE id = 'admin'");
    await expect(declare(old)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await db.query("SELECT * FROM signing_key ORDER BY kid")).toEqual(before);
    expect(await db.query("SELECT FROM revocation_order")).toEqual([]);
  });

  it("ends with the key's private half destroyed, which no key that may be needed is", async () => {
    const [old] = (await kidsIn("active")) as [string];
    await expect(destroyKey(as("owner"), { kid: old, ...why })).rejects.toMatchObject({ code: "CONFLICT" });
    await declare(old);
    expect(await destroyKey(as("owner"), { kid: old, ...why })).toMatchObject({ key: { state: "destroyed" } });
    const [row] = await db.query<{ privateWrapped: Buffer | null }>(
      `SELECT private_wrapped AS "privateWrapped" FROM signing_key WHERE kid = $1::text`,
      [old],
    );
    expect(row?.privateWrapped).toBeNull();
    await expect(openPrivateKey({ kid: old, privateWrapped: null }, wrapper)).rejects.toThrow();
    await expect(destroyKey(as("owner"), { kid: old, ...why })).rejects.toMatchObject({ code: "ALREADY_ENDED" });
    await expect(declare(old)).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a policy", () => {
  const policyOf = async (purpose: KeyPurpose) => {
    const found = (await listKeyPolicies(as("auditor"))).find((one) => one.purpose === purpose);
    if (found === undefined) throw new Error(`no policy for ${purpose}`);
    return found;
  };
  const byPolicy = (on = db) => rotateByPolicy(systemContext(on, "worker"), wrapper);
  const signsFor = (kid: string, days: number) =>
    db.query(
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
    expect((await actsOn(next)).at(-1)).toMatchObject({
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
    expect((await Promise.all([byPolicy(db), byPolicy(other)])).filter(Boolean)).toHaveLength(1);
    const [next] = (await kidsIn("standby", "feed")) as [string];
    await cancelKey(as("governor"), { kid: next, ...why });
    expect(await byPolicy()).toBe(false);
    await db.query("UPDATE signing_key SET retired_at = retired_at - interval '25 hours' WHERE kid = $1::text", [
      next,
    ]);
    expect(await byPolicy()).toBe(true);
  });

  it("is changed by governors and owners, on record, and makes nothing while it is off", async () => {
    const [kid] = (await kidsIn("active")) as [string];
    const change = (who: Context, input: object) =>
      changeKeyPolicy(who, { purpose: "access_token", ...keyPolicyInput.parse(input) });
    const given = { version: 1, isOn: false, everyDays: 30, aheadDays: 7 };
    await expect(change(as("responder"), given)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await change(as("governor"), given)).toMatchObject({ isOn: false, everyDays: 30, version: 2, next: null });
    await expect(change(as("owner"), given)).rejects.toMatchObject({
      code: "STALE_VERSION",
      message: expect.stringContaining("governor@example.test"),
    });
    await signsFor(kid, 365);
    expect(await byPolicy()).toBe(false);
    expect(await change(as("owner"), { ...given, version: 2, isOn: true })).toMatchObject({ version: 3 });
    expect(await byPolicy()).toBe(true);
    const entries = await db.query<{ act: string }>("SELECT act FROM audit_entry WHERE target_kind = 'key_policy'");
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

describe("another master key", () => {
  it("makes no key that nobody could open, neither by plan nor by policy nor in an emergency", async () => {
    const foreign = createKeyWrapper(Buffer.alloc(32, 6));
    const [kid] = (await kidsIn("active")) as [string];
    const before = await db.query("SELECT * FROM signing_key ORDER BY kid");
    const ctx = as("owner");
    const { plan } = await planEmergency(ctx, { kid });
    const emergency = { kid, planId: plan.id, confirm: kid, ...why };
    for (const act of [
      () => rotateKey(as("owner"), foreign, { purpose: "access_token", ...why }),
      () => compromiseKey(again(ctx), foreign, emergency),
    ])
      await expect(act()).rejects.toMatchObject({ code: "SEALED" });
    expect(await db.query("SELECT * FROM signing_key ORDER BY kid")).toEqual(before);
    await db.query("UPDATE signing_key SET activated_at = activated_at - interval '1 year'");
    await expect(rotateByPolicy(systemContext(db, "worker"), foreign)).rejects.toMatchObject({ code: "SEALED" });
    expect(await kidsIn("standby")).toEqual([]);
  });
});

describe("who may change keys", () => {
  it("governors and owners plan rotations; an owner alone declares and destroys", async () => {
    const [kid] = (await kidsIn("active")) as [string];
    const input = { kid, ...why };
    for (const role of ["responder", "auditor"] as const)
      for (const act of [
        () => rotate("access_token", as(role)),
        () => activateKey(as(role), input),
        () => cancelKey(as(role), input),
      ])
        await expect(act()).rejects.toMatchObject({ code: "FORBIDDEN" });
    for (const role of ["responder", "auditor", "governor"] as const)
      for (const act of [
        () => planEmergency(as(role), { kid }),
        () => compromiseKey(as(role), wrapper, { ...input, planId: kid }),
        () => destroyKey(as(role), input),
      ])
        await expect(act()).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(rotate("access_token", as("anonymous"))).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  });
});
