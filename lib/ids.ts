import { randomBytes, randomFillSync } from "node:crypto";

const bytes = Buffer.allocUnsafe(4096);
let used = bytes.length;

function randomBytes10(into: Buffer): void {
  if (used + 10 > bytes.length) {
    randomFillSync(bytes);
    used = 0;
  }
  bytes.copy(into, 6, used, used + 10);
  bytes.fill(0, used, used + 10);
  used += 10;
}

/**
 * A UUIDv7 whose timestamp is `at`, to the millisecond.
 * @see RFC 9562 section 5.7
 */
export function uuidv7(at: Date | number): string {
  const id = Buffer.allocUnsafe(16);
  randomBytes10(id);
  id.writeUIntBE(typeof at === "number" ? at : at.getTime(), 0, 6);
  id[6] = 0x70 | ((id[6] as number) & 0x0f);
  id[8] = 0x80 | ((id[8] as number) & 0x3f);
  return uuidText(id, 0);
}

/** So many UUIDv7 whose timestamp is `at`, in no order, from one piece of randomness: their bytes, one after the other. */
export function uuidv7s(at: Date, count: number): Buffer {
  const ids = randomBytes(count * UUID_BYTES);
  for (let from = 0; from < ids.length; from += UUID_BYTES) {
    ids.writeUIntBE(at.getTime(), from, 6);
    ids[from + 6] = 0x70 | ((ids[from + 6] as number) & 0x0f);
    ids[from + 8] = 0x80 | ((ids[from + 8] as number) & 0x3f);
  }
  return ids;
}

const UUID_BYTES = 16;
const UUID_LENGTH = 36;
/** Where the pairs of digits of a UUID stand in its text. */
export const UUID_PAIRS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const DIGITS = Buffer.from("0123456789abcdef");

function writeUuidText(into: Buffer, to: number, bytes: Uint8Array, from: number): void {
  for (let n = 0; n < UUID_BYTES; n += 1) {
    const byte = bytes[from + n] as number;
    const place = to + (UUID_PAIRS[n] as number);
    into[place] = DIGITS[byte >> 4] as number;
    into[place + 1] = DIGITS[byte & 0x0f] as number;
  }
}

const oneText = Buffer.alloc(UUID_LENGTH, "-");

/** The text of the UUID that begins there: in one piece, where one that is put together of parts is a tree of them until somebody reads it. */
export function uuidText(bytes: Uint8Array, from: number): string {
  writeUuidText(oneText, 0, bytes, from);
  return oneText.toString("latin1");
}

/** The texts of UUIDs that stand one after the other, by their places: windows of one text. */
export function uuidTexts(bytes: Uint8Array): (place: number) => string {
  const count = bytes.length / UUID_BYTES;
  const texts = Buffer.alloc(count * UUID_LENGTH, "-");
  for (let n = 0; n < count; n += 1) writeUuidText(texts, n * UUID_LENGTH, bytes, n * UUID_BYTES);
  const text = texts.toString("latin1");
  return (place) => text.slice(place * UUID_LENGTH, (place + 1) * UUID_LENGTH);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Whether `text` is a UUID in its canonical lower-case form. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The instant that a UUIDv7 carries, or null where `text` is not one. */
export function uuidv7Time(text: string): Date | null {
  return UUID_V7.test(text) ? new Date(Number.parseInt(text.slice(0, 8) + text.slice(9, 13), 16)) : null;
}

/** The lowest UUIDv7 of an instant: all that are made from then on are above it. */
export function lowestUuidv7(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
