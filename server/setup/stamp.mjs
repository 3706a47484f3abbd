import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./paths.mjs";

/** All files under some paths of the repository, sorted; what is not there is left out. */
function listFiles(paths, isWanted) {
  const files = [];
  const visit = (relative) => {
    let entry;
    try {
      entry = statSync(path.join(ROOT, relative));
    } catch {
      return;
    }
    if (!entry.isDirectory()) {
      if (isWanted(relative)) files.push(relative);
      return;
    }
    for (const name of readdirSync(path.join(ROOT, relative)).sort()) {
      if (name !== "node_modules") visit(`${relative}/${name}`);
    }
  };
  for (const start of paths) visit(start);
  return files;
}

/**
 * A hash over the names and contents of files and folders of the repository.
 *
 * @param {string[]} paths
 * @param {(file: string) => boolean} [isWanted]
 * @returns {string}
 */
export function hashOf(paths, isWanted = () => true) {
  const hash = createHash("sha256");
  for (const file of listFiles(paths, isWanted)) {
    const content = readFileSync(path.join(ROOT, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/**
 * @param {string} file
 * @returns {string | null}
 */
export function findStamp(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/**
 * @param {string} file
 * @param {string} stamp
 */
export function saveStamp(file, stamp) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}
