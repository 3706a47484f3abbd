import { afterAll, beforeAll, expect, test } from "vitest";
import { keyWrapper } from "#app/_lib/secrets.ts";
import type { Role } from "#lib/authz/roles.ts";
import { systemContext } from "#lib/context.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import type {
  EmergencyPlan,
  EmergencyResult,
  KeyDetail,
  KeyPolicy,
  RotationResult,
} from "#lib/keys/model.ts";
import { verifierFixtureOf } from "#lib/propagation/verifier-fixture.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;

beforeAll(async () => {
  console = await startTestConsole();
  await ensureKeys(systemContext(console.db, "test"), keyWrapper());
});
afterAll(() => console.end());

type Answer<T> = { status: number; body: T };

async function ask<T>(
  [method, path]: [string, string],
  segments: Record<string, string> = {},
  body?: object,
  role: Role = "owner",
): Promise<Answer<T>> {
  const given = body === undefined ? {} : { body: JSON.stringify(body) };
  const response = await console.send({ method, path, role, segments, ...given });
  return { status: response.status, body: (await response.json()) as T };
}

const why = { reason: "policy", note: "" };
const ONE = "/api/v1/keys/{kid}";

test("a rotation is planned, cannot be hurried, is cancelled; an emergency goes by its plan; each is answered as it is declared", async () => {
  const made = await ask<RotationResult>(
    ["POST", "/api/v1/keys"],
    {},
    { purpose: "access_token", ...why },
    "governor",
  );
  expect(made).toMatchObject({
    status: 201,
    body: { key: { state: "standby" }, other: { state: "active" } },
  });
  const { kid } = made.body.key;
  expect((await ask(["POST", "/api/v1/keys"], {}, { purpose: "access_token", ...why })).status).toBe(409);
  const hurried = await ask<{ detail: string }>(["POST", `${ONE}/activate`], { kid }, why);
  expect(hurried).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining("every cache can have it") },
  });
  expect(await ask(["POST", `${ONE}/cancel`], { kid }, why, "governor")).toMatchObject({
    status: 200,
    body: { key: { state: "retired" } },
  });

  const old = made.body.other?.kid ?? "";
  const planned = await ask<EmergencyPlan>(["POST", `${ONE}/emergency-plan`], { kid: old });
  expect(planned).toMatchObject({ status: 201, body: { successor: { kid: null }, plan: { confirm: old } } });
  const given = { planId: planned.body.plan.id, reason: "key_compromise", note: "" };
  expect((await ask(["POST", `${ONE}/emergency`], { kid: old }, given)).status, "the id is typed").toBe(400);
  const done = await ask<EmergencyResult>(
    ["POST", `${ONE}/emergency`],
    { kid: old },
    { ...given, confirm: old },
  );
  expect(done).toMatchObject({
    status: 200,
    body: { key: { state: "compromised" }, order: { wasPlaced: true } },
  });
  const next = await ask<KeyDetail>(["GET", ONE], { kid: done.body.other?.kid ?? "" }, undefined, "auditor");
  expect(next.body).toMatchObject({
    state: "active",
    changes: [{ act: "key.created" }, { act: "key.activated" }],
  });
  expect(JSON.stringify(next.body)).not.toMatch(/"d":|private/i);
  expect(await ask(["POST", `${ONE}/destroy`], { kid: old }, why)).toMatchObject({
    status: 200,
    body: { key: { state: "destroyed" } },
  });
});

test("who has a key stands with it: by name, and in one sentence of the one that is announced", async () => {
  const fixture = verifierFixtureOf(console.db);
  const has = await fixture.verifier({ name: "has-it", audience: "billing" });
  await fixture.verifier({ name: "says-nothing", audience: "billing" });
  await fixture.verifier({ name: "asks-us", audience: "billing", checkWay: "introspection" });
  const { body } = await ask<RotationResult>(
    ["POST", "/api/v1/keys"],
    {},
    { purpose: "access_token", ...why },
  );
  const { kid } = body.key;
  await console.db.query(
    "INSERT INTO verifier_key (verifier_id, kid, first_at) VALUES ($1::uuid, $2, now())",
    [has, kid],
  );
  const says = "1 of 2 verifiers that check by themselves have it; not known of: says-nothing.";
  expect(await ask<KeyDetail>(["GET", ONE], { kid }, undefined, "auditor")).toMatchObject({
    status: 200,
    body: {
      readiness: says,
      holders: {
        says,
        count: 3,
        rows: [
          { name: "says-nothing", holding: "unknown", firstAt: null },
          { verifierId: has, name: "has-it", holding: "has", firstAt: expect.any(String), processes: null },
          { name: "asks-us", holding: "needless" },
        ],
      },
    },
  });
});

test("a policy is changed in its version, and no purpose that is none has one", async () => {
  const change = { version: 1, isOn: true, everyDays: 30, aheadDays: 7 };
  const path = "/api/v1/key-policies/{purpose}";
  expect(await ask<KeyPolicy>(["PUT", path], { purpose: "feed" }, change, "governor")).toMatchObject({
    status: 200,
    body: { everyDays: 30, version: 2, next: { activatesAt: expect.any(String) } },
  });
  expect((await ask(["PUT", path], { purpose: "feed" }, change)).status).toBe(409);
  expect((await ask(["PUT", path], { purpose: "cookies" }, change)).status).toBe(404);
});
