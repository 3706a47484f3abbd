import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { newPass } from "../approvals/pass.ts";
import type { Context } from "../context.ts";
import { testContexts } from "../db/test-context.ts";
import { providersFixture, subjectFor } from "../sign-in-providers/test-sign-ins.ts";
import { createAdmin } from "./create-admin.ts";
import { linkOwnerOnMachine } from "./link-owner-on-machine.ts";
import { renewInvitation } from "./renew-invitation.ts";

const world = testContexts();
const { makeProvider, owner } = providersFixture(world);

/** What a migration fills in of what is there: its text from the first statement that does. */
function fillingIn(migration: string, from: RegExp): string {
  const file = path.resolve(import.meta.dirname, "../../prisma/migrations", migration, "migration.sql");
  const text = readFileSync(file, "utf8");
  return text.slice(text.search(from));
}

test("what was made before their makers were kept is filled in from the log: by whom, with which API token, or by the machine", async () => {
  const one = await owner();
  const two = await owner();
  const token = await createApiToken(one.ctx(1), { name: "ci", role: "owner", isUnattended: true });
  const { id, row } = token;
  const program: Context = {
    ...one.ctx(2),
    actor: {
      kind: "api_token",
      id,
      name: row.name,
      role: "owner",
      isUnattended: true,
      personId: one.admin.id,
    },
  };
  const child = await createApiToken(program, { name: "child", role: "auditor" });
  const approval = { id, way: "asked", approvedBy: two.admin.email } as const;
  const pass = newPass({ isTrial: false, skipsStepUp: true, isAnswered: true, approval });
  const invite = async (ctx: Context, more: object = { role: "auditor" }) =>
    (await createAdmin(ctx, { email: `${subjectFor()}@example.com`, name: "N", ...more }, "http://x")).admin
      .id;
  const provider = await makeProvider();
  const byProgram = await invite({ ...program, pass });
  const renewed = await invite(one.ctx(3));
  await renewInvitation(two.ctx(4), { adminId: renewed }, "http://x");
  const forProvider = await invite(one.ctx(3), { providerId: provider.id });
  const lost = await owner();
  const machine: Context = { ...one.ctx(5), actor: { kind: "system", id: "cli", name: "command line" } };
  await linkOwnerOnMachine(machine, { email: lost.admin.email }, "http://x");

  const MADE = `SELECT admin_id AS "adminId", invited_by_id AS "by", invited_by_token_id AS "token" FROM`;
  const kept = async () => ({
    tokens: await world.db.query("SELECT id, made_by_token_id FROM api_token ORDER BY id"),
    links: await world.db.query(`${MADE} setup_link ORDER BY admin_id`),
    identities: await world.db.query(`${MADE} admin_identity ORDER BY admin_id`),
  });
  const before = await kept();
  expect(before.tokens).toContainEqual({ id: child.id, made_by_token_id: id });
  expect(before.links).toContainEqual({ adminId: byProgram, by: one.admin.id, token: id });
  expect(before.links).toContainEqual({ adminId: renewed, by: two.admin.id, token: null });
  expect(before.links).toContainEqual({ adminId: lost.admin.id, by: null, token: null });
  expect(before.identities).toEqual([{ adminId: forProvider, by: one.admin.id, token: null }]);

  await world.asOwner("UPDATE api_token SET made_by_token_id = NULL");
  for (const table of ["setup_link", "admin_identity"])
    await world.asOwner(`UPDATE ${table} SET invited_by_id = NULL, invited_by_token_id = NULL`);
  expect(await kept()).not.toEqual(before);
  await world.asOwner(fillingIn("20261130182000_api_token_makers", /^UPDATE/m));
  await world.asOwner(fillingIn("20261130182500_invitation_makers", /^WITH made/m));
  expect(await kept()).toEqual(before);
});
