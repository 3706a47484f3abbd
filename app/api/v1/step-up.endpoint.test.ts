import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { derivedKey } from "#app/_lib/secrets.ts";
import { sealSession } from "#app/_lib/session-cookie.ts";
import { type BuiltConsole, isBuilt, startBuiltConsole } from "#app/_lib/test-built-console.ts";
import { systemContext } from "#lib/context.ts";
import { uuidv7 } from "#lib/ids.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { beginPasskeyRegistration } from "#lib/passkeys/begin-registration.ts";
import { registerPasskey } from "#lib/passkeys/register-passkey.ts";
import { TestAuthenticator } from "#lib/passkeys/test-authenticator.ts";
import { userHandleOf } from "#lib/passkeys/verify-answer.ts";
import type { StepUpKind } from "#lib/step-up/model.ts";
import { allRoutes } from "./_definitions.ts";

type Answer = { status: number; body: Record<string, unknown>; cookies: string[] };

let console: BuiltConsole;
let ownerId: string;

beforeAll(async () => {
  if (!isBuilt) return;
  console = await startBuiltConsole();
  const [owner] = await console.db.query<{ id: string }>("SELECT id FROM admin");
  ownerId = owner?.id ?? "";
});
afterAll(async () => {
  if (isBuilt) await console.stop();
});

/** A session of the owner that was signed in so many minutes ago. */
async function openSession(minutesAgo: number): Promise<{ id: string; cookie: string }> {
  const id = uuidv7(new Date(Date.now() + randomBytes(2).readUInt16BE()));
  await console.db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, now() - make_interval(mins => $3::int), now(), now() + interval '1 hour', 1800, 'totp')`,
    [id, ownerId, minutesAgo],
  );
  return { id, cookie: `tokenwarden.session=${await sealSession(id, derivedKey("session"), 3600)}` };
}

async function send(
  path: string,
  {
    method = "POST",
    cookie = "",
    json,
    form,
  }: { method?: string; cookie?: string; json?: unknown; form?: object },
): Promise<Answer> {
  const response = await fetch(`${console.origin}${path}`, {
    method,
    redirect: "manual",
    headers: {
      cookie,
      ...(method === "GET" ? {} : { origin: console.origin, "sec-fetch-site": "same-origin" }),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(form === undefined ? {} : { body: new URLSearchParams({ ...form }).toString() }),
  });
  const text = await response.text();
  const body = text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, body, cookies: response.headers.getSetCookie() };
}

/** Adds a passkey in this process, to the database that the console's process serves. */
async function addPasskey(counter: number): Promise<TestAuthenticator> {
  const fresh = await openSession(0);
  const actor = {
    kind: "admin",
    id: ownerId,
    name: "owner@example.com",
    role: "owner",
    sessionId: fresh.id,
  } as const;
  const ctx = { ...systemContext(console.db, "test"), actor };
  const means = {
    wrapper: createKeyWrapper(randomBytes(32)),
    party: { id: "localhost", origin: console.origin },
  };
  const { options, challenge } = await beginPasskeyRegistration(ctx, means);
  const userHandle = Buffer.from(userHandleOf(ownerId)).toString("base64url");
  const authenticator = new TestAuthenticator({ userHandle, counter });
  const passkey = authenticator.make({ challenge: options.challenge, origin: console.origin });
  await registerPasskey(ctx, { challenge, name: "laptop", passkey }, means);
  return authenticator;
}

async function prove(cookie: string, kind: StepUpKind, authenticator: TestAuthenticator): Promise<Answer> {
  const { body } = await send("/api/v1/me/step-up/options", { cookie, json: { kind } });
  const asked = body.passkey as { options: { challenge: string }; challenge: string };
  const passkey = authenticator.answer({ challenge: asked.options.challenge, origin: console.origin });
  const json = { method: "passkey", kind, challenge: asked.challenge, passkey };
  return send("/api/v1/me/step-up", { cookie, json });
}

async function signInWith(authenticator: TestAuthenticator): Promise<Answer> {
  const asked = await send("/api/v1/sign-in/passkey", {});
  const csrf = await send("/api/auth/csrf", { method: "GET" });
  const cookie = [...asked.cookies, ...csrf.cookies].map((one) => one.split(";")[0]).join("; ");
  const { challenge } = asked.body.options as { challenge: string };
  const answer = JSON.stringify(authenticator.answer({ challenge, origin: console.origin }));
  const form = { answer, csrfToken: csrf.body.csrfToken, json: "true" };
  return send("/api/auth/callback/passkey", { cookie, form });
}

const sessionOf = ({ cookies }: Answer) =>
  cookies.find((one) => /^tokenwarden\.session=[^;]+/.test(one))?.split(";")[0];

describe.skipIf(!isBuilt)("P14: the door of a console in another process", () => {
  test("refuses a stale session at every route that says so, by kind, before it reads what is asked", async () => {
    const { cookie } = await openSession(20);
    const asking = allRoutes().filter(({ spec }) => typeof spec.stepUp === "string");
    for (const { spec } of asking) {
      const path = spec.path.replaceAll(/\{\w+\}/g, "01a20000-0000-7000-8000-00000000dead");
      const { status, body } = await send(path, { method: spec.method, cookie, json: {} });
      expect({ status, code: body.code, kind: body.kind }, `${spec.method} ${spec.path}`).toEqual({
        status: 403,
        code: "STEP_UP_REQUIRED",
        kind: spec.stepUp,
      });
    }
  });

  test("lets the very same request pass once the proof is there, in that session and for that kind alone", async () => {
    const authenticator = await addPasskey(0);
    const [stale, other] = [await openSession(20), await openSession(20)];
    const token = { path: "/api/v1/api-tokens", json: { name: "ci", role: "auditor" } };
    const ask = (cookie: string) => send(token.path, { cookie, json: token.json });
    expect((await ask(stale.cookie)).status).toBe(403);
    expect((await prove(stale.cookie, "api-tokens", authenticator)).status).toBe(200);
    expect((await ask(stale.cookie)).status).toBe(201);
    expect((await ask(other.cookie)).body.code).toBe("STEP_UP_REQUIRED");
    const invite = { email: "new@example.com", name: "New", role: "auditor" };
    expect((await send("/api/v1/admins", { cookie: stale.cookie, json: invite })).body.kind).toBe("roles");
    await send(`/api/v1/me/sessions/${stale.id}/end`, { cookie: other.cookie });
    expect((await ask(stale.cookie)).status).toBe(401);
  });

  test("signs in by passkey for the browser that was asked, once; a copied one ends what it opened", async () => {
    const authenticator = await addPasskey(3);
    const first = await signInWith(authenticator);
    const cookie = sessionOf(first) ?? "";
    expect((await send("/api/v1/me", { method: "GET", cookie })).body.role).toBe("owner");
    expect(first.cookies.join(" "), "the question is taken away").toMatch(/tokenwarden\.passkey=;/);
    const asked = await send("/api/v1/sign-in/passkey", {});
    expect(asked.cookies[0]).toMatch(/HttpOnly; SameSite=Strict; Max-Age=300/);
    const csrf = await send("/api/auth/csrf", { method: "GET" });
    const { challenge } = asked.body.options as { challenge: string };
    const answer = JSON.stringify(authenticator.answer({ challenge, origin: console.origin }));
    const form = { answer, csrfToken: csrf.body.csrfToken, json: "true" };
    const stolen = await send("/api/auth/callback/passkey", { cookie: csrf.cookies[0] ?? "", form });
    expect(sessionOf(stolen), "another browser brings the answer").toBeUndefined();
    authenticator.counter = 1;
    expect(sessionOf(await signInWith(authenticator))).toBeUndefined();
    expect((await send("/api/v1/me", { method: "GET", cookie })).status).toBe(401);
  });
});
