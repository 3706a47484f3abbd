import { expect, test } from "vitest";
import { createAdmin } from "../admins/create-admin.ts";
import { renewInvitation } from "../admins/renew-invitation.ts";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { askForApproval } from "./ask-approval.ts";
import { decline } from "./decline.ts";
import { getApproval } from "./get-approval.ts";
import { approvalsFixture, guardedBy, type Run } from "./test-approvals.ts";

const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, person, proven, keep, turnOn } = people;
const URL_BASE = "http://localhost:3000";

const invite: Run = (ctx, { body }) =>
  createAdmin(ctx, body as { email: string; name: string; role: Role }, URL_BASE);
const renew: Run = (ctx, { body }) => renewInvitation(ctx, body as { adminId: string }, URL_BASE);
const make: Run = (ctx, { body }) => createApiToken(ctx, body as { name: string; role: Role });

const nameOf = (ctx: Context) => ctx.actor.name;

/** An API token that waits for a person, of the one who asks or of nobody. */
async function program(isTheirs: boolean): Promise<Context> {
  const { id, row } = await createApiToken(asker(1), { name: "os root", role: "owner" });
  if (!isTheirs) await world.db.query("UPDATE api_token SET created_by_id = NULL WHERE id = $1::uuid", [id]);
  const personId = isTheirs ? people.askerId : null;
  const actor = {
    kind: "api_token",
    id,
    name: row.name,
    role: "owner",
    isUnattended: false,
    personId,
  } as const;
  return { ...asker(2), actor };
}

/** What whoever may decide is told of it, now and once it is declined: then nobody receives anything. */
async function received(
  ctx: Context,
  run: Run,
  body: unknown,
  runBy: "requester" | "approver" = "requester",
) {
  const guarded = guardedBy(run, { body, runBy, name: crypto.randomUUID() });
  const { id } = await proven(ctx, () =>
    askForApproval(ctx, guarded, { kind: "unattended", reason: "On-call" }),
  );
  const { receives } = await getApproval(other(3), { id });
  await decline(other(4), { id, note: "" });
  expect((await getApproval(other(5), { id })).receives, "once it is declined").toBeNull();
  return receives;
}

test("whoever decides is told which API token of whom is given a link, and as whom one comes in by it", async () => {
  const ctx = await program(true);
  const { id } = await person("auditor");
  await world.db.query("UPDATE admin SET email = 'olive@example.com' WHERE id = $1::uuid", [id]);
  const of = `The API token os root of ${nameOf(asker(0))}`;
  expect(await received(ctx, renew, { adminId: id })).toBe(
    `${of} receives the link, and whoever has it can come in as olive@example.com, an auditor.`,
  );
  expect(await received(ctx, invite, { email: "new@example.com", name: "New", role: "owner" })).toBe(
    `${of} receives the link, and whoever has it can come in as new@example.com, an owner.`,
  );
  expect(await received(ctx, make, { name: "ci", role: "governor" })).toBe(
    `${of} receives the new API token, and whoever has it can do what a governor may.`,
  );
});

test("of an API token of nobody it names no person; of a person them; of what lets nobody in nothing", async () => {
  const invited = { email: "new@example.com", name: "New", role: "responder" };
  expect(await received(await program(false), invite, invited)).toBe(
    "The API token os root receives the link, and whoever has it can come in as new@example.com, a responder.",
  );
  await turnOn();
  expect(await received(asker(2), invite, { ...invited, email: "other@example.com" })).toBe(
    `${nameOf(asker(0))} receives the link, and whoever has it can come in as other@example.com, a responder.`,
  );
  const { id } = await people.ask(asker(2), keep(200));
  expect((await getApproval(other(3), { id })).receives).toBeNull();
});
