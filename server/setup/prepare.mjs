import { mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { buildConsole } from "./build-console.mjs";
import { buildNetworks } from "./build-networks.mjs";
import { say } from "./console-lines.mjs";
import { generateClient } from "./generate-client.mjs";
import { installPackages } from "./install.mjs";
import { acquireLock } from "./lock.mjs";
import { CACHE_DIR } from "./paths.mjs";

async function withSetupLock(use) {
  mkdirSync(CACHE_DIR, { recursive: true });
  const file = path.join(CACHE_DIR, "setup.lock");
  let lock = acquireLock(file);
  if (lock.heldBy !== undefined) say("waiting for another set-up of this folder");
  while (lock.heldBy !== undefined) {
    await wait(250);
    lock = acquireLock(file);
  }
  try {
    return await use();
  } finally {
    lock.release();
  }
}

/**
 * Brings the repository into a state in which it runs: packages, database client, networks, and, unless told otherwise, the
 * built console. Only what is stale is done; two at once in one folder take turns.
 *
 * @param {{ build?: boolean }} [options]
 * @returns {Promise<{ installed: boolean }>}
 */
export async function prepare(options = {}) {
  return withSetupLock(async () => {
    const installed = await installPackages();
    await Promise.all([generateClient(), buildNetworks()]);
    if (options.build ?? true) await buildConsole();
    return { installed };
  });
}
