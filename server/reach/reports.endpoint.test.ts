import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createVerifier, type Verifier, type VerifierEvent, type VerifierOptions } from "#verifier/index.ts";
import { issue, startTestInstance, type TestInstance } from "../authority/test-authority.ts";
import { claimsOf, order } from "./test-orders.ts";

let instance: TestInstance;
let verifiers: Verifier[] = [];
let events: VerifierEvent[] = [];

beforeAll(async () => {
  instance = await startTestInstance();
});

afterEach(async () => {
  await Promise.all(verifiers.map((verifier) => verifier.close()));
  verifiers = [];
  events = [];
});

afterAll(() => instance.stop());

async function open(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const verifier = createVerifier({
    issuer: instance.issuer,
    audience: "billing",
    secret: instance.registry.verifiers.billing.secret,
    onEvent: (event) => events.push(event),
    ...options,
  });
  verifiers.push(verifier);
  await verifier.ready();
  return verifier;
}

const token = () => issue(instance.issuer, instance.registry.jwtService);
const usesOf = (value: string) =>
  instance.db.query<{
    outcome: string;
    refusal: string | null;
    source: string;
    method: string | null;
    path: string | null;
    ip: string | null;
    audience: string | null;
  }>(
    "SELECT outcome, refusal, source, method, path, ip, audience FROM token_use WHERE token_id = $1::uuid AND source <> 'issue' ORDER BY at, id",
    [claimsOf(value).jti],
  );

test("each use is on record at the authority: allowed, refused for a permission, and the attempt after the revocation", async () => {
  const verifier = await open();
  const value = await token();
  await verifier.verify(value, {
    method: "get",
    path: "/invoices?secret=1",
    ip: "203.0.113.9",
    userAgent: "curl/8",
  });
  await expect(verifier.verify(value, { permissions: ["admin"] })).rejects.toMatchObject({
    code: "permission",
  });
  await order(instance.db, "revoke", "token", claimsOf(value).jti);
  await expect
    .poll(
      () =>
        verifier.verify(value).then(
          () => "good",
          (error) => error.code,
        ),
      { interval: 5 },
    )
    .toBe("revoked");
  await expect
    .poll(async () => (await usesOf(value)).filter((use) => use.refusal === "revoked").length, {
      timeout: 10_000,
    })
    .toBe(1);
  const uses = await usesOf(value);
  // the first two may be of one millisecond
  const [permission] = uses.filter((use) => use.refusal === "permission");
  expect(permission).toMatchObject({ outcome: "refused", source: "report" });
  expect(uses.find((use) => use.path !== null)).toEqual({
    outcome: "allowed",
    refusal: null,
    source: "report",
    method: "GET",
    path: "/invoices",
    ip: "203.0.113.9",
    audience: "billing",
  });
  expect(events.filter((event) => event.type === "report_refused")).toEqual([]);
  // a report is on record before its answer is here
  await expect.poll(() => verifier.state.reports).toEqual({ waiting: 0, lost: 0 });
});

test("an opaque token's use is on record once, by its introspection", async () => {
  const verifier = await open();
  const value = await issue(instance.issuer, instance.registry.opaqueService);
  const { id } = await verifier.verify(value, { method: "GET", path: "/push" });
  await verifier.close();
  const uses = await instance.db.query<{ source: string }>(
    "SELECT source, method, path FROM token_use WHERE token_id = $1::uuid AND source <> 'issue'",
    [id],
  );
  expect(uses).toEqual([{ source: "introspection", method: "GET", path: "/push" }]);
});

test("a token for another audience is reported as refused for that, and the authority takes it", async () => {
  const verifier = await open();
  const value = await issue(instance.issuer, instance.registry.otherService);
  await expect(verifier.verify(value)).rejects.toMatchObject({ code: "audience" });
  await expect
    .poll(async () => (await usesOf(value)).map((use) => use.refusal), { timeout: 10_000 })
    .toEqual(["audience"]);
});

test("what was lost is told to the authority", async () => {
  const verifier = await open({ reports: { capacity: 5 } });
  const value = await token();
  for (let n = 0; n < 30; n += 1) await verifier.verify(value);
  const lost = verifier.state.reports?.lost ?? 0;
  expect(lost).toBeGreaterThan(0);
  await expect.poll(() => verifier.state.reports?.waiting, { timeout: 10_000 }).toBe(0);
  await expect.poll(async () => (await usesOf(value)).length, { timeout: 10_000 }).toBe(30 - lost);
  await verifier.close();
  const told = () =>
    instance.db.query<{ lost: bigint }>("SELECT lost FROM verifier_instance WHERE instance_id = $1::uuid", [
      verifier.state.instance,
    ]);
  await expect.poll(async () => Number((await told())[0]?.lost), { timeout: 10_000 }).toBe(lost);
  const gaps = () =>
    instance.db.query<{ lost: number }>(
      "SELECT sum(lost)::int AS lost FROM report_gap WHERE verifier_id = $1::uuid",
      [instance.registry.verifiers.billing.id],
    );
  await expect.poll(gaps).toEqual([{ lost }]);
});
