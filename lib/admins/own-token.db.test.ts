import { beforeEach, describe, expect, test } from "vitest";
import { approve } from "../approvals/approve.ts";
import { breakGlass } from "../approvals/break-glass.ts";
import { countOpen } from "../approvals/count-open.ts";
import { decline } from "../approvals/decline.ts";
import { newPass } from "../approvals/pass.ts";
import { reviewBreakGlass } from "../approvals/review-break-glass.ts";
import { approvalsFixture, runStored } from "../approvals/test-approvals.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { changeAdminRole } from "./change-admin-role.ts";
import { disableAdmin } from "./disable-admin.ts";
import { getAdminRow } from "./list-admins.ts";
import { renewInvitation } from "./renew-invitation.ts";

const URL_BASE = "http://localhost:3000";
const world = testContexts();
const people = approvalsFixture(world);
const { asker, other, turnOn, ask, keep, keepFor, prove } = people;

/** An API token of a person that does what they may by itself, with the approval of somebody else where that is wanted. */
function tokenOf(ctx: Context, personId: string | null): Context {
  const actor = {
    kind: "api_token",
    id: crypto.randomUUID(),
    name: "ci",
    role: "owner",
    isUnattended: true,
    personId,
  } as const;
  return { ...ctx, actor, pass: approvedPass() };
}

function approvedPass() {
  const approval = { id: crypto.randomUUID(), way: "asked", approvedBy: "b" } as const;
  return newPass({ isTrial: false, skipsStepUp: true, isAnswered: true, approval });
}

/** What nobody does to, or decides of, themselves. */
type Own = {
  code: string;
  /** Makes what it is done upon, and answers its id. */
  first?: () => Promise<string>;
  act: (ctx: Context, id: string) => Promise<unknown>;
};
const ACTS: Record<string, Own> = {
  "disable oneself": { code: "CONFLICT", act: (ctx) => disableAdmin(ctx, { adminId: people.askerId }) },
  "disable oneself, by the id in capitals": {
    code: "CONFLICT",
    act: (ctx) => disableAdmin(ctx, { adminId: people.askerId.toUpperCase() }),
  },
  "change one's own role": {
    code: "CONFLICT",
    act: (ctx) => changeAdminRole(ctx, { adminId: people.askerId, role: "governor" }),
  },
  "make oneself a new link": {
    code: "CONFLICT",
    act: (ctx) => renewInvitation(ctx, { adminId: people.askerId }, URL_BASE),
  },
  "approve what one asked for": {
    code: "FORBIDDEN",
    first: asked,
    act: (ctx, id) => approve(ctx, { id, note: "" }, runStored(keepFor)),
  },
  "decline what one asked for": {
    code: "FORBIDDEN",
    first: asked,
    act: (ctx, id) => decline(ctx, { id, note: "" }),
  },
  "review one's own break-glass": {
    code: "FORBIDDEN",
    first: brokenGlass,
    act: (ctx, id) => reviewBreakGlass(ctx, { id, note: "ok" }),
  },
};

async function asked(): Promise<string> {
  await turnOn();
  return (await ask(asker(2))).id;
}

async function brokenGlass(): Promise<string> {
  await turnOn();
  const guarded = keep(230);
  await prove(asker(2), guarded.digest.toString("hex").slice(0, 32));
  await breakGlass(asker(2), guarded, { kind: "retention", reason: "The disk is full" });
  return (await countOpen(other(3))).toReview[0]?.id as string;
}

describe("nobody, by an API token of their own neither, may", () => {
  test.each(Object.entries(ACTS))("%s", async (_, { code, first, act }) => {
    const id = (await first?.()) ?? "";
    const person = { ...asker(3), pass: approvedPass() };
    for (const ctx of [person, tokenOf(asker(3), people.askerId)])
      await expect(act(ctx, id), ctx.actor.kind).rejects.toMatchObject({ code });
    const still = await getAdminRow(world.db, { id: people.askerId, now: asker(3).now });
    expect(still).toMatchObject({ state: "active", role: "owner" });
  });
});

describe("an API token of another owner, or of nobody, may", () => {
  let by: (personId: string | null) => Context;
  beforeEach(() => {
    by = (personId) => tokenOf(asker(3), personId);
  });

  test("disable them", async () => {
    for (const personId of [people.otherId, null]) {
      const { id } = await people.person();
      expect(await disableAdmin(by(personId), { adminId: id })).toMatchObject({ state: "disabled" });
    }
  });

  test("make them a new link", async () => {
    const { id } = await people.person();
    expect((await renewInvitation(by(people.otherId), { adminId: id }, URL_BASE)).url).toContain(URL_BASE);
  });

  test("change their role", async () => {
    const { id } = await people.person();
    expect(await changeAdminRole(by(people.otherId), { adminId: id, role: "auditor" })).toMatchObject({
      role: "auditor",
    });
  });
});

test("a person is told why an API token of theirs does not do it to them", async () => {
  await expect(disableAdmin(tokenOf(asker(3), people.askerId), { adminId: people.askerId })).rejects.toThrow(
    "This API token counts as the admin who made it: you cannot disable yourself by it. Ask another owner.",
  );
});
