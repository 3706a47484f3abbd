import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "#lib/context.ts";
import { parseEnv } from "#lib/env.ts";
import { fixedMasterKeys } from "#lib/keys/master-keys.ts";
import { createPlan } from "#lib/order-plans/create-plan.ts";
import { planInput } from "#lib/order-plans/input.ts";
import type { PlannedOrderResult } from "#lib/order-plans/model.ts";
import { placePlannedOrder } from "#lib/order-plans/place-planned-order.ts";
import { cancelOrder } from "#lib/revocations/cancel-order.ts";
import { restoreTarget } from "#lib/revocations/restore-target.ts";
import { revokeToken } from "#lib/revocations/revoke-token.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { type RunningWorker, startWorker } from "#server/worker/start.ts";
import { startAuthority } from "./start.ts";
import { introspect, issue, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

let instance: TestInstance;
let worker: RunningWorker | null = null;
let one: string;
let two: string;

beforeAll(async () => {
  instance = await startTestInstance(2);
  [one, two] = instance.urls as [string, string];
});
afterAll(async () => {
  await worker?.stop();
  await instance.stop();
});

const why = { reason: "policy", note: "" } as const;
const owner = (): Context => contextAs(instance.db, "owner");
const billing = () => instance.registry.verifiers.billing.secret;

async function order(input: object, confirm?: string): Promise<PlannedOrderResult> {
  const ctx = owner();
  const plan = await createPlan(ctx, planInput.parse(input));
  return placePlannedOrder({ ...ctx, now: new Date() }, { planId: plan.id, confirm, ...why });
}

/** What both authorities answer for a token, at both doors. */
async function answers(token: string): Promise<boolean[]> {
  const all = await Promise.all(
    [one, two].flatMap((url) => [
      introspect(url, token, billing()).then((body) => (body as { active: boolean }).active),
      verify(url, token, billing()).then((answer) => answer.status === 200),
    ]),
  );
  return all;
}
const GOOD = [true, true, true, true];
const REFUSED = [false, false, false, false];

async function idOf(token: string): Promise<string> {
  const [row] = await instance.db.query<{ id: string }>(
    "SELECT id FROM token WHERE value_hash = sha256($1::bytea)",
    [Buffer.from(token)],
  );
  return row?.id as string;
}

test.each([
  ["client", () => ({ kind: "client", id: instance.registry.jwtService.id })],
  ["permission", () => ({ kind: "permission", id: "invoices:write" })],
  ["group", () => ({ kind: "group", id: "Services" })],
  ["audience", () => ({ kind: "audience", id: "billing" })],
])(
  "a suspended %s's token is refused by every authority, and works again after the restore",
  async (_kind, targetOf) => {
    const token = await issue(one, instance.registry.jwtService);
    const gone = await issue(one, instance.registry.jwtService);
    await revokeToken(owner(), { id: await idOf(gone), ...why });
    expect(await answers(token)).toEqual(GOOD);
    const target = targetOf() as { kind: "client"; id: string };
    await order({ verb: "suspend", target });
    expect(await answers(token)).toEqual(REFUSED);
    // what is issued after is not held
    expect(await answers(await issue(two, instance.registry.jwtService))).toEqual(GOOD);
    await restoreTarget(owner(), { target, ...why });
    expect(await answers(token)).toEqual(GOOD);
    expect(await answers(gone)).toEqual(REFUSED);
  },
);

test("a suspension ends by itself at its end, on every authority, without a worker", async () => {
  const token = await issue(one, instance.registry.opaqueService);
  const target = { kind: "token", id: await idOf(token) };
  await order({ verb: "suspend", target, suspendedUntil: new Date(Date.now() + 3_000).toISOString() });
  expect(await answers(token)).toEqual(REFUSED);
  await expect.poll(() => answers(token), { timeout: 10_000 }).toEqual(GOOD);
});

test("a scheduled revocation begins at its instant, on every authority, without a worker; one that was called off does not", async () => {
  const [first, second] = [
    await issue(one, instance.registry.jwtService),
    await issue(one, instance.registry.opaqueService),
  ];
  const begins = Date.now() + 6_500;
  const effectiveFrom = new Date(begins).toISOString();
  await order({
    verb: "revoke",
    target: { kind: "client", id: instance.registry.jwtService.id },
    effectiveFrom,
  });
  const { order: off } = await order({
    verb: "revoke",
    target: { kind: "client", id: instance.registry.opaqueService.id },
    effectiveFrom,
  });
  await cancelOrder(owner(), { id: off.id, ...why });
  // issued in the meantime: reached too
  const meanwhile = await issue(two, instance.registry.jwtService);
  expect([await answers(first), await answers(second), await answers(meanwhile)]).toEqual([GOOD, GOOD, GOOD]);
  await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThanOrEqual(begins);
  expect([await answers(first), await answers(meanwhile)]).toEqual([REFUSED, REFUSED]);
  expect(await answers(second)).toEqual(GOOD);
  expect(await answers(await issue(one, instance.registry.jwtService))).toEqual(GOOD);
});

test("a frozen selection is refused everywhere once it is written, an authority that starts afterwards refuses it too (mistake 14), and no other token is touched", async () => {
  const client = instance.registry.otherService;
  const ledger = instance.registry.verifiers.ledger.secret;
  const tokens = await Promise.all(Array.from({ length: 6 }, () => issue(one, client)));
  const good = async (url: string) =>
    Promise.all(tokens.map(async (token) => (await verify(url, token, ledger)).status === 200));
  expect(await good(two)).toEqual(tokens.map(() => true));
  const done = await order({
    verb: "revoke",
    target: { kind: "selection", filters: { client: client.clientId } },
  });
  expect(done).toMatchObject({ wasPlaced: true, reached: { tokens: tokens.length } });
  const after = await issue(one, client);
  for (const url of [one, two]) expect(await good(url)).toEqual(tokens.map(() => false));
  expect((await verify(two, after, ledger)).status).toBe(200);

  const port = Number(new URL(two).port);
  const [, second] = instance.authorities;
  await second?.stop();
  const env = parseEnv({
    AUTHORITY_PORT: String(port),
    CONSOLE_PORT: "1",
    METRICS_PORT: "2",
    AUTHORITY_ISSUER: instance.issuer,
    DATABASE_URL: instance.databaseUrl,
  });
  instance.authorities[1] = await startAuthority({
    env,
    databaseUrl: instance.databaseUrl,
    masterKeys: fixedMasterKeys(instance.masterKey),
    log: pino({ level: "silent" }),
    metricsPort: null,
  });
  expect(await good(two)).toEqual(tokens.map(() => false));
  expect((await verify(two, after, ledger)).status).toBe(200);
});

test("a large selection is refused batch by batch as the worker writes it, to the last token", async () => {
  const client = await instance.registry.addService("bulk", "opaque", ["invoices:read"]);
  for (const url of [one, two])
    await expect
      .poll(() =>
        issue(url, client).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  const token = await issue(one, client);
  await instance.db.query(
    `INSERT INTO token (id, issued_at, kind, format, client_id, subject, family_id, grant_type, scopes, groups, roles, audiences, claims, rooted_at, expires_at,
       value_hash)
     SELECT n.id, uuid_extract_timestamp(n.id), t.kind, t.format, t.client_id, t.subject, n.id, t.grant_type, t.scopes, t.groups, t.roles, t.audiences,
       t.claims, uuid_extract_timestamp(n.id), t.expires_at, sha256(n.id::text::bytea)
     FROM token t, (SELECT uuidv7() AS id FROM generate_series(1, 7000)) n WHERE t.id = $1::uuid`,
    [await idOf(token)],
  );
  const last = await issue(two, client);
  expect(await answers(last)).toEqual(GOOD);
  const done = await order({ verb: "suspend", target: { kind: "selection", filters: { client: "bulk" } } });
  expect(done.order).toMatchObject({ settledAt: null, settledCount: 0 });
  expect(await answers(last)).toEqual(GOOD);
  worker = await startWorker({ databaseUrl: instance.databaseUrl, log: pino({ level: "silent" }) });
  await expect.poll(() => answers(last), { timeout: 20_000 }).toEqual(REFUSED);
  expect(await answers(token)).toEqual(REFUSED);
  await restoreTarget(owner(), { target: { kind: "selection", id: done.order.target.id }, ...why });
  expect([await answers(token), await answers(last)]).toEqual([GOOD, GOOD]);
});

test("everything that is out is taken back by an owner who types it, and only what is issued after works", async () => {
  const before = await issue(one, instance.registry.jwtService);
  await expect(order({ verb: "revoke", target: { kind: "everything", id: "*" } })).rejects.toMatchObject({
    code: "INVALID_INPUT",
  });
  expect(await answers(before)).toEqual(GOOD);
  const done = await order({ verb: "revoke", target: { kind: "everything", id: "*" } }, "everything");
  expect(done.remains.length).toBeGreaterThan(0);
  expect(await answers(before)).toEqual(REFUSED);
  expect(await answers(await issue(one, instance.registry.jwtService))).toEqual(GOOD);
});
