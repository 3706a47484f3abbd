import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { changeAdminRole } from "../admins/change-admin-role.ts";
import { createAdmin } from "../admins/create-admin.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import { findSession } from "../admins/find-session.ts";
import { listSessionsOf } from "../admins/list-sessions.ts";
import { renewInvitation } from "../admins/renew-invitation.ts";
import { signIn } from "../admins/sign-in.ts";
import { signInWithPasskey } from "../admins/sign-in-with-passkey.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { findApiToken } from "../api-tokens/find-api-token.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { offerPasskeySignIn } from "../passkeys/offer-sign-in.ts";
import { beginStepUp } from "../step-up/begin-step-up.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import type { ProviderIdentity } from "./exchange-code.ts";
import { getProvider } from "./list-providers.ts";
import { proveByProvider } from "./prove-by-provider.ts";
import { clientSecretLabel } from "./provider-record.ts";
import { removeProvider } from "./remove-provider.ts";
import { signInByProvider } from "./sign-in-by-provider.ts";
import { changeSignInPolicy, getSignInPolicy, turnLocalSignInOn } from "./sign-in-policy.ts";
import { switchProvider } from "./switch-provider.ts";

const world = testContexts();
const { wrapper, means, at, codeAt, makeAdmin, openSession, addPasskey } = sessionFixture(() => world.db);
const PASSWORD = "correct horse battery";
let number = 0;

async function makeProvider(change: Record<string, unknown> = {}) {
  number += 1;
  const id = uuidv7(new Date());
  const row = {
    id,
    name: `Provider ${number}`,
    issuer: `https://login-${number}.example`,
    client_id: "tokenwarden",
    client_secret_wrapped: await wrapper.wrap(Buffer.from("secret"), clientSecretLabel(id)),
    scopes: ["openid", "email"],
    role_claim: "groups",
    role_rules: JSON.stringify([
      { value: "tw-owners", role: "owner" },
      { value: "tw-audit", role: "auditor" },
    ]),
    creates_admins: false,
    acr_values: [],
    required_acr: [],
    required_amr: [],
    max_age_seconds: null,
    created_at: at(0),
    updated_at: at(0),
    ...change,
  };
  const names = Object.keys(row);
  await world.db.query(
    `INSERT INTO sign_in_provider (${names.join(", ")}) VALUES (${names.map((_, index) => `$${index + 1}`).join(", ")})`,
    Object.values(row),
  );
  return { id, name: row.name, issuer: row.issuer };
}

function nobody(seconds: number): Context {
  const actor = { kind: "anonymous", id: "anonymous", name: "anonymous" } as const;
  return { ...world.as("owner"), actor, now: at(seconds), ip: "203.0.113.7" };
}

function person(
  subject: string,
  change: Partial<ProviderIdentity> & { groups?: string[] } = {},
): ProviderIdentity {
  const { groups = ["tw-owners"], claims, ...rest } = change;
  return {
    issuer: "https://login.example",
    subject,
    verifiedEmail: `${subject}@example.com`,
    name: subject,
    claims: { groups, auth_time: at(0).getTime() / 1000, ...claims },
    ...rest,
  };
}

const enter = (provider: { id: string }, identity: ProviderIdentity, seconds = 10) =>
  signInByProvider(nobody(seconds), { providerId: provider.id, identity });

async function owner(seconds = 0) {
  const admin = await makeAdmin("owner", PASSWORD);
  return { admin, ctx: await openSession(admin, seconds) };
}

async function invite(provider: { id: string }, email: string) {
  const { ctx } = await owner();
  const { admin } = await createAdmin(ctx(1), { email, name: email, providerId: provider.id }, "http://x");
  return admin;
}

const lives = async (sessionId: string, seconds: number) =>
  (await findSession(world.db, { sessionId, now: at(seconds) })) !== null;
const isRefused = (act: Promise<unknown>, why: string) => expect(act).rejects.toMatchObject({ why });
const subjectFor = () => `person-${randomBytes(4).toString("hex")}`;

describe("sign-in by a provider", () => {
  test("links who was invited, once, to issuer and subject, and gives the role of their groups, on record", async () => {
    const provider = await makeProvider();
    const subject = subjectFor();
    const invited = await invite(provider, `${subject}@example.com`);
    expect(invited).toMatchObject({ state: "invited", provider: { name: provider.name } });
    const { adminId, sessionId } = await enter(provider, person(subject));
    expect(adminId).toBe(invited.id);
    const session = await findSession(world.db, { sessionId, now: at(11) });
    expect(session).toMatchObject({ role: "owner" });
    expect(await world.lastEntry()).toMatchObject({
      act: "admin.signed_in",
      after: { signedInBy: "provider", provider: provider.name },
    });
    // another of its people under the same address is somebody else: the invitation is used up
    await isRefused(
      enter(provider, person("usurper", { verifiedEmail: `${subject}@example.com` })),
      "NOT_INVITED",
    );
    // the same person under another address is the same admin
    expect((await enter(provider, person(subject, { verifiedEmail: "new@example.com" }))).adminId).toBe(
      adminId,
    );
    const { ctx } = await owner();
    const [row] = await listSessionsOf(ctx(12), { adminId }, () => null);
    expect(row).toMatchObject({ signedInBy: "provider", provider: { id: provider.id, name: provider.name } });
  });

  test.each([
    ["in another case", (email: string) => email.toUpperCase()],
    ["with a plus", (email: string) => email.replace("@", "+tw@")],
    ["with a letter that looks alike", (email: string) => email.replace("e", "е")],
    ["in full width", (email: string) => email.replace("p", "ｐ")],
    ["with a space", (email: string) => `${email} `],
    ["with a dot", (email: string) => email.replace("@", ".@")],
  ])("links nobody by the invited address %s", async (_name, change) => {
    const provider = await makeProvider();
    const subject = subjectFor();
    await invite(provider, `${subject}@example.com`);
    const identity = person(subject, { verifiedEmail: change(`${subject}@example.com`) });
    await isRefused(enter(provider, identity), "NOT_INVITED");
    expect(await world.lastEntry()).toMatchObject({ act: "admin.sign_in_refused" });
  });

  test("links nobody by an address that the issuer does not vouch for, nor after seven days", async () => {
    const provider = await makeProvider();
    const subject = subjectFor();
    await invite(provider, `${subject}@example.com`);
    await isRefused(enter(provider, person(subject, { verifiedEmail: null })), "NOT_INVITED");
    await isRefused(enter(provider, person(subject), 8 * 86_400), "NOT_INVITED");
  });

  test("never lets two providers with the same address meet", async () => {
    const [one, two] = [await makeProvider(), await makeProvider({ creates_admins: true })];
    const subject = subjectFor();
    await invite(one, `${subject}@example.com`);
    await enter(one, person(subject));
    await isRefused(enter(two, person(subject)), "ADDRESS_IN_USE");
    await isRefused(enter(await makeProvider(), person(subject)), "NOT_INVITED");
  });

  test("never takes over an account of this console by its address", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const { admin } = await owner();
    await isRefused(enter(provider, person("x", { verifiedEmail: admin.email })), "ADDRESS_IN_USE");
  });

  test("makes somebody new only where the provider's people may come uninvited, and by an address that is one", async () => {
    const subject = subjectFor();
    await isRefused(enter(await makeProvider(), person(subject)), "NOT_INVITED");
    const provider = await makeProvider({ creates_admins: true });
    await isRefused(enter(provider, person(subject, { verifiedEmail: null })), "NOT_INVITED");
    await isRefused(enter(provider, person(subject, { verifiedEmail: "lооk@example.com" })), "NOT_INVITED");
    const [first, second] = await Promise.all([
      enter(provider, person(subject)),
      enter(provider, person(subject)),
    ]);
    expect(first?.adminId).toBe(second?.adminId);
  });

  test("evaluates the role at each sign-in; a group that is gone ends it, and what it had opened", async () => {
    const provider = await makeProvider({ creates_admins: true });
    await owner();
    const subject = subjectFor();
    const first = await enter(provider, person(subject));
    const second = await enter(provider, person(subject, { groups: ["tw-audit"] }), 20);
    expect(await findSession(world.db, { sessionId: second.sessionId, now: at(21) })).toMatchObject({
      role: "auditor",
    });
    expect(await lives(first.sessionId, 21)).toBe(false);
    const [changed] = await world.db.query<{ before: object; after: object }>(
      "SELECT before, after FROM audit_entry WHERE act = 'admin.role_changed' AND target_id = $1::text",
      [first.adminId],
    );
    expect(changed).toMatchObject({
      before: { role: "owner" },
      after: { role: "auditor", endedSessions: 1 },
    });
    await isRefused(enter(provider, person(subject, { groups: ["else"] }), 30), "NO_ROLE");
    expect(await lives(second.sessionId, 31), "who has no role there is out here").toBe(false);
    const { ctx } = await owner();
    await expect(changeAdminRole(ctx(1), { adminId: first.adminId, role: "owner" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  test("is refused where it was weaker than what is asked for", async () => {
    const provider = await makeProvider({
      creates_admins: true,
      required_acr: ["gold"],
      required_amr: ["otp"],
      max_age_seconds: 60,
    });
    const strong = {
      groups: ["tw-owners"],
      acr: "gold",
      amr: ["pwd", "otp"],
      auth_time: at(0).getTime() / 1000,
    };
    const subject = subjectFor();
    for (const weak of [
      { acr: "tin" },
      { amr: ["pwd"] },
      { auth_time: at(-200).getTime() / 1000 },
      { auth_time: undefined },
    ])
      await isRefused(enter(provider, person(subject, { claims: { ...strong, ...weak } })), "TOO_WEAK");
    await expect(enter(provider, person(subject, { claims: strong }))).resolves.toBeDefined();
  });

  test("while a restore waits to be confirmed lets in who was linked, as what they were; nobody new, and nobody as a new owner", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const [ownerThere, auditor, invited] = [subjectFor(), subjectFor(), subjectFor()];
    await owner();
    await enter(provider, person(ownerThere));
    const groups = ["tw-audit"];
    await enter(provider, person(auditor, { groups }));
    await invite(provider, `${invited}@example.com`);
    await world.db.query(
      `INSERT INTO restore (id, found_at, mark_number, mark_at, mark_hash, mark_acts, common_number, common_at, common_acts)
       VALUES (gen_random_uuid(), now(), 9, now(), 'x', 1, 5, now(), 1)`,
    );
    try {
      await expect(enter(provider, person(ownerThere), 20)).resolves.toBeDefined();
      await expect(enter(provider, person(auditor, { groups }), 20)).resolves.toBeDefined();
      await isRefused(enter(provider, person(auditor), 21), "RESTORE_WAITS");
      await isRefused(enter(provider, person(invited), 21), "RESTORE_WAITS");
      await isRefused(enter(provider, person(subjectFor()), 21), "RESTORE_WAITS");
      expect(await world.lastEntry()).toMatchObject({
        act: "admin.sign_in_refused",
        note: expect.stringContaining("a restore waits"),
      });
    } finally {
      await world.db.query("UPDATE restore SET confirmed_at = now(), takes_back = false");
    }
    await expect(enter(provider, person(invited), 30)).resolves.toBeDefined();
  });

  async function toldOf(adminId: string) {
    return world.db.query<{ kind: string; title: string; readers: string[] }>(
      `SELECT n.kind, n.title, array_remove(array_agg(r.admin_id::text), NULL) AS readers FROM notification n
       LEFT JOIN notification_receipt r ON r.notification_id = n.id
       WHERE n.subject_id = $1::text AND n.kind IN ('owner_by_provider', 'admin_by_provider') GROUP BY n.id ORDER BY n.at, n.id`,
      [adminId],
    );
  }

  test("uninvited makes an admin on record as such, and tells every owner, of a new owner whatever they chose", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const { admin: other } = await owner();
    await world.db.query(
      `INSERT INTO notification_choice (admin_id, kind, channel, is_on)
       SELECT $1::uuid, kind, 'console', false FROM unnest(ARRAY['owner_by_provider', 'admin_by_provider']) AS kind`,
      [other.id],
    );
    const subject = subjectFor();
    const { adminId } = await enter(provider, person(subject));
    const [created] = await world.db.query<object>(
      "SELECT act, actor_id, note, after FROM audit_entry WHERE act = 'admin.created' AND target_id = $1::text",
      [adminId],
    );
    expect(created).toEqual({
      act: "admin.created",
      actor_id: adminId,
      note: `by their first sign-in at ${provider.name}, uninvited`,
      after: { email: `${subject}@example.com`, role: "owner", provider: provider.name },
    });
    const [told, ...more] = await toldOf(adminId);
    expect(more).toEqual([]);
    expect(told).toMatchObject({
      kind: "owner_by_provider",
      title: `${subject}@example.com came in as a new admin: Owner`,
    });
    expect(told?.readers).toContain(other.id);
    expect(told?.readers, "who came in knows").not.toContain(adminId);
    const auditor = await enter(provider, person(subjectFor(), { groups: ["tw-audit"] }));
    const [quiet] = await toldOf(auditor.adminId);
    expect(quiet?.kind).toBe("admin_by_provider");
    expect(quiet?.readers, "of who is no owner they chose not to be told").not.toContain(other.id);
  });

  test("tells the owners of who becomes one by their groups, and of nobody who stays what they are", async () => {
    const provider = await makeProvider();
    const { admin: other } = await owner();
    const subject = subjectFor();
    await invite(provider, `${subject}@example.com`);
    const groups = ["tw-audit"];
    const { adminId } = await enter(provider, person(subject, { groups }));
    await enter(provider, person(subject, { groups }), 20);
    expect(await toldOf(adminId), "invited, and no owner").toEqual([]);
    await enter(provider, person(subject), 30);
    await enter(provider, person(subject), 40);
    await enter(provider, person(subject, { groups }), 50);
    const told = await toldOf(adminId);
    expect(told).toEqual([expect.objectContaining({ title: `${subject}@example.com is now an owner` })]);
    expect(told[0]?.readers).toContain(other.id);
  });

  test("is refused to a disabled admin and at a disabled provider, whose sessions end at the next request", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const identity = person(subjectFor());
    const { adminId, sessionId } = await enter(provider, identity);
    const { ctx } = await owner();
    await disableAdmin(ctx(1), { adminId });
    await isRefused(enter(provider, identity, 12), "ADMIN_DISABLED");
    expect(await lives(sessionId, 12)).toBe(false);
    const other = await enter(provider, person(subjectFor()));
    await switchProvider(ctx(2), { providerId: provider.id, isDisabled: true });
    expect(await lives(other.sessionId, 12)).toBe(false);
    expect(await world.lastEntry()).toMatchObject({
      act: "sign_in_provider.disabled",
      before: { state: "enabled" },
      after: { state: "disabled", endedSessions: 1 },
    });
    await isRefused(enter(provider, person(subjectFor())), "PROVIDER_FAILED");
    expect((await getProvider(ctx(3), { providerId: provider.id })).sessions).toBe(0);
    await removeProvider(ctx(3), { providerId: provider.id });
    expect(await lives(other.sessionId, 12)).toBe(false);
  });

  test("is bound anew where an owner says so: the one before is out", async () => {
    const provider = await makeProvider();
    const subject = subjectFor();
    const invited = await invite(provider, `${subject}@example.com`);
    const { sessionId } = await enter(provider, person(subject));
    // what the person calls themselves there since invites nobody
    await enter(provider, person(subject, { verifiedEmail: "chosen@example.com" }), 11);
    const { ctx } = await owner();
    const link = await renewInvitation(ctx(1), { adminId: invited.id }, "http://x");
    expect(link.url).toBe("http://x/sign-in");
    expect(await lives(sessionId, 12)).toBe(false);
    expect(await world.lastEntry()).toMatchObject({
      act: "admin.enrolment_reset",
      after: { provider: provider.name, email: `${subject}@example.com` },
    });
    await isRefused(
      enter(provider, person("chosen", { verifiedEmail: "chosen@example.com" })),
      "NOT_INVITED",
    );
    const again = await enter(provider, person("other", { verifiedEmail: `${subject}@example.com` }));
    expect(again.adminId).toBe(invited.id);
    await isRefused(enter(provider, person(subject, { verifiedEmail: null })), "NOT_INVITED");
  });

  test("leaves no other way in: a passkey of one's own confirms, and does not sign in", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const subject = subjectFor();
    const { adminId, sessionId } = await enter(provider, person(subject));
    const actor = { kind: "admin", id: adminId, name: subject, role: "owner", sessionId } as const;
    const ctx = { ...nobody(20), actor };
    const { authenticator } = await addPasskey(
      { id: adminId, email: subject, role: "owner", totpSecret: "" },
      ctx,
    );
    const { options, challenge: sealed } = await offerPasskeySignIn(nobody(30), means);
    const answer = authenticator.answer({ challenge: options.challenge });
    await expect(signInWithPasskey(nobody(30), { sealed, answer }, means)).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
      detail: "signs in by a provider alone",
    });
    const { ctx: byOwner } = await owner();
    await switchProvider(byOwner(31), { providerId: provider.id, isDisabled: true });
    await removeProvider(byOwner(32), { providerId: provider.id });
    const later = await offerPasskeySignIn(nobody(40), means);
    const second = {
      sealed: later.challenge,
      answer: authenticator.answer({ challenge: later.options.challenge }),
    };
    await expect(signInWithPasskey(nobody(40), second, means)).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
      detail: "never had a way in of this console",
    });
  });

  test("who is let go leaves no API token behind that goes on: without a role, or with the provider disabled or gone", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const subject = subjectFor();
    const { adminId, sessionId } = await enter(provider, person(subject));
    const actor = { kind: "admin", id: adminId, name: subject, role: "owner", sessionId } as const;
    const { token: value } = await createApiToken(
      { ...nobody(1), actor },
      { name: "left behind", role: "owner", isUnattended: true },
    );
    const found = async (seconds: number) =>
      (await findApiToken(world.db, { value, ip: null, now: at(seconds) }))?.refusal;
    expect(await found(2)).toBeNull();
    await isRefused(enter(provider, person(subject, { groups: ["else"] }), 30), "NO_ROLE");
    expect(await found(31)).toBe("API_TOKEN_CREATOR_DISABLED");
    await enter(provider, person(subject), 40);
    expect(await found(41), "they have a role again").toBeNull();
    const { ctx } = await owner();
    await switchProvider(ctx(42), { providerId: provider.id, isDisabled: true });
    expect(await found(43)).toBe("API_TOKEN_CREATOR_DISABLED");
    await removeProvider(ctx(44), { providerId: provider.id });
    expect(await found(45)).toBe("API_TOKEN_CREATOR_DISABLED");
  });

  test("is refused where it says that it is to come", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const claims = { groups: ["tw-owners"], auth_time: at(86_400).getTime() / 1000 };
    await isRefused(enter(provider, person(subjectFor(), { claims })), "TOO_WEAK");
  });
});

describe("a step-up at the provider", () => {
  async function signedIn(secondsAgo: number, change: Record<string, unknown> = {}) {
    const provider = await makeProvider({ creates_admins: true, ...change });
    const subject = subjectFor();
    const since = { auth_time: at(-secondsAgo).getTime() / 1000, groups: ["tw-owners"], acr: "gold" };
    const { adminId, sessionId } = await enter(provider, person(subject, { claims: since }), 0);
    const actor = { kind: "admin", id: adminId, name: subject, role: "owner", sessionId } as const;
    const ctx = (seconds: number): Context => ({ ...nobody(seconds), actor });
    const asked = (seconds: number) => ({
      sessionId,
      kind: "keys" as const,
      subject: null,
      askedAt: at(seconds),
    });
    const fresh = (seconds: number, claims: object = {}) =>
      person(subject, { claims: { auth_time: at(seconds).getTime() / 1000, acr: "gold", ...claims } });
    return { provider, ctx, asked, fresh, subject };
  }

  test("is needed by who signed in there long ago, however new the session is", async () => {
    const old = await signedIn(3_600);
    await expect(requireStepUp(old.ctx(1), "keys")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
    const recent = await signedIn(60);
    await expect(requireStepUp(recent.ctx(1), "keys")).resolves.toBeUndefined();
    await expect(requireStepUp(recent.ctx(700), "keys")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
  });

  test("is offered, counts for its session and kind, for ten minutes, once, on record", async () => {
    const { provider, ctx, asked, fresh } = await signedIn(3_600);
    expect(await beginStepUp(ctx(1), { kind: "keys" }, means)).toEqual({
      passkey: null,
      hasTotp: false,
      provider: { id: provider.id, name: provider.name },
    });
    const question = asked(100);
    await proveByProvider(ctx(130), { providerId: provider.id, identity: fresh(120), flow: question });
    expect(await world.lastEntry()).toMatchObject({
      act: "step_up.proven",
      after: { kind: "keys", method: "provider" },
    });
    await expect(requireStepUp(ctx(131), "keys")).resolves.toBeUndefined();
    await expect(requireStepUp(ctx(131), "roles")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
    await expect(requireStepUp(ctx(731), "keys")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
  });

  test("is refused for another person, another provider, another session, an old sign-in, a weaker one", async () => {
    const { provider, ctx, asked, fresh } = await signedIn(3_600, { required_acr: ["gold"] });
    const other = await signedIn(3_600);
    const prove = (identity: ProviderIdentity, change: object = {}, providerId = provider.id) =>
      proveByProvider(ctx(130), { providerId, identity, flow: { ...asked(100), ...change } });
    await isRefused(prove({ ...fresh(120), subject: other.subject }), "OTHER_PERSON");
    await isRefused(prove(fresh(120), {}, other.provider.id), "OTHER_PERSON");
    await isRefused(prove(fresh(120), { sessionId: other.asked(0).sessionId }), "OTHER_PERSON");
    await isRefused(prove(fresh(50)), "TOO_WEAK");
    await isRefused(prove(fresh(120, { auth_time: undefined })), "TOO_WEAK");
    await isRefused(prove(fresh(120, { acr: "tin" })), "TOO_WEAK");
    expect(await world.lastEntry()).toMatchObject({ act: "step_up.refused" });
    await expect(requireStepUp(ctx(131), "keys")).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
  });
});

describe("sign-in without a provider", () => {
  const policyOf = (ctx: Context) => getSignInPolicy(ctx);
  const local = (email: string, code: string, seconds: number) =>
    signIn(nobody(seconds), { email, password: PASSWORD, code }, wrapper);

  /** On again, nobody named: tests of one database follow each other. */
  async function reset() {
    await turnLocalSignInOn({ ...world.as("owner"), actor: { kind: "system", id: "test", name: "test" } });
    await world.db.query("UPDATE admin SET is_break_glass = false");
    await world.db.query("UPDATE admin_identity SET last_sign_in_at = NULL");
  }

  test("goes off only where an owner has come by a provider, a break-glass owner is ready, and one stays in oneself", async () => {
    await reset();
    const { admin, ctx } = await owner();
    const off = async (breakGlass?: string[]) =>
      changeSignInPolicy(ctx(1), {
        version: (await policyOf(ctx(1))).version,
        localSignIn: false,
        ...(breakGlass ? { breakGlass } : {}),
      });
    await expect(off([admin.id])).rejects.toThrow(/No owner has signed in by a provider/);
    const provider = await makeProvider({ creates_admins: true });
    const entered = await enter(provider, person(subjectFor()), 0);
    await expect(off()).rejects.toThrow(/break-glass owner/);
    await expect(off([entered.adminId])).rejects.toMatchObject({ code: "INVALID_INPUT" });
    const other = await owner();
    await expect(off([other.admin.id])).rejects.toThrow(/lock yourself out/);
    const responder = await makeAdmin("responder", PASSWORD);
    await expect(off([responder.id])).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect((await policyOf(ctx(2))).localSignIn).toBe(true);
  });

  test("off: everybody else is out at the next request and not let in; break-glass is let in, on record, before every owner", async () => {
    await reset();
    const { admin, ctx } = await owner();
    const other = await owner();
    const provider = await makeProvider({ creates_admins: true });
    const byProvider = await enter(provider, person(subjectFor()), 0);
    const before = await policyOf(ctx(1));
    await changeSignInPolicy(ctx(1), { version: before.version, localSignIn: false, breakGlass: [admin.id] });
    expect(await world.lastEntry()).toMatchObject({
      act: "sign_in_policy.updated",
      before: { localSignIn: true, breakGlassOwners: [] },
      after: { localSignIn: false, breakGlassOwners: [admin.email] },
    });
    const sessionOf = ({ actor }: Context) => (actor.kind === "admin" ? actor.sessionId : "");
    expect(await lives(sessionOf(ctx(2)), 2)).toBe(true);
    expect(await lives(sessionOf(other.ctx(2)), 2)).toBe(false);
    expect(await lives(byProvider.sessionId, 2)).toBe(true);
    await expect(local(other.admin.email, codeAt(other.admin.totpSecret, 60), 60)).rejects.toMatchObject({
      code: "NOT_SIGNED_IN",
      detail: "sign-in without a provider is off",
    });
    const entered = await local(admin.email, codeAt(admin.totpSecret, 90), 90);
    expect(entered.outcome).toBe("signed_in");
    expect(await world.lastEntry()).toMatchObject({ act: "admin.signed_in_break_glass" });
    const told = await world.db.query<{ title: string; needs: string; readers: string[] }>(
      `SELECT n.title, n.needs, array_agg(r.admin_id::text) AS readers FROM notification n JOIN notification_receipt r ON r.notification_id = n.id
       WHERE n.kind = 'break_glass_used' GROUP BY n.id`,
    );
    expect(told).toEqual([expect.objectContaining({ title: `${admin.email} signed in by break-glass` })]);
    expect(told[0]?.readers).toContain(other.admin.id);
    expect(told[0]?.readers).not.toContain(admin.id);
    const shown = (await policyOf(ctx(91))).breakGlassSignIns;
    expect(shown).toEqual([expect.objectContaining({ admin: expect.objectContaining({ id: admin.id }) })]);
    await expect(
      createAdmin(ctx(92), { email: "late@example.com", name: "Late", role: "auditor" }, "http://x"),
    ).rejects.toMatchObject({ code: "CONFLICT" });
    // the last of them is not taken away
    const session = {
      kind: "admin",
      id: byProvider.adminId,
      name: "p",
      role: "owner",
      sessionId: byProvider.sessionId,
    } as const;
    const asOther = { ...nobody(93), actor: session };
    await expect(disableAdmin(asOther, { adminId: admin.id })).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(renewInvitation(asOther, { adminId: admin.id }, "http://x")).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  test("comes on again from the command line, on record, once", async () => {
    await reset();
    const { admin, ctx } = await owner();
    await enter(await makeProvider({ creates_admins: true }), person(subjectFor()), 0);
    const { version } = await policyOf(ctx(1));
    await changeSignInPolicy(ctx(1), { version, localSignIn: false, breakGlass: [admin.id] });
    const system = { ...ctx(2), actor: { kind: "system", id: "cli", name: "cli" } } as Context;
    expect(await turnLocalSignInOn(system)).toBe(true);
    expect(await world.lastEntry()).toMatchObject({
      act: "sign_in_policy.updated",
      before: { localSignIn: false },
      after: { localSignIn: true },
    });
    expect(await turnLocalSignInOn(system)).toBe(false);
    const other = await owner();
    await expect(local(other.admin.email, codeAt(other.admin.totpSecret, 60), 60)).resolves.toMatchObject({
      outcome: "signed_in",
    });
  });

  test.each(["responder", "governor", "auditor"] as const)("is not a %s's to see or change", async (role) => {
    const ctx = await openSession(await makeAdmin(role), 0);
    await expect(getSignInPolicy(ctx(1))).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(changeSignInPolicy(ctx(1), { version: 1, localSignIn: false })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    const { id } = await makeProvider();
    await expect(getProvider(ctx(1), { providerId: id })).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(switchProvider(ctx(1), { providerId: id, isDisabled: true })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });

  test("asks again who is there before it is changed", async () => {
    const { ctx } = await owner();
    const { id } = await makeProvider();
    await expect(changeSignInPolicy(ctx(700), { version: 1 })).rejects.toMatchObject({ kind: "sign-in" });
    await expect(switchProvider(ctx(700), { providerId: id, isDisabled: true })).rejects.toMatchObject({
      kind: "sign-in",
    });
    await expect(removeProvider(ctx(700), { providerId: id })).rejects.toMatchObject({ kind: "sign-in" });
  });
});
