import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import { basic, type Credentials } from "#bench/authority/credentials.ts";
import { authorizationQuery, codeForm, REDIRECT_URI, refreshForm } from "#bench/authority/people.ts";
import { RESOURCE, SCOPE } from "#bench/authority/seed-registry.ts";
import { answers, baseEnv, startChild } from "#bench/child.ts";
import type { PeerStart, RunningSide } from "#bench/peers/peer.ts";
import { findPorts } from "#bench/ports.ts";

const READY_MS = 120_000;
/** Its own are RS256; the second set signs ID tokens, and counts as it is part of the JWKS. */
const KEY_SETS = ["hydra.jwt.access-token", "hydra.openid.id-token"];

const ISSUER = "https://hydra.example.com";
/** Of the application at which its people would sign in: nobody answers there, the browser does what it would do. */
const LOGIN = "https://login.example.com/login";
const CONSENT = "https://login.example.com/consent";
/** Its audiences are told by a parameter of its own, and only in the authorization request. */
const TARGET = { audience: RESOURCE };

async function tell<T = unknown>(method: string, url: string, body?: unknown): Promise<T | null> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  // a key set that is to be deleted need not be there
  if (!response.ok && !(method === "DELETE" && response.status === 404))
    throw new Error(`Hydra answers ${response.status} to ${method} ${url}: ${await response.text()}`);
  const text = await response.text();
  return text === "" ? null : (JSON.parse(text) as T);
}

/** Keys for ES256, as all sides have, and the client that gets the tokens. */
async function register(admin: string, credentials: Credentials): Promise<void> {
  const { clientId, clientSecret, webClientId, webClientSecret } = credentials;
  for (const set of KEY_SETS) {
    await tell("DELETE", `${admin}/admin/keys/${set}`);
    await tell("POST", `${admin}/admin/keys/${set}`, { alg: "ES256", kid: set, use: "sig" });
  }
  await tell("POST", `${admin}/admin/clients`, {
    client_id: clientId,
    client_secret: clientSecret,
    grant_types: ["client_credentials"],
    scope: SCOPE,
    audience: [RESOURCE],
    token_endpoint_auth_method: "client_secret_basic",
  });
  await tell("POST", `${admin}/admin/clients`, {
    client_id: webClientId,
    client_secret: webClientSecret,
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    redirect_uris: [REDIRECT_URI],
    scope: `openid offline ${SCOPE}`,
    audience: [RESOURCE],
    token_endpoint_auth_method: "client_secret_basic",
  });
}

/** What an application for login and consent does: it asks nothing, and remembers who it is and what was allowed. */
async function detour(url: URL, person: string, admin: string, origin: string): Promise<URL | null> {
  const accept = async (what: "login" | "consent", body: unknown) => {
    const challenge = encodeURIComponent(url.searchParams.get(`${what}_challenge`) ?? "");
    const path = `${admin}/admin/oauth2/auth/requests/${what}/accept?${what}_challenge=${challenge}`;
    return (await tell<{ redirect_to: string }>("PUT", path, body))?.redirect_to ?? "";
  };
  const to = url.href.startsWith(LOGIN)
    ? await accept("login", { subject: person, remember: true, remember_for: 0 })
    : url.href.startsWith(CONSENT)
      ? await accept("consent", {
          grant_scope: ["openid", "offline", SCOPE],
          grant_access_token_audience: [RESOURCE],
          remember: true,
          remember_for: 0,
        })
      : url.href;
  return to.startsWith(ISSUER) ? new URL(origin + to.slice(ISSUER.length)) : null;
}

function withPool(databaseUrl: string, size: number): string {
  const url = new URL(databaseUrl);
  url.searchParams.set("max_conns", String(size));
  url.searchParams.set("max_idle_conns", String(size));
  url.searchParams.set("sslmode", "disable");
  return url.toString();
}

/** Starts it in production mode, behind an imagined TLS proxy, with JWTs as access tokens. */
export async function startHydra(options: PeerStart): Promise<RunningSide> {
  const { home, databaseUrl, poolSize, credentials, stack } = options;
  const [publicPort, adminPort] = (await findPorts(2)) as [number, number];
  const origin = `http://127.0.0.1:${publicPort}`;
  const admin = `http://127.0.0.1:${adminPort}`;
  const command = path.join(home, "hydra");
  const env = {
    ...baseEnv(),
    DSN: withPool(databaseUrl, poolSize),
    SECRETS_SYSTEM: randomBytes(32).toString("base64url"),
    SERVE_PUBLIC_HOST: "127.0.0.1",
    SERVE_PUBLIC_PORT: String(publicPort),
    SERVE_ADMIN_HOST: "127.0.0.1",
    SERVE_ADMIN_PORT: String(adminPort),
    URLS_SELF_ISSUER: ISSUER,
    URLS_LOGIN: LOGIN,
    URLS_CONSENT: CONSENT,
    TTL_AUTH_CODE: "10m",
    STRATEGIES_ACCESS_TOKEN: "jwt",
    TTL_ACCESS_TOKEN: "24h",
    // secrets here are random, as those of ours, which are kept as one SHA-256: no need to be slow on purpose
    OAUTH2_HASHERS_PBKDF2_ITERATIONS: "1",
    LOG_LEVEL: "warn",
    SQA_OPT_OUT: "true",
  };
  await promisify(execFile)(command, ["migrate", "sql", "up", "-e", "--yes"], {
    env: env as NodeJS.ProcessEnv & typeof env,
    maxBuffer: 2 ** 24,
  });
  const child = await startChild({
    name: "Ory Hydra",
    command,
    args: ["serve", "all"],
    cwd: home,
    kind: "group",
    env,
    isReady: () => answers(`${admin}/health/ready`),
    readyWithinMs: READY_MS,
    stack,
  });
  await register(admin, credentials);
  const form = `grant_type=client_credentials&scope=${encodeURIComponent(SCOPE)}&audience=${encodeURIComponent(RESOURCE)}`;
  return {
    endpoints: {
      token: `${origin}/oauth2/token`,
      introspection: `${admin}/admin/oauth2/introspect`,
      revocation: `${origin}/oauth2/revoke`,
      jwks: `${origin}/.well-known/jwks.json`,
      clientAuthorization: basic(credentials.clientId, credentials.clientSecret),
      introspectionAuthorization: null,
      jwtForm: form,
      usedForm: form,
      webAuthorization: basic(credentials.webClientId, credentials.webClientSecret),
    },
    signIns: {
      authorizationUrl: () =>
        `${origin}/oauth2/auth?${authorizationQuery({ clientId: credentials.webClientId, more: ["offline"], target: TARGET })}`,
      detour: (url, person) => detour(url, person, admin, origin),
      codeForm: codeForm({}),
      refreshForm: refreshForm({}),
    },
    child,
    pid: child.pid,
    warmsUpSlowly: false,
  };
}
