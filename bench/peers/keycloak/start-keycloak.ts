import { randomBytes } from "node:crypto";
import path from "node:path";
import { basic } from "#bench/authority/credentials.ts";
import { authorizationQuery, codeForm, refreshForm } from "#bench/authority/people.ts";
import { SCOPE, VERIFIER } from "#bench/authority/seed-registry.ts";
import { answers, baseEnv, type Child, startChild } from "#bench/child.ts";
import { childOf } from "#bench/cpu.ts";
import { type PeerStart, POOL_SIZE, type RunningSide } from "#bench/peers/peer.ts";
import { findPorts } from "#bench/ports.ts";
import { getJavaHome } from "./java.ts";
import { BOOTSTRAP_CLIENT, createRealm, REALM } from "./realm.ts";

const READY_MS = 300_000;
const HEAP = "-Xms1g -Xmx1g";

export type KeycloakProcess = { child: Child; origin: string };

/** Runs it in production mode, as one node, over HTTP on loopback. `bootstrapSecret` counts only on an empty database. */
export async function runKeycloak(options: {
  home: string;
  databaseUrl: string;
  bootstrapSecret: string;
  stack: AsyncDisposableStack;
}): Promise<KeycloakProcess> {
  const { home, databaseUrl, bootstrapSecret, stack } = options;
  const [port] = (await findPorts(1)) as [number];
  const origin = `http://127.0.0.1:${port}`;
  const database = new URL(databaseUrl);
  const child = await startChild({
    name: "Keycloak",
    command: path.join(home, "bin/kc.sh"),
    args: ["start", "--optimized"],
    cwd: home,
    kind: "group",
    env: {
      ...baseEnv(),
      JAVA_HOME: getJavaHome(),
      JAVA_OPTS_KC_HEAP: HEAP,
      KC_DB_URL: `jdbc:postgresql://${database.host}${database.pathname}`,
      KC_DB_USERNAME: decodeURIComponent(database.username),
      KC_DB_PASSWORD: decodeURIComponent(database.password),
      KC_DB_POOL_INITIAL_SIZE: String(POOL_SIZE),
      KC_DB_POOL_MIN_SIZE: String(POOL_SIZE),
      KC_DB_POOL_MAX_SIZE: String(POOL_SIZE),
      KC_CACHE: "local",
      KC_HTTP_ENABLED: "true",
      KC_HTTP_HOST: "127.0.0.1",
      KC_HTTP_PORT: String(port),
      KC_HOSTNAME: origin,
      KC_LOG_LEVEL: "warn",
      KC_BOOTSTRAP_ADMIN_CLIENT_ID: BOOTSTRAP_CLIENT,
      KC_BOOTSTRAP_ADMIN_CLIENT_SECRET: bootstrapSecret,
    },
    isReady: () => answers(`${origin}/realms/master/.well-known/openid-configuration`),
    readyWithinMs: READY_MS,
    stack,
  });
  return { child, origin };
}

export async function startKeycloak({
  home,
  databaseUrl,
  credentials,
  people,
  stack,
}: PeerStart): Promise<RunningSide> {
  const bootstrapSecret = randomBytes(32).toString("base64url");
  const { child, origin } = await runKeycloak({ home, databaseUrl, bootstrapSecret, stack });
  await createRealm(origin, bootstrapSecret, credentials, people);
  const protocol = `${origin}/realms/${REALM}/protocol/openid-connect`;
  const form = `grant_type=client_credentials&scope=${encodeURIComponent(SCOPE)}`;
  return {
    endpoints: {
      token: `${protocol}/token`,
      introspection: `${protocol}/token/introspect`,
      revocation: `${protocol}/revoke`,
      jwks: `${protocol}/certs`,
      clientAuthorization: basic(credentials.clientId, credentials.clientSecret),
      introspectionAuthorization: basic(VERIFIER, credentials.verifierSecret),
      jwtForm: form,
      usedForm: form,
      webAuthorization: basic(credentials.webClientId, credentials.webClientSecret),
    },
    signIns: {
      authorizationUrl: () =>
        `${protocol}/auth?${authorizationQuery({ clientId: credentials.webClientId, target: {} })}`,
      codeForm: codeForm({}),
      refreshForm: refreshForm({}),
    },
    child,
    // a shell script starts the server
    pid: childOf(child.pid) ?? child.pid,
    warmsUpSlowly: true,
  };
}
