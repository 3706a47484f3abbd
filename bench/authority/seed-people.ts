import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";
import { hashPassword } from "#lib/passwords/hash-password.ts";
import { type Credentials, sha256 } from "./credentials.ts";
import { personOf, REDIRECT_URI } from "./people.ts";
import { DAY_SECONDS, SCOPE } from "./seed-registry.ts";

/** What the product allows at most: codes are made before the clock starts. */
const CODE_SECONDS = 600;
/** More than anybody comes to here: taking back the oldest is not what is measured. */
const REFRESH_TOKENS_MAX = 10_000;

/** The web client of the benchmark, and people whose group gives them its permission. The registry is there already. */
export async function seedPeople(db: Database, credentials: Credentials, people: number): Promise<void> {
  const now = new Date();
  const { prisma } = db;
  const id = () => uuidv7(now);
  const { id: permissionId, audienceId } = await prisma.permission.findFirstOrThrow({
    where: { name: SCOPE },
  });
  await prisma.client.create({
    data: {
      id: id(),
      clientId: credentials.webClientId,
      name: "Benchmark of sign-ins",
      kind: "web",
      tokenFormat: "jwt",
      grantTypes: ["authorization_code", "refresh_token"],
      redirectUris: [REDIRECT_URI],
      postLogoutRedirectUris: [],
      requireConsent: false,
      accessTokenTtlSeconds: DAY_SECONDS,
      authorizationCodeTtlSeconds: CODE_SECONDS,
      createdAt: now,
      updatedAt: now,
      secrets: {
        create: [
          {
            id: id(),
            secretHash: sha256(credentials.webClientSecret),
            hint: credentials.webClientSecret.slice(-4),
            createdAt: now,
          },
        ],
      },
      audiences: { create: [{ audienceId }] },
      permissions: { create: [{ permissionId }] },
    },
  });
  await prisma.organisation.update({ where: { id: 1 }, data: { refreshTokensMax: REFRESH_TOKENS_MAX } });
  const groupId = id();
  await prisma.group.create({
    data: { id: groupId, name: "Readers", createdAt: now, permissions: { create: [{ permissionId }] } },
  });
  const passwordHash = await hashPassword(credentials.password);
  const users = Array.from({ length: people }, (_, index) => ({
    id: id(),
    email: personOf(index),
    name: `Person ${index}`,
    passwordHash,
    createdAt: now,
    updatedAt: now,
  }));
  await prisma.user.createMany({ data: users });
  await prisma.groupMember.createMany({ data: users.map((user) => ({ groupId, userId: user.id })) });
}
