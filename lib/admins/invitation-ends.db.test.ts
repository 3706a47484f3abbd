import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Context, systemContext } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { isRefused, PASSWORD, providersFixture, subjectFor } from "../sign-in-providers/test-sign-ins.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { beginEnrolment } from "./begin-enrolment.ts";
import { changeAdminRole } from "./change-admin-role.ts";
import { createAdmin } from "./create-admin.ts";
import { disableAdmin } from "./disable-admin.ts";
import { enableAdmin } from "./enable-admin.ts";
import { inspectSetupLink } from "./inspect-setup-link.ts";
import { linkOwnerOnMachine } from "./link-owner-on-machine.ts";
import { getAdminRow } from "./list-admins.ts";
import { lockOwners } from "./owner-lock.ts";
import { renewInvitation } from "./renew-invitation.ts";

const world = testContexts();
const { means, at, codeAt, makeProvider, nobody, person, enter, owner } = providersFixture(world);
let boss: Context;
let departing: Awaited<ReturnType<typeof owner>>;
beforeEach(async () => {
  boss = (await owner()).ctx(1);
  departing = await owner();
});

const EMAIL = "new@example.com";
const tokenOf = (url: string) => new URL(url).searchParams.get("token") as string;
const invite = (ctx = departing.ctx(1), more: object = { role: "owner" }) =>
  createAdmin(ctx, { email: EMAIL, name: "New", ...more }, "http://x");

async function accept(setupToken: string, offer: Awaited<ReturnType<typeof beginEnrolment>>) {
  const code = codeAt(offer.totpSecret, 5);
  return acceptInvitation(
    nobody(5),
    { setupToken, enrolment: offer.enrolment, password: PASSWORD, code },
    means.wrapper,
  );
}

const shutOuts: [string, () => Promise<unknown>, string, string][] = [
  [
    "is disabled",
    () => disableAdmin(boss, { adminId: departing.admin.id }),
    "inviter_disabled",
    "was disabled.",
  ],
  [
    "has another role",
    () => changeAdminRole(boss, { adminId: departing.admin.id, role: "auditor" }),
    "inviter_role",
    "may invite nobody any more.",
  ],
];

describe("an invitation ends with who made it", () => {
  test.each(shutOuts)(
    "where they %s before it is used: in words, on record, and for good",
    async (_, act, end, words) => {
      const { admin, link } = await invite();
      const setupToken = tokenOf(link.url);
      const offer = await beginEnrolment(nobody(2), { setupToken, email: EMAIL }, means.wrapper);
      await act();
      const gone = {
        code: "GONE",
        fields: [{ path: "setupToken", message: expect.stringContaining(words) }],
      };
      await expect(inspectSetupLink(nobody(3), { setupToken })).rejects.toMatchObject(gone);
      await expect(accept(setupToken, offer)).rejects.toMatchObject(gone);
      expect((await getAdminRow(world.db, { id: admin.id, now: at(5) })).invitationEnd).toBe(end);
      const [entry] = await world.db.query(
        "SELECT target_name AS name, note FROM audit_entry WHERE act = 'admin.invitation_withdrawn'",
      );
      expect(entry).toEqual({ name: EMAIL, note: expect.stringContaining(departing.admin.email) });
      // whoever is let in again has not made it anew
      await world.db.query("UPDATE admin SET role = 'owner'");
      await enableAdmin(boss, { adminId: departing.admin.id }).catch(() => {});
      await expect(inspectSetupLink(nobody(3), { setupToken })).rejects.toMatchObject(gone);
      const again = await renewInvitation(boss, { adminId: admin.id }, "http://x");
      expect(await inspectSetupLink(nobody(3), { setupToken: tokenOf(again.url) })).toMatchObject({
        email: EMAIL,
      });
      expect((await getAdminRow(world.db, { id: admin.id, now: at(5) })).invitationEnd).toBeNull();
    },
  );

  test("is not made by who is shut out in that very moment", async () => {
    let invited: ReturnType<typeof invite> | undefined;
    await world.db.transaction(async (tx) => {
      await lockOwners(tx);
      invited = invite();
      invited.catch(() => {});
      await vi.waitFor(async () => {
        const waiting = await world.db.query(
          "SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT l.granted AND d.datname = current_database()",
        );
        expect(waiting).toHaveLength(1);
      }, 10_000);
      await tx.query("UPDATE admin SET disabled_at = $2::timestamptz WHERE id = $1::uuid", [
        departing.admin.id,
        at(1),
      ]);
    });
    await expect(invited).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await world.db.query("SELECT FROM admin WHERE email = $1::text", [EMAIL])).toEqual([]);
  });

  test("a new link for who was an admin before ends with who made it too", async () => {
    const { admin } = await invite(boss);
    const link = await renewInvitation(departing.ctx(1), { adminId: admin.id }, "http://x");
    await disableAdmin(boss, { adminId: departing.admin.id });
    await expect(inspectSetupLink(nobody(3), { setupToken: tokenOf(link.url) })).rejects.toMatchObject({
      code: "GONE",
      fields: [{ message: "Whoever made it was disabled." }],
    });
  });

  test("one for a provider links nobody after that", async () => {
    const provider = await makeProvider();
    const subject = subjectFor();
    const email = `${subject}@example.com`;
    const { admin } = await invite(departing.ctx(1), { email, providerId: provider.id });
    await disableAdmin(boss, { adminId: departing.admin.id });
    await isRefused(enter(provider, person(subject)), "NOT_INVITED");
    expect((await getAdminRow(world.db, { id: admin.id, now: at(5) })).invitationEnd).toBe(
      "inviter_disabled",
    );
    await renewInvitation(boss, { adminId: admin.id }, "http://x");
    expect((await enter(provider, person(subject))).adminId).toBe(admin.id);
  });

  test("not where it was used before, nor where another made it, nor where the machine did", async () => {
    const { link } = await invite();
    const setupToken = tokenOf(link.url);
    await accept(setupToken, await beginEnrolment(nobody(2), { setupToken, email: EMAIL }, means.wrapper));
    const other = await createAdmin(boss, { email: "b@example.com", name: "B", role: "auditor" }, "http://x");
    const machine = systemContext(world.db, "command-line", TEST_START);
    const { admin: lost } = await owner();
    const own = await linkOwnerOnMachine(machine, { email: lost.email }, "http://x");
    await disableAdmin(boss, { adminId: departing.admin.id });
    for (const url of [other.link.url, own.url])
      expect(await inspectSetupLink(nobody(3), { setupToken: tokenOf(url) })).toMatchObject({
        kind: "admin",
      });
    expect(
      await world.db.query("SELECT id FROM audit_entry WHERE act = 'admin.invitation_withdrawn'"),
    ).toEqual([]);
  });
});
