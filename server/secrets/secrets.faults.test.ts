import { randomBytes } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { TOTP } from "otpauth";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { openPrivateKey } from "#lib/keys/open-private-key.ts";
import { urlOfDatabase } from "#server/embedded-database/create-database.ts";
import { findEmbeddedDatabaseUrl } from "#server/embedded-database/start.ts";
import { AuthorityDriver, basic } from "./drive-authority.ts";
import { ConsoleDriver, fill, listOperations, type Operation } from "./drive-console.ts";
import { LeakSearch } from "./leak-search.ts";
import { type RunningProduct, startProduct } from "./product.ts";
import { Transcript, wholeOf } from "./transcript.ts";
import { dumpDatabase, type Place, readFolder } from "./whereabouts.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const ROLES = ["owner", "responder", "governor", "auditor"] as const;
const REDIRECT_URI = "https://app.example.com/callback";
const SCOPE = "openid profile email offline_access things:read";

/** Where a secret may stand for good, and why. */
const RIGHTFUL: Record<string, (name: string) => boolean> = {
  // made and kept there, mode 0600
  "file master-key": (name) => name === "master key",
  // the passwords of the embedded database, mode 0600
  "file postgres.json": (name) => name.startsWith("database password"),
  // the one-time link is printed to whoever started the product
  terminal: (name) => name === "set-up token",
};

/** Routes of the authority that its metadata does not name. */
const AUTHORITY_ROUTES = [
  "/oauth/introspect",
  "/oauth/revoke",
  "/oauth/jwks",
  "/verify",
  "/healthz",
  "/readyz",
];

const transcript = new Transcript();
const search = new LeakSearch();
const secrets = new Map<string, string | Buffer>();
let product: RunningProduct;
let console_: ConsoleDriver;
let authority: AuthorityDriver;
let databaseUrl: string;
let operations: Operation[];
const sessions = new Map<string, Map<string, string>>();
const apiTokens = new Map<string, string>();
/** Recognisable values that people paste into the wrong field. */
const baits = new Map<string, string>();
const ids: Record<string, string> = {};

function keep(name: string, value: string | Buffer): string {
  if (value.length === 0) throw new Error(`there is no ${name}`);
  secrets.set(name, value);
  return value.toString();
}

/** A password that its search cannot miss. */
const password = () => `Pass-${randomBytes(15).toString("hex")} ä"<&`;

async function enrol(
  email: string,
  setupToken: string,
  role: string,
  finish: (offer: object) => Promise<void>,
) {
  const { body, answer } = await console_.make<{ enrolment: string; totpSecret: string }>(
    "",
    "/api/v1/setup/enrolment",
    { setupToken, email },
  );
  const person = {
    email,
    password: keep(`password of the ${role}`, password()),
    totpSecret: body.totpSecret,
  };
  keep(`TOTP secret of the ${role}`, body.totpSecret);
  answer.handsOut.add(`TOTP secret of the ${role}`);
  const code = new TOTP({ secret: body.totpSecret }).generate();
  await finish({ setupToken, enrolment: body.enrolment, password: person.password, code });
  const { cookies, cookie } = await console_.signIn(person, 1);
  keep(`session cookie of ${email}`, cookie);
  sessions.set(role, cookies);
  return person;
}

async function setUpAdmins(): Promise<void> {
  keep("set-up token", product.setupToken);
  await console_.make("", "/api/v1/setup/link", { setupToken: product.setupToken });
  await enrol("owner@example.com", product.setupToken, "owner", async (offer) => {
    await console_.make("", "/api/v1/setup/owner", { ...offer, email: "owner@example.com", name: "Owner" });
  });
  const owner = sessions.get("owner") as Map<string, string>;
  for (const role of ROLES) {
    const answer = await console_.ask("/api/v1/api-tokens", { json: { name: role, role } }, owner);
    const { token } = JSON.parse(answer.text) as { token: string };
    apiTokens.set(role, keep(`API token of the ${role}`, token));
    answer.handsOut.add(`API token of the ${role}`);
  }
  for (const role of ROLES.slice(1)) {
    const email = `${role}@example.com`;
    const made = await console_.make<{ admin: { id: string }; link: { url: string } }>(
      ownerToken(),
      "/api/v1/admins",
      { name: role, email, role },
    );
    const setupToken = keep(
      `invitation of the ${role}`,
      new URL(made.body.link.url).searchParams.get("token") ?? "",
    );
    made.answer.handsOut.add(`invitation of the ${role}`);
    ids.admin = made.body.admin.id;
    await enrol(email, setupToken, role, async (offer) => {
      await console_.make("", "/api/v1/setup/invitation", offer);
    });
  }
}

const ownerToken = () => apiTokens.get("owner") ?? "";

async function makeSecretly(name: string, at: string, json: unknown) {
  type Made = { secret: string; client?: { id: string }; verifier?: { id: string } };
  const { body, answer } = await console_.make<Made>(ownerToken(), at, json);
  answer.handsOut.add(name);
  return { id: body.client?.id ?? body.verifier?.id ?? "", secret: keep(name, body.secret) };
}

async function setUpRegistry() {
  const audience = await console_.make<{ id: string; permissions: { id: string }[] }>(
    ownerToken(),
    "/api/v1/audiences",
    {
      name: "things",
      title: "Things",
      resourceUri: "https://things.example.com/",
      permissions: [{ name: "things:read" }],
    },
  );
  const rights = {
    audienceIds: [audience.body.id],
    permissionIds: audience.body.permissions.map(({ id }) => id),
  };
  const group = await console_.make<{ id: string }>(ownerToken(), "/api/v1/groups", {
    name: "People",
    permissionIds: rights.permissionIds,
  });
  const userPassword = keep("password of the user", password());
  const user = await console_.make<{ id: string }>(ownerToken(), "/api/v1/users", {
    email: "ana@example.com",
    name: "Ana",
    password: userPassword,
    groupIds: [group.body.id],
  });
  const changed = keep("changed password of the user", password());
  await console_.make(
    ownerToken(),
    `/api/v1/users/${user.body.id}/password`,
    { password: changed },
    { method: "PUT" },
  );
  const verifier = await makeSecretly("first verifier secret", "/api/v1/verifiers", {
    name: "gate",
    audienceIds: rights.audienceIds,
  });
  const rotatedVerifier = await makeSecretly(
    "verifier secret",
    `/api/v1/verifiers/${verifier.id}/rotate-secret`,
    {},
  );
  const jwt = await makeSecretly("first client secret", "/api/v1/clients", {
    kind: "service",
    name: "jwt-service",
    clientId: "jwt-service",
    ...rights,
  });
  const rotatedJwt = await makeSecretly("client secret", `/api/v1/clients/${jwt.id}/rotate-secret`, {});
  const opaque = await makeSecretly("opaque service's secret", "/api/v1/clients", {
    kind: "service",
    name: "opaque-service",
    clientId: "opaque-service",
    tokenFormat: "opaque",
    ...rights,
  });
  const web = await makeSecretly("web client's secret", "/api/v1/clients", {
    kind: "web",
    name: "web-app",
    clientId: "web-app",
    redirectUris: [REDIRECT_URI],
    requireConsent: false,
    ...rights,
  });
  Object.assign(ids, {
    audience: audience.body.id,
    group: group.body.id,
    user: user.body.id,
    verifier: verifier.id,
    client: web.id,
  });
  baits
    .set("client secret", rotatedJwt.secret)
    .set("verifier secret", rotatedVerifier.secret)
    .set("API token", ownerToken());
  return {
    verifier: rotatedVerifier.secret,
    password: changed,
    jwt: { clientId: "jwt-service", secret: rotatedJwt.secret },
    opaque: { clientId: "opaque-service", secret: opaque.secret },
    web: { clientId: "web-app", secret: web.secret },
  };
}

type Registry = Awaited<ReturnType<typeof setUpRegistry>>;

async function issueTokens(registry: Registry): Promise<void> {
  for (const name of ["jwt", "opaque"] as const) {
    const answer = await authority.token(registry[name], { grant_type: "client_credentials" });
    const { access_token } = JSON.parse(answer.text) as { access_token: string };
    baits.set(`${name} access token`, keep(`${name} access token`, access_token));
    answer.handsOut.add(`${name} access token`);
  }
  const state = keep("state", randomBytes(24).toString("base64url"));
  const nonce = keep("nonce", randomBytes(24).toString("base64url"));
  const who = {
    clientId: "web-app",
    redirectUri: REDIRECT_URI,
    email: "ana@example.com",
    password: registry.password,
    scope: SCOPE,
    state,
    nonce,
  };
  const cookies = new Map<string, string>();
  const { code, verifier } = await authority.signIn(who, cookies);
  keep("authorization code", code);
  keep("PKCE verifier", verifier);
  const ssoCookie = [...cookies].find(([name]) => name.endsWith("tw_session"))?.[1] ?? "";
  keep("SSO session cookie", ssoCookie);
  // beside the way: a wrong verifier burns nothing, the code is right afterwards
  const exchange = { grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI };
  let answer = await authority.token(registry.web, { ...exchange, code_verifier: verifier });
  type Tokens = { access_token: string; refresh_token: string; id_token: string };
  let tokens = JSON.parse(answer.text) as Tokens;
  const handedOut = (name: string, value: string) => {
    keep(name, value);
    answer.handsOut.add(name).add("nonce");
  };
  handedOut("user's access token", tokens.access_token);
  handedOut("refresh token", tokens.refresh_token);
  handedOut("ID token", tokens.id_token);
  baits.set("refresh token", tokens.refresh_token).set("user's access token", tokens.access_token);
  const first = tokens.refresh_token;
  answer = await authority.token(registry.web, { grant_type: "refresh_token", refresh_token: first });
  tokens = JSON.parse(answer.text) as Tokens;
  handedOut("second access token", tokens.access_token);
  handedOut("second refresh token", tokens.refresh_token);
  handedOut("second ID token", tokens.id_token);
  await authority.ask("/oauth/userinfo", { headers: { authorization: `Bearer ${tokens.access_token}` } });
  await authority.ask(`/oauth/logout?id_token_hint=${tokens.id_token}`, {}, cookies);
  // replays: each is told to the log
  await authority.token(registry.web, { ...exchange, code_verifier: verifier });
  await authority.token(registry.web, { grant_type: "refresh_token", refresh_token: first });
  await authority.token(registry.web, { grant_type: "refresh_token", refresh_token: tokens.refresh_token });
}

/** A token that is nearly right: what a slip of the hand or a cut line makes of it. */
function nearlyRight(token: string): string[] {
  return [
    token.slice(0, -3),
    `${token}x`,
    `"${token}"`,
    encodeURIComponent(`Bearer ${token}`),
    token.replaceAll(".", "%2E"),
  ];
}

async function driveAuthorityWrongly(registry: Registry): Promise<void> {
  const form = "application/x-www-form-urlencoded";
  for (const [name, bait] of baits) {
    for (const token of [bait, ...nearlyRight(bait)]) {
      const headers = { authorization: `Bearer ${registry.verifier}` };
      await authority.ask("/oauth/introspect", { form: { token }, headers });
      await authority.ask("/oauth/revoke", {
        form: { token: `${token}x` },
        headers: { authorization: basic(registry.jwt) },
      });
      await authority.ask("/verify", {
        headers: {
          authorization: `Bearer ${token}`,
          "x-tokenwarden-verifier": registry.verifier,
          "x-original-uri": `/things/${token}?access_token=${token}`,
          "x-original-method": "GET",
          "user-agent": `tool/${token}`,
          referer: `https://x.example/?t=${token}`,
        },
      });
      await authority.ask("/oauth/introspect", {
        form: { token: "x" },
        headers: { authorization: `Bearer ${token}x` },
      });
      await authority.ask("/oauth/userinfo", {
        headers: { authorization: `Bearer ${token}`, "user-agent": token },
      });
    }
    const slips = {
      "user-agent": `curl/8 ${bait}`,
      referer: `https://x.example/#${bait}`,
      "x-forwarded-for": bait,
      accept: "text/html",
    };
    for (const at of [
      `/${bait}`,
      `/oauth/authorize?client_id=${bait}`,
      `/oauth/authorize?client_id=web-app&redirect_uri=${bait}&state=${bait}`,
      `/oauth/authorize?client_id=web-app&response_type=${bait}&redirect_uri=${encodeURIComponent(REDIRECT_URI)}`,
      `/oauth/userinfo?access_token=${bait}`,
      `/interaction/${bait}`,
      `/oauth/logout?post_logout_redirect_uri=${bait}`,
      `/oauth/logout?id_token_hint=${bait}`,
      `/verify?${bait}=${bait}`,
      `/readyz?${bait}`,
      `/healthz?${bait}`,
      `/oauth/jwks?${bait}`,
      `/.well-known/${bait}`,
    ])
      await authority.ask(at, { headers: slips });
    for (const client of [
      { clientId: bait, secret: "wrong" },
      { clientId: "web-app", secret: bait },
      { clientId: bait, secret: "web-app" },
    ])
      for (const at of ["/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par"])
        await authority.ask(at, {
          form: { grant_type: bait, token: bait, [bait]: "1" },
          headers: { authorization: basic(client), ...slips },
        });
    await authority.ask("/oauth/token", {
      method: "POST",
      headers: { "content-type": "application/json", ...slips },
      json: { [bait]: bait },
    });
    await authority.ask("/oauth/revoke", {
      method: "POST",
      headers: { "content-type": form, authorization: bait },
    });
    await authority.token(registry.jwt, { grant_type: "client_credentials", scope: bait, resource: bait });
    await authority.token(registry.web, {
      grant_type: "authorization_code",
      code: bait,
      redirect_uri: bait,
      code_verifier: bait,
    });
    await authority.token(registry.web, {
      grant_type: "refresh_token",
      refresh_token: `${bait}`,
      client_id: name,
    });
  }
  // a password typed where the address goes, and a token
  const cookies = new Map<string, string>();
  const query = new URLSearchParams({
    client_id: "web-app",
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "openid",
    code_challenge: "x".repeat(43),
    code_challenge_method: "S256",
  });
  const page = await authority.ask(`/oauth/authorize?${query}`, {}, cookies);
  const at = page.headers.get("location") ?? "";
  for (const email of [registry.password, baits.get("jwt access token") ?? ""])
    await authority.ask(
      at,
      {
        form: { email, password: "wrong", decision: "sign_in" },
        headers: { origin: authority.url, "sec-fetch-site": "same-origin" },
      },
      cookies,
    );
  const pushed = await authority.ask("/oauth/par", {
    form: { ...Object.fromEntries(query), state: secrets.get("state") as string },
    headers: { authorization: basic(registry.web) },
  });
  expect(pushed.status).toBe(201);
  for (const known of AUTHORITY_ROUTES) await authority.ask(known);
}

async function driveOperation(operation: Operation, role: string, bait: string, id: string): Promise<number> {
  const headers = {
    authorization: `Bearer ${apiTokens.get(role)}`,
    "user-agent": `script/${bait}`,
    referer: `https://x.example/?${bait}`,
  };
  const at = operation.path.replaceAll(/\{\w+\}/g, encodeURIComponent(id));
  const query = new URLSearchParams(operation.query.map((name) => [name, bait]));
  const ask = {
    method: operation.method,
    headers,
    ...(operation.body === null ? {} : { json: fill(operation.body, bait) }),
  };
  const { status } = await console_.ask(at, ask);
  if (operation.query.length > 0) await console_.ask(`${at}?${query}`, ask);
  return status;
}

async function driveConsoleWrongly(): Promise<void> {
  for (const operation of operations) {
    const kind = /^\/api\/v1\/(\w+)s\//.exec(operation.path)?.[1] ?? "";
    // what would end the sessions and accounts of this very run meets ids of nobody
    const isFinal = /end-sessions|\/(?:disable|enable|role)$/.test(operation.path);
    const id = isFinal ? "01a20000-0000-7000-8000-00000000dead" : (ids[kind] ?? ids.user ?? "");
    for (const [name, bait] of baits) {
      // what would take the very tokens back that are looked for
      if (operation.path === "/api/v1/api-tokens/{id}/revoke" && name === "API token") continue;
      await driveOperation(operation, "owner", bait, bait);
      await driveOperation(operation, "owner", bait, id);
    }
    const bait = baits.get("jwt access token") ?? "";
    for (const role of ROLES.slice(1)) await driveOperation(operation, role, bait, id);
    const headers = { authorization: `Bearer ${ownerToken()}` };
    const at = operation.path.replaceAll(/\{\w+\}/g, id);
    await console_.ask(`${at}?${bait}=${bait}`, { method: operation.method, headers });
    if (operation.body !== null) {
      await console_.ask(at, { method: operation.method, headers, json: { [bait]: bait } });
      await console_.ask(at, {
        method: operation.method,
        headers: { ...headers, "content-type": "text/plain" },
        form: { [bait]: bait },
      });
    }
    await console_.ask(at, { method: operation.method, headers: { authorization: `Bearer ${bait}x` } });
  }
  for (const bait of baits.values()) {
    await console_.ask(`/${bait}`);
    await console_.ask(`/api/v1/${bait}`);
    await console_.ask(`/api/auth/signin/${bait}?callbackUrl=${bait}`);
    await console_.ask("/api/auth/callback/credentials", {
      form: { email: bait, password: bait, code: bait.slice(0, 16), csrfToken: bait },
    });
    await console_.ask("/api/v1/me", { headers: { cookie: `tokenwarden.session=${bait}` } });
  }
  for (const email of [...secrets]
    .filter(([name]) => name.startsWith("password of"))
    .map(([, value]) => value.toString()))
    await console_.signIn({ email, password: "wrong", totpSecret: "AAAAAAAA" }, 0).catch(() => {});
  for (const at of ["/api/auth/providers", "/api/auth/session", "/api/auth/csrf", "/api/health"])
    await console_.ask(at);
}

/** Every page as every role, as HTML and as the payload that a click fetches. */
async function visitPages(): Promise<string[]> {
  const pages = globSync("app/**/page.tsx", { cwd: ROOT }).map(
    (file) =>
      `/${path
        .dirname(file)
        .split(path.sep)
        .slice(1)
        .filter((part) => !part.startsWith("("))
        .join("/")}`,
  );
  const { rows } = await query<{ kind: string; id: string }>(
    `(SELECT 'tokens' AS kind, id::text FROM token ORDER BY issued_at DESC LIMIT 1) UNION ALL (SELECT 'acts', id::text FROM audit_entry ORDER BY at DESC LIMIT 1)
     UNION ALL (SELECT 'orders', id::text FROM revocation_order LIMIT 1)`,
  );
  const found = Object.fromEntries(rows.map((row) => [row.kind, row.id]));
  const bait = baits.get("jwt access token") ?? "";
  const broken: string[] = [];
  for (const page of pages) {
    const parent = page.split("/").at(page.endsWith("/edit") ? -3 : -2) ?? "";
    const at = page.replace("[id]", found[parent] ?? ids[parent.replace(/s$/, "")] ?? "none");
    for (const [role, cookies] of [...sessions, ["nobody", new Map<string, string>()] as const])
      for (const headers of [{}, { rsc: "1", "next-router-prefetch": "1" }, { rsc: "1" }] as Record<
        string,
        string
      >[]) {
        const { status } = await console_.ask(at, { headers }, cookies);
        if (status >= 500) broken.push(`${role} ${at} ${status}`);
      }
    const owner = sessions.get("owner");
    await console_.ask(
      `${at}?q=${bait}&client=${bait}&cursor=${bait}&token=${bait}&next=${bait}&error=${bait}`,
      { headers: { "user-agent": bait } },
      owner,
    );
  }
  return broken;
}

let admin: pg.Client;

async function connectAsOwner(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => {});
  await client.connect();
  return client;
}

function query<Row extends pg.QueryResultRow>(sql: string) {
  return admin.query<Row>(sql);
}

async function breakTheDatabase(registry: Registry): Promise<void> {
  const ask = async () => {
    for (const name of ["jwt access token", "refresh token", "API token"]) {
      const bait = baits.get(name) ?? "";
      const slips = { "user-agent": bait, referer: bait };
      await authority.ask("/oauth/introspect", {
        form: { token: bait },
        headers: { authorization: `Bearer ${registry.verifier}`, ...slips },
      });
      await authority.ask("/verify", {
        headers: {
          authorization: `Bearer ${bait}`,
          "x-tokenwarden-verifier": registry.verifier,
          "x-original-uri": `/${bait}`,
          ...slips,
        },
      });
      await authority.ask("/oauth/revoke", {
        form: { token: bait },
        headers: { authorization: basic(registry.web), ...slips },
      });
      await authority.ask("/oauth/userinfo", { headers: { authorization: `Bearer ${bait}`, ...slips } });
      await authority.token(
        registry.web,
        { grant_type: "refresh_token", refresh_token: bait },
        { headers: slips },
      );
      await authority.token(
        registry.web,
        { grant_type: "authorization_code", code: bait, redirect_uri: REDIRECT_URI, code_verifier: bait },
        { headers: slips },
      );
      await authority.token(registry.jwt, { grant_type: "client_credentials" }, { headers: slips });
      await console_.ask("/api/v1/users", {
        json: {
          email: `${randomBytes(3).toString("hex")}@example.com`,
          name: "N",
          password: registry.password,
        },
        headers: { authorization: `Bearer ${ownerToken()}`, ...slips },
      });
      await console_.ask("/api/v1/tokens", { headers: { authorization: `Bearer ${bait}`, ...slips } });
    }
    await console_.ask("/tokens", {}, sessions.get("owner"));
    await console_
      .signIn(
        {
          email: "owner@example.com",
          password: secrets.get("password of the owner") as string,
          totpSecret: "AAAAAAAA",
        },
        0,
      )
      .catch(() => {});
  };
  for (const table of ["token_use", "protocol_state", "token_family", "audit_chain"])
    await query(`ALTER TABLE ${table} RENAME TO broken_${table}`);
  await ask();
  for (const table of ["token_use", "protocol_state", "token_family", "audit_chain"])
    await query(`ALTER TABLE broken_${table} RENAME TO ${table}`);
  const beside = new pg.Client({ connectionString: urlOfDatabase(databaseUrl, "postgres") });
  await beside.connect();
  await beside.query("ALTER DATABASE tokenwarden WITH ALLOW_CONNECTIONS false");
  await beside.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'tokenwarden'");
  await ask();
  await beside.query("ALTER DATABASE tokenwarden WITH ALLOW_CONNECTIONS true");
  await beside.end();
  admin = await connectAsOwner();
  await vi.waitFor(async () => expect((await authority.ask("/readyz")).status).toBe(200), {
    timeout: 30_000,
  });
}

async function readSecretsAtRest(): Promise<void> {
  const masterKey = Buffer.from(
    readFileSync(path.join(product.dataDir, "master-key"), "utf8").trim(),
    "base64",
  );
  keep("master key", masterKey);
  const { rows } = await query<{ kid: string; wrapped: Buffer }>(
    "SELECT kid, private_wrapped AS wrapped FROM signing_key",
  );
  for (const { kid, wrapped } of rows) {
    const { d } = await openPrivateKey({ kid, privateWrapped: wrapped }, createKeyWrapper(masterKey));
    keep(`private key ${kid}`, Buffer.from(d as string, "base64url"));
  }
  const memory = JSON.parse(readFileSync(path.join(product.dataDir, "postgres.json"), "utf8")) as Record<
    string,
    unknown
  >;
  for (const [name, value] of Object.entries(memory))
    if (/password/i.test(name)) keep(`database password ${name}`, String(value));
}

let places: Place[];
let brokenPages: string[];

beforeAll(async () => {
  product = await startProduct();
  console_ = new ConsoleDriver(transcript, product.consoleUrl);
  authority = new AuthorityDriver(transcript, product.authorityUrl);
  databaseUrl = findEmbeddedDatabaseUrl(product.dataDir) ?? "";
  admin = await connectAsOwner();
  operations = listOperations(JSON.parse((await console_.ask("/api/v1/openapi.json")).text));
  await setUpAdmins();
  const registry = await setUpRegistry();
  await vi.waitFor(
    async () =>
      expect((await authority.token(registry.web, { grant_type: "x" })).text).toContain(
        "unsupported_grant_type",
      ),
    { timeout: 10_000 },
  );
  await issueTokens(registry);
  await driveAuthorityWrongly(registry);
  brokenPages = await visitPages();
  await driveConsoleWrongly();
  await breakTheDatabase(registry);
  await transcript.ask("authority", product.metricsUrl);
  await readSecretsAtRest();
  const dump = await dumpDatabase(databaseUrl);
  await admin.end();
  await product.stop();
  places = [
    ...dump,
    ...readFolder(product.dataDir),
    { where: "terminal", data: Buffer.from(product.terminal()) },
  ];
  // what a JWT says is told to many; what makes it one is its last part
  for (const [name, value] of secrets)
    search.add(
      name,
      typeof value === "string" && value.startsWith("eyJ")
        ? value.slice(value.lastIndexOf(".", value.length - 30) + 1)
        : value,
    );
  // a cookie is set again whenever its session is touched
  const cookie = secrets.get("SSO session cookie") as string;
  for (const answer of transcript.answers)
    if (answer.headers.getSetCookie().some((line) => line.includes(cookie)))
      answer.handsOut.add("SSO session cookie");
}, 280_000);

afterAll(() => product?.stop());

describe("secrets (P2)", () => {
  test("every route of both doors was driven, into each kind of answer", () => {
    const driven = new Set(
      transcript.answers
        .filter(({ door }) => door === "console")
        .map(({ method, path: at }) => `${method} ${at}`),
    );
    const asPattern = (at: string) => new RegExp(`^${at.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    const missed = operations.filter(
      ({ method, path: at }) =>
        ![...driven].some(
          (one) => one.startsWith(`${method} `) && asPattern(at).test(one.slice(method.length + 1)),
        ),
    );
    expect(missed.map(({ method, path: at }) => `${method} ${at}`)).toEqual([]);
    const asked = new Set(
      transcript.answers.filter(({ door }) => door === "authority").map(({ path: at }) => at),
    );
    const source =
      readFileSync(path.join(ROOT, "server/authority/app.ts"), "utf8") +
      readFileSync(path.join(ROOT, "server/authority/engine/configuration.ts"), "utf8");
    const routes = [
      ...source.matchAll(
        /(?:app\.(?:get|post|put|delete)\(\s*|(?:authorization|token|jwks|userinfo|end_session|request): )"(\/[^"]+)"/g,
      ),
    ].map((match) => match[1] as string);
    expect(routes.length).toBeGreaterThan(10);
    expect(routes.filter((at) => !asked.has(at))).toEqual([]);
    const statuses = new Set(transcript.answers.map(({ status }) => status));
    for (const status of [200, 201, 302, 303, 400, 401, 403, 404, 500, 503])
      expect(statuses).toContain(status);
    expect(brokenPages).toEqual([]);
  });

  test("none is in the database, its files, its log, the logs, the data folder or on the terminal", () => {
    expect(places.length).toBeGreaterThan(100);
    expect(secrets.size).toBeGreaterThan(30);
    const hits = places
      .flatMap(({ where, data }) => search.find(where, data))
      .filter(({ where, name }) => !RIGHTFUL[where]?.(name));
    expect(hits).toEqual([]);
  });

  test("none is in any answer, but in the one that hands it out", () => {
    expect(transcript.answers.length).toBeGreaterThan(1_000);
    const hits = transcript.answers.flatMap((answer) =>
      search
        .find(`${answer.door} ${answer.method} ${answer.path.slice(0, 60)} ${answer.status}`, wholeOf(answer))
        .filter(({ name }) => !answer.handsOut.has(name)),
    );
    expect(hits).toEqual([]);
  });

  test("the search finds each of them where it is planted, and in the answer that handed it out", () => {
    for (const [name, value] of secrets) {
      const text = value.toString(Buffer.isBuffer(value) ? "hex" : undefined);
      for (const planted of [text, Buffer.from(`id:${value}`).toString("base64")])
        if (!Buffer.isBuffer(value) || planted === text)
          expect(
            search.find("here", Buffer.from(`before ${planted} after`)).map((hit) => hit.name),
          ).toContain(name);
    }
    const handedOut = transcript.answers.filter(({ handsOut }) => handsOut.size > 0);
    expect(handedOut.length).toBeGreaterThan(20);
    for (const answer of handedOut) expect(search.find("", wholeOf(answer)).length).toBeGreaterThan(0);
  });
});
