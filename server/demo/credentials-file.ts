import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type DemoCredentials, demoCredentials } from "#lib/demo/credentials.ts";
import { writeDurably } from "#server/embedded-database/durable-file.ts";

/** Where the demo keeps what its programs and people sign in with; readable by its owner only. */
export function credentialsFile(dataDir: string): string {
  return path.join(dataDir, "demo", "credentials.json");
}

/** Null where there is no file, or none that can be used: then others are made in their place. */
export function readCredentials(dataDir: string): DemoCredentials | null {
  let text: string;
  try {
    text = readFileSync(credentialsFile(dataDir), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    return demoCredentials.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export function writeCredentials(dataDir: string, credentials: DemoCredentials): void {
  const file = credentialsFile(dataDir);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeDurably(file, `${JSON.stringify(credentials, null, 2)}\n`);
}
