import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listAuditEntries } from "../audit/list-audit-entries.ts";
import { auditEntriesTable } from "../audit/table.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { getToken } from "../tokens/get-token.ts";
import type { NewToken } from "../tokens/register.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { getOrder } from "./get-order.ts";
import { listOrders } from "./list-orders.ts";
import type { RevocableKind, RevocationResult, RevokeInput } from "./model.ts";
import { revokeClientTokens } from "./revoke-client-tokens.ts";
import { revokeFamily } from "./revoke-family.ts";
import { revokeSession } from "./revoke-session.ts";
import { revokeToken } from "./revoke-token.ts";
import { revokeUserTokens } from "./revoke-user-tokens.ts";
import { ordersTable } from "./table.ts";

let db: Database;
let fixture: Fixture;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
});
afterAll(() => db.end());

const as = (who: Role | "anonymous") => contextAs(db, who);
const because = { reason: "token_leaked", note: "pasted in a public gist" } as const;

/** A user with a family of one session: a consumed refresh token, its successor, an access token; and a token of another family. */
async function signedInUser() {
  const clientName = `web-${randomUUID().slice(0, 8)}`;
  const email = `${randomUUID().slice(0, 8)}@example.test`;
  const [clientId, userId] = [await fixture.client(clientName), await fixture.user(email)];
  const sessionUid = randomUUID();
  const familyId = await fixture.family({ clientId, userId, sessionUid });
  const common = { clientId, userId, sessionUid, familyId, rootedAt: new Date(Date.now() - 1000) };
  const first = await fixture.token({ ...common, kind: "refresh", format: "opaque" });
  await fixture.consume(first, new Date());
  const refresh = await fixture.token({ ...common, kind: "refresh", format: "opaque", parentId: first.id });
  const access = await fixture.token({ ...common, parentId: refresh.id });
  const other = await fixture.token({
    clientId,
    userId,
    familyId: await fixture.family({ clientId, userId }),
  });
  await db.query(
    "INSERT INTO protocol_state (model, id_hash, payload, account_id, uid, expires_at) VALUES ('Session', $1, '{}', $2, $3, now() + interval '1 hour')",
    [Buffer.from(sessionUid), userId, sessionUid],
  );
  return { clientId, clientName, userId, email, sessionUid, familyId, first, refresh, access, other };
}

const stateOf = async (id: string) => (await getToken(as("auditor"), id)).state;

async function entriesOn(targetId: string) {
  const query = { ...defaultQuery(auditEntriesTable), filters: { targetId: [targetId] } };
  return (await listAuditEntries(as("auditor"), query)).rows;
}

test("revokes one access token and says what can still make new ones", async () => {
  const user = await signedInUser();
  const ctx = as("responder");
  const result = await revokeToken(ctx, { id: user.access.id, ...because });
  expect(result).toMatchObject({ wasPlaced: true, widenedTo: null, reached: { tokens: 1, isExact: true } });
  expect(result.remains.map((one) => [one.kind, one.count])).toEqual([
    ["refresh_token", 1],
    ["user_tokens", 1],
    ["user_sessions", 1],
  ]);
  expect(await stateOf(user.access.id)).toBe("revoked");
  expect(await stateOf(user.refresh.id)).toBe("active");
  expect(await stateOf(user.first.id)).toBe("consumed");
  expect(await stateOf(user.other.id)).toBe("active");
  expect(await entriesOn(user.access.id)).toMatchObject([
    {
      act: "token.revoked",
      outcome: "done",
      reason: "token_leaked",
      note: "pasted in a public gist",
      actor: { id: ctx.actor.id },
      target: { kind: "token", id: user.access.id },
    },
  ]);
  const detail = await getToken(as("auditor"), user.access.id);
  expect(detail.liveRefreshTokenId).toBe(user.refresh.id);
  expect(detail.orders).toMatchObject([{ id: result.order.id, decides: true, reason: "token_leaked" }]);
});

test("revokes a refresh token with its family, and says so", async () => {
  const user = await signedInUser();
  const result = await revokeToken(as("responder"), { id: user.refresh.id, ...because });
  expect(result).toMatchObject({
    wasPlaced: true,
    widenedTo: { kind: "family", id: user.familyId },
    order: { target: { kind: "family", id: user.familyId } },
    reached: { tokens: 2, isExact: true },
  });
  expect(await stateOf(user.refresh.id)).toBe("revoked");
  expect(await stateOf(user.access.id)).toBe("revoked");
  expect(await stateOf(user.other.id)).toBe("active");
  expect(await entriesOn(user.familyId)).toMatchObject([{ act: "family.revoked" }]);
});

test("one refresh token is taken back without the person's consent, session or other device: those have verbs of their own (mistake 6)", async () => {
  const user = await signedInUser();
  await db.query(
    "INSERT INTO protocol_state (model, id_hash, payload, account_id, grant_id, expires_at) VALUES ('Grant', $1, '{}', $2, $3, now() + interval '1 day')",
    [Buffer.from(randomUUID()), user.userId, randomUUID()],
  );
  const kept = async () =>
    (
      await db.query<{ model: string }>(
        "SELECT model FROM protocol_state WHERE account_id = $1 ORDER BY model",
        [user.userId],
      )
    ).map(({ model }) => model);
  const result = await revokeToken(as("responder"), { id: user.refresh.id, ...because });
  expect(await kept()).toEqual(["Grant", "Session"]);
  expect(await stateOf(user.other.id)).toBe("active");
  expect(result.remains.map((one) => one.kind)).toEqual(["user_tokens", "user_sessions"]);
  await revokeSession(as("responder"), { id: user.sessionUid, ...because });
  expect(await kept(), "a session is ended by its own verb").toEqual(["Grant"]);
  expect(await stateOf(user.other.id)).toBe("active");
  await revokeUserTokens(as("responder"), { id: user.userId, ...because });
  expect(await stateOf(user.other.id)).toBe("revoked");
});

test("revokes a session and ends it at the authority, and leaves the user's other tokens", async () => {
  const user = await signedInUser();
  const result = await revokeSession(as("responder"), { id: user.sessionUid, ...because });
  expect(result).toMatchObject({ wasPlaced: true, reached: { tokens: 2, isExact: true } });
  expect(result.remains.map((one) => one.kind)).toEqual(["user_tokens"]);
  expect(await db.query("SELECT 1 FROM protocol_state WHERE uid = $1", [user.sessionUid])).toEqual([]);
  expect(await stateOf(user.access.id)).toBe("revoked");
  expect(await stateOf(user.other.id)).toBe("active");
});

test("says until when the last JWT of a whole client can be accepted by what asks nobody, asked again too", async () => {
  const clientId = await fixture.client(`service-${randomUUID().slice(0, 8)}`);
  const now = Date.now();
  const ending = (seconds: number, change: Partial<NewToken> = {}) =>
    fixture.token({ clientId, expiresAt: new Date(now + seconds * 1000), ...change });
  const last = await ending(5_000);
  await ending(600);
  await ending(90_000, { format: "opaque" });
  await ending(900_000, { kind: "refresh", format: "opaque" });
  const result = await revokeClientTokens(as("responder"), { id: clientId, ...because });
  expect(result.refusedEverywhere).toEqual({
    at: last.expiresAt.toISOString(),
    isExact: true,
    says: expect.stringMatching(/asks the authority refuses .* accepts a JWT of these until it expires\.$/),
  });
  expect(await stateOf(last.id)).toBe("revoked");
  const again = await revokeClientTokens(as("responder"), { id: clientId, ...because });
  expect(again).toMatchObject({ wasPlaced: false, refusedEverywhere: result.refusedEverywhere });
});

test.each(["user", "family", "session", "token"] as const)(
  "says until when the last JWT of a %s can be accepted, and when what is left ends by itself",
  async (kind) => {
    const user = await signedInUser();
    const familyEnd = new Date(Date.now() + 86_400_000);
    await db.query("UPDATE token_family SET expires_at = $1 WHERE id = $2", [familyEnd, user.familyId]);
    const id = {
      user: user.userId,
      family: user.familyId,
      session: user.sessionUid,
      token: user.access.id,
    }[kind];
    const revoke = {
      user: revokeUserTokens,
      family: revokeFamily,
      session: revokeSession,
      token: revokeToken,
    }[kind];
    const { refusedEverywhere, remains } = await revoke(as("responder"), { id, ...because });
    const last = kind === "user" ? user.other : user.access;
    expect(refusedEverywhere).toMatchObject({ at: last.expiresAt.toISOString(), isExact: true });
    const until = new Map(remains.map((one) => [one.kind, one.until]));
    if (kind === "user") expect(until.get("user_sign_in")).toBeNull();
    else expect(until.get("user_tokens")).toBe(user.other.expiresAt.toISOString());
    // a refresh token can be renewed until its family ends
    if (kind === "token") expect(until.get("refresh_token")).toBe(familyEnd.toISOString());
  },
);

test("says of the user's other tokens when they expire as they are, and that a refresh token can be renewed", async () => {
  const user = await signedInUser();
  const familyId = await fixture.family({ clientId: user.clientId, userId: user.userId });
  await db.query("UPDATE token_family SET expires_at = now() + interval '30 days' WHERE id = $1", [familyId]);
  const refresh = await fixture.token({
    clientId: user.clientId,
    userId: user.userId,
    familyId,
    kind: "refresh",
    format: "opaque",
    expiresAt: new Date(Date.now() + 7 * 86_400_000),
  });
  const { remains } = await revokeFamily(as("responder"), { id: user.familyId, ...because });
  expect(remains.find((one) => one.kind === "user_tokens")).toMatchObject({
    until: refresh.expiresAt.toISOString(),
    says: "2 other tokens of the user still work. Refresh tokens among them can be renewed.",
  });
});

test("says of an opaque token that nothing can accept it any more", async () => {
  const clientId = await fixture.client(`opaque-${randomUUID().slice(0, 8)}`);
  const token = await fixture.token({ clientId, format: "opaque" });
  const { refusedEverywhere } = await revokeToken(as("responder"), { id: token.id, ...because });
  expect(refusedEverywhere).toMatchObject({ at: null, isExact: true });
  expect(refusedEverywhere.says).not.toContain("until it expires");
});

test("revokes all tokens of a user with the sessions, and no later token", async () => {
  const user = await signedInUser();
  const result = await revokeUserTokens(as("responder"), { id: user.userId, ...because });
  expect(result).toMatchObject({ wasPlaced: true, reached: { tokens: 3, isExact: true } });
  expect(result.remains.map((one) => one.kind)).toEqual(["user_sign_in"]);
  for (const token of [user.access, user.refresh, user.other])
    expect(await stateOf(token.id)).toBe("revoked");
  const later = await fixture.token({
    clientId: user.clientId,
    userId: user.userId,
    issuedAt: new Date(Date.now() + 5),
  });
  expect(await stateOf(later.id)).toBe("active");
  expect(await entriesOn(user.userId)).toMatchObject([{ act: "user.tokens_revoked" }]);
});

test("revokes all tokens of a client, and another client's stay", async () => {
  const [one, other] = [await signedInUser(), await signedInUser()];
  const result = await revokeClientTokens(as("responder"), { id: one.clientId, ...because });
  expect(result.reached.tokens).toBe(3);
  expect(await stateOf(one.other.id)).toBe("revoked");
  expect(await stateOf(other.other.id)).toBe("active");
});

const ACTS: Record<RevocableKind, (ctx: Context, input: RevokeInput) => Promise<RevocationResult>> = {
  token: revokeToken,
  family: revokeFamily,
  session: revokeSession,
  user: revokeUserTokens,
  client: revokeClientTokens,
};
const KINDS = Object.keys(ACTS) as RevocableKind[];

function targetOf(user: Awaited<ReturnType<typeof signedInUser>>, kind: RevocableKind): string {
  const ids = {
    token: user.access.id,
    family: user.familyId,
    session: user.sessionUid,
    user: user.userId,
    client: user.clientId,
  };
  return ids[kind];
}

test.each(KINDS)(
  "revoking a %s a second time places nothing, names the order that ended it, and keeps the new reason",
  async (kind) => {
    const user = await signedInUser();
    const input = { id: targetOf(user, kind), ...because };
    const first = await ACTS[kind](as("responder"), input);
    const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head");
    const second = await ACTS[kind](as("responder"), { ...input, note: "found in a chat" });
    expect(second).toMatchObject({ wasPlaced: false, order: { id: first.order.id }, reached: { tokens: 0 } });
    expect(await db.query("SELECT position FROM feed_head")).toEqual([head]);
    expect((await entriesOn(input.id)).map((entry) => entry.act)).toContain("revocation.repeated");
    await expect(
      ACTS[kind](as("responder"), { id: input.id, reason: "unspecified", note: " " }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(await entriesOn(input.id)).toHaveLength(2);
  },
);

test.each(KINDS)("a %s that is not there is not found", async (kind) => {
  for (const id of [randomUUID(), "x", "' OR '1'='1"])
    await expect(ACTS[kind](as("owner"), { id, ...because })).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test.each(KINDS)("an auditor and nobody may not revoke a %s, and nothing is changed", async (kind) => {
  const user = await signedInUser();
  const input = { id: targetOf(user, kind), ...because };
  await expect(ACTS[kind](as("auditor"), input)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(ACTS[kind](as("anonymous"), input)).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  expect(await stateOf(user.access.id)).toBe("active");
});

test("a governor revokes tokens and families, not users", async () => {
  const user = await signedInUser();
  await expect(revokeUserTokens(as("governor"), { id: user.userId, ...because })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await expect(revokeToken(as("governor"), { id: user.access.id, ...because })).resolves.toMatchObject({
    wasPlaced: true,
  });
});

test("a reason that says nothing needs a note, and without one nothing is placed", async () => {
  const user = await signedInUser();
  const input = { id: user.access.id, reason: "unspecified", note: "  " } as const;
  await expect(revokeToken(as("responder"), input)).rejects.toMatchObject({
    code: "INVALID_INPUT",
    fields: [{ path: "note" }],
  });
  expect(await stateOf(user.access.id)).toBe("active");
  expect(await entriesOn(user.access.id)).toEqual([]);
});

test("no audit, no action: where the entry cannot be written the token stays", async () => {
  const user = await signedInUser();
  const broken = { ...as("responder"), requestId: null as unknown as string };
  await expect(revokeToken(broken, { id: user.access.id, ...because })).rejects.toThrow();
  expect(await stateOf(user.access.id)).toBe("active");
  const { rows } = await listOrders(as("auditor"), {
    ...defaultQuery(ordersTable),
    filters: { targetId: user.access.id },
  });
  expect(rows).toEqual([]);
});

const planFor = (kind: "user" | "token" | "family", id: string) =>
  createPlan(as("responder"), { verb: "revoke", target: { kind, id } });

test("a plan counts what the act then does, and changes nothing", async () => {
  const user = await signedInUser();
  const before = await planFor("user", user.userId);
  expect(before).toMatchObject({
    isAlreadyRevoked: false,
    tokens: { value: 3, isExact: true },
    users: { value: 1 },
    clients: { value: 1 },
    widensTo: null,
  });
  expect(before.sentences.join(" ")).toContain("3 tokens of 1 user stop working");
  expect(await stateOf(user.access.id)).toBe("active");
  const result = await revokeUserTokens(as("responder"), { id: user.userId, ...because });
  expect(result.reached.tokens).toBe(before.tokens.value);
  const after = await planFor("user", user.userId);
  expect(after).toMatchObject({ isAlreadyRevoked: true, tokens: { value: 0, isExact: true } });
});

test("a plan for a refresh token says that its family ends", async () => {
  const user = await signedInUser();
  const made = await planFor("token", user.refresh.id);
  expect(made).toMatchObject({ widensTo: { kind: "family", id: user.familyId }, tokens: { value: 2 } });
});

test("a plan names who called with the tokens in the last 24 hours", async () => {
  const user = await signedInUser();
  const verifierId = randomUUID();
  await db.query(
    "INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1::uuid, 'billing-api', now(), now())",
    [verifierId],
  );
  await db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, source, token_id, token_kind, family_id, client_id, user_id, subject, verifier_id,
       writer_id, flush, ordinal, salt) VALUES (gen_random_uuid(), now(), now(), 'allowed', 'introspection', $1, 'access', $2, $3, $4, 's', $5,
       gen_random_uuid(), 1, 0, '\\x00')`,
    [user.access.id, user.familyId, user.clientId, user.userId, verifierId],
  );
  const made = await planFor("family", user.familyId);
  expect(made.callers.map((caller) => [caller.kind, caller.name, caller.uses])).toEqual([
    ["client", user.clientName, 1],
    ["verifier", "billing-api", 1],
  ]);
});

test("orders are listed newest first and told one by one", async () => {
  const user = await signedInUser();
  const first = await revokeToken(as("responder"), { id: user.access.id, ...because });
  const second = await revokeUserTokens(as("responder"), { id: user.userId, reason: "policy", note: "" });
  const all = await listOrders(as("auditor"), { ...defaultQuery(ordersTable), pageSize: 2 });
  expect(all.rows.map((row) => row.id)).toEqual([second.order.id, first.order.id]);
  const unsettled = await listOrders(as("auditor"), {
    ...defaultQuery(ordersTable),
    filters: { unsettled: true, targetId: user.userId },
  });
  expect(unsettled.rows.map((row) => row.id)).toEqual([second.order.id]);
  expect(await getOrder(as("auditor"), second.order.id)).toMatchObject({
    reached: { value: 4, isExact: true },
  });
  await expect(getOrder(as("auditor"), randomUUID())).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(listOrders(as("anonymous"), defaultQuery(ordersTable))).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});
