import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

/** Some 180 MB with what it needs: nobody who does not measure has it. */
export const VERSION = "13.5.0";
const CACHE_DIR = path.resolve(import.meta.dirname, "../../.cache");
const INSTALL_MS = 300_000;

/** What is read of an answer of Lighthouse. */
export type LighthouseResult = {
  lighthouseVersion: string;
  finalDisplayedUrl: string;
  runtimeError?: { code: string; message: string };
  runWarnings: string[];
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { numericValue?: number }>;
};

export type Lighthouse = {
  default(
    url: string,
    flags: Record<string, unknown>,
    config: unknown,
  ): Promise<{ lhr: LighthouseResult } | undefined>;
  desktopConfig: unknown;
};

/** Lighthouse, at one version: got from npm the first time, without the install scripts of anything. */
export async function getLighthouse(log: (line: string) => void): Promise<Lighthouse> {
  const folder = path.join(CACHE_DIR, `lighthouse-${VERSION}`);
  const entry = path.join(folder, "node_modules/lighthouse/core/index.js");
  if (!existsSync(entry)) {
    log(`getting lighthouse ${VERSION} from npm, into ${path.relative(process.cwd(), folder)}`);
    execFileSync(
      "npm",
      [
        "install",
        "--prefix",
        folder,
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--save-exact",
        `lighthouse@${VERSION}`,
      ],
      { stdio: ["ignore", "ignore", "pipe"], timeout: INSTALL_MS },
    );
  }
  return (await import(pathToFileURL(entry).href)) as Lighthouse;
}
