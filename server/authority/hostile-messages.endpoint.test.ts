import { afterAll, beforeAll, expect, test } from "vitest";
import { BAD_MESSAGES, GOOD_MESSAGES } from "#lib/test-messages.ts";
import { sendRaw } from "#lib/test-raw-request.ts";
import { issue, startTestInstance, type TestInstance } from "./test-authority.ts";

let instance: TestInstance;
let port: number;

beforeAll(async () => {
  instance = await startTestInstance(1);
  port = Number(new URL(instance.issuer).port);
});
afterAll(() => instance.stop());

const TARGETS = ["/healthz", "/oauth/jwks", "/.well-known/openid-configuration"];

test.each(BAD_MESSAGES)("%s ends the connection with a refusal", async (_what, status, head) => {
  for (const target of TARGETS) {
    // resolves when the other side has closed
    const answer = await sendRaw(port, head(target, port));
    expect({ target, status: answer.status }).toEqual({ target, status });
    expect(answer.body).not.toMatch(/"keys"|"issuer"|"ok"/);
  }
});

test.each(GOOD_MESSAGES)("%s is answered", async (_what, head) => {
  for (const target of TARGETS) expect((await sendRaw(port, head(target, port))).status).toBe(200);
});

test("what came in one piece with a refused message is neither answered nor done", async () => {
  const { issuer, registry } = instance;
  const { jwtService } = registry;
  const token = await issue(issuer, jwtService);
  const form = `token=${encodeURIComponent(token)}`;
  const basic = Buffer.from(`${jwtService.clientId}:${jwtService.secret}`).toString("base64");
  const revoke = [
    "POST /oauth/revoke HTTP/1.1",
    "Host: localhost",
    `Authorization: Basic ${basic}`,
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${form.length}`,
    "Connection: close",
    "",
    form,
  ].join("\r\n");
  const answer = await sendRaw(port, `GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${revoke}`);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({
    error: "invalid_request",
    error_description: "There must be one Host header.",
  });
  const [row] = await instance.db.query<{ n: bigint }>("SELECT count(*) AS n FROM revocation_order");
  expect(Number(row?.n)).toBe(0);
  // and it is a good one
  expect((await sendRaw(port, revoke)).status).toBe(200);
  const [after] = await instance.db.query<{ n: bigint }>("SELECT count(*) AS n FROM revocation_order");
  expect(Number(after?.n)).toBe(1);
});
