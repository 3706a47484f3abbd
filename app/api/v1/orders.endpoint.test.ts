import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "#lib/authz/roles.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;

beforeAll(async () => {
  console = await startTestConsole();
});
afterAll(() => console.end());

type Answer = { status: number; body: Record<string, unknown> };

async function post(path: string, body: object, role: Role = "responder", segments = {}): Promise<Answer> {
  const response = await console.send({ method: "POST", path, role, body: JSON.stringify(body), segments });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function stateOf(id: string): Promise<unknown> {
  const response = await console.send({
    method: "GET",
    path: "/api/v1/tokens/{id}",
    role: "auditor",
    segments: { id },
  });
  return ((await response.json()) as { state: unknown }).state;
}

async function holder() {
  const fixture = fixtureOf(console.db);
  const clientId = await fixture.client(`app-${randomUUID().slice(0, 8)}`);
  const userId = await fixture.user(`${randomUUID().slice(0, 8)}@example.test`);
  const { id } = await fixture.token({ clientId, userId });
  return { fixture, clientId, userId, id, target: { kind: "client", id: clientId } };
}

const why = { reason: "token_leaked", note: "" };

test("a plan, its order, and the restore of it go through the API, each answered as it is declared", async () => {
  const { id, target } = await holder();
  const plan = await post("/api/v1/plans", { verb: "suspend", target });
  expect(plan).toMatchObject({ status: 201, body: { tokens: { value: 1, isExact: true }, confirm: null } });
  const done = await post("/api/v1/orders", { planId: plan.body.id, ...why });
  expect(done).toMatchObject({
    status: 201,
    body: { wasPlaced: true, order: { verb: "suspend", standing: "in_force" } },
  });
  expect(await stateOf(id)).toBe("suspended");
  const restored = await post("/api/v1/restores", { target, ...why });
  expect(restored).toMatchObject({ status: 201, body: { ended: [{ standing: "restored" }] } });
  expect(await stateOf(id)).toBe("active");
  expect(await post("/api/v1/restores", { target, ...why })).toMatchObject({ status: 404 });
});

test("a plan that no longer holds is answered 409 with who came, by kind and name", async () => {
  const { fixture, clientId, id, target } = await holder();
  const plan = await post("/api/v1/plans", { verb: "revoke", target });
  const email = `${randomUUID().slice(0, 8)}@example.test`;
  await fixture.token({ clientId, userId: await fixture.user(email) });
  expect(await post("/api/v1/orders", { planId: plan.body.id, ...why })).toMatchObject({
    status: 409,
    body: { code: "PLAN_CHANGED", errors: [{ path: "users", message: email }] },
  });
  expect(await stateOf(id)).toBe("active");
});

test("a plan is refused that was used (409), has expired (410), or is somebody else's (404)", async () => {
  const { target } = await holder();
  const used = await post("/api/v1/plans", { verb: "revoke", target });
  expect((await post("/api/v1/orders", { planId: used.body.id, ...why })).status).toBe(201);
  expect(await post("/api/v1/orders", { planId: used.body.id, ...why })).toMatchObject({
    status: 409,
    body: { code: "ALREADY_ENDED" },
  });
  const other = await holder();
  const made = await post("/api/v1/plans", { verb: "revoke", target: other.target });
  expect((await post("/api/v1/orders", { planId: made.body.id, ...why }, "owner")).status).toBe(404);
  await console.db.query(
    "UPDATE order_plan SET created_at = created_at - interval '1 minute', expires_at = now() - interval '1 second' WHERE id = $1",
    [made.body.id as string],
  );
  expect(await post("/api/v1/orders", { planId: made.body.id, ...why })).toMatchObject({
    status: 410,
    body: { code: "GONE" },
  });
  expect(await stateOf(other.id)).toBe("active");
});

test("an order to come is listed as scheduled, is called off through the API, and cannot be twice", async () => {
  const { id, target } = await holder();
  const effectiveFrom = new Date(Date.now() + 3_600_000).toISOString();
  const plan = await post("/api/v1/plans", { verb: "revoke", target, effectiveFrom });
  const { body } = await post("/api/v1/orders", { planId: plan.body.id, ...why });
  const orderId = (body.order as { id: string }).id;
  const cancel = () => post("/api/v1/orders/{id}/cancel", why, "responder", { id: orderId });
  expect(await cancel()).toMatchObject({ status: 200, body: { standing: "cancelled" } });
  expect(await cancel()).toMatchObject({ status: 409, body: { code: "ALREADY_ENDED" } });
  expect(await stateOf(id)).toBe("active");
});

test("orders of one plan are called off together through the API, once, and none of them by a role that may not", async () => {
  const { id, target } = await holder();
  const effectiveFrom = new Date(Date.now() + 3_600_000).toISOString();
  const plan = await post("/api/v1/plans", { verb: "suspend", target, effectiveFrom });
  const { body } = await post("/api/v1/orders", { planId: plan.body.id, ...why });
  const orderId = (body.order as { id: string }).id;
  const cancel = (role: "responder" | "auditor", given: object = why) =>
    post("/api/v1/orders/{id}/cancel-together", given, role, { id: orderId });
  expect((await cancel("auditor")).status).toBe(403);
  expect((await cancel("responder", { reason: "unspecified" })).status).toBe(400);
  expect(await cancel("responder")).toMatchObject({
    status: 200,
    body: { orders: 1, order: { id: orderId, standing: "cancelled" } },
  });
  expect(await cancel("responder")).toMatchObject({ status: 409, body: { code: "ALREADY_ENDED" } });
  expect(await stateOf(id)).toBe("active");
});

test("a selection is planned again through the API: suspended first, revoked by its id then", async () => {
  const { id, target } = await holder();
  const selection = { kind: "selection", filters: { client: target.id } };
  const plan = await post("/api/v1/plans", { verb: "suspend", target: selection });
  const { body } = await post("/api/v1/orders", { planId: plan.body.id, ...why });
  const frozen = (body.order as { target: { kind: string; id: string } }).target;
  const again = await post("/api/v1/plans", { verb: "revoke", target: { kind: frozen.kind, id: frozen.id } });
  expect(again).toMatchObject({ status: 201, body: { tokens: { value: 1 } } });
  expect(await post("/api/v1/orders", { planId: again.body.id, ...why })).toMatchObject({ status: 201 });
  expect(await stateOf(id)).toBe("revoked");
  const missing = { kind: "selection", id: randomUUID() };
  expect((await post("/api/v1/plans", { verb: "revoke", target: missing })).status).toBe(404);
});

test("bad plans are answered 400 that names what is wrong", async () => {
  const { target } = await holder();
  for (const [body, path] of [
    [{ verb: "revoke", target, effectiveFrom: "2020-01-01T00:00:00Z" }, "effectiveFrom"],
    [{ verb: "revoke", target, effectiveFrom: "tomorrow" }, "effectiveFrom"],
    [{ verb: "revoke", target, effectiveFrom: "+275760-09-13T00:00:00Z" }, "effectiveFrom"],
    [{ verb: "restore", target }, "verb"],
    [
      { verb: "revoke", target: { kind: "selection", filters: { state: "'; DROP TABLE token; --" } } },
      "target.filters.state",
    ],
    [{ verb: "revoke", target: { kind: "selection", filters: { q: "x".repeat(201) } } }, "target"],
    [{ verb: "revoke", target: { kind: "selection", tokenIds: ["x"] } }, "target"],
    [{ verb: "revoke", target: { kind: "moon", id: "1" } }, "target"],
  ] as const) {
    const answer = await post("/api/v1/plans", body, "owner");
    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect((answer.body.errors as { path: string }[]).some((error) => error.path.startsWith(path))).toBe(
      true,
    );
  }
});

test("everything is an owner's, typed, and a signing key too", async () => {
  const target = { kind: "everything", id: "*" };
  expect((await post("/api/v1/plans", { verb: "suspend", target }, "responder")).status).toBe(403);
  const { id } = await holder();
  const plan = await post("/api/v1/plans", { verb: "suspend", target }, "owner");
  expect(plan.body).toMatchObject({ needsOwner: true, confirm: "everything" });
  const order = (confirm?: string) =>
    post("/api/v1/orders", { planId: plan.body.id, confirm, ...why }, "owner");
  expect(await order()).toMatchObject({ status: 400, body: { errors: [{ path: "confirm" }] } });
  expect(await stateOf(id)).toBe("active");
  expect(await order("everything")).toMatchObject({ status: 201 });
  expect(await stateOf(id)).toBe("suspended");
});
