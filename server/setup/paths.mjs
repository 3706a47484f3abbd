import path from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Logs and stamps of set-up steps; may be deleted at any time. */
export const CACHE_DIR = path.join(ROOT, ".cache");

/** The Node that everything but the set-up runs on. */
export const NODE = path.join(ROOT, "node_modules/.bin/node");
