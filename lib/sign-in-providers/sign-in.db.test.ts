import { describe, expect, test } from "vitest";
import { changeAdminRole } from "../admins/change-admin-role.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import { findSession } from "../admins/find-session.ts";
import { listSessionsOf } from "../admins/list-sessions.ts";
import { lockOwners } from "../admins/owner-lock.ts";
import { renewInvitation } from "../admins/renew-invitation.ts";
import { signInWithPasskey } from "../admins/sign-in-with-passkey.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { findApiToken } from "../api-tokens/find-api-token.ts";
import { testContexts } from "../db/test-context.ts";
import { offerPasskeySignIn } from "../passkeys/offer-sign-in.ts";
import { getProvider } from "./list-providers.ts";
import { removeProvider } from "./remove-provider.ts";
import { signInByProvider } from "./sign-in-by-provider.ts";
import { switchProvider } from "./switch-provider.ts";

import { isRefused, providersFixture, subjectFor } from "./test-sign-ins.ts";

const world = testContexts();

const { means, at, addPasskey, makeProvider, nobody, person, enter, owner, invite, lives } =
  providersFixture(world);

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
    const { rows } = await listSessionsOf(ctx(12), { adminId }, () => null);
    expect(rows[0]).toMatchObject({
      signedInBy: "provider",
      provider: { id: provider.id, name: provider.name },
    });
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
    await isRefused(enter(provider, person(subject, { verifiedEmail: null })), "ADDRESS_NOT_VERIFIED");
    // who was invited is answered as everybody is: it tells no stranger who is
    await isRefused(enter(provider, person("stranger", { verifiedEmail: null })), "ADDRESS_NOT_VERIFIED");
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
    await isRefused(enter(provider, person(subject, { verifiedEmail: null })), "ADDRESS_NOT_VERIFIED");
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
    for (const [weak, why] of [
      [{ acr: "tin" }, "TOO_WEAK"],
      [{ amr: ["pwd"] }, "TOO_WEAK"],
      [{ auth_time: at(-200).getTime() / 1000 }, "NOT_ANEW"],
      [{ auth_time: undefined }, "NOT_ANEW"],
    ] as const)
      await isRefused(enter(provider, person(subject, { claims: { ...strong, ...weak } })), why);
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
      expect(await world.lastEntry()).toMatchObject({ act: "admin.sign_in_refused" });
      const [last] = await world.db.query<{ note: string }>(
        "SELECT note FROM audit_entry ORDER BY sequence DESC LIMIT 1",
      );
      expect(last?.note).toContain("a restore waits");
    } finally {
      await world.db.query("UPDATE restore SET confirmed_at = now(), takes_back = false");
    }
    await expect(enter(provider, person(invited), 30)).resolves.toBeDefined();
  });

  async function toldOf(adminId: string) {
    return world.db.query<{ kind: string; title: string; text: string; readers: string[] }>(
      `SELECT n.kind, n.title, n.text, array_remove(array_agg(r.admin_id::text), NULL) AS readers FROM notification n
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

  test("says of who came whose address theirs is read as, on record and to the owners", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const known = subjectFor();
    await enter(provider, person(known));
    const { adminId } = await enter(provider, person(`${known}m`));
    expect(await toldOf(adminId)).toEqual([
      expect.objectContaining({ text: expect.stringContaining(`looks like ${known}@example.com`) }),
    ]);
    const [entry] = await world.db.query<{ after: object; note: string }>(
      "SELECT after, note FROM audit_entry WHERE act = 'admin.created' ORDER BY sequence DESC LIMIT 1",
    );
    expect(entry?.after).toMatchObject({ looksLike: `${known}@example.com` });
    expect(entry?.note).toContain(`uninvited; easily read as ${known}@example.com`);
  });

  test("looks for what waits in somebody's name where their role changes or they are let go, and at no other sign-in", async () => {
    const provider = await makeProvider();
    await owner();
    const subject = subjectFor();
    await invite(provider, `${subject}@example.com`);
    let looks = 0;
    const db = new Proxy(world.db, {
      get: (own, name) =>
        name === "query"
          ? (text: string, values?: never[]) => {
              if (text.includes("FROM approval ")) looks += 1;
              return own.query(text, values);
            }
          : Reflect.get(own, name),
    });
    const looksOf = async (groups: string[], seconds: number) => {
      looks = 0;
      await signInByProvider(
        { ...nobody(seconds), db },
        { providerId: provider.id, identity: person(subject, { groups }) },
      ).catch(() => {});
      return looks;
    };
    await enter(provider, person(subject));
    expect(await looksOf(["tw-owners"], 20), "as ever").toBe(0);
    expect(await looksOf(["tw-audit"], 30), "another role").toBe(1);
    expect(await looksOf(["tw-audit"], 40), "as ever").toBe(0);
    expect(await looksOf([], 50), "let go").toBe(1);
    expect(await looksOf([], 60), "let go before").toBe(0);
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

  test("ends with its provider in the order in which everybody else locks: who shuts out one of its people waits for nothing that waits for them", async () => {
    const { ctx } = await owner();
    const provider = await makeProvider({ creates_admins: true });
    const { sessionId } = await enter(provider, person(subjectFor()));
    const act = async (does: () => Promise<unknown>) => {
      const done = await world.db.transaction(async (tx) => {
        await lockOwners(tx);
        const doing = does();
        const isWaiting = async () =>
          (await world.db.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")).length;
        await expect.poll(isWaiting).toBe(1);
        await tx.query("SELECT FROM sign_in_provider WHERE id = $1::uuid FOR UPDATE NOWAIT", [provider.id]);
        return { doing };
      });
      await done.doing;
    };
    await act(() => switchProvider(ctx(2), { providerId: provider.id, isDisabled: true }));
    expect(await lives(sessionId, 12)).toBe(false);
    await act(() => removeProvider(ctx(3), { providerId: provider.id }));
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
    await isRefused(enter(provider, person(subject, { verifiedEmail: null })), "ADDRESS_NOT_VERIFIED");
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
