import { mkdirSync, statSync } from "node:fs";
import path from "node:path";

function isFolder(place) {
  try {
    return statSync(place).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Makes a folder and those that lead to it. Node's own `recursive` asks for ever where a file system takes no folders, as /proc.
 *
 * @param {string} folder absolute
 * @returns {boolean} whether it was made now.
 * @throws {Error} of the file system, where it is not there and cannot be made.
 */
export function makeFolder(folder) {
  if (isFolder(folder)) return false;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    // another process made it meanwhile
    if (error.code === "EEXIST" && isFolder(folder)) return false;
    throw error;
  }
}
