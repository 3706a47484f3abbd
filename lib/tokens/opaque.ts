import type { TokenKind } from "./model.ts";

/** Prefixes tell people and secret scanners what they found. */
export type OpaquePrefix = "twa_" | "twr_";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGIT = new Map([...ALPHABET].map((character, value) => [character, BigInt(value)]));
const KIND: Record<OpaquePrefix, TokenKind> = { twa_: "access", twr_: "refresh" };

const ID_BYTES = 16;
const SECRET_BYTES = 32;
/** 62^65 is the first power above 2^384. */
const BODY_DIGITS = 65;
/** 62^6 is the first power above 2^32. */
const CHECKSUM_DIGITS = 6;
const SHAPE = new RegExp(`^tw[ar]_[0-9A-Za-z]{${BODY_DIGITS + CHECKSUM_DIGITS}}$`);
/** Characters of a whole value. */
export const OPAQUE_LENGTH = "twa_".length + BODY_DIGITS + CHECKSUM_DIGITS;

/** What an id of ours looks like; `lib/ids.ts` cannot be had in a browser. */
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(ascii: string): number {
  let sum = 0xffffffff;
  for (let index = 0; index < ascii.length; index += 1)
    sum = (CRC_TABLE[(sum ^ ascii.charCodeAt(index)) & 0xff] as number) ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

function toBase62(value: bigint, digits: number): string {
  let text = "";
  for (let rest = value; text.length < digits; rest /= 62n) text = ALPHABET.charAt(Number(rest % 62n)) + text;
  return text;
}

function fromBase62(text: string): bigint {
  let value = 0n;
  for (const character of text) value = value * 62n + (DIGIT.get(character) as bigint);
  return value;
}

function checksum(text: string): string {
  return toBase62(BigInt(crc32(text)), CHECKSUM_DIGITS);
}

/**
 * A new opaque token value: prefix, base62 of the id's 16 bytes and 32 random ones, and a CRC-32 of all that in base62.
 * The id lets the register find the row; the 256 random bits are the secret. The value is nowhere but with its holder.
 */
export function makeOpaque(
  prefix: OpaquePrefix,
  id: string,
  random: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const secret = random(new Uint8Array(SECRET_BYTES));
  let value = BigInt(`0x${id.replaceAll("-", "")}`);
  for (const byte of secret) value = (value << 8n) | BigInt(byte);
  const text = prefix + toBase62(value, BODY_DIGITS);
  return text + checksum(text);
}

/**
 * What an opaque value claims to be, or null where prefix, length, alphabet, checksum or id are not ours.
 * Proves nothing: the register's hash does. Browser-safe.
 */
export function parseOpaque(value: string): { kind: TokenKind; id: string } | null {
  if (!SHAPE.test(value)) return null;
  const text = value.slice(0, -CHECKSUM_DIGITS);
  const isSound = checksum(text) === value.slice(-CHECKSUM_DIGITS);
  const body = fromBase62(text.slice(4));
  if (!isSound || body >> BigInt((ID_BYTES + SECRET_BYTES) * 8) !== 0n) return null;
  const hex = (body >> BigInt(SECRET_BYTES * 8)).toString(16).padStart(ID_BYTES * 2, "0");
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return !UUID_V7.test(id) ? null : { kind: KIND[value.slice(0, 4) as OpaquePrefix], id };
}
