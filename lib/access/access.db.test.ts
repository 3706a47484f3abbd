import { expect, test } from "vitest";
import { createApiToken } from "../api-tokens/create-api-token.ts";
import { revokeApiToken } from "../api-tokens/revoke-api-token.ts";
import { ROLES, type Role } from "../authz/roles.ts";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { explainAct, explainSubject, listActs } from "./explain-access.ts";
import type { DeclaredAct } from "./model.ts";
import { listSubjects } from "./subjects.ts";

const world = testContexts();

const ACTS: DeclaredAct[] = [
  {
    id: "postKeys",
    method: "POST",
    path: "/api/v1/keys",
    summary: "Rotates",
    permission: "key:rotate",
    stepUp: { kind: "keys", where: null },
    shutsOut: false,
    isTyped: false,
    neverWaits: false,
  },
  {
    id: "postErasure",
    method: "POST",
    path: "/api/v1/users/{id}/erasure",
    summary: "Erases",
    permission: "user:erase",
    stepUp: { kind: "retention", where: null },
    shutsOut: false,
    isTyped: true,
    neverWaits: false,
  },
  {
    id: "putTotp",
    method: "PUT",
    path: "/api/v1/me/totp",
    summary: "Sets up",
    permission: null,
    stepUp: null,
    shutsOut: false,
    isTyped: false,
    neverWaits: false,
  },
];

async function admin(role: Role, change: { disabled?: boolean; hasFactor?: boolean } = {}): Promise<string> {
  const id = uuidv7(new Date());
  await world.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at, disabled_at)
     VALUES ($1::uuid, $1::text || '@example.com', $2::text, $2::text, 'x', $3::bytea, now(), $4::timestamptz)`,
    [id, role, change.hasFactor === false ? null : Buffer.from([0]), change.disabled ? new Date() : null],
  );
  return id;
}

test("says of each permission whether it is there, who else has it, and what stands in the way", async () => {
  const id = await admin("governor");
  const { areas, subject } = await explainSubject(world.as("auditor"), { kind: "admin", id }, ACTS);
  expect(subject).toMatchObject({ role: "governor", whyNotNow: null });
  const rows = areas.flatMap(({ permissions }) => permissions);
  expect(rows.find(({ permission }) => permission === "key:rotate")).toMatchObject({
    may: true,
    roles: ["owner", "governor"],
    obstacles: [{ kind: "step_up", of: "keys", where: null }],
  });
  expect(rows.find(({ permission }) => permission === "user:erase")).toMatchObject({
    may: false,
    roles: ["owner"],
    obstacles: [{ kind: "step_up", of: "retention", where: null }, { kind: "typed" }, { kind: "owner_only" }],
  });
});

test("who is disabled, not enrolled, expired or revoked has it and may not", async () => {
  const [here, gone, coming] = [
    await admin("owner"),
    await admin("owner", { disabled: true }),
    await admin("owner", { hasFactor: false }),
  ];
  const owner = world.as("owner");
  const token = await createApiToken(owner, { name: "ci", role: "owner" });
  await revokeApiToken(owner, { apiTokenId: token.id });
  const live = await createApiToken(owner, { name: "live", role: "governor", isUnattended: true });
  const { holders } = await explainAct(owner, { actId: "postKeys" }, ACTS);
  const may = Object.fromEntries(holders.map((holder) => [holder.id, holder.may]));
  expect(may).toEqual({ [here]: true, [gone]: false, [coming]: false, [token.id]: false, [live.id]: true });
  expect(holders.find(({ id }) => id === gone)?.why).toContain("Disabled");
  expect(holders.find(({ id }) => id === token.id)?.why).toContain("revoked");
  expect(holders.find(({ id }) => id === live.id)?.why).toContain("this API token acts unattended");
  expect(holders.find(({ id }) => id === here)?.why).toContain("asked again who they are (Signing keys)");
});

test("an API token is told by its own role and its creator's of now", async () => {
  const boss = await admin("owner");
  const { id } = await createApiToken(world.as("owner"), { name: "ci", role: "owner" });
  await world.db.query("UPDATE api_token SET created_by_id = $2::uuid WHERE id = $1::uuid", [id, boss]);
  const whyOf = async () => {
    const { holders } = await explainAct(world.as("owner"), { actId: "postKeys" }, ACTS);
    return holders.find((holder) => holder.id === id);
  };
  expect(await whyOf()).toMatchObject({ may: true });
  await world.db.query("UPDATE admin SET role = 'auditor' WHERE id = $1::uuid", [boss]);
  expect(await whyOf()).toMatchObject({ may: false, why: expect.stringContaining("who is Auditor now") });
  const explained = await explainSubject(world.as("owner"), { kind: "api_token", id }, ACTS);
  expect(explained.why).toContain("are left, which both roles give");
  const rows = explained.areas.flatMap(({ permissions }) => permissions);
  expect(rows.find(({ permission }) => permission === "key:rotate")).toMatchObject({ may: false });
  expect(rows.find(({ permission }) => permission === "audit:read")).toMatchObject({ may: true });
  await world.db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [boss]);
  expect(await whyOf()).toMatchObject({ may: false, state: "creator_disabled" });
});

test("what is a person's own everybody may, but no API token", async () => {
  const id = await admin("auditor");
  const token = await createApiToken(world.as("owner"), { name: "ci", role: "owner" });
  const { holders } = await explainAct(world.as("auditor"), { actId: "putTotp" }, ACTS);
  expect(Object.fromEntries(holders.map((holder) => [holder.id, holder.may]))).toEqual({
    [id]: true,
    [token.id]: false,
  });
});

test.each(ROLES)("%s sees it exactly where the role says so", async (role) => {
  const id = await admin("owner");
  const tries = [
    () => explainSubject(world.as(role), { kind: "admin", id }, ACTS),
    () => explainAct(world.as(role), { actId: "postKeys" }, ACTS),
    () => listActs(world.as(role), ACTS),
    () => listSubjects(world.as(role)),
  ];
  for (const look of tries)
    if (role === "owner" || role === "auditor") await expect(look()).resolves.toBeDefined();
    else await expect(look()).rejects.toMatchObject({ code: "FORBIDDEN" });
});

test("four eyes stands in the way where the organisation wants it for that kind, and only once it is on", async () => {
  const eyes = async () => {
    const rows = await listActs(world.as("owner"), ACTS);
    return rows
      .filter(({ obstacles }) => obstacles.some(({ kind }) => kind === "four_eyes"))
      .map(({ id }) => id);
  };
  await world.db.query("UPDATE approval_policy SET kinds = '{keys}'");
  const first = await admin("owner");
  expect(await eyes(), "one owner has nobody to ask").toEqual([]);
  await admin("owner");
  expect(await eyes()).toEqual(["postKeys"]);
  const { holders } = await explainAct(world.as("auditor"), { actId: "postKeys" }, ACTS);
  expect(holders.find(({ id }) => id === first)?.why).toContain("second person approves it");
  await world.db.query("UPDATE approval_policy SET kinds = '{}'");
  expect(await eyes()).toEqual([]);
});

const OF_ADMINS: DeclaredAct[] = [
  {
    id: "postAdmins",
    method: "POST",
    path: "/api/v1/admins",
    summary: "Invites",
    permission: "admin:write",
    stepUp: { kind: "roles", where: null },
    shutsOut: false,
    isTyped: false,
    neverWaits: false,
  },
  {
    id: "postAdminsIdDisable",
    method: "POST",
    path: "/api/v1/admins/{id}/disable",
    summary: "Shuts out",
    permission: "admin:write",
    stepUp: { kind: "roles", where: null },
    shutsOut: true,
    isTyped: false,
    neverWaits: false,
  },
];

test("of an API token that acts unattended it says that inviting waits for a person and shutting out does not", async () => {
  const owner = world.as("owner");
  const free = await createApiToken(owner, { name: "free", role: "owner", isUnattended: true });
  const bound = await createApiToken(owner, { name: "bound", role: "owner" });
  const whyOf = async (actId: string, { id }: { id: string }) =>
    (await explainAct(owner, { actId }, OF_ADMINS)).holders.find((holder) => holder.id === id)?.why;
  expect(await whyOf("postAdmins", free)).toContain("waits until a person approves it");
  expect(await whyOf("postAdminsIdDisable", free)).toContain("this API token acts unattended");
  expect(await whyOf("postAdminsIdDisable", bound)).toContain("does not act unattended");
  const { areas } = await explainSubject(owner, { kind: "api_token", id: free.id }, OF_ADMINS);
  const rows = areas.flatMap(({ permissions }) => permissions);
  expect(rows.find(({ permission }) => permission === "admin:write")?.obstacles).toContainEqual({
    kind: "step_up",
    of: "roles",
    where: null,
    shutsOut: false,
  });
});
