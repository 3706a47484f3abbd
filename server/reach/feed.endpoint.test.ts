import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createVerifier, type Verifier, type VerifierError, type VerifierOptions } from "#verifier/index.ts";
import {
  introspect,
  issue,
  revokeAs,
  startTestInstance,
  type TestInstance,
} from "../authority/test-authority.ts";
import { claimsOf, order } from "./test-orders.ts";
import { startRelay } from "./test-relay.ts";

let instance: TestInstance;
let verifiers: Verifier[] = [];

beforeAll(async () => {
  instance = await startTestInstance(2);
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
    secret: instance.registry.verifiers.billing.secret,
    reports: false,
    ...options,
  });
  verifiers.push(verifier);
  await verifier.ready();
  return verifier;
}

const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    () => "good",
    (error: VerifierError) => error.code,
  );
const service = () => instance.registry.jwtService;
const token = () => issue(instance.urls[0] as string, service());

test("what an authority issues is good, and says who, what and for whom", async () => {
  const verifier = await open();
  expect(await verifier.verify(await token(), { permissions: ["invoices:read"] })).toMatchObject({
    format: "jwt",
    clientId: "reconciler",
    userId: null,
    groups: ["Services"],
    isStale: false,
  });
  await expect(verifier.verify(await token(), { permissions: ["admin"] })).rejects.toMatchObject({
    code: "permission",
  });
});

test("a token that its client gives up at one authority is refused by a verifier that listens to another, its sibling is not", async () => {
  const verifier = await open({ authorityUrl: instance.urls[1] as string });
  const [mine, sibling] = [await token(), await token()];
  expect(await codeOf(verifier, mine)).toBe("good");
  await revokeAs(instance.urls[0] as string, service(), mine);
  await expect.poll(() => codeOf(verifier, mine), { interval: 5 }).toBe("revoked");
  expect(await codeOf(verifier, sibling)).toBe("good");
});

test.each<["client" | "permission" | "group" | "audience" | "family" | "token", (token: string) => string]>([
  ["token", (value) => claimsOf(value).jti],
  ["family", (value) => String(claimsOf(value).family ?? claimsOf(value).jti)],
  ["client", () => service().id],
  ["permission", () => "invoices:write"],
  ["group", () => "Services"],
  ["audience", () => "billing"],
])(
  "an order on a %s reaches the verifier, and spares what is issued after it, as introspection does",
  async (kind, idOf) => {
    const verifier = await open();
    const before = await token();
    expect(await codeOf(verifier, before)).toBe("good");
    await order(instance.db, "revoke", kind, await idOf(before));
    await expect.poll(() => codeOf(verifier, before), { interval: 5 }).toBe("revoked");
    const after = await token();
    expect(await codeOf(verifier, after)).toBe("good");
    const secret = instance.registry.verifiers.billing.secret;
    expect(await introspect(instance.urls[0] as string, before, secret)).toEqual({ active: false });
    expect(await introspect(instance.urls[0] as string, after, secret)).toMatchObject({ active: true });
  },
);

test("a suspension is felt and given back; one with an end, and an order to come, keep their times", async () => {
  const verifier = await open();
  const [held, short, later, called] = await Promise.all([token(), token(), token(), token()]);
  await order(instance.db, "suspend", "token", claimsOf(held).jti);
  // far enough for a busy machine to place three orders and hear of them before
  const soon = new Date(Date.now() + 4_000);
  await order(instance.db, "suspend", "token", claimsOf(short).jti, { expiresAt: soon });
  await order(instance.db, "revoke", "token", claimsOf(later).jti, { effectiveFrom: soon });
  const coming = await order(instance.db, "revoke", "token", claimsOf(called).jti, { effectiveFrom: soon });
  await order(instance.db, "cancel", "token", claimsOf(called).jti, { cancelsId: coming.id });
  const codes = () => Promise.all([held, short, later, called].map((one) => codeOf(verifier, one)));
  await expect.poll(codes, { interval: 5 }).toEqual(["suspended", "suspended", "good", "good"]);
  await expect.poll(codes).toEqual(["suspended", "good", "revoked", "good"]);
  await order(instance.db, "restore", "token", claimsOf(held).jti);
  await expect.poll(codes).toEqual(["good", "good", "revoked", "good"]);
});

test("a newcomer knows from the snapshot what was ordered before it came", async () => {
  const [gone, held, free] = await Promise.all([token(), token(), token()]);
  await order(instance.db, "revoke", "token", claimsOf(gone).jti);
  await order(instance.db, "suspend", "family", String(claimsOf(held).family ?? claimsOf(held).jti));
  // its authority has heard of both orders: then the newcomer's snapshot is to have them
  const authorityUrl = instance.urls[0] as string;
  const early = await open({ authorityUrl });
  const codes = (verifier: Verifier) => Promise.all([gone, held, free].map((one) => codeOf(verifier, one)));
  await expect.poll(() => codes(early)).toEqual(["revoked", "suspended", "good"]);
  const newcomer = await open({ authorityUrl });
  expect(await codes(newcomer)).toEqual(["revoked", "suspended", "good"]);
});

test("a client that is disabled is refused with its next request, and good again when it is enabled", async () => {
  const verifier = await open();
  const client = await instance.registry.addService("coming-and-going", "jwt", ["invoices:read"]);
  const value = await expect
    .poll(() => issue(instance.urls[0] as string, client).catch(() => null))
    .toBeTruthy()
    .then(() => issue(instance.urls[0] as string, client));
  expect(await codeOf(verifier, value)).toBe("good");
  const set = (isDisabled: boolean) =>
    instance.db.query(
      "UPDATE client SET disabled_at = CASE WHEN $2 THEN now() END, updated_at = now() WHERE id = $1::uuid",
      [client.id, isDisabled],
    );
  await set(true);
  await expect.poll(() => codeOf(verifier, value), { timeout: 10_000 }).toBe("client_disabled");
  await set(false);
  await expect.poll(() => codeOf(verifier, value), { timeout: 10_000 }).toBe("good");
});

test("opaque tokens are asked about, and refused with the next request after their revocation", async () => {
  const verifier = await open();
  const client = instance.registry.opaqueService;
  const value = await issue(instance.urls[0] as string, client);
  expect(await verifier.verify(value)).toMatchObject({
    format: "opaque",
    clientId: client.clientId,
    permissions: ["invoices:read"],
  });
  await revokeAs(instance.urls[0] as string, client, value);
  expect(await codeOf(verifier, value)).toBe("inactive");
});

test("a fact that somebody changes on the way is not believed: the verifier says so, and hears the true one", async () => {
  let changed = 0;
  const other = await token();
  const relay = await startRelay(
    instance.urls[0] as string,
    () => 0.5,
    (batch) => {
      const [header, payload, signature] = batch.split(".") as [string, string, string];
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
      if (changed > 0 || claims.facts.length === 0) return batch;
      changed += 1;
      claims.facts[0].target.id = claimsOf(other).jti;
      return [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
    },
  );
  try {
    const verifier = await open({ authorityUrl: relay.url });
    const value = await token();
    expect(await codeOf(verifier, value)).toBe("good");
    await order(instance.db, "revoke", "token", claimsOf(value).jti);
    await expect.poll(() => codeOf(verifier, value)).toBe("revoked");
    expect(changed).toBe(1);
    expect(verifier.state.forged).toBe(1);
    expect(await codeOf(verifier, other)).toBe("good");
  } finally {
    await Promise.all(verifiers.splice(0).map((verifier) => verifier.close()));
    await relay.stop();
  }
});

test("the console's side sees each instance: its way, version, position and counts", async () => {
  const verifier = await open();
  const value = await token();
  await verifier.verify(value);
  const { position } = await order(instance.db, "revoke", "token", claimsOf(value).jti);
  await expect.poll(() => codeOf(verifier, value), { interval: 5 }).toBe("revoked");
  const rows = () =>
    instance.db.query<{ way: string; agent: string; position: bigint; accepted: bigint }>(
      "SELECT way, agent, position, accepted FROM verifier_instance WHERE instance_id = $1::uuid",
      [verifier.state.instance],
    );
  await expect
    .poll(async () => (await rows())[0], { timeout: 10_000 })
    .toMatchObject({ way: "feed", agent: "@tokenwarden/verifier/0.1.0", position: BigInt(position) });
  const acknowledged = () =>
    instance.db.query(
      "SELECT FROM feed_acknowledgement WHERE instance_id = $1::uuid AND position = $2::bigint",
      [verifier.state.instance, position],
    );
  await expect.poll(acknowledged).toHaveLength(1);
});

test("a secret that is nobody's makes nothing ready, and says what is wrong", async () => {
  const verifier = createVerifier({
    issuer: instance.issuer,
    audience: "billing",
    secret: `twv_${"x".repeat(43)}`,
  });
  verifiers.push(verifier);
  await expect(verifier.ready({ timeoutSeconds: 1 })).rejects.toMatchObject({ code: "not_ready" });
  await expect.poll(() => verifier.state.lastError).toContain("401");
  expect(await codeOf(verifier, await token())).toBe("stale");
});
