import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { basic } from "#bench/authority/credentials.ts";
import { answers, baseEnv, startChild } from "#bench/child.ts";
import { findPorts } from "#bench/ports.ts";
import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";
import type { Inventory } from "../open-inventory.ts";
import type { SyntheticClient } from "../seed/synthetic-organisation.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const READY_MS = 240_000;
const FLAGS = JSON.parse(
  readFileSync(path.join(ROOT, "server/authority/node-flags.json"), "utf8"),
) as string[];

/** A synthetic client that can get tokens, and a verifier that may ask about them. */
export type Caller = { id: string; clientAuthorization: string; verifierAuthorization: string; form: string };

const sha256 = (secret: string) => createHash("sha256").update(secret).digest();

/** Gives a synthetic client a secret, its audience and a permission, and its audience a verifier. */
export async function armClient(db: Database, client: SyntheticClient): Promise<Caller> {
  const audience = client.audiences[0] as string;
  const permission = client.scopeMixes[0]?.names[0] as string;
  const clientSecret = randomBytes(32).toString("base64url");
  const verifierSecret = `twv_${randomBytes(32).toString("base64url")}`;
  const verifier = `bench-${client.clientId}-${Date.now()}`;
  const now = new Date();
  const [row] = await db.query<{ id: string }>("SELECT id FROM client WHERE client_id = $1", [
    client.clientId,
  ]);
  if (row === undefined) throw new Error(`there is no client ${client.clientId}`);
  await db.query(
    "INSERT INTO client_secret (id, client_id, secret_hash, hint, created_at) VALUES ($1, $2, $3, $4, $5)",
    [uuidv7(now), row.id, sha256(clientSecret), clientSecret.slice(-4), now],
  );
  await db.query(
    "INSERT INTO client_audience (client_id, audience_id) SELECT $1::uuid, id FROM audience WHERE name = $2 ON CONFLICT DO NOTHING",
    [row.id, audience],
  );
  await db.query(
    "INSERT INTO client_permission (client_id, permission_id) SELECT $1::uuid, id FROM permission WHERE name = $2 ON CONFLICT DO NOTHING",
    [row.id, permission],
  );
  await db.query(
    `WITH v AS (INSERT INTO verifier (id, name, audit_mode, created_at, updated_at) VALUES ($1, $2, 'durable', $5, $5) RETURNING id),
       s AS (INSERT INTO verifier_secret (id, verifier_id, secret_hash, hint, created_at) SELECT v.id, v.id, $3, $4, $5 FROM v)
     INSERT INTO verifier_audience (verifier_id, audience_id) SELECT v.id, a.id FROM v, audience a WHERE a.name = $6`,
    [uuidv7(now), verifier, sha256(verifierSecret), verifierSecret.slice(-4), now, audience],
  );
  const resource = `https://${audience}.synthetic.example`;
  return {
    id: row.id,
    clientAuthorization: basic(client.clientId, clientSecret),
    verifierAuthorization: basic(verifier, verifierSecret),
    form: new URLSearchParams({ grant_type: "client_credentials", scope: permission, resource }).toString(),
  };
}

/** Two authorities and a worker on the inventory's database, as the product runs them. Returns the authorities' origins. */
export async function startProduct(
  { db, url, dataDir }: Inventory,
  { log, stack }: { log(line: string): void; stack: AsyncDisposableStack },
): Promise<[string, string]> {
  const [first, second, ...metrics] = (await findPorts(4)) as [number, number, number, number];
  // tokens that were issued before name it, and a folder that is kept goes on with it: `npm start` has it where nothing else is set
  const [kept] = await db.query<{ issuer: string }>("SELECT issuer FROM authority_issuer WHERE id = 1");
  const issuer = kept?.issuer ?? "http://localhost:4000";
  // the master key is in the data folder
  const shared = {
    ...baseEnv(),
    DATABASE_URL: url,
    DATA_DIR: dataDir,
    AUTHORITY_ISSUER: issuer,
  };
  const start = async (port: number, metricsPort: number) => {
    const origin = `http://127.0.0.1:${port}`;
    const ports = { AUTHORITY_PORT: String(port), METRICS_PORT: String(metricsPort) };
    const child = await startChild({
      name: `authority on ${port}`,
      command: process.execPath,
      args: [...FLAGS, path.join(ROOT, "server/authority/main.ts")],
      cwd: ROOT,
      kind: "tied",
      env: { ...shared, ...ports, LOG_LEVEL: "warn" },
      isReady: () => answers(`${origin}/readyz`),
      readyWithinMs: READY_MS,
      stack,
    });
    log(`an authority is ready after ${(child.readyAfterMs / 1_000).toFixed(1)} s`);
    return origin;
  };
  const origins: [string, string] = [
    await start(first, metrics[0] as number),
    await start(second, metrics[1] as number),
  ];
  await startChild({
    name: "worker",
    command: process.execPath,
    args: [path.join(ROOT, "server/worker/main.ts")],
    cwd: ROOT,
    kind: "tied",
    env: { ...shared, LOG_LEVEL: "info" },
    isReady: (output) => output.includes("worker ready"),
    readyWithinMs: READY_MS,
    stack,
  });
  return origins;
}
