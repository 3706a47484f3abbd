import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { derivedKey } from "#app/_lib/secrets.ts";
import { sealSession } from "#app/_lib/session-cookie.ts";
import { startTestAuthority, type TestAuthority } from "#app/_lib/test-authority.ts";
import { uuidv7 } from "#lib/ids.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

const ROUNDS = 8;
const why = { reason: "token_leaked", note: "" };

let console: TestConsole;
let authority: TestAuthority;
let ann: Admin;
let ben: Admin;

beforeAll(async () => {
  console = await startTestConsole();
  authority = await startTestAuthority(process.env.DATABASE_URL as string);
  ann = await signIn("ann@example.com");
  ben = await signIn("ben@example.com");
});
afterAll(async () => {
  await authority?.stop();
  await console?.end();
});

type Answer = { status: number; body: Record<string, unknown> };
type Target = { kind: "client" | "user" | "family" | "token"; id: string };
type Admin = { id: string; post(path: string, body: object): Promise<Answer> };

/** A responder with a session of their own, who asks as a browser does. */
async function signIn(email: string): Promise<Admin> {
  const [id, sessionId] = [uuidv7(new Date()), uuidv7(new Date())];
  await console.db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
     VALUES ($1::uuid, $2, $2, 'responder', 'x', '\\x00', now())`,
    [id, email],
  );
  await console.db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, now(), now(), now() + interval '1 hour', 1800, 'totp')`,
    [sessionId, id],
  );
  const cookie = `tokenwarden.session=${await sealSession(sessionId, derivedKey("session"), 3600)}`;
  const headers = { cookie, origin: "http://localhost:3000", "sec-fetch-site": "same-origin" };
  return {
    id,
    async post(path, body) {
      const request = { method: "POST", path, role: null, headers, body: JSON.stringify(body) };
      const response = await console.send(request);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
  };
}

async function plan(
  admin: Admin,
  verb: "revoke" | "suspend",
  target: Target,
): Promise<() => Promise<Answer>> {
  const planned = await admin.post("/api/v1/plans", { verb, target });
  expect(planned.status, JSON.stringify(planned.body)).toBe(201);
  return () => admin.post("/api/v1/orders", { planId: planned.body.id, ...why });
}

async function stateOf(id: string): Promise<unknown> {
  const path = "/api/v1/tokens/{id}";
  const response = await console.send({ method: "GET", path, role: "auditor", segments: { id } });
  return ((await response.json()) as { state: unknown }).state;
}

/** A token and everything it can be ended by. */
async function holder(): Promise<{ id: string; targets: Target[] }> {
  const fixture = fixtureOf(console.db);
  const clientId = await fixture.client(`app-${randomUUID().slice(0, 8)}`);
  const userId = await fixture.user(`${randomUUID().slice(0, 8)}@example.test`);
  const familyId = await fixture.family({ clientId, userId });
  const { id } = await fixture.token({ clientId, userId, familyId });
  const targets: Target[] = [
    { kind: "client", id: clientId },
    { kind: "user", id: userId },
    { kind: "family", id: familyId },
    { kind: "token", id },
  ];
  return { id, targets };
}

type Acting = { ann: Admin; ben: Admin; targets: Target[]; round: number };

/** For each target: one admin revokes, the other suspends, and both restore what was suspended before. */
async function actsOn({ ann, ben, targets, round }: Acting): Promise<(() => Promise<Answer>)[]> {
  const acts: (() => Promise<Answer>)[] = [];
  for (const [index, target] of targets.entries()) {
    expect((await (await plan(ann, "suspend", target))()).status).toBe(201);
    const [one, other] = (index + round) % 2 === 0 ? [ann, ben] : [ben, ann];
    acts.push(await plan(one, "revoke", target), await plan(other, "suspend", target));
    for (const admin of [one, other]) acts.push(() => admin.post("/api/v1/restores", { target, ...why }));
  }
  return acts;
}

/** A service, an issued token of it, and what a verifier is told of it. */
async function issued() {
  const name = `robot-${randomUUID().slice(0, 8)}`;
  const make = async (kind: string, body: object) => {
    const request = {
      method: "POST",
      path: `/api/v1/${kind}`,
      role: "owner",
      body: JSON.stringify(body),
    } as const;
    const response = await console.send(request);
    expect(response.status).toBe(201);
    return (await response.json()) as { id: string; secret: string; client: { id: string } };
  };
  const resourceUri = `https://${name}.example.com/`;
  const { id } = await make("audiences", { name, title: name, resourceUri, permissions: [] });
  const verifier = await make("verifiers", { name, audienceIds: [id] });
  const { client, secret } = await make("clients", {
    kind: "service",
    name,
    clientId: name,
    audienceIds: [id],
  });
  const ask = async (path: string, form: Record<string, string>, authorization: string) => {
    const init = { method: "POST", headers: { authorization }, body: new URLSearchParams(form) };
    const response = await fetch(`${authority.url}${path}`, init);
    return (await response.json()) as { active?: boolean; access_token?: string };
  };
  const basic = `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`;
  let token = "";
  // authorities follow the registry within a second
  await expect
    .poll(
      async () => {
        const answer = await ask("/oauth/token", { grant_type: "client_credentials" }, basic);
        token = answer.access_token ?? "";
        return token;
      },
      { timeout: 10_000 },
    )
    .not.toBe("");
  const [row] = await console.db.query<{ id: string }>("SELECT id FROM token WHERE client_id = $1::uuid", [
    client.id,
  ]);
  const targets: Target[] = [
    { kind: "client", id: client.id },
    { kind: "token", id: row?.id ?? "" },
  ];
  return { targets, introspect: () => ask("/oauth/introspect", { token }, `Bearer ${verifier.secret}`) };
}

async function rows<T extends object>(statement: string): Promise<T[]> {
  return console.db.query<T>(statement);
}

test("two signed-in admins revoke, suspend and restore the same targets at once: revoked wins, all in turn, all on record", async () => {
  const before = await rows("SELECT id FROM audit_entry");
  const tokens: string[] = [];
  const answers: Answer[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { id, targets } = await holder();
    tokens.push(id);
    const acts = await actsOn({ ann, ben, targets, round });
    expect(await stateOf(id)).toBe("suspended");
    const given = await Promise.all(acts.map((act) => act()));
    // a revocation is put off by nothing that others did to the same tokens
    expect(given.filter((_, index) => index % 4 === 0).some(({ status }) => status === 201)).toBe(true);
    answers.push(...given);
  }
  // one comes first: the other finds nothing left to restore, or that others have come in between
  expect(answers.filter(({ status }) => ![201, 200, 404, 409].includes(status))).toEqual([]);
  for (const id of tokens) expect(await stateOf(id)).toBe("revoked");

  const positions = await rows<{ position: bigint }>("SELECT position FROM revocation_order ORDER BY 1");
  expect(positions.map((one) => Number(one.position))).toEqual(positions.map((_, index) => index + 1));
  const sequences = await rows<{ sequence: bigint }>("SELECT sequence FROM audit_entry ORDER BY 1");
  expect(sequences.map((one) => Number(one.sequence))).toEqual(sequences.map((_, index) => index + 1));
  const unrecorded = await rows(
    `SELECT o.id FROM revocation_order o WHERE NOT EXISTS (SELECT FROM audit_entry e WHERE e.actor_id = o.actor_id
       AND e.target_kind = o.target_kind AND e.target_id = o.target_id AND e.after ->> 'orderId' = o.id::text)`,
  );
  expect(unrecorded).toEqual([]);
  const done = answers.filter(({ status }) => status < 300).length + ROUNDS * 4;
  const entries = await rows<{ actor_id: string }>(
    "SELECT actor_id FROM audit_entry WHERE actor_kind = 'admin'",
  );
  expect(entries.length).toBeGreaterThanOrEqual(done);
  expect(new Set(entries.map((one) => one.actor_id))).toEqual(new Set([ann.id, ben.id]));
  expect(sequences.length - before.length).toBe(entries.length);
});

test("introspection agrees with the console after two admins raced over a token that was issued", async () => {
  const races = [await issued(), await issued(), await issued()];
  for (const { introspect } of races)
    await expect.poll(introspect, { timeout: 10_000 }).toMatchObject({ active: true });
  for (const [round, { targets }] of races.entries()) {
    const acts = await actsOn({ ann, ben, targets, round });
    await Promise.all(acts.map((act) => act()));
    expect(await stateOf(targets[1]?.id ?? "")).toBe("revoked");
  }
  for (const { introspect } of races)
    await expect.poll(introspect, { timeout: 10_000 }).toEqual({ active: false });
});
