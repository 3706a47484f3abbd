import { beforeEach, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { compromiseKey } from "../keys/compromise-key.ts";
import { type KeyRing, openKeyRing } from "../keys/key-fixture.ts";
import { planEmergency } from "../keys/plan-emergency.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { planInput } from "../order-plans/input.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { withdrawUserGrant } from "../sign-on/withdraw-grant.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import { type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { disableUser } from "../users/disable-user.ts";
import { breakGlass } from "./break-glass.ts";
import { guardedBy } from "./test-approvals.ts";

const why = { reason: "key_compromise", note: "" } as const;
const LIMIT = 2;
let ring: KeyRing;
let fixture: Fixture;
let kid: string;
let clientId: string;
/** An owner in a fresh session, where wide revocations alone want a second person. */
let owner: () => Context;

beforeEach(async () => {
  ring = await openKeyRing();
  fixture = fixtureOf(ring.db);
  const { makeAdmin, openSession } = sessionFixture(() => ring.db, Date.now());
  const session = await openSession(await makeAdmin(), 0);
  await makeAdmin();
  await ring.db.query("UPDATE approval_policy SET kinds = '{bulk}', bulk_tokens = $1::int WHERE id = 1", [
    LIMIT,
  ]);
  owner = () => ({ ...session(0), now: new Date() });
  [kid] = (await ring.kidsIn("active")) as [string];
  clientId = await fixture.client("billing");
  return () => ring.end();
});

async function sign(count: number, more: { userId?: string } = {}): Promise<void> {
  for (let n = 0; n < count; n += 1) await fixture.token({ clientId, signingKid: kid, ...more });
}

async function revokeKey() {
  const target = { kind: "signing_key", id: kid };
  const plan = await createPlan(owner(), planInput.parse({ verb: "revoke", target }));
  const confirm = plan.confirm === null ? {} : { confirm: plan.confirm };
  return placePlannedOrder(owner(), { planId: plan.id, ...why, ...confirm });
}

async function emergency() {
  const { plan } = await planEmergency(owner(), { kid });
  return compromiseKey(owner(), ring.wrapper, { kid, planId: plan.id, confirm: kid, ...why });
}

const revoked = async () => (await ring.db.query("SELECT id FROM revocation_order")).length;
const noted = async () =>
  (await ring.db.query<{ tokens: number }>("SELECT tokens FROM bulk_reach ORDER BY at, id")).map(
    ({ tokens }) => tokens,
  );

test.each([
  ["an order upon it", revokeKey],
  ["an emergency", emergency],
])(
  "a key's tokens, by %s, want a second person where they are more than one may revoke alone",
  async (_, act) => {
    await sign(LIMIT + 1);
    await expect(act()).rejects.toMatchObject({ code: "APPROVAL_REQUIRED", kind: "bulk" });
    expect(await revoked()).toBe(0);
    expect(await ring.kidsIn("active")).toEqual([kid]);
  },
);

test("a plan says that its order would wait for a second person, and why; a suspension and fewer tokens do not", async () => {
  await sign(LIMIT + 1);
  const planOf = (verb: string, target = { kind: "client", id: clientId }) =>
    createPlan(owner(), planInput.parse({ verb, target }));
  const why = `One person may revoke ${LIMIT} tokens within 24 hours here. You have revoked 0, and this would be ${LIMIT + 1} more: it takes a second person.`;
  expect((await planOf("revoke")).secondPerson).toBe(why);
  expect((await planOf("suspend")).secondPerson).toBeNull();
  await ring.db.query("UPDATE approval_policy SET bulk_tokens = $1::int WHERE id = 1", [LIMIT + 1]);
  expect((await planOf("revoke")).secondPerson).toBeNull();
  expect((await planOf("revoke", { kind: "everything", id: "*" })).secondPerson).toBe(
    "Revoking everything always takes two people here.",
  );
  await ring.db.query("UPDATE approval_policy SET kinds = '{keys}' WHERE id = 1");
  expect((await planOf("revoke", { kind: "signing_key", id: kid })).secondPerson).toContain(
    "A second person is needed",
  );
});

test.each([
  ["an order upon it", revokeKey],
  ["an emergency", emergency],
])("fewer of them, by %s, are one's own to revoke, and count", async (_, act) => {
  await sign(LIMIT);
  await act();
  expect(await noted()).toEqual([LIMIT]);
});

test("what never waits counts: a user who is disabled, and a grant that is withdrawn", async () => {
  const [ana, ben] = [await fixture.user("ana@example.com"), await fixture.user("ben@example.com")];
  await sign(LIMIT, { userId: ana });
  await sign(LIMIT + 1, { userId: ben });
  await disableUser(owner(), { userId: ana, reason: "policy", note: "" });
  await withdrawUserGrant(owner(), { userId: ben, clientId, reason: "policy", note: "" });
  expect(await noted()).toEqual([LIMIT, LIMIT + 1]);
  await sign(1);
  await expect(revokeKey()).rejects.toMatchObject({ code: "APPROVAL_REQUIRED", kind: "bulk" });
});

test("what was done without a second person counts, and is on record as a wide revocation too", async () => {
  await ring.db.query("UPDATE approval_policy SET kinds = '{bulk,keys}' WHERE id = 1");
  await sign(LIMIT + 1);
  const target = { kind: "signing_key", id: kid };
  const plan = await createPlan(owner(), planInput.parse({ verb: "revoke", target }));
  const me = owner();
  const guarded = guardedBy(
    (ctx) =>
      placePlannedOrder(ctx, { planId: plan.id, ...why, ...(plan.confirm && { confirm: plan.confirm }) }),
    { name: "glass" },
  );
  await ring.db.query(
    "INSERT INTO admin_proof (session_id, subject, proven_at, proven_by) VALUES ($1::uuid, $2::text, $3::timestamptz, 'totp')",
    [
      me.actor.kind === "admin" ? me.actor.sessionId : "",
      guarded.digest.toString("hex").slice(0, 32),
      me.now,
    ],
  );
  await breakGlass(me, guarded, { kind: "keys", reason: "They are in" });
  expect(await noted()).toEqual([LIMIT + 1]);
  const [glass] = await ring.db.query<{ kinds: string[] }>("SELECT kinds FROM approval");
  expect(glass?.kinds).toEqual(["keys", "bulk"]);
  // nothing is left to revoke alone
  await fixture.token({ clientId, userId: await fixture.user("ana@example.com") });
  await fixture.token({ clientId, userId: await fixture.user("ben@example.com") });
  const more = await createPlan(
    owner(),
    planInput.parse({ verb: "revoke", target: { kind: "client", id: clientId } }),
  );
  await expect(placePlannedOrder(owner(), { planId: more.id, ...why })).rejects.toMatchObject({
    code: "APPROVAL_REQUIRED",
    kind: "bulk",
  });
});
