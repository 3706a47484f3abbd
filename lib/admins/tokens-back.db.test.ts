import { expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import { actSentences } from "../approvals/act-sentences.ts";
import { systemContext } from "../context.ts";
import { TEST_START, testContexts } from "../db/test-context.ts";
import { sessionFixture } from "../step-up/test-sessions.ts";
import { disableAdmin } from "./disable-admin.ts";
import { enableAdmin } from "./enable-admin.ts";
import { listTokensBack } from "./tokens-back.ts";

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
  await expect(listTokensBack({ ...nobody, actor })).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
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
