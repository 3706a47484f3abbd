import { describe, expect, test } from "vitest";
import { endAdminSession } from "../admins/end-admin-session.ts";
import { findSession } from "../admins/find-session.ts";
import { listOwnSessions, listSessionsOf } from "../admins/list-sessions.ts";
import { removeTotp } from "../admins/remove-totp.ts";
import { renewInvitation } from "../admins/renew-invitation.ts";
import { signIn } from "../admins/sign-in.ts";
import { signInWithPasskey } from "../admins/sign-in-with-passkey.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { makeRecoveryCodes } from "../recovery-codes/make-recovery-codes.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { PARTY, sessionFixture } from "../step-up/test-sessions.ts";
import { beginPasskeyRegistration } from "./begin-registration.ts";
import { listFactorsOf, listOwnFactors } from "./list-factors.ts";
import { offerPasskeySignIn } from "./offer-sign-in.ts";
import { registerPasskey } from "./register-passkey.ts";
import { findRelyingParty } from "./relying-party.ts";
import { removePasskey } from "./remove-passkey.ts";
import { renamePasskey } from "./rename-passkey.ts";
import { TestAuthenticator } from "./test-authenticator.ts";

const world = testContexts();
const { means, at, codeAt, makeAdmin, openSession, addPasskey } = sessionFixture(() => world.db);
const PASSWORD = "correct horse battery";
const noPlace = () => null;

function nobody(seconds: number): Context {
  const actor = { kind: "anonymous", id: "anonymous", name: "anonymous" } as const;
  return { ...world.as("owner"), actor, now: at(seconds), ip: "203.0.113.7" };
}

async function enter(authenticator: TestAuthenticator, seconds: number) {
  const { options, challenge: sealed } = await offerPasskeySignIn(nobody(seconds), means);
  const answer = authenticator.answer({ challenge: options.challenge });
  return signInWithPasskey(nobody(seconds), { sealed, answer }, means);
}

const lives = async (sessionId: string, seconds: number) =>
  (await findSession(world.db, { sessionId, now: at(seconds) })) !== null;
const sessionOf = (ctx: Context) => (ctx.actor.kind === "admin" ? ctx.actor.sessionId : "");
const isRefused = (act: Promise<unknown>, code: string) => expect(act).rejects.toMatchObject({ code });

describe("a passkey", () => {
  test("is added with what was learnt of it, ends the admin's other sessions, and signs in alone, on record", async () => {
    const admin = await makeAdmin();
    const [session, other] = [await openSession(admin, 0), await openSession(admin, 0)];
    const { authenticator, row } = await addPasskey(admin, session(1));
    expect(row).toMatchObject({
      name: "laptop",
      transports: ["internal", "hybrid"],
      isSyncable: true,
      isBackedUp: true,
      lastUsedAt: null,
      blockedAt: null,
    });
    expect(await world.lastEntry()).toMatchObject({
      act: "passkey.added",
      after: { passkey: "laptop", endedSessions: 1 },
    });
    expect([await lives(sessionOf(session(1)), 2), await lives(sessionOf(other(1)), 2)]).toEqual([
      true,
      false,
    ]);
    const result = await enter(authenticator, 60);
    expect(result).toMatchObject({ outcome: "signed_in", admin: { id: admin.id } });
    expect(await world.lastEntry()).toMatchObject({
      act: "admin.signed_in",
      after: { signedInBy: "passkey" },
    });
    expect((await listOwnFactors(session(61))).passkeys[0]?.lastUsedAt).toBe(at(60).toISOString());
    const actor = { ...session(0).actor, sessionId: result.sessionId } as Context["actor"];
    await expect(requireStepUp({ ...nobody(61), actor }, "bulk")).resolves.toBeUndefined();
  });

  test.each([
    ["for another origin", { origin: "http://evil.example" }],
    ["for another domain", { rpId: "evil.example" }],
    ["by a device that did not verify its holder", { isVerified: false }],
    ["over another challenge", { challenge: Buffer.alloc(32).toString("base64url") }],
  ])("is not taken when it was made %s, nor does an answer so made sign in", async (_, wrong) => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const { options, challenge } = await beginPasskeyRegistration(session(1), means);
    const bad = new TestAuthenticator().make({ challenge: options.challenge, ...wrong });
    await isRefused(
      registerPasskey(session(1), { challenge, name: "x", passkey: bad }, means),
      "INVALID_INPUT",
    );
    const { authenticator } = await addPasskey(admin, session(1));
    const asked = await offerPasskeySignIn(nobody(2), means);
    const answer = authenticator.answer({ challenge: asked.options.challenge, ...wrong });
    await isRefused(
      signInWithPasskey(nobody(2), { sealed: asked.challenge, answer }, means),
      "NOT_SIGNED_IN",
    );
    expect(await world.lastEntry()).toMatchObject({ act: "admin.sign_in_refused", name: admin.email });
  });

  test("is taken once, in the session that was asked, within five minutes", async () => {
    const admin = await makeAdmin();
    const [session, other] = [await openSession(admin, 0), await openSession(admin, 0)];
    const { options, challenge } = await beginPasskeyRegistration(session(1), means);
    const passkey = new TestAuthenticator().make({ challenge: options.challenge });
    const input = { challenge, name: "key", passkey };
    await isRefused(registerPasskey(other(2), input, means), "GONE");
    await isRefused(registerPasskey(session(302), input, means), "GONE");
    await registerPasskey(session(2), input, means);
    await isRefused(registerPasskey(session(3), input, means), "GONE");
    const again = await beginPasskeyRegistration(session(3), means);
    const same = { ...input, challenge: again.challenge };
    await isRefused(registerPasskey(session(3), same, means), "INVALID_INPUT");
  });

  test("answers a sign-in once, of two at once too, and not after five minutes", async () => {
    const admin = await makeAdmin();
    const { authenticator } = await addPasskey(admin, (await openSession(admin, 0))(1));
    const { options, challenge: sealed } = await offerPasskeySignIn(nobody(10), means);
    const answer = authenticator.answer({ challenge: options.challenge });
    await isRefused(signInWithPasskey(nobody(310), { sealed, answer }, means), "GONE");
    const tries = await Promise.allSettled([
      signInWithPasskey(nobody(11), { sealed, answer }, means),
      signInWithPasskey(nobody(11), { sealed, answer }, means),
    ]);
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await isRefused(signInWithPasskey(nobody(12), { sealed, answer }, means), "GONE");
  });

  test("of a disabled admin, one that was removed, and one that is unknown sign nobody in", async () => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const { authenticator, row } = await addPasskey(admin, session(1));
    await world.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [admin.id]);
    await isRefused(enter(authenticator, 2), "NOT_SIGNED_IN");
    await world.db.query("UPDATE admin SET disabled_at = NULL WHERE id = $1::uuid", [admin.id]);
    await enter(authenticator, 3);
    await removePasskey(session(4), { id: row.id });
    await isRefused(enter(authenticator, 5), "NOT_SIGNED_IN");
    await isRefused(enter(new TestAuthenticator(), 6), "NOT_SIGNED_IN");
    expect(await world.lastEntry()).toMatchObject({ act: "admin.sign_in_refused", name: "unknown account" });
  });

  test("that is a copy is told to whose it is and to every owner, whatever they chose, and to nobody else", async () => {
    const [admin, owner] = [await makeAdmin("auditor"), await makeAdmin("owner")];
    await makeAdmin("governor");
    await world.db.query(
      "INSERT INTO notification_choice SELECT id, 'passkey_cloned', 'console', false FROM admin",
    );
    const { authenticator } = await addPasskey(admin, (await openSession(admin, 0))(1), { counter: 7 });
    await enter(authenticator, 10);
    authenticator.counter = 7;
    await isRefused(enter(authenticator, 11), "NOT_SIGNED_IN");
    const told = await world.db.query<{ title: string; path: string; to: string }>(
      `SELECT n.title, n.path, r.admin_id AS "to" FROM notification n JOIN notification_receipt r ON r.notification_id = n.id
       WHERE n.kind = 'passkey_cloned' AND r.admin_id IN (SELECT id FROM admin WHERE id = ANY ($1::uuid[]) OR role = 'governor')`,
      [[admin.id, owner.id]],
    );
    expect(told.sort((a, b) => a.path.localeCompare(b.path))).toEqual([
      { title: "Your passkey laptop was copied", path: "/account", to: admin.id },
      { title: `A passkey of ${admin.email} was copied: laptop`, path: `/admins/${admin.id}`, to: owner.id },
    ]);
  });

  test("that is a copy is refused, blocked and shown, and every session ends; the device that counted on is blocked too", async () => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const { authenticator } = await addPasskey(admin, session(1), { counter: 7 });
    const { sessionId } = await enter(authenticator, 10);
    const counted = authenticator.counter;
    authenticator.counter = 7;
    await isRefused(enter(authenticator, 11), "NOT_SIGNED_IN");
    expect([await lives(sessionId, 12), await lives(sessionOf(session(0)), 12)]).toEqual([false, false]);
    authenticator.counter = counted;
    await isRefused(enter(authenticator, 13), "NOT_SIGNED_IN");
    const { passkeys } = await listFactorsOf(world.as("owner"), { adminId: admin.id });
    expect(passkeys[0]?.blockedAt).toBe(at(11).toISOString());
    const acts = await world.db.query<{ act: string; note: string | null }>(
      "SELECT act, note FROM audit_entry ORDER BY sequence DESC LIMIT 3",
    );
    expect(acts.map(({ act, note }) => `${act}: ${note}`).reverse()).toEqual([
      "passkey.blocked: its counter went back: a copy of the key is about",
      "admin.sign_in_refused: passkey counter went back",
      "admin.sign_in_refused: blocked passkey",
    ]);
  });

  test("cannot be blocked by whoever has no key: a forged answer with a low counter changes nothing", async () => {
    const admin = await makeAdmin();
    const { authenticator } = await addPasskey(admin, (await openSession(admin, 0))(1), { counter: 7 });
    const forger = new TestAuthenticator({ userHandle: authenticator.userHandle, counter: 1 });
    const { options, challenge: sealed } = await offerPasskeySignIn(nobody(2), means);
    const forged = forger.answer({ challenge: options.challenge });
    const { credentialId } = authenticator;
    const answer = { ...forged, id: credentialId, rawId: credentialId };
    await isRefused(signInWithPasskey(nobody(2), { sealed, answer }, means), "NOT_SIGNED_IN");
    await enter(authenticator, 3);
  });

  test("is renamed and removed by its own admin alone", async () => {
    const admin = await makeAdmin();
    const session = await openSession(admin, 0);
    const stranger = await openSession(await makeAdmin(), 0);
    const { row } = await addPasskey(admin, session(1));
    await isRefused(renamePasskey(stranger(2), { id: row.id, name: "mine" }), "NOT_FOUND");
    await isRefused(removePasskey(stranger(2), { id: row.id }), "NOT_FOUND");
    await isRefused(renamePasskey(world.as("owner"), { id: row.id, name: "mine" }), "CONFLICT");
    expect(await renamePasskey(session(2), { id: row.id, name: "blue key" })).toMatchObject({
      name: "blue key",
    });
    expect(await world.lastEntry()).toMatchObject({
      act: "passkey.renamed",
      before: { passkey: "laptop" },
      after: { passkey: "blue key" },
    });
  });
});

describe("the last way in", () => {
  test("is never taken away: neither the app without a passkey, nor of two passkeys both at once", async () => {
    const admin = await makeAdmin("owner", PASSWORD);
    const session = await openSession(admin, 0);
    await isRefused(removeTotp(session(1)), "CONFLICT");
    const one = await addPasskey(admin, session(1), { name: "one" });
    const two = await addPasskey(admin, session(1), { name: "two" });
    await removeTotp(session(2));
    const tries = await Promise.allSettled(
      [one, two].map(({ row }) => removePasskey(session(3), { id: row.id })),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect((await listOwnFactors(session(4))).passkeys).toHaveLength(1);
    const credentials = { email: admin.email, password: PASSWORD };
    await isRefused(
      signIn(nobody(5), { ...credentials, code: codeAt(admin.totpSecret, 5) }, means.wrapper),
      "NOT_SIGNED_IN",
    );
    await isRefused(
      signIn(nobody(6), { ...credentials, code: "", enrolment: "x" }, means.wrapper),
      "NOT_SIGNED_IN",
    );
  });

  test("is taken by an owner's new invitation, with passkeys and recovery codes", async () => {
    const admin = await makeAdmin("responder", PASSWORD);
    const session = await openSession(admin, 0);
    const { authenticator } = await addPasskey(admin, session(1));
    const { codes } = await makeRecoveryCodes(session(1));
    const owner = await openSession(await makeAdmin(), 0);
    await renewInvitation(owner(1), { adminId: admin.id }, PARTY.origin);
    await isRefused(enter(authenticator, 2), "NOT_SIGNED_IN");
    const input = { email: admin.email, password: PASSWORD, code: "", recoveryCode: codes[0] };
    await isRefused(signIn(nobody(3), input, means.wrapper), "NOT_SIGNED_IN");
  });
});

describe("a recovery code", () => {
  test("lets in once with the password, on record with how many are left; ten of them, until new ones are made", async () => {
    const admin = await makeAdmin("owner", PASSWORD);
    const session = await openSession(admin, 0);
    const { codes } = await makeRecoveryCodes(session(1));
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(code).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    const [stored] = await world.db.query<{ text: string }>(
      "SELECT string_agg(encode(code_hash, 'escape'), ' ') AS text FROM recovery_code",
    );
    for (const code of codes) expect(stored?.text).not.toContain(code);
    const by = (code: string, password = PASSWORD) =>
      signIn(nobody(10), { email: admin.email, password, code: "", recoveryCode: code }, means.wrapper);
    const [first = "", second = ""] = codes;
    await isRefused(by(first, "wrong"), "NOT_SIGNED_IN");
    const result = await by(first.toLowerCase().replaceAll("-", " "));
    expect(result).toMatchObject({ outcome: "signed_in" });
    const [used] = await world.db.query<{ after: unknown }>(
      "SELECT after FROM audit_entry WHERE act = 'recovery_code.used'",
    );
    expect(used?.after).toEqual({ left: 9 });
    await isRefused(by(first), "NOT_SIGNED_IN");
    expect((await listOwnFactors(session(11))).recoveryCodes).toMatchObject({ left: 9, made: 10 });
    await makeRecoveryCodes(session(12));
    await isRefused(by(second), "NOT_SIGNED_IN");
  });

  test("of two at once lets one in, and of another admin nobody", async () => {
    const [admin, other] = [await makeAdmin("owner", PASSWORD), await makeAdmin("auditor", PASSWORD)];
    const { codes } = await makeRecoveryCodes((await openSession(admin, 0))(1));
    const input = { password: PASSWORD, code: "", recoveryCode: codes[0] };
    await isRefused(signIn(nobody(2), { ...input, email: other.email }, means.wrapper), "NOT_SIGNED_IN");
    const tries = await Promise.allSettled(
      [1, 2].map(() => signIn(nobody(3), { ...input, email: admin.email }, means.wrapper)),
    );
    expect(tries.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
});

describe("sessions", () => {
  test("are listed with device, way and place, the asking one marked; one's own are ended, another's by owners alone", async () => {
    const admin = await makeAdmin("auditor");
    const [session, other] = [await openSession(admin, 0), await openSession(admin, 1, "passkey")];
    const owner = await openSession(await makeAdmin(), 0);
    const { rows, total } = await listSessionsOf(owner(2), { adminId: admin.id }, (ip) =>
      ip === "8.8.8.8" ? "US" : null,
    );
    expect(rows).toMatchObject([
      { device: "Firefox on Linux", ip: "8.8.8.8", country: "US", signedInBy: "passkey", isCurrent: false },
      { signedInBy: "totp", isCurrent: false },
    ]);
    expect(total).toBe(2);
    const own = await listOwnSessions(session(2), noPlace);
    expect(own.rows.map(({ isCurrent }) => isCurrent)).toEqual([true, false]);
    await isRefused(listSessionsOf(session(2), { adminId: admin.id }, noPlace), "FORBIDDEN");
    const of = (ctx: Context) => ({ adminId: admin.id, sessionId: sessionOf(ctx) });
    const stranger = await openSession(await makeAdmin("responder"), 0);
    await isRefused(endAdminSession(stranger(3), of(other(3))), "FORBIDDEN");
    await isRefused(
      endAdminSession(session(3), { adminId: admin.id, sessionId: sessionOf(owner(3)) }),
      "NOT_FOUND",
    );
    expect(await endAdminSession(session(3), of(other(3)))).toEqual({ ended: 1 });
    expect(await endAdminSession(session(3), of(other(3)))).toEqual({ ended: 0 });
    expect(await world.lastEntry()).toMatchObject({ act: "admin.session_ended", name: admin.email });
    expect([await lives(sessionOf(session(3)), 4), await lives(sessionOf(other(3)), 4)]).toEqual([
      true,
      false,
    ]);
    await endAdminSession(owner(4), of(session(4)));
    expect(await lives(sessionOf(session(4)), 5)).toBe(false);
  });
});

test.each([
  ["https://console.example.com", "console.example.com"],
  ["https://console.example.com:8443", "console.example.com"],
  ["http://localhost:3000", "localhost"],
  ["http://console.example.com", null],
  ["https://192.0.2.1", null],
  ["https://[2001:db8::1]", null],
])("passkeys of a console at %s are bound to %s", (url, id) => {
  expect(findRelyingParty(url)?.id ?? null).toBe(id);
});
