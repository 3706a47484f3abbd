import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROLES, type Role } from "#lib/authz/roles.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;

beforeAll(async () => {
  console = await startTestConsole();
});
afterAll(() => console.end());

const MAY_DISABLE: Record<Role, boolean> = { owner: true, responder: true, governor: true, auditor: false };
const MAY_ENABLE: Record<Role, boolean> = { owner: true, responder: false, governor: true, auditor: false };

async function ask(verb: "disable" | "enable", id: string, role: Role) {
  const body = verb === "disable" ? JSON.stringify({ reason: "account_compromise", note: "" }) : undefined;
  const response = await console.send({
    method: "POST",
    path: `/api/v1/users/{id}/${verb}`,
    role,
    body,
    segments: { id },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function isDisabled(id: string): Promise<boolean> {
  const [row] = await console.db.query<{ is: boolean }>(
    "SELECT disabled_at IS NOT NULL AS is FROM user_account WHERE id = $1",
    [id],
  );
  return row?.is === true;
}

async function holder() {
  const fixture = fixtureOf(console.db);
  const clientId = await fixture.client(`app-${randomUUID().slice(0, 8)}`);
  const userId = await fixture.user(`${randomUUID().slice(0, 8)}@example.test`);
  const { id: tokenId } = await fixture.token({ clientId, userId });
  return { userId, tokenId };
}

test.each(ROLES)("the %s shuts a user out, tokens and all, only where the role says so", async (role) => {
  const { userId, tokenId } = await holder();
  const answer = await ask("disable", userId, role);
  const token = await console.send({
    method: "GET",
    path: "/api/v1/tokens/{id}",
    role: "auditor",
    segments: { id: tokenId },
  });
  const { state } = (await token.json()) as { state: string };
  const acts = await console.db.query<{ outcome: string; reason: string | null }>(
    "SELECT outcome, reason FROM audit_entry WHERE act = 'user.disabled' AND target_id = $1",
    [userId],
  );
  if (MAY_DISABLE[role]) {
    expect(answer).toMatchObject({ status: 200, body: { revokedTokens: 1, user: { state: "disabled" } } });
    expect(state).toBe("revoked");
    expect(acts).toEqual([{ outcome: "done", reason: "account_compromise" }]);
  } else {
    expect(answer).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
    expect(state).toBe("active");
    expect(acts).toEqual([]);
  }
  expect(await isDisabled(userId)).toBe(MAY_DISABLE[role]);
});

test.each(ROLES)("the %s lets a user in again only where the role says so", async (role) => {
  const { userId } = await holder();
  expect((await ask("disable", userId, "owner")).status).toBe(200);
  const answer = await ask("enable", userId, role);
  expect(answer.status).toBe(MAY_ENABLE[role] ? 200 : 403);
  expect(await isDisabled(userId)).toBe(!MAY_ENABLE[role]);
});
