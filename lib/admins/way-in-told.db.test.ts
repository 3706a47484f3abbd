import { describe, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { offerPasskeySignIn } from "../passkeys/offer-sign-in.ts";
import { removePasskey } from "../passkeys/remove-passkey.ts";
import { makeRecoveryCodes } from "../recovery-codes/make-recovery-codes.ts";
import { removeProvider } from "../sign-in-providers/remove-provider.ts";
import { changeSignInPolicy, turnLocalSignInOn } from "../sign-in-providers/sign-in-policy.ts";
import { switchProvider } from "../sign-in-providers/switch-provider.ts";
import { PASSWORD, providersFixture, subjectFor } from "../sign-in-providers/test-sign-ins.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { beginEnrolment } from "./begin-enrolment.ts";
import { beginSignInEnrolment } from "./begin-sign-in-enrolment.ts";
import { beginTotpReplacement } from "./begin-totp-replacement.ts";
import { changeAdminRole } from "./change-admin-role.ts";
import { changePassword } from "./change-password.ts";
import { createAdmin } from "./create-admin.ts";
import { disableAdmin } from "./disable-admin.ts";
import { enableAdmin } from "./enable-admin.ts";
import { linkOwnerOnMachine } from "./link-owner-on-machine.ts";
import { removeTotp } from "./remove-totp.ts";
import { renewInvitation } from "./renew-invitation.ts";
import { replaceTotp } from "./replace-totp.ts";
import { signIn } from "./sign-in.ts";
import { signInWithPasskey } from "./sign-in-with-passkey.ts";

const world = testContexts();
const { wrapper, means, codeAt, makeAdmin, openSession, addPasskey, makeProvider, nobody, ...rest } =
  providersFixture(world);
const { person, enter, invite, owner } = rest;

const URL_BASE = "http://x";
const NEW = "what nobody else would take 7";
type Admin = Awaited<ReturnType<typeof makeAdmin>>;

const machine = (): Context => ({
  ...nobody(5),
  actor: { kind: "system", id: "command line", name: "command line" },
});

async function withMailServer(): Promise<void> {
  await world.db.query(
    "UPDATE mail_settings SET host = 'mail.example.com', port = 587, tls = 'starttls', from_address = 'tw@example.com' WHERE id = 1",
  );
}

/** What an admin was told of their own ways in: whether by mail too, and whether with the act's own entry or in a transaction beside it. */
async function toldOf(
  adminId: string,
): Promise<{ title: string; text: string; isMailed: boolean; isOfTheAct: boolean }[]> {
  return world.db.query(
    `SELECT n.title, n.text, EXISTS (SELECT FROM mail m WHERE m.recipient_id = r.admin_id AND m.subject LIKE '%' || n.title AND m.xmin = n.xmin) AS "isMailed",
       EXISTS (SELECT FROM audit_entry e WHERE e.xmin = n.xmin) AS "isOfTheAct"
     FROM notification n JOIN notification_receipt r ON r.notification_id = n.id
     WHERE r.admin_id = $1::uuid AND n.kind IN ('way_in_changed', 'passkey_cloned') ORDER BY n.id`,
    [adminId],
  );
}

type Case = {
  /** Whose way in it is, and the act that changes it. */
  readonly given: () => Promise<{ whose: string; act: () => Promise<unknown> }>;
  readonly title: string;
  /** By whom, as they are told. */
  readonly says: RegExp;
};

const self = (act: (ctx: (seconds: number) => Context, admin: Admin) => Promise<unknown>) => async () => {
  const { admin, ctx } = await owner();
  return { whose: admin.id, act: () => act(ctx, admin) };
};

/** An act of one owner upon another admin, who was here before. */
const byOwner = (act: (ctx: Context, admin: Admin) => Promise<unknown>) => async () => {
  const [{ ctx, admin: by }, admin] = [await owner(), await makeAdmin("governor", PASSWORD)];
  await world.db.query("UPDATE admin SET email = 'other-owner@example.com' WHERE id = $1::uuid", [by.id]);
  const { actor } = ctx(1);
  return {
    whose: admin.id,
    act: () => act({ ...ctx(1), actor: { ...actor, name: "other-owner@example.com" } as never }, admin),
  };
};

async function linked(groups = ["tw-owners"]) {
  const provider = await makeProvider({ name: "Company" });
  const subject = subjectFor();
  const { id } = await invite(provider, `${subject}@example.com`);
  const again = (as: string[], seconds: number) => enter(provider, person(subject, { groups: as }), seconds);
  return { provider, id, again, first: () => again(groups, 10) };
}

const OWN = /^With an unknown device, from .*If that was not you, tell an owner at once/;
const OWNER = /^other-owner@example\.com /;
const MACHINE = /^Somebody who holds the machine of this console /;
const COMPANY = /^Company /;

async function useLink(url: string, seconds: number): Promise<unknown> {
  const setupToken = new URL(url).searchParams.get("token") ?? "";
  const { enrolment, totpSecret } = await beginEnrolment(
    nobody(seconds),
    { setupToken, email: "ignored@example.com" },
    wrapper,
  );
  const code = codeAt(totpSecret, seconds);
  return acceptInvitation(nobody(seconds), { setupToken, enrolment, password: NEW, code }, wrapper);
}

const CASES: Record<string, Case> = {
  "their password, by themselves": {
    given: self((ctx) => changePassword(ctx(2), { currentPassword: PASSWORD, password: NEW })),
    title: "Your password was changed",
    says: OWN,
  },
  "a passkey more": {
    given: self((ctx, admin) => addPasskey(admin, ctx(2), { name: "blue key" })),
    title: "A passkey was added: blue key",
    says: OWN,
  },
  "a passkey less": {
    given: async () => {
      const { admin, ctx } = await owner();
      const { row } = await addPasskey(admin, ctx(1), { name: "blue key" });
      return { whose: admin.id, act: () => removePasskey(ctx(2), { id: row.id }) };
    },
    title: "A passkey was removed: blue key",
    says: OWN,
  },
  "a passkey of which there is a copy": {
    given: async () => {
      const { admin, ctx } = await owner();
      const { authenticator } = await addPasskey(admin, ctx(1), { counter: 5, name: "blue key" });
      await world.db.query("UPDATE passkey SET counter = 500");
      const { options, challenge: sealed } = await offerPasskeySignIn(nobody(2), means);
      const answer = authenticator.answer({ challenge: options.challenge });
      return {
        whose: admin.id,
        // the refusal comes after the commit
        act: () =>
          signInWithPasskey(nobody(3), { sealed, answer }, means).catch((error: { code?: string }) => {
            if (error.code !== "NOT_SIGNED_IN") throw error;
          }),
      };
    },
    title: "Your passkey blue key was copied",
    says: /tell an owner/,
  },
  "another authenticator": {
    given: async () => {
      const { admin, ctx } = await owner();
      const { enrolment, totpSecret } = await beginTotpReplacement(ctx(1), wrapper);
      const code = codeAt(totpSecret, 2);
      return { whose: admin.id, act: () => replaceTotp(ctx(2), { enrolment, code }, wrapper) };
    },
    title: "Your authenticator app was set up anew",
    says: OWN,
  },
  "no authenticator any more": {
    given: async () => {
      const { admin, ctx } = await owner();
      await addPasskey(admin, ctx(1));
      return { whose: admin.id, act: () => removeTotp(ctx(2)) };
    },
    title: "Your authenticator app was taken away",
    says: OWN,
  },
  "a first authenticator, at the sign-in": {
    given: async () => {
      const { admin } = await owner();
      await world.db.query("UPDATE admin SET totp_wrapped = NULL WHERE id = $1::uuid", [admin.id]);
      const credentials = { email: admin.email, password: PASSWORD };
      const { enrolment, totpSecret } = await beginSignInEnrolment(nobody(1), credentials, wrapper);
      const code = codeAt(totpSecret, 2);
      return { whose: admin.id, act: () => signIn(nobody(2), { ...credentials, code, enrolment }, wrapper) };
    },
    title: "An authenticator app was set up for your account",
    says: OWN,
  },
  "new recovery codes": {
    given: self((ctx) => makeRecoveryCodes(ctx(2))),
    title: "New recovery codes were made for you",
    says: OWN,
  },
  "a recovery code used": {
    given: async () => {
      const { admin, ctx } = await owner();
      const { codes } = await makeRecoveryCodes(ctx(1));
      const typed = { email: admin.email, password: PASSWORD, code: "", recoveryCode: codes[0] };
      return { whose: admin.id, act: () => signIn(nobody(2), typed, wrapper) };
    },
    title: "A recovery code of yours was used to sign in",
    says: /You have 9 left\. If that was not you/,
  },
  "a new link from an owner": {
    given: byOwner((ctx, admin) => renewInvitation(ctx, { adminId: admin.id }, URL_BASE)),
    title: "Your ways in were taken away, and you are given a new one",
    says: OWNER,
  },
  "a new link from the machine": {
    given: async () => {
      const { admin } = await owner();
      return { whose: admin.id, act: () => linkOwnerOnMachine(machine(), { email: admin.email }, URL_BASE) };
    },
    title: "Your ways in were taken away, and you are given a new one",
    says: MACHINE,
  },
  "a link that was taken": {
    given: async () => {
      const { admin } = await owner();
      const { url } = await linkOwnerOnMachine(machine(), { email: admin.email }, URL_BASE);
      return { whose: admin.id, act: () => useLink(url, 6) };
    },
    title: "Your password and second factor were set by a one-time link",
    says: OWN,
  },
  "a first link that was taken": {
    given: async () => {
      const { ctx } = await owner();
      const input = { email: "new@example.com", name: "New", role: "auditor" } as const;
      const { admin, link } = await createAdmin(ctx(1), input, URL_BASE);
      return { whose: admin.id, act: () => useLink(link.url, 6) };
    },
    title: "Your password and second factor were set by a one-time link",
    says: OWN,
  },
  "another role": {
    given: byOwner((ctx, admin) => changeAdminRole(ctx, { adminId: admin.id, role: "auditor" })),
    title: "Your role is now Auditor",
    says: /^other-owner@example\.com changed it from Governor\./,
  },
  "their account disabled": {
    given: byOwner((ctx, admin) => disableAdmin(ctx, { adminId: admin.id })),
    title: "Your account was disabled",
    says: OWNER,
  },
  "their account enabled": {
    given: async () => {
      const made = await byOwner((ctx, admin) => enableAdmin(ctx, { adminId: admin.id }))();
      await world.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [made.whose]);
      return made;
    },
    title: "Your account was enabled again",
    says: /^other-owner@example\.com enabled it\. You sign in as before\./,
  },
  "a link to somebody at a provider": {
    given: async () => {
      const { id, first } = await linked();
      return { whose: id, act: first };
    },
    title: "Your account was linked to somebody at Company",
    says: OWN,
  },
  "unlinked by an owner": {
    given: async () => {
      const { id, first } = await linked();
      await first();
      const { ctx } = await owner();
      return { whose: id, act: () => renewInvitation(ctx(1), { adminId: id }, URL_BASE) };
    },
    title: "Your ways in were taken away, and you are given a new one",
    says: /^owner-.* unlinked your account .* signs in next by Company /,
  },
  "another role by their groups": {
    given: async () => {
      const { id, first, again } = await linked();
      await owner();
      await first();
      return { whose: id, act: () => again(["tw-audit"], 20) };
    },
    title: "Your role is now Auditor",
    says: COMPANY,
  },
  "no role any more by their groups": {
    given: async () => {
      const { id, first, again } = await linked();
      await first();
      return {
        whose: id,
        act: () =>
          again([], 20).catch((error: { why?: string }) => {
            if (error.why !== "NO_ROLE") throw error;
          }),
      };
    },
    title: "Company gives you no role in this console any more",
    says: COMPANY,
  },
  "their provider disabled": {
    given: async () => {
      const { id, first, provider } = await linked();
      await first();
      const { ctx } = await owner();
      return { whose: id, act: () => switchProvider(ctx(1), { providerId: provider.id, isDisabled: true }) };
    },
    title: "You cannot sign in by Company any more",
    says: /^owner-.* disabled it\./,
  },
  "their provider enabled": {
    given: async () => {
      const { id, first, provider } = await linked();
      await first();
      await world.db.query("UPDATE sign_in_provider SET disabled_at = now()");
      const { ctx } = await owner();
      return { whose: id, act: () => switchProvider(ctx(1), { providerId: provider.id, isDisabled: false }) };
    },
    title: "You can sign in by Company again",
    says: /^owner-.* enabled it\./,
  },
  "their provider removed": {
    given: async () => {
      const { id, first, provider } = await linked();
      await first();
      await world.db.query("UPDATE sign_in_provider SET disabled_at = now()");
      const { ctx } = await owner();
      return { whose: id, act: () => removeProvider(ctx(1), { providerId: provider.id }) };
    },
    title: "You are not linked to Company any more",
    says: /^owner-.* removed the provider\./,
  },
  "named for break-glass": {
    given: async () => {
      const [{ ctx }, other] = [await owner(), await owner()];
      return {
        whose: other.admin.id,
        act: () => changeSignInPolicy(ctx(1), { version: 1, breakGlass: [other.admin.id] }),
      };
    },
    title: "You are a break-glass owner now",
    says: /^owner-.* named you one\./,
  },
  "named for break-glass no more": {
    given: async () => {
      const [{ ctx }, other] = [await owner(), await owner()];
      await world.db.query("UPDATE admin SET is_break_glass = true WHERE id = $1::uuid", [other.admin.id]);
      return { whose: other.admin.id, act: () => changeSignInPolicy(ctx(1), { version: 1, breakGlass: [] }) };
    },
    title: "You are no break-glass owner any more",
    says: /^owner-.* took it back\./,
  },
  "sign-in without a provider turned off": {
    given: async () => {
      const { first } = await linked();
      await first();
      const [{ admin, ctx }, other] = [await owner(), await makeAdmin("responder", PASSWORD)];
      return {
        whose: other.id,
        act: () => changeSignInPolicy(ctx(11), { version: 1, localSignIn: false, breakGlass: [admin.id] }),
      };
    },
    title: "You cannot sign in without a provider any more",
    says: /^owner-.* turned it off\. .* you have no other way in/,
  },
  "sign-in without a provider on again, on the machine": {
    given: async () => {
      const { admin } = await owner();
      await world.db.query("UPDATE sign_in_policy SET local_off_at = now()");
      return { whose: admin.id, act: () => turnLocalSignInOn(machine()) };
    },
    title: "You can sign in without a provider again",
    says: MACHINE,
  },
};

describe("whose way in changes is told, by whom, in the console and by mail, in the act's own transaction", () => {
  test.each(Object.entries(CASES))("%s", async (_, { given, title, says }) => {
    await withMailServer();
    const { whose, act } = await given();
    await world.db.query(
      "INSERT INTO notification_choice SELECT id, 'way_in_changed', channel, false FROM admin, unnest(ARRAY['console', 'mail']) AS channel",
    );
    const before = new Set((await toldOf(whose)).map((one) => one.title));
    await act();
    const told = (await toldOf(whose)).filter((one) => !before.has(one.title));
    expect(told).toEqual([{ title, text: expect.stringMatching(says), isMailed: true, isOfTheAct: true }]);
    expect(told[0]?.text).not.toMatch(/undefined|null/);
  });
});

test("an act upon one admin is told to nobody else, and of who was invited and never here to nobody", async () => {
  const [{ ctx }, bystander] = [await owner(), await owner()];
  const admin = await makeAdmin("governor", PASSWORD);
  await changeAdminRole(ctx(1), { adminId: admin.id, role: "auditor" });
  await disableAdmin(ctx(2), { adminId: admin.id });
  const input = { email: "new@example.com", name: "New", role: "auditor" } as const;
  const { admin: invited } = await createAdmin(ctx(3), input, URL_BASE);
  await renewInvitation(ctx(4), { adminId: invited.id }, URL_BASE);
  const readers = await world.db.query<{ id: string }>(
    `SELECT DISTINCT r.admin_id AS id FROM notification n JOIN notification_receipt r ON r.notification_id = n.id WHERE n.kind = 'way_in_changed'`,
  );
  expect(readers).toEqual([{ id: admin.id }]);
  expect(await toldOf(bystander.admin.id)).toEqual([]);
});

test("a link from the machine alarms every other owner in the same transaction, and is not given where they are not told", async () => {
  const [{ admin }, other] = [await owner(), await owner()];
  await makeAdmin("auditor");
  await linkOwnerOnMachine(machine(), { email: admin.email }, URL_BASE);
  const alarmed = await world.db.query<{ reader: string; same: boolean }>(
    `SELECT r.admin_id AS reader, n.xmin::text = (SELECT xmin::text FROM setup_link WHERE admin_id = $1::uuid) AS same
     FROM notification n JOIN notification_receipt r ON r.notification_id = n.id WHERE n.kind = 'break_glass_used'`,
    [admin.id],
  );
  expect(alarmed).toEqual([{ reader: other.admin.id, same: true }]);
});

test("who was let go is told once, and again after they were let in", async () => {
  const { id, first, again } = await linked();
  await first();
  const refused = (seconds: number) => expect(again([], seconds)).rejects.toMatchObject({ why: "NO_ROLE" });
  await refused(20);
  await refused(30);
  expect((await toldOf(id)).filter(({ title }) => title.includes("no role"))).toHaveLength(1);
  await again(["tw-owners"], 40);
  await refused(50);
  expect((await toldOf(id)).filter(({ title }) => title.includes("no role"))).toHaveLength(2);
});
