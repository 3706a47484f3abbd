import { decodeJwt, decodeProtectedHeader } from "jose";
import * as oidc from "openid-client";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "#lib/ids.ts";
import { generateKey } from "#lib/keys/generate-key.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { introspect, issue, startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import { discover, logIn, type People, REDIRECT_URI, seedPeople, startAuthorization } from "./test-people.ts";

let instance: TestInstance;
let people: People;
let web: oidc.Configuration;

beforeAll(async () => {
  instance = await startTestInstance(2);
  people = await seedPeople(instance.db);
  await registryRead();
  web = await discover(instance, people.web);
});
afterAll(() => instance.stop());

async function registryRead() {
  for (const authority of instance.authorities) await authority.services.follower.poll();
}

/** As the owner of the database, who may do what the application may not. */
async function asOwner(statement: string) {
  const client = new pg.Client({ connectionString: instance.databaseUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function post(path: string, form: Record<string, string>) {
  return fetch(instance.issuer + path, { method: "POST", body: new URLSearchParams(form) });
}

const credentials = () => ({ client_id: "web", client_secret: people.web.secret ?? "" });

describe("while something cannot be written, an exchange hands out nothing, changes nothing and says 503", () => {
  test.each([
    ["the register", "token"],
    ["the uses", "token_use"],
    ["the consumption", "refresh_consumption"],
    ["the next refresh token's state", "protocol_state"],
  ])("when it is %s", async (_name, table) => {
    const { tokens } = await logIn(web);
    const form = { grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "", ...credentials() };
    await asOwner(
      `CREATE FUNCTION refuse_${table}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no space'' USING ERRCODE = ''53100''; END';
       CREATE TRIGGER refuse_${table} BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION refuse_${table}()`,
    );
    let body: string;
    try {
      const response = await post("/oauth/token", form);
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("1");
      body = await response.text();
    } finally {
      await asOwner(`DROP TRIGGER refuse_${table} ON ${table}; DROP FUNCTION refuse_${table}()`);
    }
    expect(JSON.parse(body)).toMatchObject({ error: "temporarily_unavailable" });
    expect(body).not.toMatch(/eyJ|twr_/);
    expect((await post("/oauth/token", form)).status).toBe(200);
  });

  test("when the connection breaks before the commit", async () => {
    const { tokens } = await logIn(web);
    const form = { grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "", ...credentials() };
    await asOwner(
      `CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
       CREATE TRIGGER break_off AFTER INSERT ON refresh_consumption FOR EACH ROW EXECUTE FUNCTION break_off()`,
    );
    try {
      expect((await post("/oauth/token", form)).status).toBe(503);
    } finally {
      await asOwner("DROP TRIGGER break_off ON refresh_consumption; DROP FUNCTION break_off()");
    }
    expect((await post("/oauth/token", form)).status).toBe(200);
  });

  test("when a replay cannot be put on record, and the next one ends the family all the same", async () => {
    const { tokens } = await logIn(web);
    const next = await oidc.refreshTokenGrant(web, tokens.refresh_token ?? "");
    const form = { grant_type: "refresh_token", refresh_token: tokens.refresh_token ?? "", ...credentials() };
    await asOwner(
      `CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no space'' USING ERRCODE = ''53100''; END';
       CREATE TRIGGER refuse_audit BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_audit()`,
    );
    try {
      expect((await post("/oauth/token", form)).status).toBe(503);
    } finally {
      await asOwner("DROP TRIGGER refuse_audit ON audit_entry; DROP FUNCTION refuse_audit()");
    }
    expect((await post("/oauth/token", form)).status).toBe(400);
    const verifier = instance.registry.verifiers.billing.secret;
    expect(await introspect(instance.issuer, next.access_token, verifier)).toEqual({ active: false });
  });

  test("when a login cannot be kept, and the application is told so", async () => {
    const { url } = await startAuthorization(web);
    await asOwner(
      `CREATE FUNCTION refuse_state() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no space'' USING ERRCODE = ''53100''; END';
       CREATE TRIGGER refuse_state BEFORE INSERT ON protocol_state FOR EACH ROW EXECUTE FUNCTION refuse_state()`,
    );
    try {
      const { url: back } = await new TestBrowser().open(url);
      expect(back.origin + back.pathname).toBe(REDIRECT_URI);
      expect(back.searchParams.get("error")).toBe("temporarily_unavailable");
      expect(back.searchParams.get("code")).toBeNull();
    } finally {
      await asOwner("DROP TRIGGER refuse_state ON protocol_state; DROP FUNCTION refuse_state()");
    }
  });

  test("when a page of the sign-in cannot be served, as a calm page", async () => {
    const browser = new TestBrowser();
    const { url: page } = await browser.open((await startAuthorization(web)).url);
    await asOwner(
      "REVOKE SELECT ON user_account FROM tokenwarden_app; REVOKE SELECT ON sign_in_attempt FROM tokenwarden_app",
    );
    try {
      const { response } = await browser.submit(page, {
        email: "ana@example.com",
        password: "x",
        decision: "sign_in",
      });
      expect(response.status).toBe(500);
      const html = await response.text();
      expect(html).toContain("Request id");
      expect(html).not.toMatch(/permission denied|sign_in_attempt|SELECT/);
    } finally {
      await asOwner("GRANT SELECT ON user_account, sign_in_attempt TO tokenwarden_app");
    }
  });
});

describe("another key set", () => {
  async function rotate() {
    const key = await generateKey("ES256", createKeyWrapper(instance.masterKey));
    await instance.db.transaction(async (tx) => {
      await tx.query(
        "UPDATE signing_key SET state = 'retiring', retiring_at = now() WHERE purpose = 'access_token' AND state = 'active'",
      );
      await tx.query(
        `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at, activated_at)
         VALUES ($1::uuid, $2::text, 'access_token', 'ES256', 'active', $3::jsonb, $4::bytea, now(), now())`,
        [uuidv7(new Date()), key.kid, JSON.stringify(key.publicJwk), key.privateWrapped],
      );
    });
    await registryRead();
    return key.kid;
  }

  test("signs at once on every authority, while what the old one signed stays good", async () => {
    const { jwtService, verifiers } = instance.registry;
    const [one, two] = instance.urls as [string, string];
    const old = await issue(one, jwtService);
    const { tokens, browser } = await logIn(web);
    const kid = await rotate();
    for (const url of [one, two]) expect(decodeProtectedHeader(await issue(url, jwtService)).kid).toBe(kid);
    expect(await introspect(two, old, verifiers.billing.secret)).toMatchObject({ active: true });
    const next = await oidc.refreshTokenGrant(web, tokens.refresh_token ?? "");
    expect(decodeProtectedHeader(next.access_token).kid).toBe(kid);
    const again = await logIn(web, { browser });
    expect(decodeJwt(again.tokens.id_token ?? "").sub).toBe(people.users.ana);
  });

  test("without an active key gives 503 and no token", async () => {
    const { jwtService } = instance.registry;
    await asOwner(
      "UPDATE signing_key SET state = 'retiring', retiring_at = now() WHERE purpose = 'access_token' AND state = 'active'",
    );
    await registryRead();
    const form = {
      grant_type: "client_credentials",
      client_id: jwtService.clientId,
      client_secret: jwtService.secret,
    };
    const response = await post("/oauth/token", form);
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("eyJ");
    await rotate();
    expect((await post("/oauth/token", form)).status).toBe(200);
  });
});

describe("a browser application", () => {
  test("may call the token endpoint from its own origin and from no other", async () => {
    const ask = (origin: string) =>
      fetch(`${instance.issuer}/oauth/token`, {
        method: "POST",
        headers: { origin },
        body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: "x", client_id: "spa" }),
      });
    const own = await ask("https://app.example.com");
    expect(own.headers.get("access-control-allow-origin")).toBe("https://app.example.com");
    const foreign = await ask("https://evil.example");
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
    expect(await foreign.json()).toMatchObject({ error: "invalid_request" });
  });
});
