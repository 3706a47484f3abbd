import { describe, expect, test } from "vitest";
import { newPass } from "../approvals/pass.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { listOwnFactors } from "../passkeys/list-factors.ts";
import { PASSWORD, providersFixture, subjectFor } from "../sign-in-providers/test-sign-ins.ts";
import { changePassword } from "./change-password.ts";
import { linkOwnerOnMachine } from "./link-owner-on-machine.ts";
import { renewInvitation } from "./renew-invitation.ts";
import { signIn } from "./sign-in.ts";
import { readWhyEnded } from "./why-ended.ts";

const world = testContexts();
const { wrapper, at, codeAt, makeAdmin, openSession, makeProvider, nobody, ...rest } =
  providersFixture(world);
const { person, enter, owner, lives } = rest;

const NEW = "what nobody else would take 7";
const sessionOf = ({ actor }: Context) => (actor.kind === "admin" ? actor.sessionId : "");
const isRefused = (act: Promise<unknown>, code: string, words?: RegExp) =>
  expect(act).rejects.toMatchObject({
    code,
    ...(words === undefined ? {} : { message: expect.stringMatching(words) }),
  });
const change = (ctx: Context, currentPassword = PASSWORD, password = NEW) =>
  changePassword(ctx, { currentPassword, password });

type Told = { title: string; text: string; reader: string };
const toldOf = (adminId: string) =>
  world.db.query<Told>(
    `SELECT n.title, n.text, r.admin_id AS reader FROM notification n JOIN notification_receipt r ON r.notification_id = n.id
     WHERE n.kind = 'way_in_changed' AND n.subject_id = $1::text ORDER BY n.id`,
    [adminId],
  );

describe("an admin's own password", () => {
  test("is changed: the new one signs in and the old one does not, the other sessions end, it is on record and told", async () => {
    const { admin, ctx } = await owner();
    const [bystander, elsewhere] = [await owner(), await openSession(admin, 0)];
    expect((await listOwnFactors(ctx(1))).password).toEqual({ use: "signs_in", setAt: null });
    expect(await change(ctx(2))).toEqual({ endedSessions: 1 });
    expect(await world.lastEntry()).toMatchObject({
      act: "admin.password_changed",
      name: admin.email,
      after: { endedSessions: 1 },
    });
    expect(await lives(sessionOf(ctx(0)), 3)).toBe(true);
    expect(await lives(sessionOf(elsewhere(0)), 3)).toBe(false);
    expect(await lives(sessionOf(bystander.ctx(0)), 3)).toBe(true);
    expect(await readWhyEnded(world.db, sessionOf(elsewhere(0)))).toBe("password_changed");
    expect((await listOwnFactors(ctx(3))).password.setAt).toBe(at(2).toISOString());
    expect(await toldOf(admin.id)).toMatchObject([
      {
        title: "Your password was changed",
        reader: admin.id,
        text: expect.stringContaining("tell an owner"),
      },
    ]);
    const enterWith = (password: string, seconds: number) =>
      signIn(
        nobody(seconds),
        { email: admin.email, password, code: codeAt(admin.totpSecret, seconds) },
        wrapper,
      );
    await isRefused(enterWith(PASSWORD, 60), "NOT_SIGNED_IN");
    expect(await enterWith(NEW, 120)).toMatchObject({ outcome: "signed_in" });
  });

  test("is not changed without the one that they have, which is on record, and ten tries are all, from wherever", async () => {
    const { admin, ctx } = await owner();
    for (let tries = 0; tries < 10; tries += 1)
      await isRefused(
        change({ ...ctx(1), ip: `192.0.2.${tries}` }, `wrong ${tries}`),
        "INVALID_INPUT",
        /not right/,
      );
    expect(await world.lastEntry()).toMatchObject({
      act: "admin.password_change_refused",
      name: admin.email,
      after: null,
    });
    const before = await world.countEntries();
    for (const ip of ["192.0.2.99", "192.0.2.98"])
      await isRefused(change({ ...ctx(2), ip }), "TOO_MANY_ATTEMPTS");
    expect(await world.countEntries(), "the one that was one too many").toBe(before + 1);
    // nobody is shut out of the sign-in by it, and the window passes
    const code = codeAt(admin.totpSecret, 3);
    expect(await signIn(nobody(3), { email: admin.email, password: PASSWORD, code }, wrapper)).toMatchObject({
      outcome: "signed_in",
    });
    const later = await openSession(admin, 901);
    expect(await change(later(902))).toMatchObject({ endedSessions: expect.any(Number) });
    expect(await toldOf(admin.id)).toHaveLength(1);
  });

  test.each([
    ["would be guessed soon", "password1234"],
    ["has their address in it", "owner-name in a long sentence"],
    ["is the one that they have", PASSWORD],
  ])("is not set to one that %s", async (_, password) => {
    const { admin, ctx } = await owner();
    const [local = ""] = admin.email.split("@");
    const wanted = password.replace("owner-name", local);
    await expect(change(ctx(1), PASSWORD, wanted)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      fields: [{ path: "password" }],
    });
    expect((await listOwnFactors(ctx(2))).password.setAt).toBeNull();
  });

  test("of two changes at once one is done, and the other is told", async () => {
    const { ctx } = await owner();
    const both = await Promise.allSettled([change(ctx(1)), change(ctx(1), PASSWORD, `${NEW} too`)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "CONFLICT" } });
  });

  test("is nobody's who comes in by a provider, and nobody's while sign-in without one is off, but for break-glass", async () => {
    const provider = await makeProvider({ creates_admins: true });
    const entered = await enter(provider, person(subjectFor()), 0);
    const actor = { kind: "admin", id: entered.adminId, name: "x", role: "owner" } as const;
    const theirs = { ...nobody(20), actor: { ...actor, sessionId: entered.sessionId } };
    expect((await listOwnFactors(theirs)).password).toEqual({ use: "by_provider", setAt: null });
    await isRefused(change(theirs), "CONFLICT", /by a provider/);
    const [{ ctx }, named] = [await owner(), await owner()];
    await world.db.query("UPDATE admin SET is_break_glass = true WHERE id = $1::uuid", [named.admin.id]);
    await world.db.query("UPDATE sign_in_policy SET local_off_at = $1::timestamptz", [at(0)]);
    expect((await listOwnFactors(ctx(1))).password.use).toBe("local_off");
    await isRefused(change(ctx(1)), "CONFLICT", /turned off/);
    expect(await change(named.ctx(1))).toEqual({ endedSessions: 0 });
  });

  test("is a person's own: an API token and nobody are refused, and one that was taken by an owner is none to change", async () => {
    await isRefused(change(world.as("owner")), "CONFLICT");
    await isRefused(change(nobody(1)), "NOT_SIGNED_IN");
    const [{ ctx }, forgetful] = [await owner(), await owner()];
    await renewInvitation(ctx(1), { adminId: forgetful.admin.id }, "http://x");
    await isRefused(change(forgetful.ctx(2)), "STEP_UP_REQUIRED");
  });
});

test("an owner who has lost every way in gets a link from the machine, the last one too; nobody else does, and nobody gives it elsewhere", async () => {
  const machine: Context = {
    ...world.as("owner"),
    actor: { kind: "system", id: "command line", name: "command line" },
  };
  const { admin, ctx } = await owner();
  const toSelf = renewInvitation(ctx(1), { adminId: admin.id }, "http://x");
  await isRefused(toSelf, "CONFLICT", /You cannot make a new link for yourself\. Ask another owner\./);
  const approval = { id: crypto.randomUUID(), way: "asked", approvedBy: "b" } as const;
  const pass = newPass({ isTrial: false, skipsStepUp: true, isAnswered: true, approval });
  const byToken = renewInvitation({ ...world.as("owner"), pass }, { adminId: admin.id }, "http://x");
  await isRefused(byToken, "CONFLICT", /last owner/);
  const auditor = await makeAdmin("auditor");
  for (const email of [auditor.email, "nobody@example.com"])
    await isRefused(linkOwnerOnMachine(machine, { email }, "http://x"), "NOT_FOUND");
  const elsewhere = { email: admin.email };
  await isRefused(linkOwnerOnMachine(ctx(1), elsewhere, "http://x"), "FORBIDDEN", /on the machine alone/);
  await isRefused(linkOwnerOnMachine(world.as("owner"), elsewhere, "http://x"), "FORBIDDEN");
  const link = await linkOwnerOnMachine(machine, { email: admin.email.toUpperCase() }, "http://x");
  expect(link.url).toMatch(/^http:\/\/x\/setup\?token=tws_/);
  expect(await world.lastEntry()).toMatchObject({ act: "admin.enrolment_reset", name: admin.email });
  expect(await lives(sessionOf(ctx(0)), 2)).toBe(false);
  expect(await readWhyEnded(world.db, sessionOf(ctx(0)))).toBe("enrolment_reset_on_machine");
});
