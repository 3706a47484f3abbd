import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";
import { type Credentials, sha256 } from "./credentials.ts";

export const AUDIENCE = "orders-api";
export const RESOURCE = "https://api.example.com";
export const SCOPE = "orders:read";
export const VERIFIER = "bench-gateway";

export const DAY_SECONDS = 86_400;

/** One service client that gets JWTs, one audience with one permission, one verifier with durable audit. Returns the client's id. */
export async function seedRegistry(db: Database, credentials: Credentials): Promise<string> {
  const now = new Date();
  const [audienceId, permissionId, clientId, verifierId] = [0, 1, 2, 3].map(() => uuidv7(now)) as [
    string,
    string,
    string,
    string,
  ];
  const { prisma } = db;
  await prisma.audience.create({
    data: { id: audienceId, name: AUDIENCE, title: "Orders", resourceUri: RESOURCE, createdAt: now },
  });
  await prisma.permission.create({ data: { id: permissionId, audienceId, name: SCOPE } });
  await prisma.client.create({
    data: {
      id: clientId,
      clientId: credentials.clientId,
      name: "Benchmark",
      kind: "service",
      tokenFormat: "jwt",
      grantTypes: ["client_credentials"],
      redirectUris: [],
      postLogoutRedirectUris: [],
      accessTokenTtlSeconds: DAY_SECONDS,
      createdAt: now,
      updatedAt: now,
    },
  });
  await prisma.clientSecret.create({
    data: {
      id: uuidv7(now),
      clientId,
      secretHash: sha256(credentials.clientSecret),
      hint: credentials.clientSecret.slice(-4),
      createdAt: now,
    },
  });
  await prisma.clientAudience.create({ data: { clientId, audienceId } });
  await prisma.clientPermission.create({ data: { clientId, permissionId } });
  await prisma.verifier.create({
    data: {
      id: verifierId,
      name: VERIFIER,
      secrets: {
        create: [
          {
            id: uuidv7(now),
            secretHash: sha256(credentials.verifierSecret),
            hint: credentials.verifierSecret.slice(-4),
            createdAt: now,
          },
        ],
      },
      auditMode: "durable",
      createdAt: now,
      updatedAt: now,
    },
  });
  await prisma.verifierAudience.create({ data: { verifierId, audienceId } });
  return clientId;
}
