import { describe, expect, test } from "vitest";
import { changeAdminRole } from "../admins/change-admin-role.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import { readAdminRows } from "../admins/list-admins.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import type { Context } from "../context.ts";
import { openDatabase } from "../db/database.ts";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { approve } from "./approve.ts";
import { askAgain } from "./ask-again.ts";
import { checkApproval } from "./check-approval.ts";
import { getApproval } from "./get-approval.ts";
import { listApprovals } from "./list-approvals.ts";
import { proofSubject } from "./proof-subject.ts";
import { readAlarmed } from "./tell.ts";
import { approvalsFixture, guardedBy, guardStored, type Run, runStored, stored } from "./test-approvals.ts";

const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, person, prove, proven, turnOn, keepFor, keep, ask, approveAs, keptDays, acts } = people;

const LIST = { filters: {}, sort: { key: "at", direction: "desc" }, pageSize: 50, cursor: null } as const;
const system = (ctx: Context): Context => ({ ...ctx, actor: { kind: "system", id: "test", name: "test" } });

/** What was told of an approval to one person, the newest first. */
const toldTo = (adminId: string, id: string) =>
  world.db.query<{ title: string; text: string }>(
    `SELECT n.title, n.text FROM notification n JOIN notification_receipt r ON r.notification_id = n.id
     WHERE r.admin_id = $1::uuid AND n.subject_id = $2::text ORDER BY n.at DESC, n.id DESC`,
    [adminId, id],
  );

describe("what waits in the name of who may not do it any more ends, and says who is gone and since when", () => {
  const SINCE = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/;

  test("one who was disabled: in the list, on its page, in the log, and nobody is offered to ask again", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    await disableAdmin(system(other(3)), { adminId: people.askerId });
    const detail = await getApproval(other(4), { id });
    expect(detail).toMatchObject({
      state: "stale",
      endCause: "asker",
      may: { askAgain: false, check: false },
    });
    expect(detail.changed).toEqual([expect.stringMatching(/^owner-\w+@example\.com was disabled on /)]);
    expect(detail.changed[0]).toMatch(SINCE);
    const { rows } = await listApprovals(other(4), LIST as never);
    expect(rows.find((row) => row.id === id)).toMatchObject({ endCause: "asker", changed: detail.changed });
    const [last] = await acts(1);
    expect(last).toMatchObject({
      act: "approval.orphaned",
      reason: "Who asked may not do it any more",
      after: { whoIsGone: detail.changed },
    });
    await expect(approveAs(other(5), id)).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  });

  test("one with another role is told so themselves, with the role and since when, and cannot ask again", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    await changeAdminRole(system(other(3)), { adminId: people.askerId, role: "auditor" });
    const demoted = asker(4);
    if (demoted.actor.kind === "admin") demoted.actor.role = "auditor";
    const detail = await getApproval(demoted, { id });
    expect(detail).toMatchObject({ endCause: "asker", may: { askAgain: false, check: true } });
    expect(detail.changed[0]).toMatch(
      / is Auditor since \d{4}-\d\d-\d\d \d\d:\d\d UTC: that role may not do it\.$/,
    );
    expect(await checkApproval(demoted, { id }, stored(keepFor))).toMatchObject({
      endCause: "asker",
      again: { isPossible: false, why: detail.changed[0] },
    });
    await expect(askAgain(demoted, { id }, guardStored(keepFor))).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect((await toldTo(people.askerId, id))[0]).toEqual({
      title: expect.stringMatching(/^Ended, since who asked for it may not do it any more: /),
      text: expect.stringContaining(`${detail.changed[0]} Nothing was done.`),
    });
  });

  test("an API token that was revoked by another: its maker is told", async () => {
    const { token: _, ...made } = await createApiToken(world.as("owner"), { name: "deploy", role: "owner" });
    await world.db.query(
      "UPDATE api_token SET created_by_id = $2::uuid, is_unattended = false WHERE id = $1::uuid",
      [made.id, people.askerId],
    );
    await turnOn();
    const actor = {
      kind: "api_token",
      id: made.id,
      name: "deploy",
      role: "owner",
      isUnattended: false,
      personId: people.askerId,
    } as const;
    const { id } = await ask({ ...asker(2), actor });
    await revokeApiToken(system(other(3)), { apiTokenId: made.id });
    expect(await getApproval(other(4), { id })).toMatchObject({
      state: "stale",
      endCause: "asker",
      changed: [expect.stringMatching(/^The API token deploy was revoked on /)],
    });
    expect((await toldTo(people.askerId, id))[0]?.text).toContain("The API token deploy was revoked on ");
  });

  test("what would be another act by now ends for that, and is asked for again", async () => {
    await turnOn();
    const { id } = await ask(asker(2), keep(241));
    await approveAs(other(3), (await ask(asker(2), keep(231))).id);
    await expect(approveAs(other(4), id)).rejects.toMatchObject({ code: "APPROVAL_STALE" });
    expect(await getApproval(asker(5), { id })).toMatchObject({
      endCause: "changed",
      may: { askAgain: true, check: true },
    });
    expect(await checkApproval(asker(5), { id }, stored(keepFor))).toMatchObject({
      isStale: true,
      again: { isPossible: true, why: null },
    });
    expect(await checkApproval(asker(5), { id }, stored(keepFor))).toMatchObject({ endCause: "changed" });
    const again = () => askAgain(asker(6), { id }, guardStored(keepFor));
    await expect(again()).rejects.toMatchObject({ code: "STEP_UP_REQUIRED", kind: "approvals" });
    await prove(asker(6), proofSubject({ act: "ask again", id }));
    expect(await again()).toMatchObject({ state: "pending" });
  });

  test("what was done meanwhile by another approval is not offered to be asked for again, nor asked", async () => {
    await turnOn();
    const { id } = await ask(asker(2), keep(251));
    await approveAs(other(3), (await ask(asker(2), { ...keep(251), digest: Buffer.alloc(32, 7) })).id);
    await expect(approveAs(other(4), id)).rejects.toMatchObject({ code: "APPROVAL_STALE" });
    expect(await checkApproval(asker(5), { id }, stored(keepFor))).toMatchObject({
      again: { isPossible: false, why: expect.stringContaining("nothing left to do") },
    });
    await expect(
      proven(asker(6), () => askAgain(asker(6), { id }, guardStored(keepFor))),
    ).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  });
});

describe("who is asked and alarmed can come in", () => {
  test("not who has no way in: a provider that is disabled, sign-in without one that is off", async () => {
    await turnOn();
    const out = await person();
    const providerId = uuidv7(new Date());
    await world.db.query(
      `INSERT INTO sign_in_provider (id, name, issuer, client_id, client_secret_wrapped, scopes, role_claim, role_rules, creates_admins, acr_values, required_acr, required_amr, disabled_at, created_at, updated_at)
       VALUES ($1::uuid, 'Corp', 'https://id.example.com', 'x', 'x', '{openid}', 'groups', '[]', false, '{}', '{}', '{}', now(), now(), now())`,
      [providerId],
    );
    await world.db.query(
      `INSERT INTO admin_identity (admin_id, provider_id, email, subject, linked_at) VALUES ($1::uuid, $2::uuid, 'a@example.com', 's', now())`,
      [out.id, providerId],
    );
    const { id } = await ask(asker(2));
    const told = await world.db.query<{ adminId: string }>(
      `SELECT r.admin_id::text AS "adminId" FROM notification n JOIN notification_receipt r ON r.notification_id = n.id WHERE n.subject_id = $1::text`,
      [id],
    );
    expect(told.map(({ adminId }) => adminId)).toContain(people.otherId);
    expect(told.map(({ adminId }) => adminId)).not.toContain(out.id);

    const alarmed = async (now = asker(3).now) =>
      (await readAlarmed(world.db, people.askerId, now)).map((one) => one.id);
    const activeOwners = async () =>
      (await readAdminRows(world.db, asker(3).now))
        .filter(
          ({ role, state, id: adminId }) =>
            role === "owner" && state === "active" && adminId !== people.askerId,
        )
        .map((one) => one.id);
    expect((await alarmed()).sort()).toEqual((await activeOwners()).sort());
    expect(await alarmed()).not.toContain(out.id);
    // who was in of late is alarmed all the same: one owner alone may stop the provider first
    await world.db.query("UPDATE admin SET last_sign_in_at = $2::timestamptz WHERE id = $1::uuid", [
      out.id,
      asker(0).now,
    ]);
    expect(await alarmed()).toContain(out.id);
    expect(await alarmed(asker(8 * 86_400).now)).not.toContain(out.id);
    // where nobody else could come in, all of them
    await world.db.query("UPDATE admin SET disabled_at = now() WHERE id NOT IN ($1::uuid, $2::uuid)", [
      out.id,
      people.askerId,
    ]);
    expect(await alarmed(asker(8 * 86_400).now)).toEqual([out.id]);
  });
});

describe("of an asker who is disabled in the moment in which a second person approves there is one outcome", () => {
  /** Acts that take no lock of the owners, and that take it as disabling does. */
  const demote: Run = (ctx, { body }) =>
    changeAdminRole(ctx, { role: "auditor", ...(body as { adminId: string }) });
  const roleOf = async (adminId: string) =>
    (await world.db.query<{ role: string }>("SELECT role FROM admin WHERE id = $1::uuid", [adminId]))[0]
      ?.role;

  test("done on record, or ended with who asked, a hundred times, and never both", async () => {
    await turnOn();
    const third = (await person()).at;
    const { connectionString } = world.db.pool.options as { connectionString: string };
    const db = openDatabase({
      url: connectionString,
      role: "app",
      maxConnections: 4,
      applicationName: "other",
    });
    const elsewhere = system({ ...third(3), db });
    for (let n = 0; n < 100; n += 1) {
      const gone = await person();
      const governor = await person("governor");
      const isRoles = n % 2 === 1;
      const run = isRoles ? demote : keepFor;
      const guarded = isRoles ? guardedBy(demote, { body: { adminId: governor.id } }) : keep(400 + n);
      const { id } = await ask(gone.at(2), guarded);
      await prove(other(3), id);
      const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
      const [approved, disabled] = await Promise.allSettled([
        approve(other(3), { id, note: "" }, runStored(run)),
        (async () => {
          for (let turns = n % 10; turns > 0; turns -= 1) await turn();
          await disableAdmin(elsewhere, { adminId: gone.id });
        })(),
      ]);
      expect(disabled.status, `${n}`).toBe("fulfilled");
      const { state, endCause, changed } = await getApproval(third(4), { id });
      const isDone = isRoles ? (await roleOf(governor.id)) === "auditor" : (await keptDays()) === 400 + n;
      expect([state, isDone], `${n}`).toEqual(isDone ? ["done", true] : ["stale", false]);
      expect(approved.status, `${n}`).toBe(isDone ? "fulfilled" : "rejected");
      const entries = await world.db.query<{ act: string }>(
        "SELECT act FROM audit_entry WHERE target_kind = 'approval' AND target_id = $1::text AND act <> 'approval.requested'",
        [id],
      );
      expect(entries, `${n}`).toEqual([{ act: isDone ? "approval.approved" : "approval.orphaned" }]);
      if (isDone) continue;
      expect(endCause).toBe("asker");
      expect(changed[0]).toContain("was disabled on");
    }
    await db.end();
  }, 120_000);
});
