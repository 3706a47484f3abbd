import { describe, expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { findOpen } from "./ask-approval.ts";
import { getApproval } from "./get-approval.ts";
import { proofSubject } from "./proof-subject.ts";
import { runApproved } from "./run-approved.ts";
import { approvalsFixture, guardedBy, HOUR, type Run } from "./test-approvals.ts";
import { withdraw } from "./withdraw.ts";

const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, person, turnOn, ask, approveAs, prove, proven } = people;

describe("what answers a secret", () => {
  const make: Run = (ctx, { body }) => createApiToken(ctx, body as { name: string; role: Role });
  const token = guardedBy(make, { body: { name: "ci", role: "auditor" }, runBy: "requester", name: "token" });

  test("is done by who asked, once, and is in nothing that is kept", async () => {
    await turnOn();
    const { id } = await ask(asker(2), token);
    const run = (ctx: Context) =>
      runApproved(ctx, { id }, (own) => token.act(own)) as ReturnType<typeof createApiToken>;
    await expect(run(asker(3))).rejects.toMatchObject({ code: "ALREADY_ENDED" });
    expect(await approveAs(other(3), id, make)).toMatchObject({ state: "approved" });
    expect(await world.db.query("SELECT 1 FROM api_token")).toEqual([]);
    await expect(run(other(4))).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect((await findOpen(world.db, asker(4), token.digest))?.state).toBe("approved");
    await expect(run(asker(4)), "signed in just now, which is not enough").rejects.toMatchObject({
      code: "STEP_UP_REQUIRED",
      kind: "approvals",
    });
    await prove(asker(4), proofSubject({ act: "do what was approved", id }));
    const tried = await Promise.allSettled([run(asker(4)), run(asker(4))]);
    const made = tried.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(made).toHaveLength(1);
    expect(await world.db.query("SELECT 1 FROM api_token")).toHaveLength(1);
    await expect(run(asker(5))).rejects.toMatchObject({ code: "ALREADY_ENDED" });
    const kept = await world.db.query<{ text: string }>(
      "SELECT a::text AS text FROM approval a UNION ALL SELECT e::text FROM audit_entry e",
    );
    expect(kept.filter(({ text }) => text.includes(made[0]?.token ?? "twk_"))).toEqual([]);
  });

  test.each([
    ["is disabled", "UPDATE admin SET disabled_at = now() WHERE id = $1::uuid"],
    ["may not do it themselves any more", "UPDATE admin SET role = 'responder' WHERE id = $1::uuid"],
  ])("is not done where who approved it %s by then: it ends", async (_, change) => {
    await person();
    await turnOn();
    const { id } = await ask(asker(2), token);
    await approveAs(other(3), id, make);
    await world.db.query(change, [people.otherId]);
    await expect(
      proven(asker(4), () => runApproved(asker(4), { id }, (own) => token.act(own))),
    ).rejects.toMatchObject({ code: "APPROVAL_STALE" });
    expect(await world.db.query("SELECT 1 FROM api_token")).toEqual([]);
    expect((await getApproval(asker(5), { id })).state).toBe("stale");
  });

  test("lapses with its approval, and can be taken back until then", async () => {
    await turnOn();
    const { id } = await ask(asker(2), token);
    await approveAs(other(3), id, make);
    await expect(runApproved(asker(2 + 4 * HOUR), { id }, (own) => token.act(own))).rejects.toMatchObject({
      code: "GONE",
    });
    expect(await withdraw(asker(4), { id })).toMatchObject({ state: "withdrawn" });
  });
});
