import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemContext } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { KEY_ALGORITHMS, KEY_STATES, type KeyState } from "./model.ts";

let db: Database;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
});
afterAll(() => db.end());

const ALLOWED: Record<KeyState, KeyState[]> = {
  standby: ["active", "retired", "compromised"],
  active: ["retiring", "compromised"],
  retiring: ["retired", "compromised"],
  retired: ["compromised", "destroyed"],
  compromised: ["destroyed"],
  destroyed: [],
};

/** The shortest way to each state. */
const WAY: Record<KeyState, KeyState[]> = {
  standby: [],
  active: ["active"],
  retiring: ["active", "retiring"],
  retired: ["retired"],
  compromised: ["compromised"],
  destroyed: ["retired", "destroyed"],
};

/** The order that revokes what a key signed. */
function order(kid: string) {
  const target = { kind: "signing_key", id: kid, name: kid } as const;
  return db.transaction((tx) =>
    placeOrder(tx, systemContext(db, "test"), { verb: "revoke", target, reason: "test", note: "" }),
  );
}

async function put(kid: string, state: KeyState): Promise<void> {
  if (state === "compromised") await order(kid);
  const wrapped = state === "destroyed" ? ", private_wrapped = NULL" : "";
  await db.query(`UPDATE signing_key SET state = $2::text${wrapped} WHERE kid = $1::text`, [kid, state]);
}

async function insert(algorithm: string): Promise<string> {
  const kid = `k-${randomUUID()}`;
  await db.query(
    `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at)
     VALUES (gen_random_uuid(), $1::text, 'access_token', $2::text, 'standby', '{}', '\\x00', now())`,
    [kid, algorithm],
  );
  return kid;
}

/** A key in a state; the one that another test left active signs no more. */
async function keyIn(state: KeyState): Promise<string> {
  const kid = await insert("ES256");
  await db.query("UPDATE signing_key SET state = 'retiring' WHERE state = 'active'");
  for (const next of WAY[state]) await put(kid, next);
  return kid;
}

const stateOf = async (kid: string) =>
  (await db.query<{ state: string }>("SELECT state FROM signing_key WHERE kid = $1::text", [kid]))[0]?.state;

describe("a key's state, by raw SQL", () => {
  for (const from of KEY_STATES)
    for (const to of KEY_STATES.filter((state) => state !== from)) {
      if (ALLOWED[from].includes(to))
        it(`goes from ${from} to ${to}`, async () => {
          const kid = await keyIn(from);
          await put(kid, to);
          expect(await stateOf(kid)).toBe(to);
        });
      else
        it(`does not go from ${from} to ${to}`, async () => {
          const kid = await keyIn(from);
          await expect(put(kid, to)).rejects.toThrow(/does not go from|signing_key_destroyed/);
          expect(await stateOf(kid)).toBe(from);
        });
    }

  it("is not an unknown one, and none begins as anything but standby or active", async () => {
    const kid = await keyIn("standby");
    await expect(put(kid, "lost" as KeyState)).rejects.toThrow();
    for (const state of ["retiring", "retired", "compromised"])
      await expect(
        db.query(
          `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at)
           VALUES (gen_random_uuid(), $1::text, 'feed', 'ES256', $2::text, '{}', '\\x00', now())`,
          [randomUUID(), state],
        ),
      ).rejects.toThrow("begins as standby or active");
  });

  it("is active for one key of a purpose, whatever the algorithms", async () => {
    const active = await keyIn("active");
    for (const algorithm of KEY_ALGORITHMS)
      await expect(put(await insert(algorithm), "active")).rejects.toThrow("signing_key_one_active");
    expect(await stateOf(active)).toBe("active");
  });

  it("is a rotation under way for one key of a purpose, whatever the algorithms", async () => {
    const plan = (kid: string) =>
      db.query("UPDATE signing_key SET ready_at = now(), activates_at = now() WHERE kid = $1::text", [kid]);
    await plan(await insert("ES256"));
    await expect(insert("RS256").then(plan)).rejects.toThrow("signing_key_one_rotation");
  });

  it("is no state of a key whose algorithm is none of the four", async () => {
    for (const algorithm of ["none", "HS256", "RS512", "ES256K", "es256", ""])
      await expect(insert(algorithm)).rejects.toThrow("signing_key_algorithm");
  });

  it("is compromised for a key of access tokens only with the order that revokes what it signed", async () => {
    const kid = await keyIn("active");
    const compromise = () =>
      db.query("UPDATE signing_key SET state = 'compromised' WHERE kid = $1::text", [kid]);
    await expect(compromise()).rejects.toThrow("no order revokes");
    expect(await stateOf(kid)).toBe("active");
    await order(kid);
    await compromise();
    expect(await stateOf(kid)).toBe("compromised");
  });

  it("is not active before every cache can have the key, nor retired while what it signed may live", async () => {
    const kid = await keyIn("standby");
    const shift = (column: string, by: string) =>
      db.query(`UPDATE signing_key SET ${column} = clock_timestamp() + $2::interval WHERE kid = $1::text`, [
        kid,
        by,
      ]);
    await shift("ready_at", "1 minute");
    await expect(put(kid, "active")).rejects.toThrow("before every cache can have it");
    await shift("ready_at", "-1 second");
    await put(kid, "active");
    await put(kid, "retiring");
    await shift("retires_at", "1 minute");
    await expect(put(kid, "retired")).rejects.toThrow("while what it signed may live");
    await shift("retires_at", "-1 second");
    await put(kid, "retired");
  });

  it("ends with the row kept: a key is never deleted, and its identity never changes", async () => {
    const kid = await keyIn("retired");
    await expect(db.query("DELETE FROM signing_key WHERE kid = $1::text", [kid])).rejects.toThrow();
    for (const change of [
      "kid = kid || 'x'",
      "purpose = 'feed'",
      "algorithm = 'none'",
      `public_jwk = '{"a":1}'`,
    ])
      await expect(db.query(`UPDATE signing_key SET ${change} WHERE kid = $1::text`, [kid])).rejects.toThrow(
        "identity does not change",
      );
  });
});
