import path from "node:path";
import { basic, type Credentials } from "#bench/authority/credentials.ts";
import { authorizationQuery, codeForm, REDIRECT_URI, refreshForm } from "#bench/authority/people.ts";
import { RESOURCE, SCOPE } from "#bench/authority/seed-registry.ts";
import { answers, baseEnv, startChild } from "#bench/child.ts";
import { findPorts } from "#bench/ports.ts";
import type { RunningSide } from "./peer.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY_MS = 120_000;

/** Starts stock oidc-provider on a database of its own. It introspects opaque tokens alone, so that is what its pool is made of. */
export async function startStock(options: {
  databaseUrl: string;
  credentials: Credentials;
  stack: AsyncDisposableStack;
}): Promise<RunningSide> {
  const { databaseUrl, credentials, stack } = options;
  const [port] = (await findPorts(1)) as [number];
  const origin = `http://127.0.0.1:${port}`;
  const child = await startChild({
    name: "stock oidc-provider",
    command: process.execPath,
    args: [path.join(ROOT, "bench/peers/stock-oidc-provider.ts")],
    cwd: ROOT,
    kind: "tied",
    env: {
      ...baseEnv(),
      DATABASE_URL: databaseUrl,
      PEER_PORT: String(port),
      PEER_CLIENT_ID: credentials.clientId,
      PEER_CLIENT_SECRET: credentials.clientSecret,
      PEER_WEB_CLIENT_ID: credentials.webClientId,
      PEER_WEB_CLIENT_SECRET: credentials.webClientSecret,
      PEER_REDIRECT_URI: REDIRECT_URI,
    },
    isReady: () => answers(`${origin}/jwks`),
    readyWithinMs: READY_MS,
    stack,
  });
  const authorization = basic(credentials.clientId, credentials.clientSecret);
  const usedForm = `grant_type=client_credentials&scope=${encodeURIComponent(SCOPE)}`;
  return {
    endpoints: {
      token: `${origin}/token`,
      introspection: `${origin}/token/introspection`,
      revocation: `${origin}/token/revocation`,
      jwks: `${origin}/jwks`,
      clientAuthorization: authorization,
      introspectionAuthorization: authorization,
      jwtForm: `${usedForm}&resource=${encodeURIComponent(RESOURCE)}`,
      usedForm,
      webAuthorization: basic(credentials.webClientId, credentials.webClientSecret),
    },
    signIns: {
      authorizationUrl: (person) =>
        `${origin}/auth?${authorizationQuery({ clientId: credentials.webClientId })}&login_hint=${encodeURIComponent(person)}`,
      codeForm: codeForm(),
      refreshForm: refreshForm(),
    },
    child,
    pid: child.pid,
    warmsUpSlowly: false,
  };
}
