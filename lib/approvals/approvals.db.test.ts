import { describe, expect, test } from "vitest";
import { changeAdminRole } from "../admins/change-admin-role.ts";
import { createAdmin } from "../admins/create-admin.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import type { Context } from "../context.ts";
import { openDatabase } from "../db/database.ts";
import { testContexts } from "../db/test-context.ts";
import { createExport } from "../exports/create-export.ts";
import { parseListQuery } from "../list-query/parse-list-query.ts";
import { spendFreshProof } from "../step-up/fresh-proof.ts";
import { approve } from "./approve.ts";
import { askForApproval } from "./ask-approval.ts";
import { countOpen } from "./count-open.ts";
import { decline } from "./decline.ts";
import { getApproval } from "./get-approval.ts";
import { listApprovals } from "./list-approvals.ts";
import { proofSubject } from "./proof-subject.ts";
import { approvalsTable } from "./table.ts";
import { approvalsFixture, runStored } from "./test-approvals.ts";
import { withdraw } from "./withdraw.ts";

const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, person, prove, turnOn, keepFor, keep, ask, approveAs, keptDays, acts } = people;

describe("four eyes", () => {
  test("is off while nothing is chosen, and while there are not two owners who can sign in", async () => {
    await keepFor(asker(1), { params: {}, query: "", body: { days: 201 } });
    expect(await turnOn()).toMatchObject({ isOn: true, owners: 2 });
    await expect(keep(202).act(asker(2))).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "retention",
    });
    await world.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [people.otherId]);
    await keep(202).act(asker(2));
    expect(await keptDays()).toBe(202);
  });

  test("on for one kind, holds for who may make a person, a credential or no policy, and for no other", async () => {
    await turnOn(["keys"]);
    await expect(
      createAdmin(asker(2), { email: "n@example.com", name: "N", role: "owner" }, "http://localhost"),
    ).rejects.toMatchObject({ code: "APPROVAL_REQUIRED", kind: "roles" });
    await expect(createApiToken(asker(2), { name: "t", role: "owner" })).rejects.toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: "api-tokens",
    });
    await expect(turnOn([])).rejects.toMatchObject({ code: "APPROVAL_REQUIRED", kind: "policy" });
    await expect(
      changeAdminRole(asker(2), { adminId: people.otherId, role: "auditor" }),
    ).rejects.toMatchObject({
      kind: "roles",
    });
    await expect(disableAdmin(asker(2), { adminId: people.otherId })).rejects.toMatchObject({
      kind: "roles",
    });
    await keep(203).act(asker(2));
    const responder = await person("responder");
    await expect(disableAdmin(asker(2), { adminId: responder.id })).resolves.toMatchObject({
      state: "disabled",
    });
  });
});

describe("what is asked for", () => {
  test("is shown as it would be recorded, changes nothing, and is done once it is approved, as who asked", async () => {
    await turnOn();
    const before = await keptDays();
    const { id } = await ask(asker(2));
    expect(await keptDays()).toBe(before);
    const seen = await getApproval(other(3), { id });
    expect(seen).toMatchObject({
      state: "pending",
      reason: "Costs too much",
      may: { decide: true, withdraw: false },
    });
    expect(seen.shown.acts).toMatchObject([
      { act: "organisation.updated", after: { expiredTokenDays: 200 } },
    ]);
    expect(await approveAs(other(4), id)).toMatchObject({ state: "done", decidedBy: other(0).actor.name });
    expect(await keptDays()).toBe(200);
    const [, done, approved] = await acts(3);
    expect(done).toMatchObject({
      act: "organisation.updated",
      actorName: asker(0).actor.name,
      after: { approval: id, approvedBy: other(0).actor.name },
    });
    expect(approved).toMatchObject({ act: "approval.approved", actorName: other(0).actor.name });
  });

  test("asks in the bell until it is decided, by whomever, and in no bell any more", async () => {
    await turnOn();
    const unread = async () =>
      (
        await world.db.query(
          "SELECT r.admin_id FROM notification_receipt r JOIN notification n ON n.id = r.notification_id WHERE n.kind = 'approval_waiting' AND r.read_at IS NULL",
        )
      ).length;
    const { id } = await ask(asker(2));
    expect(await unread()).toBeGreaterThan(0);
    await approveAs(other(4), id);
    expect(await unread()).toBe(0);
    const again = await ask(asker(5), keep(201));
    expect(await unread()).toBeGreaterThan(0);
    await decline(other(6), { id: again.id, note: "no" });
    expect(await unread()).toBe(0);
  });

  test("of an export says how many rows of what leave, with which columns, by which filter", async () => {
    await turnOn(["exports"]);
    const input = { list: "users", format: "csv", query: "state=disabled" } as const;
    const guarded = { ...keep(1), summary: "Export a list", act: (ctx: Context) => createExport(ctx, input) };
    const { id, summary } = await ask(asker(2), guarded);
    expect(summary).toBe("Export 0 rows of Users as CSV, filtered");
    const { shown } = await getApproval(other(3), { id });
    expect(shown.sentences).toEqual([
      expect.stringMatching(
        /^The list Users leaves as a file: 0 rows on \d{4}-[-\d]+ [:\d]+ UTC, when it was asked for, with 8 columns: id, email, /,
      ),
      "It may have grown to 100 rows when it is fetched. What is more than that does not leave.",
      "Filters: State is disabled.",
      "In the order of Created, the newest first.",
    ]);
  });

  test("is answered again where the very same waits, and is limited", async () => {
    await turnOn();
    const [one, two] = await Promise.all([ask(asker(2)), ask(asker(2))]);
    expect(two.id).toBe(one.id);
    for (let n = 1; n < 50; n += 1) await ask(asker(2), keep(200 + n));
    await expect(ask(asker(2), keep(300))).rejects.toMatchObject({ code: "TOO_MANY_ATTEMPTS" });
  });

  test("costs a proof for this very act, once: no sign-in of just now, none for its kind, for another act or for doing without", async () => {
    await turnOn();
    const guarded = keep(200);
    const subject = proofSubject({ act: "ask", digest: guarded.digest });
    const askFor = (asked = guarded) =>
      askForApproval(asker(2), asked, { kind: "retention", reason: "Costs too much" });
    const isAsked = () =>
      expect(askFor()).rejects.toMatchObject({ code: "STEP_UP_REQUIRED", kind: "approvals", subject });
    await isAsked();
    await prove(asker(2), proofSubject({ act: "break glass", digest: guarded.digest }));
    await prove(asker(2), proofSubject({ act: "ask", digest: keep(201).digest }));
    await prove(other(2), subject);
    await isAsked();
    expect(await acts(1)).toMatchObject([{ act: "approval_policy.changed" }]);
    await prove(asker(2), subject);
    const { id } = await askFor();
    await withdraw(asker(3), { id });
    await isAsked();
  });

  test("by one proof in two processes at once passes once", async () => {
    const { connectionString: url } = world.db.pool.options as { connectionString: string };
    const elsewhere = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "other" });
    for (let round = 0; round < 20; round += 1) {
      await prove(asker(2), `act ${round}`);
      const both = await Promise.allSettled(
        [world.db, elsewhere].map((db) =>
          db.transaction((tx) => spendFreshProof(tx, asker(2), `act ${round}`)),
        ),
      );
      expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    }
    await elsewhere.end();
  });

  test("that the act itself refuses is not asked for", async () => {
    await turnOn();
    const auditor = (await person("auditor")).at;
    await expect(ask(auditor(2))).rejects.toMatchObject({ code: "FORBIDDEN" });
    const { rows } = await listApprovals(asker(2), parseListQuery(approvalsTable, {}).query);
    expect(rows).toEqual([]);
  });
});

describe("nobody else decides than", () => {
  test("another person who holds the act's own permission: not who asked, no API token, no other role", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    const governor = (await person("governor")).at;
    const tries: [string, Context][] = [
      ["who asked", asker(3)],
      ["an API token", world.as("owner")],
      ["an API token of who asked", ownToken()],
      ["a role without the act", governor(3)],
      ["an auditor", (await person("auditor")).at(3)],
    ];
    for (const [who, ctx] of tries) {
      if (ctx.actor.kind === "admin") await prove(ctx, id);
      await expect(approve(ctx, { id, note: "" }, runStored(keepFor)), who).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
      await expect(decline(ctx, { id, note: "" }), who).rejects.toMatchObject({ code: "FORBIDDEN" });
    }
    expect((await getApproval(asker(3), { id })).state).toBe("pending");
    expect(await countOpen(asker(3))).toMatchObject({ toDecide: 0 });
    expect(await countOpen(other(3))).toMatchObject({ toDecide: 1 });
  });

  test("the creator of an API token does not decide on what it asked for", async () => {
    await turnOn();
    const { id } = await ask(ownToken());
    await prove(asker(3), id);
    await expect(approve(asker(3), { id, note: "" }, runStored(keepFor))).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    await world.db.query(
      `INSERT INTO api_token (id, name, role, token_hash, hint, created_by, created_by_id, is_unattended, created_at)
       VALUES ($1::uuid, 'ci', 'owner', '\\x00', 'abcd', 'x', $2::uuid, true, now())`,
      [ownToken().actor.id, people.askerId],
    );
    expect(await approveAs(other(4), id)).toMatchObject({ state: "done" });
  });

  test("who shows again, for this very approval, who they are", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    const refused = () =>
      expect(approve(other(3), { id, note: "" }, runStored(keepFor))).rejects.toMatchObject({
        code: "STEP_UP_REQUIRED",
        kind: "approvals",
        subject: id,
      });
    await refused();
    await prove(other(3), crypto.randomUUID());
    await refused();
    await prove(other(3 - 301), id);
    await refused();
    await approveAs(other(3), id);
    expect(await world.db.query("SELECT 1 FROM admin_proof WHERE subject = $1::text", [id])).toEqual([]);
  });

  const tokenId = crypto.randomUUID();
  function ownToken(): Context {
    const actor = {
      kind: "api_token",
      id: tokenId,
      name: "ci",
      role: "owner",
      isUnattended: true,
      personId: people.askerId,
    } as const;
    return { ...asker(2), actor };
  }
});

test("the database lets no approval be decided by who asked, be decided twice or become another act", async () => {
  await turnOn();
  const { id } = await ask(asker(2));
  const refuses = (set: string) =>
    expect(world.db.query(`UPDATE approval SET ${set} WHERE id = '${id}'`)).rejects.toThrow();
  await refuses(
    `state = 'approved', decided_at = now(), decided_by_id = '${people.askerId}', decided_by_name = 'x'`,
  );
  await refuses("state = 'approved'");
  await refuses("path = '/api/v1/y'");
  await refuses("expires_at = now() + interval '1 day'");
  await decline(other(3), { id, note: "" });
  await refuses("state = 'pending'");
  await expect(world.db.query(`DELETE FROM approval WHERE id = '${id}'`)).rejects.toThrow();
});
