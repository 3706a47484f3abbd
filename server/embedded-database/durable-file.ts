import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import path from "node:path";

/** Makes a rename or a new entry in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a file whole or not at all, on disk when this returns; readable by its owner only unless `mode` says more. */
export function writeDurably(file: string, content: string, mode = 0o600): void {
  const temporary = `${file}.${randomBytes(4).toString("hex")}.new`;
  const descriptor = openSync(temporary, "wx", mode);
  try {
    writeSync(descriptor, content);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, file);
  syncFolder(path.dirname(file));
}
