import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** 62^43 is the first power above 2^256. */
const DIGITS = 43;

/** Prefixes tell people and secret scanners what they found. */
export type SecretPrefix = "twc_" | "twv_" | "twk_" | "tws_" | "twp_" | "twl_";

/** A secret on its way out, once: keep `hash` and `hint`, show `value`, forget it. */
export type GeneratedSecret = { value: string; hash: Buffer; hint: string };

/** 256 random bits in base62 behind a prefix. `hint` is its last four characters. */
export function generateSecret(
  prefix: SecretPrefix,
  random: (size: number) => Buffer = randomBytes,
): GeneratedSecret {
  let rest = BigInt(`0x${random(32).toString("hex")}`);
  let digits = "";
  while (digits.length < DIGITS) {
    digits = ALPHABET.charAt(Number(rest % 62n)) + digits;
    rest /= 62n;
  }
  const value = prefix + digits;
  return { value, hash: hashSecret(value), hint: value.slice(-4) };
}

/** SHA-256 of a generated secret. Never for passwords: those are guessable. */
export function hashSecret(value: string): Buffer {
  return createHash("sha256").update(value, "utf8").digest();
}

/** Whether `value` is the secret behind `hash`, in constant time. */
export function isSecret(value: string, hash: Uint8Array): boolean {
  return hash.length === 32 && timingSafeEqual(hashSecret(value), hash);
}
