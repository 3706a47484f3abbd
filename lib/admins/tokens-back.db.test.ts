import { describe, expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import { actSentences } from "../approvals/act-sentences.ts";
import { askForApproval } from "../approvals/ask-approval.ts";
import { getApproval } from "../approvals/get-approval.ts";
import { approvalsFixture, guardedBy, type Run } from "../approvals/test-approvals.ts";
import { systemContext } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import { disableAdmin } from "./disable-admin.ts";
import { enableAdmin } from "./enable-admin.ts";
import { countTokensBackOf, listTokensBack } from "./tokens-back.ts";

const world = testContexts();
const { makeAdmin, openSession } = sessionFixture(() => world.db, TEST_START.getTime());

test("who is enabled again has as many API tokens that work again as were said and are on record: none that is over, none of others", async () => {
  const [owner, maker] = [await makeAdmin(), await makeAdmin()];
  const [as, by] = [await openSession(owner, 0), await openSession(maker, 0)];
  const input = { role: "auditor", expiresInSeconds: 3600 } as const;
  await createApiToken(by(1), { name: "one", ...input });
  await createApiToken(by(1), { name: "two", ...input });
  await createApiToken(by(1), { name: "short", ...input, expiresInSeconds: 60 });
  const gone = await createApiToken(by(1), { name: "gone", ...input });
  await revokeApiToken(by(2), { apiTokenId: gone.id });
  await createApiToken(as(1), { name: "of another", ...input });
  expect(await listTokensBack(as(3)), "of who is enabled nothing comes back").toEqual({});
  await disableAdmin(as(3), { adminId: maker.id });
  expect(await listTokensBack(as(4))).toEqual({ [maker.id]: 3 });
  expect(await listTokensBack(as(120))).toEqual({ [maker.id]: 2 });
  expect(await countTokensBackOf(as(120), { id: maker.id, state: "disabled" })).toBe(2);
  expect(await countTokensBackOf(as(120), { id: owner.id, state: "active" }), "who is enabled").toBe(0);
  await enableAdmin(as(120), { adminId: maker.id });
  const entry = await world.lastEntry();
  expect(entry).toMatchObject({ act: "admin.enabled", after: { state: "active", apiTokens: 2 } });
  expect(await listTokensBack(as(121))).toEqual({});
});

test("none comes back to who has no way in then either", async () => {
  const [owner, maker] = [await makeAdmin(), await makeAdmin()];
  const as = await openSession(owner, 0);
  const by = await openSession(maker, 0);
  await createApiToken(by(1), { name: "one", role: "auditor" });
  await disableAdmin(as(3), { adminId: maker.id });
  await world.db.query("UPDATE sign_in_policy SET local_off_at = now()");
  expect(await listTokensBack(as(4))).toEqual({});
});

test("it is said to nobody who may not see admins", async () => {
  const nobody = systemContext(world.db, "test");
  const actor = { kind: "anonymous", id: "anonymous", name: "anonymous" } as const;
  const disabled = { id: crypto.randomUUID(), state: "disabled" } as const;
  await expect(listTokensBack({ ...nobody, actor })).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  await expect(countTokensBackOf({ ...nobody, actor }, disabled)).rejects.toMatchObject({
    code: "NOT_SIGNED_IN",
  });
});

test("whoever approves it is told how many", () => {
  const enabled = (apiTokens: number) =>
    actSentences({
      acts: [
        {
          act: "admin.enabled",
          target: { kind: "admin", id: "1", name: "a@example.com" },
          reason: null,
          note: null,
          before: { state: "disabled" },
          after: { state: "active", apiTokens },
        },
      ],
      actCount: 1,
    });
  expect([0, 1, 1200].map((count) => enabled(count)[1])).toEqual([
    "No API token of theirs works again.",
    "1 API token that they made works again at once.",
    "1,200 API tokens that they made work again at once.",
  ]);
});

describe("who is enabled by two", () => {
  const { asker, other, person, proven, turnOn, approveAs } = approvalsFixture(world);
  const enable: Run = (ctx, { body }) => enableAdmin(ctx, body as { adminId: string });

  /** Asked for where one of two API tokens would work again: the other was revoked. */
  async function asked() {
    const maker = await person();
    const input = { role: "auditor", expiresInSeconds: 3600 } as const;
    const [one, gone] = [
      await createApiToken(maker.at(1), { name: "one", ...input }),
      await createApiToken(maker.at(1), { name: "gone", ...input }),
    ];
    await revokeApiToken(maker.at(1), { apiTokenId: gone.id });
    await disableAdmin(asker(1), { adminId: maker.id });
    await turnOn(["roles"]);
    const guarded = guardedBy(enable, { body: { adminId: maker.id } });
    const { id } = await proven(asker(2), () =>
      askForApproval(asker(2), guarded, { kind: "roles", reason: "Back from leave" }),
    );
    expect((await getApproval(other(3), { id })).shown.acts).toMatchObject([{ after: { apiTokens: 1 } }]);
    return { id, one, gone, makerId: maker.id };
  }
  const stateOf = async (id: string) => (await getApproval(other(5), { id })).state;
  const enabledOnRecord = () =>
    world.db.query("SELECT after FROM audit_entry WHERE act = 'admin.enabled' ORDER BY sequence");

  test("is, where fewer API tokens work again than were shown", async () => {
    const { id, one } = await asked();
    await revokeApiToken(asker(3), { apiTokenId: one.id });
    await approveAs(other(4), id, enable);
    expect(await stateOf(id)).toBe("done");
    expect(await enabledOnRecord()).toMatchObject([{ after: { state: "active", apiTokens: 0 } }]);
  });

  test("is, where it was asked for before they were counted", async () => {
    const { id } = await asked();
    await world.db.query(
      "UPDATE approval SET shown = shown #- '{acts,0,after,apiTokens}' WHERE id = $1::uuid",
      [id],
    );
    await approveAs(other(4), id, enable);
    expect(await stateOf(id)).toBe("done");
    expect(await enabledOnRecord()).toMatchObject([{ after: { state: "active", apiTokens: 1 } }]);
  });

  test("is not, where more work again, and is told so", async () => {
    const { id, gone, makerId } = await asked();
    await world.db.query("UPDATE api_token SET revoked_at = NULL WHERE id = $1::uuid", [gone.id]);
    await expect(approveAs(other(4), id, enable)).rejects.toMatchObject({
      code: "APPROVAL_STALE",
      fields: [
        {
          message: expect.stringMatching(
            /^enabled the admin .+: how many API tokens work again changed meanwhile\.$/,
          ),
        },
      ],
    });
    expect(await stateOf(id)).toBe("stale");
    expect(await enabledOnRecord()).toEqual([]);
    expect(await listTokensBack(asker(5))).toEqual({ [makerId]: 2 });
  });
});
