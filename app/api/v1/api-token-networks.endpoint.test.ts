import { afterAll, beforeAll, expect, test } from "vitest";
import { PEER_HEADER } from "#app/_lib/client-address.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { API_TOKEN_REFUSALS, type ApiTokenRefusal } from "#lib/api-tokens/model.ts";
import { systemContext } from "#lib/context.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;
let id: string;
let token: string;

beforeAll(async () => {
  process.env.TRUSTED_PROXIES = "10.0.0.1";
  console = await startTestConsole();
  const ctx = systemContext(console.db, "test");
  ({ id, token } = await createApiToken(ctx, {
    name: "ci",
    role: "owner",
    networks: ["192.0.2.0/24", "2001:db8::/32"],
  }));
});

afterAll(async () => {
  delete process.env.TRUSTED_PROXIES;
  await console.end();
});

const from = (peer: string, forwarded?: string) =>
  console.send({
    method: "GET",
    path: "/api/v1/me",
    role: null,
    headers: {
      authorization: `Bearer ${token}`,
      [PEER_HEADER]: peer,
      ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
    },
  });

const lastEntry = async () => {
  const [entry] = await console.db.query(
    `SELECT act, outcome, error_code AS "errorCode", actor_id AS "actorId", target_id AS "targetId", ip, note
     FROM audit_entry ORDER BY sequence DESC LIMIT 1`,
  );
  return entry;
};

test.each([
  ["from its network", "192.0.2.9", undefined],
  ["from its network, by a trusted proxy", "10.0.0.1", "192.0.2.9"],
  ["from its network of version 6", "2001:db8::9", undefined],
  ["from a mapped address of its network", "::ffff:192.0.2.9", undefined],
])("an API token is let in %s", async (_how, peer, forwarded) => {
  expect((await from(peer, forwarded)).status).toBe(200);
});

test.each([
  ["from elsewhere", "203.0.113.9", undefined, "203.0.113.9"],
  ["from elsewhere by a trusted proxy", "10.0.0.1", "203.0.113.9", "203.0.113.9"],
  ["where a stranger says that it comes from its network", "203.0.113.9", "192.0.2.9", "203.0.113.9"],
  ["where it is told before the proxy's own word", "10.0.0.1", "192.0.2.9, 203.0.113.9", "203.0.113.9"],
])("an API token is refused %s, on record with the address", async (_how, peer, forwarded, seen) => {
  const answer = await from(peer, forwarded);
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({
    code: "API_TOKEN_NETWORK",
    detail: `This API token may not be used from this address (${seen}).`,
  });
  expect(await lastEntry()).toMatchObject({
    act: "api_token.refused",
    outcome: "refused",
    errorCode: "API_TOKEN_NETWORK",
    actorId: id,
    targetId: id,
    ip: seen,
    note: `GET /api/v1/me from ${seen}, which is not one of its networks`,
  });
});

test.each([
  ["was revoked", "API_TOKEN_REVOKED", "after it was revoked", "revoked_at = created_at"],
  ["has expired", "API_TOKEN_EXPIRED", "after it had expired", "expires_at = created_at + interval '1 ms'"],
  [
    "has a maker who cannot sign in",
    "API_TOKEN_CREATOR_DISABLED",
    "while whoever made it could not sign in",
    "created_by_id = '00000000-0000-7000-8000-000000000000'",
  ],
] as const satisfies [string, ApiTokenRefusal, string, string][])(
  "an API token that %s is refused, on record with the address",
  async (_how, code, why, ended) => {
    const { id, token } = await createApiToken(systemContext(console.db, "test"), {
      name: "old",
      role: "auditor",
    });
    await console.db.query(`UPDATE api_token SET ${ended} WHERE id = $1::uuid`, [id]);
    const answer = await console.send({
      method: "GET",
      path: "/api/v1/me",
      role: null,
      headers: { authorization: `Bearer ${token}`, [PEER_HEADER]: "192.0.2.9" },
    });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code, detail: API_TOKEN_REFUSALS[code] });
    expect(await lastEntry()).toMatchObject({
      act: "api_token.refused",
      outcome: "refused",
      errorCode: code,
      actorId: id,
      targetId: id,
      ip: "192.0.2.9",
      note: `GET /api/v1/me from 192.0.2.9, ${why}`,
    });
  },
);

test("a stolen API token that floods fills no log: it is told to stop", async () => {
  const statuses: number[] = [];
  while (statuses.at(-1) !== 429 && statuses.length < 60) statuses.push((await from("203.0.113.9")).status);
  expect(statuses.at(-1)).toBe(429);
  expect(statuses.slice(0, -1).every((status) => status === 403)).toBe(true);
});
