import { expect, test } from "vitest";
import { explainAct, explainSubject } from "../access/explain-access.ts";
import type { DeclaredAct } from "../access/model.ts";
import { listAdmins } from "../admins/list-admins.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { findApiToken } from "../api-tokens/find-api-token.ts";
import { getApiToken } from "../api-tokens/get-api-token.ts";
import { readPolicy } from "../approvals/read-policy.ts";
import { testContexts } from "../db/test-context.ts";
import { changeSignInPolicy, getSignInPolicy } from "./sign-in-policy.ts";
import { isRefused, providersFixture, subjectFor } from "./test-sign-ins.ts";

const world = testContexts();
const { at, makeProvider, person, enter, owner } = providersFixture(world);

const ACT: DeclaredAct = {
  id: "postAdmins",
  method: "POST",
  path: "/api/v1/admins",
  summary: "Invites",
  permission: "admin:write",
  stepUp: null,
  shutsOut: false,
  isTyped: false,
  neverWaits: false,
};

test("who cannot come in is said to be out wherever it is asked, and their API tokens stop as of whom a provider lets go", async () => {
  const [named, shut] = [await owner(), await owner()];
  const provider = await makeProvider({ creates_admins: true });
  const subject = subjectFor();
  const { adminId: ana } = await enter(provider, person(subject), 0);
  const made = await createApiToken(shut.ctx(1), { name: "of shut", role: "owner", isUnattended: true });
  await createApiToken(named.ctx(1), { name: "of named", role: "owner", isUnattended: true });
  const refusal = async () =>
    (await findApiToken(world.db, { value: made.token, ip: null, now: at(3) }))?.refusal;
  expect(await refusal()).toBeNull();
  const before = await getSignInPolicy(named.ctx(1));
  const both = [named.admin.email, shut.admin.email].sort();
  expect(before.stops, "nobody is named yet").toEqual({ apiTokens: 2, people: both });
  const policy = await changeSignInPolicy(named.ctx(1), {
    version: before.version,
    localSignIn: false,
    breakGlass: [named.admin.id],
  });
  expect(policy.stops).toEqual({ apiTokens: 1, people: [shut.admin.email] });
  expect(await world.lastEntry()).toMatchObject({
    act: "sign_in_policy.updated",
    after: { localSignIn: false, stoppedApiTokens: 1, leftWithoutWayIn: [shut.admin.email] },
  });
  expect(await refusal()).toBe("API_TOKEN_CREATOR_DISABLED");
  expect((await getApiToken(named.ctx(3), { apiTokenId: made.id })).state).toBe("creator_disabled");
  await isRefused(enter(provider, person(subject, { groups: ["else"] }), 30), "NO_ROLE");

  const admins = await listAdmins(named.ctx(31));
  const standing = Object.fromEntries(admins.map(({ id, state, shutOut }) => [id, { state, shutOut }]));
  expect(standing).toEqual({
    [named.admin.id]: { state: "active", shutOut: null },
    [shut.admin.id]: { state: "shut_out", shutOut: "local_off" },
    [ana]: { state: "shut_out", shutOut: "let_go" },
  });
  const { holders } = await explainAct(named.ctx(31), { actId: ACT.id }, [ACT]);
  const those = holders.filter(({ may }) => may).map(({ name }) => name);
  expect(those.toSorted()).toEqual(["of named", named.admin.email]);
  const whyOf = async (id: string) =>
    (await explainSubject(named.ctx(31), { kind: "admin", id }, [ACT])).subject.whyNotNow;
  expect(await whyOf(named.admin.id)).toBeNull();
  expect(await whyOf(shut.admin.id)).toContain("sign-in without a provider is off");
  expect(await whyOf(ana)).toContain("provider gives them no role any more");
  await world.db.query("UPDATE approval_policy SET kinds = '{bulk}'");
  // who cannot come in just now turns four eyes off for nobody: it stays on, and says that nobody can approve
  expect(await readPolicy(world.db)).toMatchObject({ owners: 3, ownersIn: 1, isOn: true });

  await world.db.query("UPDATE sign_in_policy SET local_off_at = NULL");
  expect(await refusal(), "it goes on with its maker").toBeNull();
});
