import { randomBytes } from "node:crypto";
import { sha256 } from "#bench/authority/credentials.ts";
import { AUDIENCE } from "#bench/authority/seed-registry.ts";
import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";

/** Registers verifiers of the benchmark's audience that decide by themselves from the feed. Returns their secrets. */
export async function seedVerifiers(db: Database, count: number): Promise<string[]> {
  const now = new Date();
  const audience = await db.prisma.audience.findFirstOrThrow({ where: { name: AUDIENCE } });
  const secrets: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const secret = `twv_${randomBytes(32).toString("base64url")}`;
    const id = uuidv7(now);
    await db.prisma.verifier.create({
      data: {
        id,
        name: `reach-${index}`,
        checkWay: "feed",
        createdAt: now,
        updatedAt: now,
        secrets: {
          create: { id: uuidv7(now), secretHash: sha256(secret), hint: secret.slice(-4), createdAt: now },
        },
        audiences: { create: { audienceId: audience.id } },
      },
    });
    secrets.push(secret);
  }
  return secrets;
}
