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
  const hex = id.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Digits of randomness that an id takes: 74 bits, in whole digits. */
const RANDOM_DIGITS = 20;

/** So many UUIDv7 whose timestamp is `at`, in no order, from one piece of randomness. */
export function uuidv7s(at: Date, count: number): string[] {
  const time = at.getTime().toString(16).padStart(12, "0");
  const head = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  const random = randomBytes((count * RANDOM_DIGITS) / 2).toString("hex");
  return Array.from({ length: count }, (_, n) => {
    const from = n * RANDOM_DIGITS;
    const variant = "89ab"[Number.parseInt(random.charAt(from + 3), 16) & 3];
    return `${head}${random.slice(from, from + 3)}-${variant}${random.slice(from + 4, from + 7)}-${random.slice(from + 7, from + 19)}`;
  });
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
