import { beforeEach, expect, test } from "vitest";
import { beginEnrolment } from "../admins/begin-enrolment.ts";
import { createAdmin } from "../admins/create-admin.ts";
import { inspectSetupLink } from "../admins/inspect-setup-link.ts";
import { getAdminRow } from "../admins/list-admins.ts";
import { newPass } from "../approvals/pass.ts";
import type { Context } from "../context.ts";
import { openDatabase } from "../db/database.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import { createApiToken } from "./create-api-token.ts";
import { findApiToken } from "./find-api-token.ts";
import { getApiToken } from "./get-api-token.ts";
import { type CreatedApiToken, LIVING_MADE_WITH_MAX } from "./model.ts";
import { revokeApiToken } from "./revoke-api-token.ts";

const world = testContexts();
const { makeAdmin, openSession, means } = sessionFixture(() => world.db, TEST_START.getTime());
const MADE = { role: "owner", isUnattended: true, expiresInSeconds: 3600 } as const;
let owner: Context;
beforeEach(async () => {
  owner = (await openSession(await makeAdmin(), 0))(1);
});

const refusalOf = async ({ token }: CreatedApiToken) =>
  (await findApiToken(world.db, { value: token, ip: null, now: owner.now }))?.refusal;

async function asToken({ token }: CreatedApiToken): Promise<Context> {
  const found = await findApiToken(world.db, { value: token, ip: null, now: owner.now });
  if (found === null || found.refusal !== null) throw new Error("the token opens nothing");
  return { ...owner, actor: { kind: "api_token", ...found } };
}

/** What an API token asked for and a second person approved. */
function approved(ctx: Context): Context {
  const approval = { id: "01a20000-0000-7000-8000-000000000001", way: "asked", approvedBy: "b" } as const;
  return { ...ctx, pass: newPass({ isTrial: false, skipsStepUp: true, isAnswered: true, approval }) };
}

const tokenOf = (url: string) => new URL(url).searchParams.get("token") as string;

test("an API token that is revoked takes with it what was made with it, at every depth, each on record, and nothing else", async () => {
  const first = await createApiToken(owner, { name: "first", ...MADE });
  const second = await createApiToken(await asToken(first), { name: "second", ...MADE });
  const third = await createApiToken(await asToken(second), { name: "third", ...MADE });
  const fourth = await createApiToken(await asToken(third), { name: "fourth", ...MADE });
  const beside = await createApiToken(owner, { name: "beside", ...MADE });
  expect((await getApiToken(owner, { apiTokenId: first.id })).revokesToo).toEqual({
    apiTokens: 3,
    invitations: 0,
  });
  expect(third.row.madeByToken).toEqual({ id: second.id, name: "second" });
  const answer = await revokeApiToken(owner, { apiTokenId: first.id });
  expect(answer.revokedToo).toEqual({ apiTokens: 3, invitations: 0 });
  for (const gone of [first, second, third, fourth]) expect(await refusalOf(gone)).toBe("API_TOKEN_REVOKED");
  expect(await refusalOf(beside)).toBeNull();
  const gone = async ({ id }: { id: string }) => (await getApiToken(owner, { apiTokenId: id })).revokedWith;
  expect(await gone(first)).toBeNull();
  expect(await gone(second)).toEqual({ id: first.id, name: "first", isMaker: true });
  expect(await gone(third)).toEqual({ id: first.id, name: "first", isMaker: false });
  expect(await gone(fourth)).toEqual({ id: first.id, name: "first", isMaker: false });
  expect(await gone(beside)).toBeNull();
  const entries = await world.db.query(
    "SELECT target_name AS name, note FROM audit_entry WHERE act = 'api_token.revoked' ORDER BY sequence",
  );
  expect(entries).toEqual([
    { name: "first", note: null },
    { name: "second", note: "made by the API token first, which was revoked" },
    { name: "third", note: "made by the API token second, which was revoked" },
    { name: "fourth", note: "made by the API token third, which was revoked" },
  ]);
  expect((await getApiToken(owner, { apiTokenId: first.id })).revokesToo).toEqual({
    apiTokens: 0,
    invitations: 0,
  });
});

test("also what one made that was revoked by itself before; what has expired stays as it is", async () => {
  const first = await createApiToken(owner, { name: "first", ...MADE });
  const second = await createApiToken(await asToken(first), { name: "second", ...MADE });
  const short = await createApiToken(await asToken(first), { name: "short", ...MADE, expiresInSeconds: 60 });
  const third = await createApiToken(await asToken(second), { name: "third", ...MADE });
  // as it was left by a version that did not know what was made by what
  await world.db.query("UPDATE api_token SET revoked_at = $2::timestamptz WHERE id = $1::uuid", [
    second.id,
    owner.now,
  ]);
  const later = { ...owner, now: new Date(owner.now.getTime() + 120_000) };
  expect((await revokeApiToken(later, { apiTokenId: first.id })).revokedToo.apiTokens).toBe(1);
  expect(await refusalOf(third)).toBe("API_TOKEN_REVOKED");
  expect((await getApiToken(later, { apiTokenId: short.id })).state).toBe("expired");
});

test("no more live of what one made than its revocation ends at once, through whichever they were made", async () => {
  const first = await createApiToken(owner, { name: "first", ...MADE });
  const second = await createApiToken(await asToken(first), { name: "second", ...MADE });
  const made = `INSERT INTO api_token (id, name, role, token_hash, hint, created_by, created_by_id, is_unattended, created_at, expires_at, networks, made_by_token_id)
    SELECT gen_random_uuid(), 'made ' || n, 'owner', sha256(('made ' || n)::bytea), 'xxxx', t.created_by, t.created_by_id, true, t.created_at, t.expires_at, t.networks, t.id
    FROM api_token t, generate_series(1, $2::int) n WHERE t.id = $1::uuid`;
  await world.db.query(made, [second.id, LIVING_MADE_WITH_MAX - 1]);
  for (const by of [first, second])
    await expect(createApiToken(await asToken(by), { name: "one more", ...MADE })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("made with first"),
    });
  await createApiToken(owner, { name: "a person's", ...MADE });
  const { revokedToo } = await revokeApiToken(owner, { apiTokenId: first.id });
  expect(revokedToo.apiTokens).toBe(LIVING_MADE_WITH_MAX);
  const alive = await world.db.query(
    "SELECT FROM api_token WHERE revoked_at IS NULL AND made_by_token_id IS NOT NULL",
  );
  expect(alive).toHaveLength(0);
});

test("an invitation that it made is dead with it, says so to who opens it, and is on record", async () => {
  const first = await createApiToken(owner, { name: "first", ...MADE });
  const second = await createApiToken(await asToken(first), { name: "second", ...MADE });
  const input = { email: "new@example.com", name: "New", role: "owner" } as const;
  await expect(createAdmin(await asToken(second), input, "http://x")).rejects.toMatchObject({
    code: "APPROVAL_REQUIRED",
    kind: "unattended",
  });
  const { admin, link } = await createAdmin(approved(await asToken(second)), input, "http://x");
  const setupToken = tokenOf(link.url);
  expect(await inspectSetupLink(owner, { setupToken })).toMatchObject({ kind: "admin" });
  expect((await getApiToken(owner, { apiTokenId: first.id })).revokesToo).toEqual({
    apiTokens: 1,
    invitations: 1,
  });
  expect((await revokeApiToken(owner, { apiTokenId: first.id })).revokedToo).toEqual({
    apiTokens: 1,
    invitations: 1,
  });
  const gone = {
    code: "GONE",
    fields: [{ path: "setupToken", message: "The API token that it was made with was revoked." }],
  };
  await expect(inspectSetupLink(owner, { setupToken })).rejects.toMatchObject(gone);
  await expect(
    beginEnrolment(owner, { setupToken, email: "new@example.com" }, means.wrapper),
  ).rejects.toMatchObject(gone);
  expect(await world.lastEntry()).toMatchObject({
    act: "admin.invitation_withdrawn",
    name: "new@example.com",
  });
  expect((await getAdminRow(world.db, { id: admin.id, now: owner.now })).invitationEnd).toBe(
    "api_token_revoked",
  );
});

async function afterTrips<T>(trips: number, act: () => Promise<T>): Promise<T> {
  for (let trip = 0; trip < trips; trip += 1) await world.db.query("SELECT 1 AS one");
  return act();
}

test("one that makes another while it is revoked makes none that outlives it, a hundred times", async () => {
  const { connectionString: url } = world.db.pool.options as { connectionString: string };
  const other = openDatabase({ url, role: "app", maxConnections: 3, applicationName: "another process" });
  try {
    const rounds = { createdFirst: 0, revokedFirst: 0 };
    for (let n = 0; n < 100; n += 1) {
      const first = await createApiToken(owner, { name: "first", ...MADE });
      const second = await asToken(await createApiToken(await asToken(first), { name: "second", ...MADE }));
      // who starts first does so by none to five round trips; which is first all the same is up to the database
      const ahead = (n % 11) - 5;
      const [child, revoked] = await Promise.allSettled([
        afterTrips(-ahead, () =>
          createApiToken({ ...second, db: n % 2 === 0 ? other : world.db }, { name: "third", ...MADE }),
        ),
        afterTrips(ahead, () => revokeApiToken(owner, { apiTokenId: first.id })),
      ]);
      expect(revoked.status, `${n}`).toBe("fulfilled");
      if (child.status === "rejected") expect(child.reason, `${n}`).toMatchObject({ code: "FORBIDDEN" });
      else expect(await refusalOf(child.value), `${n}`).toBe("API_TOKEN_REVOKED");
      rounds[child.status === "fulfilled" ? "createdFirst" : "revokedFirst"] += 1;
      const living = await world.db.query("SELECT name FROM api_token WHERE revoked_at IS NULL");
      expect(living, `${n}`).toEqual([]);
    }
    expect(rounds.createdFirst, "made, and revoked with its maker").toBeGreaterThan(0);
    expect(rounds.revokedFirst, "not made").toBeGreaterThan(0);
  } finally {
    await other.end();
  }
}, 120_000);
