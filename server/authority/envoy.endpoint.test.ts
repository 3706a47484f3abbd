import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { issue, revokeAs, startTestInstance, type TestInstance } from "./test-authority.ts";

let instance: TestInstance;
let token: string;

beforeAll(async () => {
  instance = await startTestInstance();
  token = await issue(instance.issuer, instance.registry.jwtService);
});
afterAll(() => instance.stop());

/** As Envoy's ext_authz with `path_prefix: /verify` asks: the request's own method, its path and query behind ours, no body. */
function ask(
  method: string,
  target: string,
  bearer = token,
  secret = instance.registry.verifiers.billing.secret,
) {
  return fetch(`${instance.issuer}/verify${target}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, "x-tokenwarden-verifier": secret },
  });
}

describe("Envoy's external authorization", () => {
  test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])(
    "lets a %s request through with who it is, and refuses one without a good token",
    async (method) => {
      const good = await ask(method, "/invoices/7?audience=ledger&permission=&x=1");
      expect(good.status).toBe(200);
      expect(good.headers.get("x-auth-client")).toBe(instance.registry.jwtService.clientId);
      expect((await ask(method, "/invoices/7", "nothing")).status).toBe(401);
      expect((await ask(method, "/invoices/7", token, "twv_wrong")).status).toBe(403);
    },
  );

  test("is on record with the request's own method and path, and none of its query", async () => {
    await ask("DELETE", "/invoices/8/lines?card=4111");
    const rows = await instance.db.query(
      "SELECT method, path, source, outcome FROM token_use WHERE path LIKE '/invoices/8%'",
    );
    expect(rows).toEqual([
      { method: "DELETE", path: "/invoices/8/lines", source: "forward_auth", outcome: "allowed" },
    ]);
  });

  test("refuses what was revoked with the next request", async () => {
    const { jwtService } = instance.registry;
    const other = await issue(instance.issuer, jwtService);
    expect((await ask("POST", "/invoices", other)).status).toBe(200);
    await revokeAs(instance.issuer, jwtService, other);
    expect((await ask("POST", "/invoices", other)).status).toBe(401);
  });
});
