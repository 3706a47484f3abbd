import { createHash, randomBytes } from "node:crypto";

// Crockford's: no letter that is read as a digit
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;

/** A code of 80 random bits, in four groups: `7GKQ-M2XP-9TRA-4CWD`. */
export function generateRecoveryCode(random: (size: number) => Buffer = randomBytes): string {
  const letters = [...random(LENGTH)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length)).join("");
  return letters.replaceAll(/(.{4})(?=.)/g, "$1-");
}

/** What a person typed, as the code was made: without spaces and hyphens, and with the letters that are taken for digits. */
function read(typed: string): string {
  return typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
}

/** SHA-256, bound to whose it is: a code has too many random bits to be guessed. */
export function hashRecoveryCode(adminId: string, typed: string): Buffer {
  return createHash("sha256")
    .update(`${adminId}:${read(typed)}`)
    .digest();
}
