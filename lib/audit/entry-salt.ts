import { randomBytes } from "node:crypto";

/** Sixteen bytes for each part of an entry that may be erased apart. */
const SALT_BYTES = 48;

/** The salt of a new entry. @see lib/seals/entry-leaf.ts */
export function entrySalt(): Buffer {
  return randomBytes(SALT_BYTES);
}
