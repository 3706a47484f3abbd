import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { parseEnv } from "#lib/env.ts";
import { masterKeyWarning } from "./master-key.ts";

test("warns of a master key that other users of the machine can read, and of no other", () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-key-"));
  const env = parseEnv({ DATA_DIR: dataDir });
  expect(masterKeyWarning(env)).toBeNull();
  const file = path.join(dataDir, "master-key");
  writeFileSync(file, "x");
  for (const mode of [0o600, 0o400]) {
    chmodSync(file, mode);
    expect(masterKeyWarning(env), mode.toString(8)).toBeNull();
  }
  for (const mode of [0o644, 0o640, 0o604]) {
    chmodSync(file, mode);
    expect(masterKeyWarning(env), mode.toString(8)).toContain(`can read ${file}`);
  }
  rmSync(dataDir, { recursive: true });
});
