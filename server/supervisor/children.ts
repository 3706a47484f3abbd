import { readFileSync } from "node:fs";
import path from "node:path";
import type { Env } from "#lib/env.ts";
import type { ChildSpec } from "./child-process.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

export const CHILD_NAMES = ["console", "authority", "worker"] as const;
/** The demo comes after the others, and nobody waits for it. */
export type ChildName = (typeof CHILD_NAMES)[number] | "demo";
export type ChildEntries = Record<ChildName, string>;

/** The programs that `npm start` keeps running. */
export const ENTRIES: ChildEntries = {
  console: path.join(ROOT, "server/console/main.ts"),
  authority: path.join(ROOT, "server/authority/main.ts"),
  worker: path.join(ROOT, "server/worker/main.ts"),
  demo: path.join(ROOT, "server/demo/main.ts"),
};

/** A young generation of 4 MB: an authority's garbage is short-lived, and its memory is then what it holds. */
const AUTHORITY_FLAGS = JSON.parse(
  readFileSync(path.join(ROOT, "server/authority/node-flags.json"), "utf8"),
) as string[];

/** How a child is run: on our own Node, in the repository, with paths and addresses made absolute. */
export function childSpec(
  name: ChildName,
  entry: string,
  env: Env,
  databaseUrl: string,
  metricsPort: number,
  databaseDir?: string,
): ChildSpec {
  return {
    name,
    command: process.execPath,
    args: [...(name === "authority" ? AUTHORITY_FLAGS : []), entry],
    cwd: ROOT,
    env: {
      ...process.env,
      NODE_ENV: "production",
      // of a library's own tracing, which writes headers, cookies and addresses with passwords whole
      DEBUG: undefined,
      NODE_DEBUG: undefined,
      DATABASE_URL: databaseUrl,
      ...(databaseDir === undefined ? {} : { DATABASE_DIR: databaseDir }),
      DATA_DIR: env.dataDir,
      CHECKPOINT_FILE: env.checkpointFile,
      ...(env.masterKeyFile === undefined ? {} : { MASTER_KEY_FILE: env.masterKeyFile }),
      METRICS_PORT: String(metricsPort),
      ...(env.tls ? { TLS_CERT: env.tls.certPath, TLS_KEY: env.tls.keyPath } : {}),
      // the demo's people come through this machine and say where from
      ...(name === "authority" && env.demo && env.trustedProxies.length === 0
        ? { TRUSTED_PROXIES: "127.0.0.1,::1" }
        : {}),
    },
  };
}

/** What answers 200 once a child does its work; a worker says so itself. */
export function findHealthUrl(name: ChildName, env: Env): string | null {
  const scheme = env.tls ? "https" : "http";
  switch (name) {
    case "console":
      return `${scheme}://127.0.0.1:${env.consolePort}/api/health`;
    case "authority":
      return `${scheme}://127.0.0.1:${env.authorityPort}/readyz`;
    case "worker":
    case "demo":
      return null;
    default:
      return name satisfies never;
  }
}
