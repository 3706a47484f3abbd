import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { answers, baseEnv, startChild } from "#bench/child.ts";
import type { RunningSide } from "#bench/peers/peer.ts";
import { findPorts } from "#bench/ports.ts";
import { basic, type Credentials } from "./credentials.ts";
import { authorizationQuery, codeForm, refreshForm } from "./people.ts";
import { RESOURCE, SCOPE, VERIFIER } from "./seed-registry.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY_MS = 120_000;
const FLAGS = JSON.parse(
  readFileSync(path.join(ROOT, "server/authority/node-flags.json"), "utf8"),
) as string[];

export type Ours = RunningSide & {
  /** Forward-auth. */
  verifyUrl: string;
  metricsUrl: string;
};

/** Starts our authority as `npm start` runs it. */
export async function startOurs(options: {
  databaseUrl: string;
  dataDir: string;
  credentials: Credentials;
  /** Where its CPU profile goes; null: none is taken. */
  profileDir: string | null;
  stack: AsyncDisposableStack;
}): Promise<Ours> {
  const { databaseUrl, dataDir, credentials, profileDir, stack } = options;
  const [port, metricsPort] = (await findPorts(2)) as [number, number];
  const origin = `http://127.0.0.1:${port}`;
  const profiling = profileDir === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
  const child = await startChild({
    name: "authority",
    command: process.execPath,
    args: [...FLAGS, ...profiling, path.join(ROOT, "server/authority/main.ts")],
    cwd: ROOT,
    kind: "tied",
    env: {
      ...baseEnv(),
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      AUTHORITY_PORT: String(port),
      AUTHORITY_ISSUER: origin,
      METRICS_PORT: String(metricsPort),
      MASTER_KEY: randomBytes(32).toString("base64"),
      LOG_LEVEL: "warn",
      // all people come from one address here
      AUTHORIZATIONS_PER_SECOND: "100000",
    },
    isReady: () => answers(`${origin}/readyz`),
    readyWithinMs: READY_MS,
    stack,
  });
  const form = `grant_type=client_credentials&scope=${encodeURIComponent(SCOPE)}&resource=${encodeURIComponent(RESOURCE)}`;
  return {
    endpoints: {
      token: `${origin}/oauth/token`,
      introspection: `${origin}/oauth/introspect`,
      revocation: `${origin}/oauth/revoke`,
      jwks: `${origin}/oauth/jwks`,
      clientAuthorization: basic(credentials.clientId, credentials.clientSecret),
      introspectionAuthorization: basic(VERIFIER, credentials.verifierSecret),
      jwtForm: form,
      usedForm: form,
      webAuthorization: basic(credentials.webClientId, credentials.webClientSecret),
    },
    signIns: {
      authorizationUrl: () =>
        `${origin}/oauth/authorize?${authorizationQuery({ clientId: credentials.webClientId })}`,
      codeForm: codeForm(),
      refreshForm: refreshForm(),
    },
    verifyUrl: `${origin}/verify`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    child,
    pid: child.pid,
    warmsUpSlowly: false,
  };
}
