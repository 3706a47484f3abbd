import { UUID_PAIRS } from "../ids.ts";
import { OWN_SPACE, type Space } from "./column-space.ts";

/**
 * Columns of many rows as one-dimensional arrays in PostgreSQL's binary format: the driver sends a Buffer as it is, and the database copies where it would have to
 * read a text. A statement puts them side by side again: `SELECT unnest($1::uuid[]), unnest($2::text[])` goes through both in step.
 *
 * @see https://www.postgresql.org/docs/18/protocol-overview.html#PROTOCOL-FORMAT-CODES, and array_recv() of the server for the layout
 */

/** A row's value of one column. */
type Of<Row, Value> = (row: Row, ordinal: number) => Value | null;

type FixedType<Value> = {
  oid: number;
  width: number;
  write(into: Buffer, at: number, value: Value): void;
};

const HEADER = 20;
const LENGTH = 4;
const NULL = -1;
const OIDS = { bytea: 17, int8: 20, int2: 21, int4: 23, text: 25, timestamptz: 1184, uuid: 2950 } as const;
/** The instant that the database counts from, in milliseconds since 1970. */
const EPOCH_MS = Date.UTC(2000, 0, 1);
const TWO_32 = 2 ** 32;

function writeHeader(into: Buffer, oid: number, count: number, hasNulls: boolean): void {
  into.writeInt32BE(1, 0);
  into.writeInt32BE(hasNulls ? 1 : 0, 4);
  into.writeInt32BE(oid, 8);
  into.writeInt32BE(count, 12);
  into.writeInt32BE(1, 16);
}

/** An array without elements has no dimension. */
function emptyArray(oid: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeInt32BE(oid, 8);
  return bytes;
}

/** How many rows from `first` on have the same value: rows of a moment are much alike. */
function runOf<Row, Value>(
  rows: readonly Row[],
  of: Of<Row, Value>,
  first: number,
  value: Value | null,
): number {
  let end = first + 1;
  while (end < rows.length && of(rows[end] as Row, end) === value) end += 1;
  return end - first;
}

/** Repeats what was written there, so that it is there so many times: by doubling it, in few calls. @returns the place behind it. */
function repeat(bytes: Buffer, at: number, length: number, times: number): number {
  const end = at + length * times;
  for (let done = at + length; done < end; done += Math.min(done - at, end - done))
    bytes.copyWithin(done, at, Math.min(done, at + end - done));
  return end;
}

function fixedArray<Row, Value>(
  rows: readonly Row[],
  { oid, width, write }: FixedType<Value>,
  of: Of<Row, Value>,
  space: Space = OWN_SPACE,
): Buffer {
  if (rows.length === 0) return emptyArray(oid);
  const bytes = space.take(HEADER + rows.length * (LENGTH + width));
  let at = HEADER;
  let hasNulls = false;
  for (let ordinal = 0; ordinal < rows.length; ) {
    const value = of(rows[ordinal] as Row, ordinal);
    const run = runOf(rows, of, ordinal, value);
    if (value === null) {
      bytes.writeInt32BE(NULL, at);
      hasNulls = true;
    } else {
      bytes.writeInt32BE(width, at);
      write(bytes, at + LENGTH, value);
    }
    at = repeat(bytes, at, LENGTH + (value === null ? 0 : width), run);
    ordinal += run;
  }
  writeHeader(bytes, oid, rows.length, hasNulls);
  return bytes.subarray(0, at);
}

const NO_DIGIT = 0xff;
const DIGITS = new Uint8Array(0x80).fill(NO_DIGIT);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The 16 bytes of a UUID. @throws {TypeError} for what is none. */
export function writeUuid(into: Buffer, at: number, id: string): void {
  let place = at;
  for (const pair of UUID_PAIRS) {
    const high = DIGITS[id.charCodeAt(pair)] ?? NO_DIGIT;
    const low = DIGITS[id.charCodeAt(pair + 1)] ?? NO_DIGIT;
    if (high === NO_DIGIT || low === NO_DIGIT) throw new TypeError("no UUID");
    into[place] = high * 16 + low;
    place += 1;
  }
  if (id.length !== 36) throw new TypeError("no UUID");
}

function writeInt8(into: Buffer, at: number, value: number): void {
  if (!Number.isSafeInteger(value)) throw new RangeError("no safe integer");
  const high = Math.floor(value / TWO_32);
  into.writeInt32BE(high, at);
  into.writeUInt32BE(value - high * TWO_32, at + 4);
}

const UUID: FixedType<string> = { oid: OIDS.uuid, width: 16, write: writeUuid };
const INT2: FixedType<number> = {
  oid: OIDS.int2,
  width: 2,
  write: (into, at, value) => void into.writeInt16BE(value, at),
};
const INT4: FixedType<number> = {
  oid: OIDS.int4,
  width: 4,
  write: (into, at, value) => void into.writeInt32BE(value, at),
};
const INT8: FixedType<number> = { oid: OIDS.int8, width: 8, write: writeInt8 };
const TIMESTAMPTZ: FixedType<Date> = {
  oid: OIDS.timestamptz,
  width: 8,
  write: (into, at, value) => writeInt8(into, at, (value.getTime() - EPOCH_MS) * 1_000),
};

/** `uuid[]`. @throws {TypeError} for what is none. */
export function uuidArray<Row>(rows: readonly Row[], of: Of<Row, string>, space?: Space): Buffer {
  return fixedArray(rows, UUID, of, space);
}

/** `smallint[]`. */
export function int2Array<Row>(rows: readonly Row[], of: Of<Row, number>, space?: Space): Buffer {
  return fixedArray(rows, INT2, of, space);
}

/** `integer[]`. */
export function int4Array<Row>(rows: readonly Row[], of: Of<Row, number>, space?: Space): Buffer {
  return fixedArray(rows, INT4, of, space);
}

/** `bigint[]`, of safe integers. */
export function int8Array<Row>(rows: readonly Row[], of: Of<Row, number>, space?: Space): Buffer {
  return fixedArray(rows, INT8, of, space);
}

/** `timestamptz[]`, to the millisecond, of the years 1715 to 2285. */
export function timestampArray<Row>(rows: readonly Row[], of: Of<Row, Date>, space?: Space): Buffer {
  return fixedArray(rows, TIMESTAMPTZ, of, space);
}

/** `text[]`. Half characters become U+FFFD. */
export function textArray<Row>(rows: readonly Row[], of: Of<Row, string>, space: Space = OWN_SPACE): Buffer {
  if (rows.length === 0) return emptyArray(OIDS.text);
  let total = HEADER + LENGTH * rows.length;
  for (let ordinal = 0; ordinal < rows.length; ) {
    const value = of(rows[ordinal] as Row, ordinal);
    const run = runOf(rows, of, ordinal, value);
    if (value !== null) total += run * Buffer.byteLength(value);
    ordinal += run;
  }
  const bytes = space.take(total);
  let at = HEADER;
  let hasNulls = false;
  for (let ordinal = 0; ordinal < rows.length; ) {
    const value = of(rows[ordinal] as Row, ordinal);
    const run = runOf(rows, of, ordinal, value);
    const length = value === null ? NULL : bytes.write(value, at + LENGTH);
    bytes.writeInt32BE(length, at);
    if (value === null) hasNulls = true;
    at = repeat(bytes, at, LENGTH + Math.max(0, length), run);
    ordinal += run;
  }
  writeHeader(bytes, OIDS.text, rows.length, hasNulls);
  return bytes;
}

function pieces(oid: number, all: Buffer, width: number, space: Space = OWN_SPACE): Buffer {
  if (all.length % width !== 0) throw new RangeError(`not in pieces of ${width} bytes`);
  const count = all.length / width;
  if (count === 0) return emptyArray(oid);
  const bytes = space.take(HEADER + count * (LENGTH + width));
  writeHeader(bytes, oid, count, false);
  let at = HEADER;
  for (let from = 0; from < all.length; from += width) {
    bytes.writeInt32BE(width, at);
    all.copy(bytes, at + LENGTH, from, from + width);
    at += LENGTH + width;
  }
  return bytes;
}

/** `bytea[]` of the pieces of one buffer, each as long. */
export function piecesArray(all: Buffer, width: number, space?: Space): Buffer {
  return pieces(OIDS.bytea, all, width, space);
}

/** `uuid[]` of UUIDs that stand one after the other. */
export function uuidPieces(all: Buffer, space?: Space): Buffer {
  return pieces(OIDS.uuid, all, UUID.width, space);
}

/** `bytea[]` of bytes of one length, written in hexadecimal. @throws {RangeError} for any other: what was in memory before would fill it up. */
export function hexArray<Row>(
  rows: readonly Row[],
  width: number,
  of: Of<Row, string>,
  space?: Space,
): Buffer {
  const write = (into: Buffer, at: number, digits: string) => {
    if (digits.length !== 2 * width) throw new RangeError(`not ${width} bytes`);
    for (let n = 0; n < width; n += 1) {
      const high = DIGITS[digits.charCodeAt(2 * n)] ?? NO_DIGIT;
      const low = DIGITS[digits.charCodeAt(2 * n + 1)] ?? NO_DIGIT;
      if (high === NO_DIGIT || low === NO_DIGIT) throw new RangeError("not in hexadecimal");
      into[at + n] = high * 16 + low;
    }
  };
  return fixedArray(rows, { oid: OIDS.bytea, width, write }, of, space);
}
