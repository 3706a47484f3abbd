import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { getKey } from "#lib/keys/get-key.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { listKeys } from "#lib/keys/list-keys.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { createVerifier, type Verifier, type VerifierOptions } from "#verifier/index.ts";
import { startTestInstance, type TestInstance } from "../authority/test-authority.ts";

let instance: TestInstance;
let verifiers: Verifier[] = [];

beforeAll(async () => {
  instance = await startTestInstance();
  await instance.db.query("UPDATE verifier SET check_way = 'feed'");
});
afterEach(async () => {
  await Promise.all(verifiers.map((verifier) => verifier.close()));
  verifiers = [];
});
afterAll(() => instance.stop());

async function open(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const { secret } = instance.registry.verifiers.billing;
  const common = { issuer: instance.issuer, audience: "billing", secret, reports: false } as const;
  const verifier = createVerifier({ ...common, ...options });
  verifiers.push(verifier);
  await verifier.ready();
  return verifier;
}

const auditor = () => ({ ...contextAs(instance.db, "auditor"), now: new Date() });
async function holding(kid: string, name = "billing-api"): Promise<unknown> {
  const { holders } = await getKey(auditor(), { kid });
  const row = holders.rows.find((one) => one.name === name);
  return row === undefined ? null : [row.holding, row.processes?.have ?? null, row.processes?.of ?? null];
}
const soon = { interval: 100, timeout: 10_000 };

test("a planned rotation says who has the next key, process by process, by the package's own word", async () => {
  const first = await open();
  const { key, other } = await rotateKey(
    contextAs(instance.db, "owner"),
    createKeyWrapper(instance.masterKey),
    {
      purpose: "access_token",
      reason: "policy",
      note: "",
    },
  );
  await instance.authorities[0]?.services.follower.poll();
  await expect.poll(() => holding(other?.kid ?? ""), soon).toEqual(["has", 1, 1]);
  expect(await holding(key.kid)).toEqual(["missing", 0, 1]);
  const readiness = async () => (await listKeys(auditor())).find(({ kid }) => kid === key.kid)?.readiness;
  expect(await readiness()).toBe(
    "0 of 2 verifiers that check by themselves have it; missing: billing-api; not known of: ledger-api.",
  );
  await open();
  await expect.poll(() => holding(key.kid), soon).toEqual(["partly", 1, 2]);
  // a process that ended is not waited for
  await first.close();
  await expect.poll(() => holding(key.kid), soon).toEqual(["has", 1, 1]);
  expect(await readiness()).toBe(
    "1 of 2 verifiers that check by themselves have it; not known of: ledger-api.",
  );
}, 30_000);

test("who checks signatures alone, and acknowledges nothing, shows its secret with the key set", async () => {
  const { secret } = instance.registry.verifiers.ledger;
  await open({ secret, audience: "ledger", revocation: "none" });
  const [key] = (await listKeys(auditor())).filter(({ purpose }) => purpose === "access_token");
  await expect.poll(() => holding(key?.kid ?? "", "ledger-api"), soon).toEqual(["has", null, null]);
});
