import { beforeEach, describe, expect, it } from "vitest";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { activateKey } from "./activate-key.ts";
import { cancelKey } from "./cancel-key.ts";
import { compromiseKey } from "./compromise-key.ts";
import { destroyKey } from "./destroy-key.ts";
import { getKey } from "./get-key.ts";
import { type KeyRing, openKeyRing, why } from "./key-fixture.ts";
import { planEmergency } from "./plan-emergency.ts";
import { rotateKey } from "./rotate-key.ts";

/** As kill -9 leaves it: the connection is gone in the middle of the transaction. */
async function breakOff(pid: number): Promise<void> {
  const connection = await ring.db.pool.connect();
  try {
    await connection.query("SET ROLE NONE");
    await connection.query("SELECT pg_terminate_backend($1::int, 5000)", [pid]);
  } finally {
    // it has another role now
    connection.release(true);
  }
}

let ring: KeyRing;
beforeEach(async () => {
  ring = await openKeyRing();
  return () => ring.end();
});

const as: KeyRing["as"] = (...given) => ring.as(...given);
const kidsIn: KeyRing["kidsIn"] = (...given) => ring.kidsIn(...given);

describe("a planned rotation", () => {
  it("announces a key, lets it sign when every cache can have it, and retires the one before when nothing it signed lives", async () => {
    const [first] = (await kidsIn("active")) as [string];
    const planned = await ring.rotate();
    const { kid, readyAt, activatesAt } = planned.key;
    expect(planned).toMatchObject({ key: { state: "standby" }, other: { kid: first, state: "active" } });
    expect(activatesAt).toBe(readyAt);
    // the database looks at its clock twice
    const waits = Date.parse(readyAt ?? "") - Date.parse(planned.key.createdAt);
    expect(Math.abs(waits - 606_000)).toBeLessThan(50);
    expect(await ring.worker()).toBe(false);

    await ring.age(kid);
    expect(await ring.worker()).toBe(true);
    expect(await kidsIn("active")).toEqual([kid]);
    const old = await getKey(as("auditor"), { kid: first });
    expect(old.state).toBe("retiring");
    expect(Date.parse(old.retiresAt ?? "") - Date.parse(old.retiringAt ?? "")).toBe(14 * 86_400_000);
    expect(await ring.worker()).toBe(false);

    const fixture = fixtureOf(ring.db);
    await fixture.token({ clientId: await fixture.client("billing"), signingKid: first });
    await ring.age(first);
    expect(await ring.worker(), "a token that it signed lives").toBe(false);
    expect(await kidsIn("retiring")).toEqual([first]);
    const { lastSigned } = await getKey(as("auditor"), { kid: first });
    expect(lastSigned).toEqual({ at: expect.any(String), isKnown: true });
    expect((await ring.actsOn(kid)).map(({ act, who }) => [act, who])).toEqual([
      ["key.created", "governor@example.test"],
      ["key.activated", "worker"],
    ]);
    expect((await ring.actsOn(first)).at(-1)).toMatchObject({ act: "key.replaced", who: "worker" });
  });

  it("retires a key whose tokens have all expired, with the caches", async () => {
    const [first] = (await kidsIn("active")) as [string];
    const { key } = await ring.rotate();
    await ring.age(key.kid);
    await ring.worker();
    const fixture = fixtureOf(ring.db);
    const clientId = await fixture.client("billing");
    const past = (seconds: number) => new Date(Date.now() - seconds * 1_000);
    await fixture.token({ clientId, signingKid: first, issuedAt: past(4_300), expiresAt: past(700) });
    await ring.age(first);
    expect(await ring.worker()).toBe(true);
    expect(await kidsIn("retired")).toEqual([first]);
    expect((await ring.actsOn(first)).at(-1)).toMatchObject({ act: "key.retired", who: "worker" });
  });

  it("waits for its day where one is named, and is refused beyond a year", async () => {
    const activatesAt = new Date(Date.now() + 14 * 86_400_000);
    const { key } = await rotateKey(as("owner"), ring.wrapper, { purpose: "id_token", activatesAt, ...why });
    expect(key.activatesAt).toBe(activatesAt.toISOString());
    await ring.age(key.kid, "1 hour");
    expect(await ring.worker(), "every cache can have it, and its day has not come").toBe(false);
    const late = new Date(Date.now() + 366 * 86_400_000);
    await expect(
      rotateKey(as("owner"), ring.wrapper, { purpose: "feed", activatesAt: late, ...why }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path: "activatesAt" }] });
  });

  it("has one winner of two at once, and no second one while it is under way", async () => {
    const results = await Promise.allSettled([
      ring.rotate("access_token", as("governor", ring.db)),
      ring.rotate("access_token", as("owner", ring.other)),
    ]);
    expect(results.map((one) => one.status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await kidsIn("standby")).toHaveLength(1);
    await expect(ring.rotate()).rejects.toMatchObject({ code: "CONFLICT", message: /under way/ });
    expect((await ring.rotate("feed")).key.state).toBe("standby");
  });

  it("is activated once by two workers, while an admin does the same", async () => {
    const { key } = await ring.rotate();
    await ring.age(key.kid);
    const activate = () => activateKey(as("owner", ring.other), { kid: key.kid, ...why });
    await Promise.allSettled([ring.worker(ring.db), ring.worker(ring.other), activate()]);
    expect(await kidsIn("active")).toEqual([key.kid]);
    expect(await kidsIn("retiring")).toHaveLength(1);
    expect((await ring.actsOn(key.kid)).filter(({ act }) => act === "key.activated")).toHaveLength(1);
  });

  it("goes on after a worker that died in any step, which leaves the step done or not begun", async () => {
    const [first] = (await kidsIn("active")) as [string];
    const { key } = await ring.rotate();
    await ring.age(key.kid);
    const steps = [
      "UPDATE signing_key SET state = 'retiring', retiring_at = now(), retires_at = now() WHERE kid = $1::text",
      "UPDATE signing_key SET state = 'active', activated_at = now() WHERE kid = $1::text",
    ];
    for (let died = 1; died <= steps.length; died += 1) {
      const connection = await ring.other.pool.connect();
      await connection.query("BEGIN");
      const { rows } = await connection.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      const { pid } = rows[0] ?? { pid: 0 };
      for (const [index, step] of steps.slice(0, died).entries())
        await connection.query(step, [index === 0 ? first : key.kid]);
      connection.on("error", () => {});
      await breakOff(pid);
      connection.release(true);
      expect(await kidsIn("active")).toEqual([first]);
      expect(await kidsIn("standby")).toEqual([key.kid]);
    }
    expect(await ring.worker()).toBe(true);
    expect([await kidsIn("active"), await kidsIn("retiring")]).toEqual([[key.kid], [first]]);
    await ring.age(first);
    expect(await ring.worker()).toBe(true);
    expect(await kidsIn("retired")).toEqual([first]);
    expect(await ring.worker()).toBe(false);
  });

  it("does nothing where its record cannot be written", async () => {
    const { key } = await ring.rotate();
    await ring.age(key.kid);
    const [head] = await ring.db.query<{ sequence: bigint }>(
      "SELECT sequence FROM audit_chain WHERE id = 'admin'",
    );
    // the next sequence is taken: the entry cannot be appended
    await ring.db.query("UPDATE audit_chain SET sequence = sequence - 1 WHERE id = 'admin'");
    await expect(ring.worker()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(await kidsIn("standby")).toEqual([key.kid]);
    await ring.db.query("UPDATE audit_chain SET sequence = $1::bigint WHERE id = 'admin'", [
      head?.sequence ?? 0n,
    ]);
    expect(await ring.worker()).toBe(true);
  });
});

describe("a standby key", () => {
  it("does not sign before every cache can have it, and the refusal says when that is", async () => {
    const { key } = await ring.rotate();
    await expect(activateKey(as("governor"), { kid: key.kid, ...why })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining(key.readyAt ?? ""),
    });
    await ring.age(key.kid, "1 hour");
    expect(await activateKey(as("governor"), { kid: key.kid, ...why })).toMatchObject({
      key: { state: "active" },
      other: { state: "retiring" },
    });
    await expect(activateKey(as("governor"), { kid: key.kid, ...why })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  it("is cancelled before it signs, never after, and another rotation can be planned", async () => {
    const [first] = (await kidsIn("active")) as [string];
    const { key } = await ring.rotate();
    expect(await cancelKey(as("governor"), { kid: key.kid, ...why })).toMatchObject({
      key: { state: "retired" },
      other: { kid: first },
    });
    expect((await ring.actsOn(key.kid)).at(-1)).toMatchObject({ act: "key.cancelled", reason: "policy" });
    await ring.age(key.kid);
    expect(await ring.worker()).toBe(false);
    await expect(cancelKey(as("owner"), { kid: first, ...why })).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await ring.rotate()).key.state).toBe("standby");
  });

  it("leaves one of activation and cancelling at once", async () => {
    const { key } = await ring.rotate();
    await ring.age(key.kid);
    const results = await Promise.allSettled([
      ring.worker(ring.db),
      cancelKey(as("owner", ring.other), { kid: key.kid, ...why }),
    ]);
    expect(await kidsIn("active")).toHaveLength(1);
    const wasCancelled = results[1].status === "fulfilled";
    expect(await kidsIn(wasCancelled ? "retired" : "active")).toEqual([key.kid]);
  });
});

describe("who may change keys", () => {
  it("governors and owners plan rotations; an owner alone declares and destroys", async () => {
    const [kid] = (await kidsIn("active")) as [string];
    const input = { kid, ...why };
    for (const role of ["responder", "auditor"] as const)
      for (const act of [
        () => ring.rotate("access_token", as(role)),
        () => activateKey(as(role), input),
        () => cancelKey(as(role), input),
      ])
        await expect(act()).rejects.toMatchObject({ code: "FORBIDDEN" });
    for (const role of ["responder", "auditor", "governor"] as const)
      for (const act of [
        () => planEmergency(as(role), { kid }),
        () => compromiseKey(as(role), ring.wrapper, { ...input, planId: kid }),
        () => destroyKey(as(role), input),
      ])
        await expect(act()).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(ring.rotate("access_token", as("anonymous"))).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
    });
  });
});
