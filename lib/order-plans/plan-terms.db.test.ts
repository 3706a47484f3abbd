import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { contextAs, type Fixture } from "../tokens/token-fixture.ts";
import { placePlannedOrder } from "./place-planned-order.ts";
import { type PlanFixture, planFixtureOf, why } from "./plan-fixture.ts";

let db: Database;
let fixture: Fixture;
let plans: PlanFixture;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  plans = planFixtureOf(db);
  fixture = plans.tokens;
});
afterAll(() => db.end());

const as = (role: Role) => plans.as(role);
const later = (ctx: Context, ms = 0) => plans.later(ctx, ms);
const plan = (ctx: Context, input: unknown) => plans.plan(ctx, input);
const place = (ctx: Context, planId: string, more: { confirm?: string } = {}) =>
  plans.place(ctx, planId, more);
const stateOf = (id: string) => plans.stateOf(id);
const world = () => plans.world();
const short = () => randomUUID().slice(0, 8);

describe("orders over very much", () => {
  async function signedBy(kid: string) {
    await db.query(
      `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at)
       VALUES (gen_random_uuid(), $1, 'access_token', 'ES256', 'standby', '{}', '\\x00', now())`,
      [kid],
    );
    const clientId = await fixture.client(`k-${kid}`);
    return fixture.token({ clientId, signingKid: kid });
  }

  test("a signing key's tokens are an owner's to take back, and are typed", async () => {
    const kid = `key-${short()}`;
    const token = await signedBy(kid);
    const target = { kind: "signing_key", id: kid };
    await expect(plan(as("responder"), { verb: "revoke", target })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    const ctx = as("owner");
    const made = await plan(ctx, { verb: "revoke", target });
    expect(made).toMatchObject({ needsOwner: true, confirm: kid, tokens: { value: 1 } });
    for (const confirm of [undefined, "", "KEY", "everything"])
      await expect(place(ctx, made.id, confirm === undefined ? {} : { confirm })).rejects.toMatchObject({
        code: "INVALID_INPUT",
        fields: [{ path: "confirm" }],
      });
    expect(await stateOf(token.id)).toBe("active");
    expect(await place(ctx, made.id, { confirm: kid })).toMatchObject({ wasPlaced: true });
    expect(await stateOf(token.id)).toBe("revoked");
  });

  test("more tokens than the organisation sets need the owner role and the name typed", async () => {
    const one = await world();
    await db.query("UPDATE organisation SET wide_order_tokens = 1 WHERE id = 1");
    try {
      const target = { kind: "client", id: one.clientId };
      const responder = as("responder");
      const seen = await plan(responder, { verb: "revoke", target });
      expect(seen).toMatchObject({ needsOwner: true, confirm: one.clientName });
      await expect(place(responder, seen.id, { confirm: one.clientName })).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
      const owner = as("owner");
      const made = await plan(owner, { verb: "revoke", target });
      expect(await place(owner, made.id, { confirm: one.clientName })).toMatchObject({ wasPlaced: true });
    } finally {
      await db.query("UPDATE organisation SET wide_order_tokens = 100000 WHERE id = 1");
    }
  });
});

describe("a schedule", () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();

  test.each([
    ["an instant that is past", { effectiveFrom: "2020-01-01T00:00:00Z" }, "effectiveFrom"],
    ["an instant beyond the horizon", { effectiveFrom: inSeconds(91 * 86_400) }, "effectiveFrom"],
    [
      "an end before the beginning",
      { effectiveFrom: inSeconds(600), suspendedUntil: inSeconds(60) },
      "suspendedUntil",
    ],
    ["an end that is past", { suspendedUntil: "2020-01-01T00:00:00Z" }, "suspendedUntil"],
    ["an end beyond a year", { suspendedUntil: inSeconds(370 * 86_400) }, "suspendedUntil"],
  ])("with %s is refused by name", async (_what, times, path) => {
    const one = await world();
    await expect(
      plan(as("owner"), { verb: "suspend", target: { kind: "client", id: one.clientId }, ...times }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT", fields: [{ path }] });
  });

  test("of a revocation has no end", async () => {
    const one = await world();
    const target = { kind: "client", id: one.clientId };
    await expect(
      plan(as("owner"), { verb: "revoke", target, suspendedUntil: inSeconds(60) }),
    ).rejects.toMatchObject({ fields: [{ path: "suspendedUntil" }] });
  });

  test("that has come before the order is placed is refused", async () => {
    const one = await world();
    const ctx = as("responder");
    const made = await plan(ctx, {
      verb: "revoke",
      target: { kind: "client", id: one.clientId },
      effectiveFrom: inSeconds(30),
    });
    await expect(placePlannedOrder(later(ctx, 31_000), { planId: made.id, ...why })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });
});

test("an auditor and nobody may not plan, and what a role may not revoke it may not plan", async () => {
  const one = await world();
  const target = { kind: "client", id: one.clientId };
  for (const role of ["auditor", "governor"] as const)
    await expect(plan(as(role), { verb: "suspend", target })).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(plan(contextAs(db, "anonymous"), { verb: "suspend", target })).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
  const token = { kind: "token", id: one.first };
  await expect(plan(as("governor"), { verb: "suspend", target: token })).resolves.toMatchObject({
    tokens: { value: 1 },
  });
});

test.each(["token", "family", "session", "user", "client", "permission", "group", "audience"])(
  "a %s that is not there is not found",
  async (kind) => {
    for (const id of [randomUUID(), "x", "' OR '1'='1", "*"])
      await expect(plan(as("owner"), { verb: "revoke", target: { kind, id } })).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
  },
);

describe("what remains valid is in the plan (mistake 2):", () => {
  const says = (made: { remains: { kind: string; says: string }[] }, kind: string) =>
    made.remains.find((one) => one.kind === kind)?.says ?? "";

  test("sign-on sessions and secrets, where everything is taken back", async () => {
    const one = await world();
    await db.query(
      "INSERT INTO protocol_state (model, id_hash, payload, account_id, uid, expires_at) VALUES ('Session', $1, '{}', $2, $3, now() + interval '1 hour')",
      [Buffer.from(one.tag), one.users[0] as string, one.tag],
    );
    const made = await plan(as("owner"), { verb: "revoke", target: { kind: "everything", id: "*" } });
    expect(says(made, "sign_on_sessions")).toMatch(/^\d+ sign-on sessions? stays?: /);
    expect(says(made, "reissue")).toContain("secrets");
  });

  test("the families of tokens that a selection leaves out, with a refresh token among them", async () => {
    const one = await world();
    const userId = one.users[0] as string;
    const familyId = await fixture.family({ clientId: one.clientId, userId });
    const access = await fixture.token({ ...one.common, userId, familyId });
    await fixture.token({ ...one.common, userId, familyId, kind: "refresh", format: "opaque" });
    const target = { kind: "selection", tokenIds: [access.id] };
    const made = await plan(as("responder"), { verb: "revoke", target });
    expect(says(made, "same_families")).toContain("1 token of the same families are not in the selection");
  });

  test("JWTs until the last of them expires, where only signatures are checked", async () => {
    const one = await world();
    const longest = new Date(Date.now() + 7_200_000);
    await fixture.token({ ...one.common, userId: one.users[0] as string, expiresAt: longest });
    const made = await plan(as("responder"), {
      verb: "revoke",
      target: { kind: "client", id: one.clientId },
    });
    expect(made.refusedEverywhere.at).toBe(longest.toISOString());
    expect(made.refusedEverywhere.says).toContain("checks signatures");
  });
});
