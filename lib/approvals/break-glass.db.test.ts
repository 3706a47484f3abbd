import { describe, expect, test } from "vitest";
import { changeAdminRole } from "../admins/change-admin-role.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { breakGlass } from "./break-glass.ts";
import { countOpen } from "./count-open.ts";
import { getApproval } from "./get-approval.ts";
import { proofSubject } from "./proof-subject.ts";
import { requireApproval } from "./require-approval.ts";
import { reviewBreakGlass } from "./review-break-glass.ts";
import { approvalsFixture, guardedBy, type Run } from "./test-approvals.ts";

const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, person, prove, turnOn, keep, keptDays, acts } = people;

describe("break-glass", () => {
  const alone = (ctx: Context, guarded = keep(230)) =>
    breakGlass(ctx, guarded, { kind: "retention", reason: "The disk is full" });
  const subject = keep(230).digest.toString("hex").slice(0, 32);

  test("does it at once for an owner who shows who they are, and stays to be reviewed by another", async () => {
    await turnOn();
    await expect(alone(asker(2))).rejects.toMatchObject({ code: "STEP_UP_REQUIRED", subject });
    await prove(asker(2), subject);
    await alone(asker(2));
    expect(await keptDays()).toBe(230);
    const { toReview } = await countOpen(other(3));
    expect(toReview).toMatchObject([{ by: asker(0).actor.name, reason: "The disk is full" }]);
    expect((await countOpen(asker(3))).toReview).toEqual([]);
    const id = toReview[0]?.id as string;
    expect(await acts(2)).toMatchObject([
      { act: "organisation.updated", after: { breakGlass: id } },
      { act: "approval.glass_broken" },
    ]);
    for (const ctx of [asker(4), world.as("owner"), (await person("governor")).at(4)])
      await expect(reviewBreakGlass(ctx, { id, note: "ok" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await reviewBreakGlass(other(5), { id, note: "It was" })).toMatchObject({ reviewNote: "It was" });
    await expect(reviewBreakGlass(other(6), { id, note: "again" })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    expect((await countOpen(other(6))).toReview).toEqual([]);
    // the proof was for once
    await expect(alone(asker(3))).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
  });

  test("against an owner costs one proof, in a session that is no longer fresh too", async () => {
    await turnOn();
    const later = asker(700);
    const shutOut: Run = (ctx) => disableAdmin(ctx, { adminId: people.otherId });
    await expect(shutOut(later, guardedBy(shutOut).request as never)).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
    });
    const auditor = await person("auditor");
    await expect(disableAdmin(later, { adminId: auditor.id })).rejects.toMatchObject({
      code: "STEP_UP_REQUIRED",
      kind: "roles",
    });
    const guarded = guardedBy(shutOut, { name: "shut out" });
    await prove(later, guarded.digest.toString("hex").slice(0, 32));
    await breakGlass(later, guarded, { kind: "roles", reason: "They are not themselves" });
    expect((await acts(2))[0]).toMatchObject({ act: "admin.disabled" });
  });

  test.each<[string, Run]>([
    ["shuts out", (ctx) => disableAdmin(ctx, { adminId: people.otherId })],
    ["demotes", (ctx) => changeAdminRole(ctx, { adminId: people.otherId, role: "auditor" })],
  ])("that %s the other owner alarms them all the same, in the console and by mail", async (_, against) => {
    await turnOn();
    await world.db.query(
      "UPDATE mail_settings SET host = 'mail.example.com', port = 587, tls = 'starttls', from_address = 'tw@example.com' WHERE id = 1",
    );
    const guarded = guardedBy(against, { name: "against" });
    await prove(asker(2), guarded.digest.toString("hex").slice(0, 32));
    await breakGlass(asker(2), guarded, { kind: "roles", reason: "They are not themselves" });
    const told = await world.db.query(
      `SELECT r.admin_id AS id FROM notification_receipt r JOIN notification n ON n.id = r.notification_id WHERE n.kind = 'break_glass_used'`,
    );
    expect(told).toEqual([{ id: people.otherId }]);
    const mails = await world.db.query(
      `SELECT recipient_id AS id FROM mail WHERE kind = 'notification' AND body LIKE '%They are not themselves%'`,
    );
    expect(mails).toEqual([{ id: people.otherId }]);
  });

  test("costs one proof where the last one is of long ago: for this very act, and no other stands for it, that of asking neither", async () => {
    await turnOn();
    const stale = 1300;
    const guarded = keep(230);
    await expect(guarded.act(asker(stale))).rejects.toMatchObject({ code: "APPROVAL_REQUIRED" });
    await prove(asker(stale), "another act");
    await prove(asker(stale), proofSubject({ act: "ask", digest: guarded.digest }));
    await expect(alone(asker(stale))).rejects.toMatchObject({ code: "STEP_UP_REQUIRED", subject });
    await prove(asker(stale), subject);
    await alone(asker(stale));
    expect(await keptDays()).toBe(230);
    await expect(alone(asker(stale))).rejects.toMatchObject({ code: "STEP_UP_REQUIRED" });
  });

  test("whom it made an owner neither reviews it, nor approves, nor is approved, until an owner from before has reviewed it", async () => {
    await turnOn();
    const made = await person("governor");
    // as a provider's groups do: their session goes on
    const guarded = guardedBy(
      (ctx) => ctx.db.query("UPDATE admin SET role = 'owner' WHERE id = $1::uuid", [made.id]),
      { name: "make" },
    );
    await prove(asker(2), guarded.digest.toString("hex").slice(0, 32));
    await breakGlass(asker(2), guarded, { kind: "roles", reason: "Nobody else is here" });
    const id = (await countOpen(other(3))).toReview[0]?.id as string;
    const owner = (seconds: number): Context => {
      const ctx = made.at(seconds);
      return { ...ctx, actor: { ...ctx.actor, role: "owner" } as Context["actor"] };
    };
    expect((await countOpen(owner(3))).toReview).toEqual([]);
    await expect(reviewBreakGlass(owner(3), { id, note: "ok" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    const asked = await people.ask(asker(4));
    expect((await getApproval(owner(5), asked)).may.decide).toBe(false);
    await expect(people.approveAs(owner(5), asked.id)).rejects.toMatchObject({ code: "FORBIDDEN" });
    const theirs = await people.ask(owner(5), keep(201));
    await expect(people.approveAs(asker(6), theirs.id)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await reviewBreakGlass(other(7), { id, note: "It was" });
    await people.approveAs(owner(8), asked.id);
    expect(await keptDays()).toBe(200);
  });

  test("is reviewed by a later owner where none from before is left after a week", async () => {
    await turnOn();
    await prove(asker(2), subject);
    await alone(asker(2));
    const id = (await countOpen(other(3))).toReview[0]?.id as string;
    const later = (await person()).at;
    await world.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [people.otherId]);
    await expect(reviewBreakGlass(later(4), { id, note: "ok" })).rejects.toMatchObject({ code: "FORBIDDEN" });
    const ctx = later(4);
    const week = new Date(ctx.now.getTime() + 8 * 86_400_000);
    expect(await reviewBreakGlass({ ...ctx, now: week }, { id, note: "ok" })).toMatchObject({
      reviewNote: "ok",
    });
  });

  test("is on record with every kind of act that it was", async () => {
    await turnOn(["retention", "keys"]);
    const both: Run = async (ctx) => {
      await requireApproval(ctx, "keys");
      await keep(232).act(ctx);
    };
    const guarded = guardedBy(both, { name: "both" });
    await prove(asker(2), guarded.digest.toString("hex").slice(0, 32));
    await breakGlass(asker(2), guarded, { kind: "keys", reason: "The disk is full, and the key is out" });
    const id = (await countOpen(other(3))).toReview[0]?.id as string;
    expect((await getApproval(other(3), { id })).kinds).toEqual(["keys", "retention"]);
    expect((await acts(1))[0]?.after).toMatchObject({ why: ["Signing keys", "Retention"] });
  });

  test("is refused to API tokens and to who is no owner", async () => {
    await turnOn();
    await expect(alone(world.as("owner"))).rejects.toMatchObject({ code: "FORBIDDEN" });
    const governor = (await person("governor")).at;
    await prove(governor(2), subject);
    await expect(alone(governor(2))).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});
