import { describe, expect, test } from "vitest";
import { createAdmin } from "../admins/create-admin.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import { renewInvitation } from "../admins/renew-invitation.ts";
import { signIn } from "../admins/sign-in.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { getProvider } from "./list-providers.ts";
import { removeProvider } from "./remove-provider.ts";
import { changeSignInPolicy, getSignInPolicy, turnLocalSignInOn } from "./sign-in-policy.ts";
import { switchProvider } from "./switch-provider.ts";

import { PASSWORD, providersFixture, subjectFor } from "./test-sign-ins.ts";

const world = testContexts();

const { codeAt, makeAdmin, openSession, wrapper, makeProvider, nobody, person, enter, owner, lives } =
  providersFixture(world);

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
    expect(before.stops.people).toEqual(expect.arrayContaining([admin.email, other.admin.email]));
    await changeSignInPolicy(ctx(1), { version: before.version, localSignIn: false, breakGlass: [admin.id] });
    expect(await world.lastEntry()).toMatchObject({
      act: "sign_in_policy.updated",
      before: { localSignIn: true, breakGlassOwners: [] },
      after: {
        localSignIn: false,
        breakGlassOwners: [admin.email],
        leftWithoutWayIn: expect.arrayContaining([other.admin.email]),
      },
    });
    expect((await policyOf(ctx(2))).stops.people).not.toContain(admin.email);
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
