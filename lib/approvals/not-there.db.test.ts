import { expect, test } from "vitest";
import { changeAdminRole } from "../admins/change-admin-role.ts";
import { disableAdmin } from "../admins/disable-admin.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { changeSignInPolicy, getSignInPolicy } from "../sign-in-providers/sign-in-policy.ts";
import { approve } from "./approve.ts";
import { askForApproval } from "./ask-approval.ts";
import { countOpen } from "./count-open.ts";
import { getApproval } from "./get-approval.ts";
import { approvalsFixture, guardedBy, type Run, runStored } from "./test-approvals.ts";

const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, person, prove, proven, turnOn, keepFor, keep, ask, approveAs, acts } = people;

/** Somebody comes in by a provider alone, as of now. */
async function linkToProvider(adminId: string): Promise<void> {
  const id = uuidv7(new Date());
  await world.db.query(
    `INSERT INTO sign_in_provider (id, name, issuer, client_id, client_secret_wrapped, scopes, role_claim, role_rules, creates_admins, acr_values, required_acr, required_amr,
       created_at, updated_at)
     VALUES ($1::uuid, 'Company', 'https://login.example', 'tokenwarden', '\\x00'::bytea, '{openid}', 'groups', '[]', false, '{}', '{}', '{}', now(), now())`,
    [id],
  );
  await world.db.query(
    `INSERT INTO admin_identity (admin_id, provider_id, email, invited_email, subject, linked_at, last_sign_in_at)
     VALUES ($1::uuid, $2::uuid, 'ana@example.com', 'ana@example.com', 'ana', now(), now())`,
    [adminId, id],
  );
  await world.db.query("UPDATE admin SET password_hash = NULL, totp_wrapped = NULL WHERE id = $1::uuid", [
    adminId,
  ]);
  await world.db.query(
    "UPDATE admin_session SET signed_in_by = 'provider', provider_id = $2::uuid WHERE admin_id = $1::uuid",
    [adminId, id],
  );
}

const change: Run = async (ctx, { body }) => changeSignInPolicy(ctx, body as never);
const askFor = async (ctx: Context, body: Record<string, unknown>) => {
  const { version } = await getSignInPolicy(ctx);
  const guarded = guardedBy(change, { body: { version, ...body }, name: "sign-in" });
  return proven(ctx, () => askForApproval(ctx, guarded, { kind: "sign-in", reason: "The provider works" }));
};

const emailOf = async (id: string) =>
  (await world.db.query<{ email: string }>("SELECT email FROM admin WHERE id = $1::uuid", [id]))[0]?.email ??
  "";

test("sign-in without a provider is turned off, and its owners changed while it is, by who asked and is not there", async () => {
  await linkToProvider(people.otherId);
  await turnOn(["bulk"]);
  const { id } = await askFor(asker(2), { localSignIn: false, breakGlass: [people.askerId] });
  expect(await approveAs(other(3), id, change)).toMatchObject({ state: "done" });
  const third = await person();
  const next = await askFor(asker(4), { breakGlass: [people.askerId, third.id] });
  expect(await approveAs(other(5), next.id, change)).toMatchObject({ state: "done" });
  const policy = await getSignInPolicy(other(6));
  expect(policy.localSignIn).toBe(false);
  expect(policy.breakGlass.map((one) => one.id).sort()).toEqual([people.askerId, third.id].sort());
  // who would be out themselves is refused when they ask, and so is an API token of theirs
  const out = { localSignIn: false, breakGlass: [third.id] };
  await expect(askFor(asker(7), out)).rejects.toThrow(/lock yourself out/);
  const actor = {
    kind: "api_token",
    id: uuidv7(new Date()),
    name: "ci",
    role: "owner",
    isUnattended: true,
    personId: people.askerId,
  } as const;
  await expect(askFor({ ...asker(7), actor }, out)).rejects.toThrow(/lock yourself out/);
});

const ending: [string, (admin: string, token: string) => Promise<unknown>, "admin" | "api_token"][] = [
  ["is disabled", (adminId) => disableAdmin(other(5), { adminId }), "admin"],
  ["has another role", (adminId) => demote(adminId), "admin"],
  [
    "is an API token that is revoked",
    (_, apiTokenId) => revokeApiToken(other(5), { apiTokenId }),
    "api_token",
  ],
  [
    "is an API token of somebody who is disabled",
    (adminId) => disableAdmin(other(5), { adminId }),
    "api_token",
  ],
];

/** Without a second person: what is tested is what follows. */
async function demote(adminId: string) {
  await world.db.query("UPDATE approval_policy SET kinds = '{}'");
  return changeAdminRole(other(5), { adminId, role: "auditor" });
}

test.each(ending)("what waits ends, on record, once who asked %s", async (_, end, kind) => {
  const governor = await person("governor");
  const { id: tokenId } = await createApiToken(other(1), { name: "ci", role: "owner" });
  await world.db.query("UPDATE api_token SET created_by_id = $2::uuid WHERE id = $1::uuid", [
    tokenId,
    governor.id,
  ]);
  await turnOn();
  const actor =
    kind === "admin"
      ? governor.at(2).actor
      : ({
          kind,
          id: tokenId,
          name: "ci",
          role: "governor",
          isUnattended: false,
          personId: governor.id,
        } as const);
  const act: Run = async (ctx) => keepFor(ctx, { params: {}, query: "", body: { days: 300 } });
  await world.db.query("UPDATE admin SET role = 'owner' WHERE id = $1::uuid", [governor.id]);
  const owner = { ...actor, role: "owner" } as never;
  const asking = { ...governor.at(2), actor: owner };
  const { id } = await ask(asking, guardedBy(act));
  const own = await ask(asker(3), keep(310));
  expect(await countOpen(other(4))).toMatchObject({ toDecide: 2 });
  await world.db.query("UPDATE admin SET role = 'governor' WHERE id = $1::uuid", [governor.id]);
  await end(governor.id, tokenId);
  expect(await getApproval(other(6), { id })).toMatchObject({
    state: "stale",
    endCause: "asker",
    changed: [
      expect.stringMatching(
        /( was disabled on | is Auditor since | was revoked on ).*\d{4}-\d\d-\d\d \d\d:\d\d UTC/,
      ),
    ],
    may: { decide: false },
  });
  const [, last] = await acts(2);
  expect(last).toMatchObject({ act: "approval.orphaned" });
  expect((await getApproval(other(6), own)).state, "nobody else's").toBe("pending");
});

test("what only ran out costs nobody a proof: it is not offered, and ends when it is approved", async () => {
  await turnOn();
  const { id } = await ask(asker(2));
  await world.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [people.askerId]);
  expect(await getApproval(other(3), { id })).toMatchObject({
    state: "pending",
    may: { decide: false },
    whyNot: expect.stringMatching(/ was disabled on .* UTC\. What they asked for cannot be done\.$/),
  });
  expect(await countOpen(other(3))).toMatchObject({ toDecide: 0 });
  await prove(other(3), id);
  await expect(approve(other(3), { id, note: "" }, runStored(keepFor))).rejects.toMatchObject({
    code: "APPROVAL_STALE",
  });
  expect(await world.db.query("SELECT FROM admin_proof WHERE subject = $1::text", [id])).toHaveLength(1);
  expect((await getApproval(other(4), { id })).state).toBe("stale");
});

test("who approves that sign-in without a provider goes off reads whom it leaves without a way in, and what it takes from themselves", async () => {
  await linkToProvider(people.otherId);
  await turnOn(["bulk"]);
  const third = await person();
  await world.db.query("UPDATE sign_in_policy SET local_off_at = NULL");
  const { id } = await askFor(asker(2), { localSignIn: false, breakGlass: [people.askerId] });
  const email = await emailOf(third.id);
  const seen = await getApproval(third.at(3), { id });
  expect(seen.shown.sentences.join(" ")).toMatch(
    new RegExp(
      `${email.replaceAll(".", "\\.")}.* left without a way in|left without a way in: .*${email.replaceAll(".", "\\.")}`,
    ),
  );
  expect(seen.shown.acts[0]?.after?.leftWithoutWayIn).toContain(email);
  expect(seen.forYou).toEqual([
    expect.stringMatching(/^Your own session ends with it, and you cannot come in again/),
  ]);
  expect((await getApproval(other(3), { id })).forYou).toEqual([]);
  expect((await getApproval(asker(3), { id })).forYou).toEqual([]);
});

test("who approves what is upon themselves reads what they lose", async () => {
  await turnOn(["bulk"]);
  const demote: Run = (ctx, { body }) => changeAdminRole(ctx, body as never);
  const guarded = guardedBy(demote, { body: { adminId: people.otherId, role: "auditor" }, name: "role" });
  const { id } = await ask(asker(2), guarded);
  expect((await getApproval(other(3), { id })).forYou).toEqual([
    "It is upon you: you are Auditor instead of Owner, and your sessions end.",
  ]);
  expect((await getApproval((await person()).at(3), { id })).forYou).toEqual([]);
});
