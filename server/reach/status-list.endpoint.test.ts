import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createVerifier, type Verifier, type VerifierError, type VerifierOptions } from "#verifier/index.ts";
import { issue, startTestInstance, type TestInstance } from "../authority/test-authority.ts";
import { claimsOf, order } from "./test-orders.ts";

let instance: TestInstance;
let verifiers: Verifier[] = [];

beforeAll(async () => {
  instance = await startTestInstance();
});

afterEach(async () => {
  await Promise.all(verifiers.map((verifier) => verifier.close()));
  verifiers = [];
});

afterAll(() => instance.stop());

async function open(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const verifier = createVerifier({
    issuer: instance.issuer,
    audience: "billing",
    revocation: "status-list",
    ...options,
  });
  verifiers.push(verifier);
  await verifier.ready();
  return verifier;
}

const token = () => issue(instance.issuer, instance.registry.jwtService);
const codeOf = (verifier: Verifier, value: string) =>
  verifier.verify(value).then(
    () => "good",
    (error: VerifierError) => error.code,
  );

test("without a secret a verifier reads good, revoked and suspended from the authority's list", async () => {
  const [good, revoked, suspended] = await Promise.all([token(), token(), token()]);
  await order(instance.db, "revoke", "token", claimsOf(revoked).jti);
  await order(instance.db, "suspend", "token", claimsOf(suspended).jti);
  // each verifier fetches the list anew: what the authority serves may be as old as its orders were heard
  await expect
    .poll(
      async () => {
        const verifier = await open();
        return Promise.all([good, revoked, suspended].map((value) => codeOf(verifier, value)));
      },
      { timeout: 10_000 },
    )
    .toEqual(["good", "revoked", "suspended"]);
});

test("an order on a client is in the list too", async () => {
  const client = await instance.registry.addService("listed", "jwt", ["invoices:read"]);
  await expect
    .poll(
      () =>
        issue(instance.issuer, client).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  const value = await issue(instance.issuer, client);
  expect(await codeOf(await open(), value)).toBe("good");
  await order(instance.db, "revoke", "client", client.id);
  await expect.poll(async () => codeOf(await open(), value), { timeout: 10_000 }).toBe("revoked");
});

test("a verifier that holds a list sees a revocation when the list's time to live is over", async () => {
  const verifier = await open();
  const value = await token();
  expect(await codeOf(verifier, value)).toBe("good");
  await order(instance.db, "revoke", "token", claimsOf(value).jti);
  await expect.poll(() => codeOf(verifier, value), { timeout: 45_000, interval: 500 }).toBe("revoked");
}, 60_000);

test("by introspection the next request is refused", async () => {
  const verifier = await open({
    revocation: "introspection",
    secret: instance.registry.verifiers.billing.secret,
  });
  const value = await token();
  expect(await codeOf(verifier, value)).toBe("good");
  await order(instance.db, "revoke", "token", claimsOf(value).jti);
  expect(await codeOf(verifier, value)).toBe("inactive");
});

test("by signatures alone a revoked token is accepted, and the state says so", async () => {
  const verifier = await open({ revocation: "none" });
  const value = await token();
  await order(instance.db, "revoke", "token", claimsOf(value).jti);
  expect(await codeOf(verifier, value)).toBe("good");
  expect(verifier.state.says).toContain("Revocation is not checked");
});
