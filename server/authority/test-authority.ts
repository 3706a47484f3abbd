import { createHash, randomBytes, randomUUID } from "node:crypto";
import { pino } from "pino";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { parseEnv } from "#lib/env.ts";
import { uuidv7 } from "#lib/ids.ts";
import { fixedMasterKeys } from "#lib/keys/master-keys.ts";
import { freePort } from "#lib/test-port.ts";
import { type RunningAuthority, startAuthority } from "./start.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest();

export type TestClient = { id: string; clientId: string; secret: string };

/** Audiences billing and ledger, service clients of both formats, a verifier for each audience. */
export async function seedRegistry(db: Database) {
  const now = new Date();
  const id = () => uuidv7(now);
  const audiences = { billing: id(), ledger: id() };
  const permissions = ["invoices:read", "invoices:write", "ledger:read"] as const;
  const group = id();
  const secrets = {
    billing: `twv_${randomBytes(32).toString("base64url")}`,
    ledger: `twv_${randomBytes(32).toString("base64url")}`,
  };
  const verifiers = {
    billing: { id: id(), secret: secrets.billing },
    ledger: { id: id(), secret: secrets.ledger },
  };
  await db.prisma.audience.createMany({
    data: Object.entries(audiences).map(([name, audienceId]) => ({
      id: audienceId,
      name,
      title: name,
      resourceUri: `https://${name}.example.com/`,
      createdAt: now,
    })),
  });
  const permissionIds = permissions.map((name) => ({
    id: id(),
    name,
    audienceId: name.startsWith("ledger") ? audiences.ledger : audiences.billing,
  }));
  await db.prisma.permission.createMany({ data: permissionIds });
  await db.prisma.group.create({ data: { id: group, name: "Services", createdAt: now } });
  for (const [name, { id: verifierId, secret }] of Object.entries(verifiers)) {
    await db.prisma.verifier.create({
      data: {
        id: verifierId,
        name: `${name}-api`,
        createdAt: now,
        updatedAt: now,
        secrets: {
          create: [{ id: id(), secretHash: sha256(secret), hint: secret.slice(-4), createdAt: now }],
        },
        audiences: { create: [{ audienceId: audiences[name as keyof typeof audiences] }] },
      },
    });
  }
  async function addService(
    clientId: string,
    tokenFormat: "jwt" | "opaque",
    names: readonly string[],
  ): Promise<TestClient> {
    const secret = `twc_${randomBytes(32).toString("base64url")}`;
    const uuid = randomUUID();
    await db.prisma.client.create({
      data: {
        id: uuid,
        clientId,
        name: clientId,
        kind: "service",
        tokenFormat,
        grantTypes: ["client_credentials"],
        redirectUris: [],
        postLogoutRedirectUris: [],
        customClaims: { tier: "gold" },
        createdAt: now,
        updatedAt: now,
        secrets: {
          create: [{ id: id(), secretHash: sha256(secret), hint: secret.slice(-4), createdAt: now }],
        },
        groups: { create: [{ groupId: group }] },
        audiences: {
          create: [
            ...new Set(
              names.map((name) => (name.startsWith("ledger") ? audiences.ledger : audiences.billing)),
            ),
          ].map((audienceId) => ({ audienceId })),
        },
        permissions: {
          create: permissionIds
            .filter((one) => names.includes(one.name))
            .map((one) => ({ permissionId: one.id })),
        },
      },
    });
    return { id: uuid, clientId, secret };
  }
  return {
    audiences,
    verifiers,
    jwtService: await addService("reconciler", "jwt", permissions),
    opaqueService: await addService("push-gateway", "opaque", ["invoices:read"]),
    otherService: await addService("reports-batch", "jwt", ["ledger:read"]),
    addService,
  };
}

export type TestInstance = {
  db: Database;
  databaseUrl: string;
  masterKey: Buffer;
  issuer: string;
  authorities: RunningAuthority[];
  urls: string[];
  registry: Awaited<ReturnType<typeof seedRegistry>>;
  stop(): Promise<void>;
};

/** Real authorities on a database of their own, in this process, with a seeded registry. */
export async function startTestInstance(
  count = 1,
  options: { clockToleranceMs?: number; unreadMs?: number; env?: Record<string, string> } = {},
): Promise<TestInstance> {
  const { url: databaseUrl } = await testDatabase();
  const db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 6, applicationName: "test" });
  const registry = await seedRegistry(db);
  const masterKey = randomBytes(32);
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const scheme = options.env?.TLS_CERT === undefined ? "http" : "https";
  const issuer = `${scheme}://localhost:${ports[0]}`;
  const authorities: RunningAuthority[] = [];
  for (const port of ports) {
    const env = parseEnv({
      AUTHORITY_PORT: String(port),
      CONSOLE_PORT: "1",
      METRICS_PORT: "2",
      AUTHORITY_ISSUER: issuer,
      DATABASE_URL: databaseUrl,
      // all tests of a file are one address, and send in seconds what a bad day brings: whoever tests the bounds sets their own
      GARBAGE_PER_SECOND: "1000",
      AUTHORIZATIONS_PER_SECOND: "1000",
      ...options.env,
    });
    authorities.push(
      await startAuthority({
        env,
        databaseUrl,
        masterKeys: fixedMasterKeys(masterKey),
        log: pino({ level: "silent" }),
        metricsPort: null,
        clockToleranceMs: options.clockToleranceMs,
        unreadMs: options.unreadMs,
      }),
    );
  }
  return {
    db,
    databaseUrl,
    masterKey,
    issuer,
    authorities,
    urls: ports.map((port) => `${scheme}://localhost:${port}`),
    registry,
    async stop() {
      for (const authority of authorities) await authority.stop();
      await db.end();
    },
  };
}

const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64")}`;

export async function post(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(form),
  });
}

/** A client-credentials token of a service. */
export async function issue(
  url: string,
  client: TestClient,
  form: Record<string, string> = {},
): Promise<string> {
  const response = await post(
    `${url}/oauth/token`,
    { grant_type: "client_credentials", ...form },
    { authorization: basic(client.clientId, client.secret) },
  );
  const body = (await response.json()) as { access_token?: string };
  if (body.access_token === undefined)
    throw new Error(`no token: ${response.status} ${JSON.stringify(body)}`);
  return body.access_token;
}

export async function introspect(url: string, token: string, secret: string): Promise<unknown> {
  const response = await post(`${url}/oauth/introspect`, { token }, { authorization: `Bearer ${secret}` });
  return response.json();
}

export async function verify(url: string, token: string, secret: string, query = ""): Promise<Response> {
  return fetch(`${url}/verify${query}`, {
    headers: { authorization: `Bearer ${token}`, "x-tokenwarden-verifier": secret },
  });
}

export async function revokeAs(
  url: string,
  client: TestClient,
  token: string,
  form: Record<string, string> = {},
): Promise<Response> {
  return post(
    `${url}/oauth/revoke`,
    { token, ...form },
    { authorization: basic(client.clientId, client.secret) },
  );
}
