import { describe, expect, test } from "vitest";
import { disableAdmin } from "../admins/disable-admin.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import type { Context } from "../context.ts";
import { openDatabase } from "../db/database.ts";
import { testContexts } from "../db/test-context.ts";
import { approve } from "./approve.ts";
import { checkApproval } from "./check-approval.ts";
import { decline } from "./decline.ts";
import { getApproval } from "./get-approval.ts";
import { approvalsFixture, HOUR, runStored, stored } from "./test-approvals.ts";
import { withdraw } from "./withdraw.ts";

const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, person, prove, turnOn, keepFor, keep, ask, approveAs, keptDays, acts } = people;

describe("it ends", () => {
  test("after four hours, to the second", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    const over = other(2 + 4 * HOUR);
    await prove(over, id);
    await expect(approve(over, { id, note: "" }, runStored(keepFor))).rejects.toMatchObject({ code: "GONE" });
    await expect(decline(over, { id, note: "" })).rejects.toMatchObject({ code: "GONE" });
    await expect(withdraw(asker(2 + 4 * HOUR), { id })).rejects.toMatchObject({ code: "GONE" });
    expect((await getApproval(over, { id })).state).toBe("lapsed");
    expect(await approveAs(other(1 + 4 * HOUR), id)).toMatchObject({ state: "done" });
  });

  test("by who asked, who takes it back, and by who declines, with a note", async () => {
    await turnOn();
    const [one, two] = [await ask(asker(2), keep(200)), await ask(asker(2), keep(201))];
    await expect(withdraw(other(3), one)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await withdraw(asker(3), one)).toMatchObject({ state: "withdrawn" });
    expect(await decline(other(3), { id: two.id, note: "Not now" })).toMatchObject({
      state: "declined",
      note: "Not now",
    });
    for (const { id } of [one, two])
      await expect(approveAs(other(4), id)).rejects.toMatchObject({ code: "ALREADY_ENDED" });
  });

  test.each([
    ["is disabled", "UPDATE admin SET disabled_at = now() WHERE id = $1::uuid"],
    ["has another role", "UPDATE admin SET role = 'auditor' WHERE id = $1::uuid"],
  ])("where who asked %s meanwhile: nothing is done", async (_, change) => {
    await turnOn();
    const { id } = await ask(asker(2));
    const before = await keptDays();
    await world.db.query(change, [people.askerId]);
    await expect(approveAs(other(3), id)).rejects.toMatchObject({ code: "APPROVAL_STALE" });
    expect((await getApproval(other(4), { id })).state).toBe("stale");
    expect(await keptDays()).toBe(before);
  });

  test("where it would now do something else, with what changed, and nothing is done", async () => {
    await turnOn();
    const { id } = await ask(asker(2), keep(220));
    await approveAs(other(3), (await ask(asker(2), keep(210))).id);
    await expect(approveAs(other(4), id)).rejects.toMatchObject({
      code: "APPROVAL_STALE",
      fields: [{ message: expect.stringContaining("expiredTokenDays") }],
    });
    expect(await keptDays()).toBe(210);
    expect(await getApproval(other(5), { id })).toMatchObject({ state: "stale" });
    const [last] = await acts(1);
    expect(last).toMatchObject({
      act: "approval.found_stale",
      reason: "It would do something else by now",
      after: { changed: [expect.stringContaining("expiredTokenDays")] },
    });
  });

  test("not by looking at it before: what would be otherwise is said, and nothing is done or recorded", async () => {
    await turnOn();
    const { id } = await ask(asker(2), keep(221));
    const look = (ctx: Context) => checkApproval(ctx, { id }, stored(keepFor));
    expect(await look(other(3))).toMatchObject({ isStale: false, changed: [] });
    await approveAs(other(3), (await ask(asker(2), keep(211))).id);
    const before = await acts(1);
    for (const ctx of [asker(4), other(4)])
      expect(await look(ctx)).toMatchObject({
        isStale: true,
        changed: [expect.stringContaining("expiredTokenDays")],
      });
    for (const role of ["auditor", "responder"] as const)
      await expect(look((await person(role)).at(4))).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await acts(1)).toEqual(before);
    expect(await keptDays()).toBe(211);
    expect((await getApproval(other(4), { id })).state).toBe("pending");
    await expect(look(other(2 + 4 * HOUR))).rejects.toMatchObject({ code: "GONE" });
  });

  test("not where the database fails in the middle: it waits on", async () => {
    await turnOn();
    const { id } = await ask(asker(2));
    const before = await keptDays();
    await world.asOwner("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
    await expect(approveAs(other(3), id)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await world.asOwner("GRANT INSERT ON audit_entry TO tokenwarden_app");
    expect((await getApproval(other(3), { id })).state).toBe("pending");
    expect(await keptDays()).toBe(before);
    expect(await approveAs(other(4), id)).toMatchObject({ state: "done" });
  });
});

describe("of two at once in two processes there is one outcome", () => {
  async function elsewhere(ctx: Context): Promise<Context> {
    const { connectionString } = world.db.pool.options as { connectionString: string };
    const db = openDatabase({
      url: connectionString,
      role: "app",
      maxConnections: 4,
      applicationName: "other",
    });
    opened.push(db);
    return { ...ctx, db };
  }
  const opened: { end(): Promise<void> }[] = [];

  test("two approvers, approve and withdraw, approve and decline, a hundred times", async () => {
    const third = (await person()).at;
    await turnOn();
    const two = await elsewhere(third(3));
    const own = await elsewhere(asker(3));
    for (let n = 0; n < 100; n += 1) {
      const { id } = await ask(asker(2), keep(400 + n));
      await prove(other(3), id);
      await prove(two, id);
      const rival = [
        () => approve(two, { id, note: "" }, runStored(keepFor)),
        () => withdraw(own, { id }),
        () => decline(two, { id, note: "" }),
      ][n % 3] as () => Promise<{ state: string }>;
      const tried = await Promise.allSettled([
        approve(other(3), { id, note: "" }, runStored(keepFor)),
        rival(),
      ]);
      const won = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value.state] : []));
      expect(won, `${n}`).toHaveLength(1);
      const { state } = await getApproval(other(3), { id });
      expect(state).toBe(won[0]);
      expect((await keptDays()) === 400 + n).toBe(state === "done");
    }
    await Promise.all(opened.splice(0).map((db) => db.end()));
  }, 120_000);

  test("approve what an API token asked for, and disable whoever made it, a hundred times: nothing is done after it", async () => {
    const maker = await person();
    const { id: tokenId } = await createApiToken(maker.at(1), { name: "ci", role: "owner" });
    await turnOn();
    const actor = {
      kind: "api_token",
      id: tokenId,
      name: "ci",
      role: "owner",
      isUnattended: false,
      personId: maker.id,
    } as const;
    const own = await elsewhere(other(3));
    const machine: Context = { ...own, actor: { kind: "system", id: "test", name: "test" } };
    for (let n = 0; n < 100; n += 1) {
      const { id } = await ask({ ...asker(2), actor }, keep(500 + n));
      await prove(other(3), id);
      const [approved, disabled] = await Promise.allSettled([
        approve(other(3), { id, note: "" }, runStored(keepFor)),
        disableAdmin(machine, { adminId: maker.id }),
      ]);
      expect(disabled.status, `${n}`).toBe("fulfilled");
      const isDone = approved.status === "fulfilled";
      expect((await keptDays()) === 500 + n, `${n}`).toBe(isDone);
      const [last] = await world.db.query<{ act: string }>(
        "SELECT act FROM audit_entry WHERE act IN ('organisation.updated', 'admin.disabled') ORDER BY sequence DESC LIMIT 1",
      );
      expect(last?.act, `${n}: ${isDone}`).toBe("admin.disabled");
      await world.db.query("UPDATE admin SET disabled_at = NULL WHERE id = $1::uuid", [maker.id]);
    }
    await Promise.all(opened.splice(0).map((db) => db.end()));
  }, 120_000);
});
