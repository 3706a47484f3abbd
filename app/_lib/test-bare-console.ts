import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type ConsoleProcess, startConsoleProcess } from "./test-built-console.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const SERVER = path.join(import.meta.dirname, "test-bare-server.ts");

/**
 * The built pages and routes with nothing before them: without the proxy, and without the product's own door. What they refuse, they refuse
 * themselves.
 */
export async function startBareConsole(databaseUrl: string): Promise<ConsoleProcess> {
  const folder = mkdtempSync(path.join(ROOT, ".cache/bare-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    // the same files under another name: a copy would take seconds
    execFileSync("cp", ["-al", path.join(ROOT, ".next"), path.join(ROOT, "next.config.ts"), folder]);
    // what the build leaves outside is named from where it lies
    symlinkSync(path.join(ROOT, "node_modules"), path.join(folder, "node_modules"));
    const manifest = path.join(folder, ".next/server/functions-config-manifest.json");
    rmSync(manifest);
    writeFileSync(manifest, JSON.stringify({ version: 1, functions: {} }));
    for (const file of ["middleware.js", "middleware.js.nft.json"])
      rmSync(path.join(folder, ".next/server", file));
    const served = await startConsoleProcess({ databaseUrl, main: [SERVER, folder] });
    const stop = async () => {
      await served.stop();
      remove();
    };
    return { ...served, stop };
  } catch (error) {
    remove();
    throw error;
  }
}
