import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { StartRefusal } from "#server/start-refusal.ts";
import { writeDurably } from "./durable-file.ts";

const schema = z.object({
  /** Where the server's data is kept when not in `DATA_DIR/postgres`. */
  clusterDir: z.string().optional(),
  port: z.number().int().optional(),
  /** When the database was first complete; from then on its data must be there. */
  initializedAt: z.string().optional(),
  superuserPassword: z.string().min(1),
  ownerPassword: z.string().min(1),
});

/** What an embedded database needs to be found again, kept in `DATA_DIR/postgres.json`, mode 0600. */
export type EmbeddedDatabaseMemory = z.infer<typeof schema>;

export function memoryFile(dataDir: string): string {
  return path.join(dataDir, "postgres.json");
}

/** @throws {StartRefusal} when the file is there but cannot be understood. */
export function findMemory(dataDir: string): EmbeddedDatabaseMemory | null {
  const file = memoryFile(dataDir);
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new StartRefusal(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  try {
    return schema.parse(JSON.parse(content));
  } catch (cause) {
    throw new StartRefusal(
      `${file} is damaged; restore it from a backup, it holds the database's passwords`,
      {
        cause,
      },
    );
  }
}

export function createMemory(): EmbeddedDatabaseMemory {
  return {
    superuserPassword: randomBytes(24).toString("base64url"),
    ownerPassword: randomBytes(24).toString("base64url"),
  };
}

export function saveMemory(dataDir: string, memory: EmbeddedDatabaseMemory): void {
  writeDurably(memoryFile(dataDir), `${JSON.stringify(memory, null, 2)}\n`);
}

/** Where a running embedded database is reached: as owner of the product's database, and as superuser. */
export function connectionUrls(memory: EmbeddedDatabaseMemory): { url: string; adminUrl: string } {
  const address = `127.0.0.1:${memory.port}`;
  return {
    url: `postgresql://tokenwarden:${memory.ownerPassword}@${address}/tokenwarden`,
    adminUrl: `postgresql://postgres:${memory.superuserPassword}@${address}/postgres`,
  };
}
