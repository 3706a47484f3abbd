import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { derivedKey, keyWrapper } from "#app/_lib/secrets.ts";
import { sealSession } from "#app/_lib/session-cookie.ts";
import type { ApprovalDetail, ApprovalRow, PolicyKind } from "#lib/approvals/model.ts";
import type { Role } from "#lib/authz/roles.ts";
import { systemContext } from "#lib/context.ts";
import { uuidv7 } from "#lib/ids.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { allRoutes } from "./_definitions.ts";
import { seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;
let ids: Record<string, string[]>;

beforeAll(async () => {
  console = await startTestConsole();
  ids = await seedEverything(console);
  await ensureKeys(systemContext(console.db, "test"), keyWrapper());
}, 120_000);
afterAll(() => console.end());

type Person = { id: string; email: string; sessionId: string; cookie: string };
type Answer = { status: number; body: Record<string, unknown>; location: string | null };

/** An admin who has signed in just now, or an API token by its value. */
type Who = Person | { bearer: string };

async function person(role: Role): Promise<Person> {
  const [id, sessionId] = [uuidv7(new Date()), uuidv7(new Date())];
  const email = `${role}-${randomBytes(4).toString("hex")}@example.com`;
  await console.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at) VALUES ($1::uuid, $2::text, $2::text, $3::text, 'x', '\\x00', now())`,
    [id, email, role],
  );
  await console.db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, now(), now(), now() + interval '1 hour', 1800, 'totp')`,
    [sessionId, id],
  );
  const cookie = `tokenwarden.session=${await sealSession(sessionId, derivedKey("session"), 3600)}`;
  return { id, email, sessionId, cookie };
}

async function send(
  who: Who,
  [method, path]: readonly [string, string],
  {
    body,
    segments = {},
    headers = {},
  }: { body?: unknown; segments?: Record<string, string>; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const credentials: Record<string, string> =
    "bearer" in who
      ? { authorization: `Bearer ${who.bearer}` }
      : { cookie: who.cookie, origin: "http://localhost:3000", "sec-fetch-site": "same-origin" };
  const response = await console.send({
    method,
    path,
    role: null,
    segments,
    headers: { ...credentials, ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body: answer, location: response.headers.get("location") };
}

/** As a person who has just shown who they are, for one very act. */
async function prove(who: Person, subject: string): Promise<void> {
  await console.db.query(
    "INSERT INTO admin_proof (session_id, subject, proven_at, proven_by) VALUES ($1::uuid, $2::text, now(), 'totp')",
    [who.sessionId, subject],
  );
}

const ONE = "/api/v1/approvals/{id}";
const why = { "approval-reason": encodeURIComponent("Costs too much – „really“") };
const get = async (who: Who, id: string) =>
  (await send(who, ["GET", ONE], { segments: { id } })).body as unknown as ApprovalDetail;

async function approve(who: Person, id: string): Promise<Answer> {
  await prove(who, id);
  return send(who, ["POST", `${ONE}/approve`], { segments: { id }, body: { note: "agreed" } });
}

async function turnOn(kinds: PolicyKind[], bulkTokens = 1000): Promise<void> {
  await console.db.query("UPDATE approval_policy SET kinds = $1::text[], bulk_tokens = $2::int", [
    kinds,
    bulkTokens,
  ]);
}

async function apiToken(
  createdBy: Person | null,
  isUnattended: boolean,
): Promise<{ bearer: string; id: string }> {
  const { createApiToken } = await import("#lib/api-tokens/create-api-token.ts");
  await turnOn([]);
  const ctx = systemContext(console.db, "test");
  const made = await createApiToken(ctx, { name: `ci-${randomUUID()}`, role: "owner", isUnattended });
  if (createdBy !== null)
    await console.db.query("UPDATE api_token SET created_by_id = $2::uuid WHERE id = $1::uuid", [
      made.id,
      createdBy.id,
    ]);
  return { bearer: made.token, id: made.id };
}

let one: Person;
let two: Person;
beforeEach(async () => {
  await console.db.query("UPDATE admin SET disabled_at = now() WHERE disabled_at IS NULL");
  await turnOn([]);
  [one, two] = [await person("owner"), await person("owner")];
});

const RETENTION = ["PUT", "/api/v1/retention"] as const;
async function retention(days: number) {
  const [row] = await console.db.query<{ version: number }>("SELECT version FROM organisation");
  return { version: row?.version, expiredTokenDays: days, leaving: [] };
}
const keptDays = async () =>
  (await console.db.query<{ days: number }>("SELECT expired_token_days AS days FROM organisation"))[0]?.days;

describe("a person", () => {
  test("is told what is needed, asks for it, and it is done when another has approved it", async () => {
    await turnOn(["retention"]);
    const body = await retention(101);
    expect(await send(one, RETENTION, { body })).toMatchObject({
      status: 403,
      body: { code: "APPROVAL_REQUIRED", kind: "retention" },
    });
    const asked = await send(one, RETENTION, { body, headers: why });
    const { id } = asked.body as unknown as ApprovalRow;
    expect(asked).toMatchObject({
      status: 202,
      location: `/api/v1/approvals/${id}`,
      body: { state: "pending" },
    });
    expect(asked.body).toMatchObject({ reason: "Costs too much – „really“" });
    expect(await send(one, RETENTION, { body })).toMatchObject({ status: 403, body: { approvalId: id } });
    expect((await send(one, RETENTION, { body, headers: why })).body.id).toBe(id);
    expect(await keptDays()).not.toBe(101);
    expect(await send(two, ["POST", `${ONE}/approve`], { segments: { id }, body: {} })).toMatchObject({
      status: 403,
      body: { code: "STEP_UP_REQUIRED", kind: "approvals", subject: id },
    });
    expect(await approve(two, id)).toMatchObject({
      status: 200,
      body: { state: "done", decidedBy: two.email },
    });
    expect(await keptDays()).toBe(101);
    expect((await approve(two, id)).status).toBe(409);
  });

  test("approves nothing of their own, nor through an API token of theirs", async () => {
    const own = await apiToken(one, true);
    await turnOn(["retention"]);
    const { body } = await send(one, RETENTION, { body: await retention(102), headers: why });
    const segments = { id: String(body.id) };
    expect((await approve(one, segments.id)).body.code).toBe("FORBIDDEN");
    for (const verb of ["approve", "decline"])
      expect(await send(own, ["POST", `${ONE}/${verb}`], { segments, body: {} })).toMatchObject({
        status: 403,
        body: { code: "FORBIDDEN" },
      });
    expect((await get(two, segments.id)).state).toBe("pending");
    expect((await send(one, ["POST", `${ONE}/withdraw`], { segments })).body.state).toBe("withdrawn");
    expect((await approve(two, segments.id)).status).toBe(409);
  });

  test("is refused by a foreign id, a role that may not, and a reason that is none", async () => {
    await turnOn(["retention"]);
    const body = await retention(103);
    const asked = await send(one, RETENTION, { body, headers: why });
    const id = String(asked.body.id);
    expect((await approve(await person("governor"), id)).status).toBe(403);
    expect((await approve(await person("auditor"), id)).status).toBe(403);
    expect((await approve(two, randomUUID())).status).toBe(404);
    for (const reason of [
      "",
      "%20",
      "%E0%A4%A",
      encodeURIComponent("x".repeat(2_001)),
      `twk_${"a".repeat(43)}`,
    ])
      expect(
        (await send(one, RETENTION, { body: await retention(104), headers: { "approval-reason": reason } }))
          .status,
        reason,
      ).toBe(400);
  });

  test("changes what wants a second person only with one, once anything does", async () => {
    const policy = ["PATCH", "/api/v1/approval-policy"] as const;
    const version = async () => (await send(one, ["GET", "/api/v1/approval-policy"])).body.version as number;
    expect(await send(one, policy, { body: { version: await version(), kinds: ["keys"] } })).toMatchObject({
      status: 200,
      body: { isOn: true, owners: 2 },
    });
    const off = { version: await version(), kinds: [] };
    expect(await send(one, policy, { body: off })).toMatchObject({
      body: { code: "APPROVAL_REQUIRED", kind: "policy" },
    });
    const { body } = await send(one, policy, { body: off, headers: why });
    expect((await get(two, String(body.id))).shown.acts[0]).toMatchObject({
      act: "approval_policy.changed",
      before: { kinds: ["keys"] },
      after: { kinds: [] },
    });
    expect((await approve(two, String(body.id))).body.state).toBe("done");
    expect((await send(one, ["GET", "/api/v1/approval-policy"])).body.isOn).toBe(false);
  });
});

describe("an order over many tokens", () => {
  async function tokens(count: number) {
    const fixture = fixtureOf(console.db);
    const clientId = await fixture.client(`app-${randomUUID().slice(0, 8)}`);
    const emails = Array.from({ length: count }, () => `${randomUUID().slice(0, 8)}@example.test`);
    const made: string[] = [];
    for (const email of emails)
      made.push((await fixture.token({ clientId, userId: await fixture.user(email) })).id);
    return { clientId, emails, made, target: { kind: "client", id: clientId } };
  }
  const ORDERS = ["POST", "/api/v1/orders"] as const;
  const terms = { reason: "token_leaked", note: "" };
  const planOf = async (who: Who, target: object, verb = "revoke") =>
    (await send(who, ["POST", "/api/v1/plans"], { body: { verb, target } })).body as { id: string };
  const stateOf = async (id: string) =>
    (await send(one, ["GET", "/api/v1/tokens/{id}"], { segments: { id } })).body.state;

  test("waits as its plan in words, names whom it reaches, outlives ten minutes, and is refused where somebody came", async () => {
    await turnOn(["bulk"], 1);
    const { target, made, emails, clientId } = await tokens(3);
    const order = { planId: (await planOf(one, target)).id, ...terms };
    expect(await send(one, ORDERS, { body: order })).toMatchObject({
      body: { code: "APPROVAL_REQUIRED", kind: "bulk" },
    });
    const { body } = await send(one, ORDERS, { body: order, headers: why });
    const seen = await get(two, String(body.id));
    expect(seen.shown.sentences[0]).toContain("3 tokens of 3 users");
    expect(seen.shown.plan?.users.names.map(({ name }) => name).sort()).toEqual([...emails].sort());
    await console.db.query("UPDATE order_plan SET created_at = created_at - interval '20 minutes'");
    const second = await planOf(one, target);
    const later = await send(one, ORDERS, { body: { planId: second.id, ...terms }, headers: why });
    expect((await approve(two, String(body.id))).body).toMatchObject({ state: "done" });
    for (const id of made) expect(await stateOf(id)).toBe("revoked");
    // the same target is revoked now: the other plan would do something else
    expect((await approve(two, String(later.body.id))).body.code).toBe("APPROVAL_STALE");
    const more = await tokens(2);
    const third = await send(one, ORDERS, {
      body: { planId: (await planOf(one, more.target)).id, ...terms },
      headers: why,
    });
    const email = `${randomUUID().slice(0, 8)}@example.test`;
    const fixture = fixtureOf(console.db);
    await fixture.token({ clientId: more.clientId, userId: await fixture.user(email) });
    expect(await approve(two, String(third.body.id))).toMatchObject({
      status: 409,
      body: {
        code: "APPROVAL_STALE",
        errors: expect.arrayContaining([{ path: "approval", message: `users: ${email}` }]),
      },
    });
    expect(await stateOf(more.made[0] as string)).toBe("active");
    expect(clientId).not.toBe(more.clientId);
  }, 60_000);

  test("does not wait as a suspension; in slices it does, over all API tokens of one person, two at once too", async () => {
    const own = await apiToken(one, true);
    await turnOn(["bulk"], 5);
    const wide = await tokens(7);
    const suspended = { planId: (await planOf(one, wide.target, "suspend")).id, ...terms };
    expect((await send(one, ORDERS, { body: suspended })).status).toBe(201);
    const [a, b, c] = [await tokens(3), await tokens(3), await tokens(2)];
    const orderOf = async (who: Who, { target }: { target: object }) => ({
      planId: (await planOf(who, target)).id,
      ...terms,
    });
    const both = await Promise.all([
      send(one, ORDERS, { body: await orderOf(one, a) }),
      send(own, ORDERS, { body: await orderOf(own, b) }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 202]);
    expect(await send(one, ORDERS, { body: await orderOf(one, c) })).toMatchObject({ status: 201 });
    const d = await tokens(1);
    expect(await send(one, ORDERS, { body: await orderOf(one, d) })).toMatchObject({
      status: 403,
      body: { kind: "bulk" },
    });
    // one token never waits
    const single = await send(one, ["POST", "/api/v1/tokens/{id}/revoke"], {
      segments: { id: d.made[0] as string },
      body: terms,
    });
    expect(single.status).toBe(200);
    await console.db.query("DELETE FROM bulk_reach");
    await console.db.query(
      "INSERT INTO bulk_reach (id, person_id, at, tokens) VALUES ($1::uuid, $2::text, now() - interval '24 hours', 5)",
      [randomUUID(), one.id],
    );
    expect((await send(one, ORDERS, { body: await orderOf(one, await tokens(4)) })).status).toBe(201);
  }, 60_000);
});

describe("an answer that holds a secret", () => {
  const MAKE = ["POST", "/api/v1/api-tokens"] as const;
  const body = () => ({ name: `bot-${randomUUID()}`, role: "auditor", isUnattended: true });

  test("is for who asked, by the very same request or from the approval's page, once", async () => {
    await turnOn(["keys"]);
    const [first, second] = [body(), body()];
    const asked = [
      await send(one, MAKE, { body: first, headers: why }),
      await send(one, MAKE, { body: second, headers: why }),
    ].map((answer) => String(answer.body.id)) as [string, string];
    for (const id of asked) expect((await approve(two, id)).body).toMatchObject({ state: "approved" });
    expect((await send(two, ["POST", `${ONE}/run`], { segments: { id: asked[0] } })).status).toBe(404);
    const made = await send(one, MAKE, { body: first });
    expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^twk_/) } });
    expect((await send(one, MAKE, { body: first })).body.code).toBe("APPROVAL_REQUIRED");
    const ran = await send(one, ["POST", `${ONE}/run`], { segments: { id: asked[1] } });
    expect(ran.body).toMatchObject({ result: { token: expect.stringMatching(/^twk_/) } });
    expect((await send(one, ["POST", `${ONE}/run`], { segments: { id: asked[1] } })).status).toBe(409);
    const kept = await console.db.query<{ text: string }>(
      "SELECT a::text AS text FROM approval a UNION ALL SELECT e::text FROM audit_entry e",
    );
    for (const secret of [String(made.body.token), String((ran.body.result as { token: string }).token)])
      expect(kept.some(({ text }) => text.includes(secret))).toBe(false);
  });

  test("is nowhere under an idempotency key either, however it was done", async () => {
    await turnOn(["keys"]);
    const [first, second] = [body(), body()];
    const under = { "idempotency-key": randomUUID() };
    const id = String((await send(one, MAKE, { body: first, headers: { ...why, ...under } })).body.id);
    await approve(two, id);
    const made = await send(one, MAKE, { body: first, headers: under });
    expect(made).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^twk_/) } });
    const other = String((await send(one, MAKE, { body: second, headers: why })).body.id);
    await approve(two, other);
    const run = () =>
      send(one, ["POST", `${ONE}/run`], {
        segments: { id: other },
        headers: { "idempotency-key": `run-${other}` },
      });
    const ran = await run();
    expect(ran.body).toMatchObject({ result: { token: expect.stringMatching(/^twk_/) } });
    const kept = await console.db.query<{ text: string }>(
      "SELECT k::text AS text FROM idempotency_key k WHERE state = 'answered'",
    );
    expect(kept.length).toBeGreaterThanOrEqual(2);
    for (const secret of [String(made.body.token), String((ran.body.result as { token: string }).token)])
      expect(kept.some(({ text }) => text.includes(secret))).toBe(false);
    expect(await run()).toMatchObject({ status: 409, body: { code: "SHOWN_ONCE" } });
  });

  test("and a request that holds one is not kept: it is sent again", async () => {
    await turnOn(["streams"]);
    const stream = {
      name: `SIEM-${randomUUID()}`,
      delivery: "webhook",
      url: "http://127.0.0.1:9/ingest",
      authorization: `Bearer ${randomBytes(20).toString("hex")}`,
    };
    const STREAMS = ["POST", "/api/v1/event-streams"] as const;
    const id = String((await send(one, STREAMS, { body: stream, headers: why })).body.id);
    expect(await get(two, id)).toMatchObject({ isKept: false, runBy: "requester" });
    await approve(two, id);
    expect((await send(one, ["POST", `${ONE}/run`], { segments: { id } })).status).toBe(409);
    expect((await send(one, STREAMS, { body: { ...stream, authorization: "Bearer other" } })).status).toBe(
      403,
    );
    const [row] = await console.db.query<{ text: string }>(
      "SELECT a::text AS text FROM approval a WHERE id = $1::uuid",
      [id],
    );
    expect(row?.text).not.toContain(stream.authorization);
    expect((await send(one, STREAMS, { body: stream })).status).toBe(201);
    expect((await get(one, id)).state).toBe("done");
  });
});

describe("an API token", () => {
  test("without the right is answered 202, polls, and what it asked for is done by a person's approval", async () => {
    const own = await apiToken(one, false);
    const asked = await send(own, RETENTION, { body: await retention(111) });
    expect(asked).toMatchObject({ status: 202, body: { state: "pending", kinds: ["unattended"] } });
    const id = asked.location?.split("/").at(-1) as string;
    expect((await get(own, id)).state).toBe("pending");
    expect((await approve(one, id)).body.code).toBe("FORBIDDEN");
    expect((await approve(two, id)).body).toMatchObject({ state: "done" });
    expect((await get(own, id)).state).toBe("done");
    expect(await keptDays()).toBe(111);
    expect((await send(own, ["GET", "/api/v1/retention"])).status).toBe(200);
  });

  test("that sends what waits again is told so, and nothing is tried out again", async () => {
    const own = await apiToken(one, false);
    const body = await retention(115);
    const asked = await send(own, RETENTION, { body });
    // whoever tried it out would be refused by now
    await console.db.query("UPDATE organisation SET version = version + 1");
    const again = await send(own, RETENTION, { body });
    expect(again).toMatchObject({ status: 202, location: asked.location, body: { state: "pending" } });
    expect(again.body).toEqual(asked.body);
  });

  test("asks once under an idempotency key: after it was done the same request is told where it waited", async () => {
    const own = await apiToken(one, false);
    const headers = { "idempotency-key": randomUUID() };
    const given = { body: await retention(116), headers };
    const asked = await send(own, RETENTION, given);
    expect(asked.status).toBe(202);
    expect((await approve(two, asked.location?.split("/").at(-1) as string)).body.state).toBe("done");
    expect(await send(own, RETENTION, given)).toEqual(asked);
    const rows = await console.db.query("SELECT id FROM approval WHERE actor_id = $1", [own.id]);
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
    const own = await apiToken(one, true);
    expect((await send(own, RETENTION, { body: await retention(112) })).status).toBe(200);
    await turnOn(["retention"]);
    expect((await send(own, RETENTION, { body: await retention(113) })).status).toBe(202);
    const headers = { "break-glass-reason": "now" };
    expect((await send(own, RETENTION, { body: await retention(114), headers })).body.code).toBe("FORBIDDEN");
    expect(await keptDays()).toBe(112);
  });
});

test("a removal by a tag is done on the version that its asker saw, and on no other", async () => {
  const stream = { name: `SIEM-${randomUUID()}`, delivery: "webhook", url: "http://127.0.0.1:9/ingest" };
  const made = await send(one, ["POST", "/api/v1/event-streams"], { body: stream });
  const id = String((made.body.stream as { id: string }).id);
  await turnOn(["streams"]);
  const REMOVE = ["DELETE", "/api/v1/event-streams/{id}"] as const;
  const headers = { ...why, "if-match": '"v1.x"' };
  const asked = await send(one, REMOVE, { segments: { id }, headers });
  expect(asked.status).toBe(202);
  await console.db.query("UPDATE event_stream SET version = version + 1 WHERE id = $1::uuid", [id]);
  expect(await approve(two, String(asked.body.id))).toMatchObject({
    status: 409,
    body: { code: "APPROVAL_STALE" },
  });
  expect(await console.db.query("SELECT id FROM event_stream WHERE id = $1::uuid", [id])).toHaveLength(1);
  const again = await send(one, REMOVE, { segments: { id }, headers: { ...why, "if-match": '"v2.x"' } });
  expect((await approve(two, String(again.body.id))).body).toMatchObject({ state: "done" });
});

test("break-glass is done at once, by a proof for this very act, and is reviewed by another owner", async () => {
  await turnOn(["retention"]);
  const body = await retention(121);
  const headers = { "break-glass-reason": encodeURIComponent("The disk is full") };
  const refused = await send(one, RETENTION, { body, headers });
  expect(refused).toMatchObject({ status: 403, body: { code: "STEP_UP_REQUIRED", kind: "approvals" } });
  await prove(one, String(refused.body.subject));
  const other = await retention(122);
  expect((await send(one, RETENTION, { body: other, headers })).body.code).toBe("STEP_UP_REQUIRED");
  expect((await send(one, RETENTION, { body, headers })).status).toBe(200);
  expect(await keptDays()).toBe(121);
  const list = await send(two, ["GET", "/api/v1/approvals"], {});
  const [row] = (list.body.rows as ApprovalRow[]).filter(({ way }) => way === "break_glass");
  expect(row).toMatchObject({ reason: "The disk is full", reviewedAt: null, state: "done" });
  const segments = { id: row?.id as string };
  const REVIEW = ["POST", "/api/v1/break-glass/{id}/review"] as const;
  expect((await send(one, REVIEW, { segments, body: { note: "ok" } })).status).toBe(403);
  expect((await send(two, REVIEW, { segments, body: { note: "" } })).status).toBe(400);
  expect((await send(two, REVIEW, { segments, body: { note: "It was" } })).body).toMatchObject({
    reviewedBy: two.email,
  });
  expect((await send(two, REVIEW, { segments, body: { note: "It was" } })).status).toBe(409);
});

describe("each kind of act can be tried out, waits, and is done as it was shown", () => {
  const first = (kind: string) => ids[kind]?.[0] as string;
  const change = { reason: "policy", note: "" };
  type Made = { name: string; kinds: PolicyKind[]; ask: () => Promise<[readonly [string, string], object]> };
  const acts: Made[] = [
    {
      name: "rotate a key",
      kinds: ["keys"],
      ask: async () => [["POST", "/api/v1/keys"], { body: { purpose: "access_token", ...change } }],
    },
    {
      name: "cancel the rotation",
      kinds: ["keys"],
      ask: async () => [
        ["POST", "/api/v1/keys/{kid}/cancel"],
        { body: change, segments: { kid: await standby() } },
      ],
    },
    {
      name: "change a rotation policy",
      kinds: ["keys"],
      ask: async () => {
        const { body } = await send(one, ["GET", "/api/v1/key-policies"]);
        const [policy] = (body.policies ?? body.rows) as { purpose: string; version: number }[];
        return [
          ["PUT", "/api/v1/key-policies/{purpose}"],
          {
            body: { version: policy?.version, everyDays: 80, aheadDays: 14, isOn: true },
            segments: { purpose: policy?.purpose },
          },
        ];
      },
    },
    {
      name: "give a role",
      kinds: ["roles"],
      ask: async () => [
        ["PUT", "/api/v1/admins/{id}/role"],
        { body: { role: "governor" }, segments: { id: first("admins") } },
      ],
    },
    {
      name: "disable an owner",
      kinds: ["roles"],
      ask: async () => [
        ["POST", "/api/v1/admins/{id}/disable"],
        { segments: { id: (await person("owner")).id } },
      ],
    },
    {
      name: "pause an event stream",
      kinds: ["streams"],
      ask: async () => [
        ["PUT", "/api/v1/event-streams/{id}/status"],
        { body: { status: "paused" }, segments: { id: first("event-streams") } },
      ],
    },
    {
      name: "remove an event stream",
      kinds: ["streams"],
      ask: async () => [
        ["DELETE", "/api/v1/event-streams/{id}"],
        { segments: { id: first("event-streams") } },
      ],
    },
    {
      name: "remove a signal stream",
      kinds: ["streams"],
      ask: async () => [
        ["DELETE", "/api/v1/signal-streams/{id}"],
        { segments: { id: first("signal-streams") } },
      ],
    },
    {
      name: "switch a peer off",
      kinds: ["streams"],
      ask: async () => [
        ["POST", "/api/v1/signal-receivers/{id}/disable"],
        { segments: { id: first("signal-receivers") } },
      ],
    },
    {
      name: "change how long people stay signed in",
      kinds: ["sign-in"],
      ask: async () => [
        ["PATCH", "/api/v1/organisation"],
        {
          body: {
            version: (await retention(1)).version,
            sessionIdleSeconds: 1200 + Math.floor(Math.random() * 500),
          },
        },
      ],
    },
  ];
  const standby = async () =>
    (await console.db.query<{ kid: string }>("SELECT kid FROM signing_key WHERE state = 'standby'"))[0]?.kid;

  test.each(acts)("$name", async ({ kinds, ask }) => {
    await turnOn(kinds);
    const [route, given] = await ask();
    const refused = await send(one, route, given);
    expect(refused.body, JSON.stringify(refused.body)).toMatchObject({
      code: "APPROVAL_REQUIRED",
      kind: kinds[0],
    });
    const asked = await send(one, route, { ...given, headers: why });
    expect(asked.status, JSON.stringify(asked.body)).toBe(202);
    const seen = await get(two, String(asked.body.id));
    expect(seen.shown.acts.length + seen.shown.sentences.length).toBeGreaterThan(0);
    const done = await approve(two, String(asked.body.id));
    expect(done.body, JSON.stringify(done.body)).toMatchObject({ state: "done" });
    const entries = await console.db.query<{ act: string }>(
      "SELECT act FROM audit_entry WHERE after ->> 'approval' = $1::text ORDER BY sequence",
      [String(asked.body.id)],
    );
    expect(entries.map(({ act }) => act)).toEqual(seen.shown.acts.map(({ act }) => act));
  });

  test("an export is fetched by who asked", async () => {
    await turnOn(["exports"]);
    const given = { body: { list: "orders", format: "csv" } };
    const EXPORTS = ["POST", "/api/v1/exports"] as const;
    const asked = await send(one, EXPORTS, { ...given, headers: why });
    expect((await get(two, String(asked.body.id))).shown.sentences[0]).toContain("orders");
    await approve(two, String(asked.body.id));
    const ran = await send(one, ["POST", `${ONE}/run`], { segments: { id: String(asked.body.id) } });
    expect(ran.body).toMatchObject({ result: { id: expect.any(String) } });
  });
});

test("an act whose answer holds a secret is never done by who approves", () => {
  const SECRETS = /"(token|secret|link|recoveryCodes)"/;
  const wrong = allRoutes()
    .filter(({ spec }) => spec.stepUp !== undefined && spec.permission !== "signed-in")
    .filter(
      ({ spec }) =>
        "shape" in spec.response && SECRETS.test(JSON.stringify(Object.keys(spec.response.shape as object))),
    )
    .filter(({ spec }) => spec.runBy !== "requester")
    .map(({ spec }) => `${spec.method} ${spec.path}`);
  expect(wrong).toEqual([]);
});
