import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ApprovalRow } from "#lib/approvals/model.ts";
import { approvalsFixture, ONE, WHY } from "./test-approvals.ts";

const world = approvalsFixture();
const { person, send, prove, get, approve, turnOn, apiToken } = world;

const RETENTION = ["PUT", "/api/v1/retention"] as const;
async function retention(days: number) {
  const [row] = await world.db.query<{ version: number }>("SELECT version FROM organisation");
  return { version: row?.version, expiredTokenDays: days, leaving: [] };
}
const keptDays = async () =>
  (await world.db.query<{ days: number }>("SELECT expired_token_days AS days FROM organisation"))[0]?.days;

const APPROVE = `POST ${ONE}/approve`;
/** What was refused upon an approval, as the log has it. */
const refusalsOf = (id: string) =>
  world.db.query<{ act: string; who: string; code: string; name: string }>(
    `SELECT act, actor_name AS who, error_code AS code, target_name AS name FROM audit_entry
     WHERE target_kind = 'approval' AND target_id = $1::text AND outcome = 'refused' ORDER BY sequence`,
    [id],
  );

describe("a person", () => {
  test("is told what is needed, asks for it, and it is done when another has approved it", async () => {
    await turnOn(["retention"]);
    const body = await retention(101);
    expect(await send(world.one, RETENTION, { body })).toMatchObject({
      status: 403,
      body: { code: "APPROVAL_REQUIRED", kind: "retention" },
    });
    expect(
      await send(world.one, RETENTION, { body, headers: WHY, isProven: false }),
      "signed in just now, which is not enough",
    ).toMatchObject({ status: 403, body: { code: "STEP_UP_REQUIRED", kind: "approvals" } });
    const asked = await send(world.one, RETENTION, { body, headers: WHY });
    const { id } = asked.body as unknown as ApprovalRow;
    expect(asked).toMatchObject({
      status: 202,
      location: `/api/v1/approvals/${id}`,
      body: { state: "pending" },
    });
    expect(asked.body).toMatchObject({ reason: "Costs too much – „really“" });
    expect(await send(world.one, RETENTION, { body })).toMatchObject({
      status: 403,
      body: { approvalId: id },
    });
    expect(
      (await send(world.one, RETENTION, { body, headers: WHY, isProven: false })).body.id,
      "what waits already is answered as it is",
    ).toBe(id);
    expect(await keptDays()).not.toBe(101);
    expect(await send(world.two, ["POST", `${ONE}/approve`], { segments: { id }, body: {} })).toMatchObject({
      status: 403,
      body: { code: "STEP_UP_REQUIRED", kind: "approvals", subject: id },
    });
    expect(await approve(world.two, id)).toMatchObject({
      status: 200,
      body: { state: "done", decidedBy: world.two.email },
    });
    expect(await keptDays()).toBe(101);
    expect((await approve(world.two, id)).status).toBe(409);
  });

  test("asks again by one click for a change that another edit made stale: upon what is there now, as others see it", async () => {
    await turnOn(["retention"]);
    const { body } = await send(world.one, RETENTION, { body: await retention(105), headers: WHY });
    const segments = { id: String(body.id) };
    await world.db.query("UPDATE organisation SET version = version + 1, expired_token_days = 99");
    const found = await send(world.two, ["POST", `${ONE}/check`], { segments });
    expect(found.body).toMatchObject({
      isStale: true,
      changed: [expect.stringMatching(/^The organisation was changed.* since it was asked for/)],
    });
    const again = await send(world.one, ["POST", `${ONE}/ask-again`], { segments });
    expect((await get(world.two, String(again.body.id))).shown.acts[0]).toMatchObject({
      before: { expiredTokenDays: 99 },
      after: { expiredTokenDays: 105 },
    });
    expect((await get(world.one, segments.id)).state).toBe("withdrawn");
    expect((await approve(world.two, String(again.body.id))).body.state).toBe("done");
    expect(await keptDays()).toBe(105);
  });

  test("P14: approves nothing of their own, nor through an API token of theirs", async () => {
    const own = await apiToken(world.one, true);
    await turnOn(["retention"]);
    const { body } = await send(world.one, RETENTION, { body: await retention(102), headers: WHY });
    const segments = { id: String(body.id) };
    expect((await approve(world.one, segments.id)).body.code).toBe("FORBIDDEN");
    for (const verb of ["approve", "decline"])
      expect(await send(own, ["POST", `${ONE}/${verb}`], { segments, body: {} })).toMatchObject({
        status: 403,
        body: { code: "FORBIDDEN" },
      });
    const [first, ...byToken] = await refusalsOf(segments.id);
    expect(first).toEqual({
      act: "approval.refused",
      who: world.one.email,
      code: "FORBIDDEN",
      name: APPROVE,
    });
    expect(byToken.map(({ name }) => name)).toEqual([APPROVE, APPROVE.replace(/approve$/, "decline")]);
    expect((await get(world.two, segments.id)).state).toBe("pending");
    expect((await send(world.one, ["POST", `${ONE}/withdraw`], { segments })).body.state).toBe("withdrawn");
    expect((await approve(world.two, segments.id)).status).toBe(409);
  });

  test("is refused by a foreign id, a role that may not, and a reason that is none", async () => {
    await turnOn(["retention"]);
    const body = await retention(103);
    const asked = await send(world.one, RETENTION, { body, headers: WHY });
    const id = String(asked.body.id);
    const lacking = [await person("governor"), await person("auditor")];
    for (const who of lacking) expect((await approve(who, id)).status).toBe(403);
    expect(await refusalsOf(id), "on record, with who it was").toEqual(
      lacking.map(({ email }) => ({ act: "approval.refused", who: email, code: "FORBIDDEN", name: APPROVE })),
    );
    expect((await approve(world.two, randomUUID())).status).toBe(404);
    for (const reason of [
      "",
      "%20",
      "%E0%A4%A",
      encodeURIComponent("x".repeat(2_001)),
      `twk_${"a".repeat(43)}`,
    ])
      expect(
        (
          await send(world.one, RETENTION, {
            body: await retention(104),
            headers: { "approval-reason": reason },
          })
        ).status,
        reason,
      ).toBe(400);
  });

  test("changes what wants a second person only with world.one, once anything does", async () => {
    const policy = ["PATCH", "/api/v1/approval-policy"] as const;
    const version = async () =>
      (await send(world.one, ["GET", "/api/v1/approval-policy"])).body.version as number;
    expect(
      await send(world.one, policy, { body: { version: await version(), kinds: ["keys"] } }),
    ).toMatchObject({
      status: 200,
      body: { isOn: true, owners: 2 },
    });
    const off = { version: await version(), kinds: [] };
    expect(await send(world.one, policy, { body: off })).toMatchObject({
      body: { code: "APPROVAL_REQUIRED", kind: "policy" },
    });
    const { body } = await send(world.one, policy, { body: off, headers: WHY });
    expect((await get(world.two, String(body.id))).shown.acts[0]).toMatchObject({
      act: "approval_policy.changed",
      before: { kinds: ["keys"] },
      after: { kinds: [] },
    });
    expect((await approve(world.two, String(body.id))).body.state).toBe("done");
    expect((await send(world.one, ["GET", "/api/v1/approval-policy"])).body.isOn).toBe(false);
  });
});

describe("an API token", () => {
  test("without the right is answered 202, polls, and what it asked for is done by a person's approval", async () => {
    const own = await apiToken(world.one, false);
    const asked = await send(own, RETENTION, { body: await retention(111) });
    expect(asked).toMatchObject({ status: 202, body: { state: "pending", kinds: ["unattended"] } });
    const id = asked.location?.split("/").at(-1) as string;
    expect((await get(own, id)).state).toBe("pending");
    expect((await approve(world.one, id)).body.code).toBe("FORBIDDEN");
    expect((await approve(world.two, id)).body).toMatchObject({ state: "done" });
    expect((await get(own, id)).state).toBe("done");
    expect(await keptDays()).toBe(111);
    expect((await send(own, ["GET", "/api/v1/retention"])).status).toBe(200);
  });

  test("that sends what waits again is told so, and nothing is tried out again", async () => {
    const own = await apiToken(world.one, false);
    const body = await retention(115);
    const asked = await send(own, RETENTION, { body });
    // whoever tried it out would be refused by now
    await world.db.query("UPDATE organisation SET version = version + 1");
    const again = await send(own, RETENTION, { body });
    expect(again).toMatchObject({ status: 202, location: asked.location, body: { state: "pending" } });
    expect(again.body).toEqual(asked.body);
  });

  test("asks once under an idempotency key: after it was done the same request is told where it waited", async () => {
    const own = await apiToken(world.one, false);
    const headers = { "idempotency-key": randomUUID() };
    const given = { body: await retention(116), headers };
    const asked = await send(own, RETENTION, given);
    expect(asked.status).toBe(202);
    expect((await approve(world.two, asked.location?.split("/").at(-1) as string)).body.state).toBe("done");
    expect(await send(own, RETENTION, given)).toEqual(asked);
    const rows = await world.db.query("SELECT id FROM approval WHERE actor_id = $1", [own.id]);
    expect(rows).toHaveLength(1);
    expect(await keptDays()).toBe(116);
    // without the key it is another request
    expect((await send(own, RETENTION, { body: given.body })).status).not.toBe(200);
    const alone = { ...headers, "break-glass-reason": "now" };
    expect((await send(own, RETENTION, { body: given.body, headers: alone })).body.code).toBe(
      "IDEMPOTENCY_KEY_REUSED",
    );
  });

  test("with the right waits where two people are wanted, and breaks no glass", async () => {
    const own = await apiToken(world.one, true);
    expect((await send(own, RETENTION, { body: await retention(112) })).status).toBe(200);
    await turnOn(["retention"]);
    expect((await send(own, RETENTION, { body: await retention(113) })).status).toBe(202);
    const headers = { "break-glass-reason": "now" };
    expect((await send(own, RETENTION, { body: await retention(114), headers })).body.code).toBe("FORBIDDEN");
    expect(await keptDays()).toBe(112);
  });
});

describe("an API token that acts unattended, with four eyes off", () => {
  const invite = ["POST", "/api/v1/admins"] as const;
  const body = (email: string) => ({ email, name: "New", role: "owner" });

  test("invites nobody by itself: a person approves it, and then the very same request has the link", async () => {
    const ci = await world.apiToken(world.one, true);
    const sent = body("asked@example.com");
    const waits = await world.send(ci, invite, { body: sent });
    expect(waits).toMatchObject({ status: 202, body: { kinds: ["unattended"], runBy: "requester" } });
    const id = String(waits.body.id);
    expect((await world.approve(world.one, id)).status, "its maker is who asks").toBe(403);
    expect((await world.approve(world.two, id)).status).toBe(200);
    expect(await world.send(ci, invite, { body: sent })).toMatchObject({
      status: 201,
      body: { link: { url: expect.stringContaining("token=") } },
    });
    expect((await world.send(ci, invite, { body: sent })).status, "once").not.toBe(201);
  });

  test("gives nobody a new link, a role or another way to sign in; what is no account it does", async () => {
    const ci = await world.apiToken(null, true);
    const segments = { id: (await world.person("auditor")).id };
    const waiting = [
      await world.send(ci, ["POST", "/api/v1/admins/{id}/invitation"], { segments }),
      await world.send(ci, ["PUT", "/api/v1/admins/{id}/role"], { segments, body: { role: "owner" } }),
      await world.send(ci, ["PATCH", "/api/v1/sign-in-policy"], {
        body: { version: 1, breakGlass: [world.one.id] },
      }),
    ];
    for (const { status, body: waits } of waiting)
      expect({ status, kinds: waits.kinds }).toEqual({ status: 202, kinds: ["unattended"] });
    const made = await world.send(ci, ["POST", "/api/v1/api-tokens"], {
      body: { name: "own", role: "auditor" },
    });
    expect(made.status).toBe(201);
  });
});

describe("an API token that acts unattended and shuts somebody out", () => {
  const DISABLE = ["POST", "/api/v1/admins/{id}/disable"] as const;
  const PROVIDER_OFF = ["POST", "/api/v1/sign-in-providers/{id}/disable"] as const;
  const PROVIDER_ON = ["POST", "/api/v1/sign-in-providers/{id}/enable"] as const;
  const of = (id: string) => ({ segments: { id } });

  test("does it by itself, an owner too and where there is nobody to approve it; who is let in again waits", async () => {
    const ci = await world.apiToken(world.one, true);
    const leaver = await world.person("auditor");
    expect(await world.send(ci, DISABLE, of(world.two.id))).toMatchObject({
      status: 200,
      body: { state: "disabled" },
    });
    expect((await world.send(ci, DISABLE, of(leaver.id))).status).toBe(200);
    const provider = world.first("sign-in-providers");
    await world.db.query("UPDATE sign_in_provider SET disabled_at = NULL WHERE id = $1::uuid", [provider]);
    expect((await world.send(ci, PROVIDER_OFF, of(provider))).status).toBe(200);
    expect(await world.send(ci, PROVIDER_ON, of(provider))).toMatchObject({
      status: 202,
      body: { kinds: ["unattended"] },
    });
    expect(await world.send(ci, ["POST", "/api/v1/admins/{id}/enable"], of(leaver.id))).toMatchObject({
      status: 202,
      body: { kinds: ["unattended"] },
    });
  });

  test("waits without that right, and where four eyes wants two for an owner; nobody else waits for that", async () => {
    const bound = await world.apiToken(world.one, false);
    const leaver = await world.person("auditor");
    expect(await world.send(bound, DISABLE, of(leaver.id))).toMatchObject({
      status: 202,
      body: { kinds: ["unattended"] },
    });
    const ci = await world.apiToken(world.one, true);
    await turnOn(["roles"]);
    expect(await world.send(ci, DISABLE, of(world.two.id))).toMatchObject({
      status: 202,
      body: { kinds: ["roles"] },
    });
    const invited = { email: `${randomUUID()}@example.com`, name: "New", role: "auditor" };
    expect(await world.send(ci, ["POST", "/api/v1/admins"], { body: invited })).toMatchObject({
      status: 202,
      body: { kinds: expect.arrayContaining(["unattended", "roles"]) },
    });
    expect((await world.send(ci, DISABLE, of(leaver.id))).status).toBe(200);
    await turnOn([]);
  });
});

test("a removal by a tag is done on the version that its asker saw, and on no other", async () => {
  const stream = { name: `SIEM-${randomUUID()}`, delivery: "webhook", url: "http://127.0.0.1:9/ingest" };
  const made = await send(world.one, ["POST", "/api/v1/event-streams"], { body: stream });
  const id = String((made.body.stream as { id: string }).id);
  await turnOn(["streams"]);
  const REMOVE = ["DELETE", "/api/v1/event-streams/{id}"] as const;
  const headers = { ...WHY, "if-match": '"v1.x"' };
  const asked = await send(world.one, REMOVE, { segments: { id }, headers });
  expect(asked.status).toBe(202);
  await world.db.query("UPDATE event_stream SET version = version + 1 WHERE id = $1::uuid", [id]);
  expect(await approve(world.two, String(asked.body.id))).toMatchObject({
    status: 409,
    body: { code: "APPROVAL_STALE" },
  });
  expect(await world.db.query("SELECT id FROM event_stream WHERE id = $1::uuid", [id])).toHaveLength(1);
  // by one click upon what is there now
  const segments = { id: String(asked.body.id) };
  const again = await send(world.one, ["POST", `${ONE}/ask-again`], { segments });
  expect((await approve(world.two, String(again.body.id))).body).toMatchObject({ state: "done" });
});

test("break-glass is done at once, by a proof for this very act, and is reviewed by another owner", async () => {
  await turnOn(["retention"]);
  const body = await retention(121);
  const headers = { "break-glass-reason": encodeURIComponent("The disk is full") };
  const refused = await send(world.one, RETENTION, { body, headers });
  expect(refused).toMatchObject({ status: 403, body: { code: "STEP_UP_REQUIRED", kind: "approvals" } });
  await prove(world.one, String(refused.body.subject));
  const other = await retention(122);
  expect((await send(world.one, RETENTION, { body: other, headers })).body.code).toBe("STEP_UP_REQUIRED");
  expect((await send(world.one, RETENTION, { body, headers })).status).toBe(200);
  expect(await keptDays()).toBe(121);
  const list = await send(world.two, ["GET", "/api/v1/approvals"], {});
  const [row] = (list.body.rows as ApprovalRow[]).filter(({ way }) => way === "break_glass");
  expect(row).toMatchObject({ reason: "The disk is full", reviewedAt: null, state: "done" });
  const segments = { id: row?.id as string };
  const REVIEW = ["POST", "/api/v1/break-glass/{id}/review"] as const;
  expect((await send(world.one, REVIEW, { segments, body: { note: "ok" } })).status).toBe(403);
  expect((await send(world.two, REVIEW, { segments, body: { note: "" } })).status).toBe(400);
  expect((await send(world.two, REVIEW, { segments, body: { note: "It was" } })).body).toMatchObject({
    reviewedBy: world.two.email,
  });
  expect((await send(world.two, REVIEW, { segments, body: { note: "It was" } })).status).toBe(409);
});
