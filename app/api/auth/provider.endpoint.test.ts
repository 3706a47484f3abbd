import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BuiltConsole, isBuilt, startBuiltConsole } from "#app/_lib/test-built-console.ts";
import { uuidv7 } from "#lib/ids.ts";
import { HOSTILE_ANSWERS } from "#lib/sign-in-providers/test-hostile-answers.ts";
import { startTestProvider, type TestProvider, walkProvider } from "#lib/sign-in-providers/test-provider.ts";
import { freePort } from "#lib/test-port.ts";
import { Visitor } from "./test-visitor.ts";

let console: BuiltConsole;
let theirs: TestProvider;
let other: TestProvider;
let providerId: string;
let otherId: string;

async function addProvider(provider: TestProvider, name: string): Promise<string> {
  const made = await new Visitor(console, console.cookie).json("/api/v1/sign-in-providers", "POST", {
    name,
    issuer: provider.issuer,
    clientId: provider.clientId,
    clientSecret: provider.clientSecret,
    scopes: ["profile", "email", "groups"],
    roleRules: [
      { value: "tw-owners", role: "owner" },
      { value: "tw-audit", role: "auditor" },
    ],
    createsAdmins: true,
    acrValues: ["urn:test:two"],
  });
  expect(made.body).toMatchObject({ name });
  expect(JSON.stringify(made.body)).not.toContain(provider.clientSecret);
  return String(made.body.id);
}

beforeAll(async () => {
  if (!isBuilt) return;
  const [port, otherPort] = [await freePort(), await freePort()];
  console = await startBuiltConsole({
    OUTBOUND_ALLOW: `http://localhost:${port} http://localhost:${otherPort}`,
  });
  const redirectsTo = `${console.origin}/api/auth/callback/`;
  theirs = await startTestProvider({ redirectsTo, port });
  other = await startTestProvider({ redirectsTo, port: otherPort });
  [providerId, otherId] = [await addProvider(theirs, "Company"), await addProvider(other, "Other")];
});
afterAll(async () => {
  if (!isBuilt) return;
  await console.stop();
  await theirs.stop();
  await other.stop();
});
beforeEach(async () => {
  if (!isBuilt) return;
  theirs.tampering = {};
  theirs.how = { secondsAgo: 5 };
  theirs.person = {
    sub: "ana",
    email: "ana@example.com",
    email_verified: true,
    name: "Ana",
    groups: ["tw-owners"],
  };
  await console.db.query("DELETE FROM sign_in_attempt");
});

async function count(table: string): Promise<number> {
  const [row] = await console.db.query<{ all: bigint }>(`SELECT count(*) AS all FROM ${table}`);
  return Number(row?.all);
}
const lastAct = async () =>
  (
    await console.db.query<{ act: string; note: string | null; name: string }>(
      "SELECT act, note, target_name AS name FROM audit_entry ORDER BY sequence DESC LIMIT 1",
    )
  )[0];

describe.runIf(isBuilt)("sign-in by a provider", () => {
  test("asks by code, PKCE S256, state and nonce, and lands where one wanted to go, in a session that is a row", async () => {
    const visitor = new Visitor(console);
    const landed = await visitor.signIn(theirs, providerId, { callbackUrl: "/audit?x=1" });
    expect(landed).toMatchObject({ status: 302, path: "/audit?x=1" });
    const { question } = theirs;
    expect(Object.fromEntries(question)).toMatchObject({
      response_type: "code",
      code_challenge_method: "S256",
      scope: "openid profile email groups",
      acr_values: "urn:test:two",
      redirect_uri: `${console.origin}/api/auth/callback/${providerId}`,
    });
    for (const name of ["state", "nonce", "code_challenge"])
      expect(question.get(name)).toMatch(/^[\w-]{43}$/);
    expect(landed.cookies.join("\n")).toMatch(/tokenwarden\.session=[^;]+; Path=\/;.*HttpOnly; SameSite=Lax/);
    const me = await visitor.json("/api/v1/me", "GET");
    expect(me.body).toMatchObject({ name: "ana@example.com", role: "owner" });
    const sessions = await visitor.json("/api/v1/me/sessions", "GET");
    expect(sessions.body.rows).toEqual([
      expect.objectContaining({ signedInBy: "provider", provider: { id: providerId, name: "Company" } }),
    ]);
    expect(visitor.cookie).not.toContain("oidc-");
  });

  test("a session that ended says so where one signs in again, and leads back; who never was here is told nothing", async () => {
    const visitor = new Visitor(console);
    await visitor.signIn(theirs, providerId);
    await console.db.query(
      "UPDATE admin_session SET ended_at = now(), ended_reason = 'role_changed' WHERE id = (SELECT id FROM admin_session ORDER BY created_at DESC LIMIT 1)",
    );
    const sentTo = async (who: Visitor) => (await who.send("/admins/new")).headers.get("location");
    const path = "/sign-in?next=%2Fadmins%2Fnew&why=ended";
    expect(await sentTo(visitor)).toBe(path);
    const page = await (await visitor.send(path)).text();
    expect(page).toContain(
      "Your session has ended: your role in this console changed. Sign in again to go on where you were.",
    );
    expect(await sentTo(new Visitor(console))).toBe("/sign-in?next=%2Fadmins%2Fnew");
  });

  test("is added under an id of today that nobody has, so that its redirect address is known before", async () => {
    const settings = { name: "Third", issuer: other.issuer, clientId: "x", clientSecret: "y" };
    const add = (id: string) =>
      new Visitor(console, console.cookie).json("/api/v1/sign-in-providers", "POST", { ...settings, id });
    const atId = { errors: [expect.objectContaining({ path: "id" })] };
    for (const id of [randomUUID(), uuidv7(Date.now() - 2 * 86_400_000), uuidv7(Date.now() + 2 * 86_400_000)])
      expect(await add(id)).toMatchObject({ status: 400, body: atId });
    expect(await add(providerId)).toMatchObject({ status: 409, body: atId });
    expect(await add(uuidv7(Date.now())), "but for its issuer").toMatchObject({
      status: 409,
      body: { code: "CONFLICT" },
    });
  });

  test.each(Object.entries(HOSTILE_ANSWERS))("lets nobody in by %s", async (name, tampering) => {
    theirs.tampering = tampering;
    const sessions = await count("admin_session");
    const visitor = new Visitor(console);
    // another state is no answer to what this browser asked, whatever else is in it
    const why = name.includes("state") ? "FLOW_OVER" : "PROVIDER_FAILED";
    expect((await visitor.signIn(theirs, providerId)).path).toBe(`/sign-in?refused=${why}`);
    expect(visitor.isSignedIn).toBe(false);
    expect(await count("admin_session")).toBe(sessions);
  });

  test("says on record what did not hold of an ID token, and never its values", async () => {
    theirs.tampering = { idToken: ({ claims, sign }) => sign({ ...claims, nonce: "sEcReT-vAlUe" }) };
    await new Visitor(console).signIn(theirs, providerId);
    expect(await lastAct()).toMatchObject({
      act: "admin.sign_in_refused",
      note: expect.stringContaining("nonce"),
    });
    expect(JSON.stringify(await lastAct())).not.toContain("sEcReT-vAlUe");
  });

  test("takes no answer twice, not by the very cookies of the question either", async () => {
    const visitor = new Visitor(console);
    const answer = await walkProvider(theirs, await visitor.start(providerId));
    const thief = visitor.copy();
    expect((await visitor.land(answer)).path).toBe("/");
    expect((await visitor.land(answer)).path).toBe("/sign-in?refused=FLOW_OVER");
    expect((await thief.land(answer)).path).toBe("/sign-in?refused=FLOW_OVER");
    expect(thief.isSignedIn).toBe(false);
  });

  test("takes no answer to another browser's question (login CSRF)", async () => {
    const attacker = new Visitor(console);
    const answer = await walkProvider(theirs, await attacker.start(providerId));
    const victim = new Visitor(console);
    expect((await victim.land(answer)).path).toBe("/sign-in?refused=FLOW_OVER");
    await victim.start(providerId);
    expect((await victim.land(answer)).path).toBe("/sign-in?refused=FLOW_OVER");
    expect(victim.isSignedIn).toBe(false);
  });

  test("takes no answer of one provider for another's (mix-up)", async () => {
    other.person = theirs.person;
    const visitor = new Visitor(console);
    const answer = new URL(await walkProvider(theirs, await visitor.start(providerId)));
    answer.pathname = `/api/auth/callback/${otherId}`;
    expect((await visitor.land(answer.href)).path).toBe("/sign-in?refused=FLOW_OVER");
    const second = new Visitor(console);
    const atOther = new URL(await walkProvider(other, await second.start(otherId)));
    const mixed = second.copy();
    const asked = new URL(await mixed.start(providerId));
    atOther.pathname = `/api/auth/callback/${providerId}`;
    expect((await mixed.copy().land(atOther.href)).path).toBe("/sign-in?refused=FLOW_OVER");
    // with the very state that was asked it is the issuer that gives it away
    atOther.searchParams.set("state", asked.searchParams.get("state") ?? "");
    expect((await mixed.land(atOther.href)).path).toBe("/sign-in?refused=PROVIDER_FAILED");
  });

  test("keeps two providers with the same address apart", async () => {
    await new Visitor(console).signIn(theirs, providerId);
    other.person = { ...theirs.person };
    const visitor = new Visitor(console);
    expect((await visitor.signIn(other, otherId)).path).toBe("/sign-in?refused=ADDRESS_IN_USE");
    expect(visitor.isSignedIn).toBe(false);
  });

  test.each([
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example@localhost/",
    "javascript:alert(1)",
    "/sign-in?refused=X",
    "/api/v1/me",
  ])("leads nowhere else after it, asked for %s", async (callbackUrl) => {
    const landed = await new Visitor(console).signIn(theirs, providerId, { callbackUrl });
    expect(landed.path).not.toMatch(/^(https?:|\/\/|\/\\|\/api|\/sign-in)/);
  });

  test("is begun by our own pages alone, without their query", async () => {
    const visitor = new Visitor(console);
    const cross = await visitor.send(`/api/auth/signin/${providerId}`, {
      method: "POST",
      headers: { origin: "https://evil.example" },
      body: new URLSearchParams({ json: "true" }),
    });
    expect(cross.status).toBe(403);
    const without = await visitor.send(`/api/auth/signin/${providerId}`, {
      method: "POST",
      body: new URLSearchParams({ json: "true", csrfToken: "x" }),
    });
    expect(JSON.stringify(await without.json())).not.toContain(theirs.issuer);
    const begun = new URL(
      await visitor.start(
        providerId,
        {},
        "?scope=openid+admin&prompt=none&redirect_uri=https://evil.example",
      ),
    );
    expect(begun.searchParams.get("scope")).toBe("openid profile email groups");
    expect(begun.searchParams.get("redirect_uri")).toContain(console.origin);
    expect(begun.searchParams.has("prompt")).toBe(false);
    expect((await visitor.send(`/api/auth/signin/${providerId}`)).status).toBe(405);
  });

  test("says in our own words what a provider declines", async () => {
    theirs.tampering = {
      answer: (query) => {
        query.delete("code");
        query.set("error", "access_denied");
        query.set("error_description", "raw <b>text</b>");
      },
    };
    const visitor = new Visitor(console);
    const landed = await visitor.signIn(theirs, providerId, { callbackUrl: "/audit?x=1" });
    // the second try leads where the first was to
    expect(landed.path).toBe("/sign-in?refused=PROVIDER_DECLINED&next=%2Faudit%3Fx%3D1");
    for (const callbackUrl of ["https://evil.example/", "//evil.example", `/${"x".repeat(600)}`])
      expect((await visitor.signIn(theirs, providerId, { callbackUrl })).path).toBe(
        "/sign-in?refused=PROVIDER_DECLINED",
      );
    const page = await (await visitor.send(landed.path)).text();
    expect(page).toContain("The provider did not sign you in");
    expect(page).not.toContain("raw");
  });

  test("is refused to who has no role, on record with what to do", async () => {
    theirs.person = { ...theirs.person, sub: "eve", email: "eve@example.com", groups: ["else"] };
    expect((await new Visitor(console).signIn(theirs, providerId)).path).toBe("/sign-in?refused=NO_ROLE");
    expect(await lastAct()).toMatchObject({
      act: "admin.sign_in_refused",
      note: expect.stringContaining("Company"),
    });
  });
});

describe.runIf(isBuilt)("a step-up at the provider", () => {
  async function signedInLongAgo(): Promise<Visitor> {
    theirs.how = { secondsAgo: 3_600 };
    const visitor = new Visitor(console);
    await visitor.signIn(theirs, providerId);
    theirs.how = { secondsAgo: 0 };
    return visitor;
  }
  const act = (visitor: Visitor) => visitor.json("/api/v1/sign-in-policy", "PATCH", { version: 1 });

  test("is asked for, by a fresh sign-in there, and counts for its kind", async () => {
    const visitor = await signedInLongAgo();
    expect((await act(visitor)).body).toMatchObject({ code: "STEP_UP_REQUIRED", kind: "sign-in" });
    const before = visitor.cookies.get("tokenwarden.session");
    expect((await visitor.signIn(theirs, providerId, { kind: "sign-in" })).path).toBe("/step-up");
    expect(Object.fromEntries(theirs.question)).toMatchObject({ prompt: "login", max_age: "0" });
    expect(visitor.cookies.get("tokenwarden.session")).toBe(before);
    expect((await act(visitor)).status).toBe(200);
    const other = await visitor.json("/api/v1/api-tokens", "POST", { name: "t", role: "auditor" });
    expect(other.body).toMatchObject({ code: "STEP_UP_REQUIRED", kind: "api-tokens" });
  });

  test("is refused to another person there, to an old sign-in, and to who is not signed in here", async () => {
    const visitor = await signedInLongAgo();
    theirs.person = { ...theirs.person, sub: "bob", email: "bob@example.com" };
    expect((await visitor.signIn(theirs, providerId, { kind: "sign-in" })).path).toBe(
      "/step-up?refused=OTHER_PERSON",
    );
    theirs.person = { ...theirs.person, sub: "ana", email: "ana@example.com" };
    theirs.tampering = {
      idToken: ({ claims, sign }) => sign({ ...claims, auth_time: Number(claims.auth_time) - 600 }),
    };
    expect((await visitor.signIn(theirs, providerId, { kind: "sign-in" })).path).toBe(
      "/step-up?refused=NOT_ANEW",
    );
    expect((await act(visitor)).body).toMatchObject({ code: "STEP_UP_REQUIRED" });
    expect(await new Visitor(console).start(providerId, { kind: "sign-in" })).toBe("401 NOT_SIGNED_IN");
  });

  test("that hears of no role any more ends the session that asked, with its next request", async () => {
    const visitor = await signedInLongAgo();
    const { groups } = theirs.person;
    theirs.person = { ...theirs.person, groups: ["else"] };
    try {
      expect((await visitor.signIn(theirs, providerId, { kind: "sign-in" })).path).toBe(
        "/step-up?refused=NO_ROLE",
      );
      expect((await act(visitor)).body).toMatchObject({ code: "NOT_SIGNED_IN" });
      expect(await lastAct()).toMatchObject({ act: "step_up.refused" });
    } finally {
      theirs.person = { ...theirs.person, groups: groups ?? [] };
    }
  });

  test("does not count for a session that was not the one to ask", async () => {
    const [one, two] = [await signedInLongAgo(), await signedInLongAgo()];
    const answer = await walkProvider(theirs, await one.start(providerId, { kind: "sign-in" }));
    for (const [name, value] of one.cookies) if (name.includes("oidc-")) two.cookies.set(name, value);
    expect((await two.land(answer)).path).toBe("/step-up?refused=OTHER_PERSON");
    expect((await act(two)).body).toMatchObject({ code: "STEP_UP_REQUIRED" });
  });
});

describe.runIf(isBuilt)("a provider", () => {
  test("that is disabled lets nobody begin, finish or go on, with the next request", async () => {
    const visitor = new Visitor(console);
    other.person = { sub: "cy", email: "cy@example.com", email_verified: true, groups: ["tw-audit"] };
    await visitor.signIn(other, otherId);
    expect((await visitor.json("/api/v1/me", "GET")).status).toBe(200);
    const half = new Visitor(console);
    const answer = await walkProvider(other, await half.start(otherId));
    const owner = new Visitor(console, console.cookie);
    expect((await owner.json(`/api/v1/sign-in-providers/${otherId}/disable`, "POST")).status).toBe(200);
    expect((await visitor.json("/api/v1/me", "GET")).status).toBe(401);
    expect((await half.land(answer)).path).toBe("/sign-in?refused=PROVIDER_DECLINED");
    expect(await new Visitor(console).start(otherId)).toBe("404 NOT_FOUND");
    expect((await owner.json(`/api/v1/sign-in-providers/${otherId}/enable`, "POST")).status).toBe(200);
  });

  test("that is away is said to be, and is asked once for many attempts", async () => {
    const port = await freePort();
    await console.db.query("UPDATE sign_in_provider SET issuer = $2::text WHERE id = $1::uuid", [
      otherId,
      `http://localhost:${port}`,
    ]);
    expect(await new Visitor(console).start(otherId)).toBe(`${console.origin}/sign-in?refused=PROVIDER_AWAY`);
    await console.db.query("UPDATE sign_in_provider SET issuer = $2::text WHERE id = $1::uuid", [
      otherId,
      other.issuer,
    ]);
  });

  test("is refused after too many attempts of an address, and sign-in without a provider is not", async () => {
    theirs.tampering = { idToken: ({ claims, sign }) => sign({ ...claims, nonce: "another" }) };
    await new Visitor(console).signIn(theirs, providerId);
    await console.db.query("UPDATE sign_in_attempt SET failures = 1000");
    theirs.tampering = {};
    expect((await new Visitor(console).signIn(theirs, providerId)).path).toMatch(
      /^\/sign-in\?refused=TOO_MANY_ATTEMPTS&wait=\d{1,3}$/,
    );
    const visitor = new Visitor(console);
    const { body: csrf } = await visitor.json("/api/auth/csrf", "GET");
    const local = await visitor.send("/api/auth/callback/credentials", {
      method: "POST",
      body: new URLSearchParams({
        csrfToken: String(csrf.csrfToken),
        json: "true",
        email: "nobody@example.com",
        password: "a guess that is none",
      }),
    });
    expect(await local.text(), "held to the password, not to the bound").not.toContain("TOO_MANY");
    const rows = await console.db.query<{ key: string }>("SELECT key FROM sign_in_attempt ORDER BY key");
    expect(rows.filter(({ key }) => key.startsWith("admin-address:"))).toHaveLength(1);
  });

  test("bears ten thousand attempts of a stranger, and nothing is written for them", async () => {
    const asked = theirs.asked.get("/token") ?? 0;
    const before = [await count("audit_entry"), await count("sign_in_attempt"), await count("admin_session")];
    const statuses = new Map<number, number>();
    const callback = `${console.origin}/api/auth/callback/${providerId}?code=x&state=y`;
    const start = `${console.origin}/api/auth/signin/${providerId}`;
    for (let round = 0; round < 50; round += 1)
      await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const request =
            index % 2 === 0
              ? fetch(callback, { redirect: "manual" })
              : fetch(start, {
                  method: "POST",
                  body: new URLSearchParams({ json: "true" }),
                  redirect: "manual",
                });
          const response = await request;
          await response.arrayBuffer();
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
        }),
      );
    expect([...statuses.values()].reduce((all, some) => all + some, 0)).toBe(10_000);
    expect(statuses.get(429) ?? 0).toBeGreaterThan(0);
    expect([...statuses.keys()].every((status) => status < 500)).toBe(true);
    expect([
      await count("audit_entry"),
      await count("sign_in_attempt"),
      await count("admin_session"),
    ]).toEqual(before);
    expect(theirs.asked.get("/token") ?? 0).toBe(asked);
  }, 120_000);
});
