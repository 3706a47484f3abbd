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

function fixedArray<Row, Value>(
  rows: readonly Row[],
  { oid, width, write }: FixedType<Value>,
  of: Of<Row, Value>,
): Buffer {
  if (rows.length === 0) return emptyArray(oid);
  const bytes = Buffer.allocUnsafe(HEADER + rows.length * (LENGTH + width));
  let at = HEADER;
  let hasNulls = false;
  let before: Value | null = null;
  for (let ordinal = 0; ordinal < rows.length; ordinal += 1) {
    const value = of(rows[ordinal] as Row, ordinal);
    if (value === null) {
      bytes.writeInt32BE(NULL, at);
      hasNulls = true;
      at += LENGTH;
    } else if (value === before) {
      // rows of a moment are much alike
      bytes.copyWithin(at, at - LENGTH - width, at);
      at += LENGTH + width;
    } else {
      bytes.writeInt32BE(width, at);
      write(bytes, at + LENGTH, value);
      at += LENGTH + width;
    }
    before = value;
  }
  writeHeader(bytes, oid, rows.length, hasNulls);
  return bytes.subarray(0, at);
}

/** Where the pairs of digits of a UUID stand in its text. */
const PAIRS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const NO_DIGIT = 0xff;
const DIGITS = new Uint8Array(0x80).fill(NO_DIGIT);
for (const [value, digit] of [..."0123456789abcdef"].entries()) {
  DIGITS[digit.charCodeAt(0)] = value;
  DIGITS[digit.toUpperCase().charCodeAt(0)] = value;
}

/** The 16 bytes of a UUID. @throws {TypeError} for what is none. */
export function writeUuid(into: Buffer, at: number, id: string): void {
  let place = at;
  for (const pair of PAIRS) {
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
export function uuidArray<Row>(rows: readonly Row[], of: Of<Row, string>): Buffer {
  return fixedArray(rows, UUID, of);
}

/** `smallint[]`. */
export function int2Array<Row>(rows: readonly Row[], of: Of<Row, number>): Buffer {
  return fixedArray(rows, INT2, of);
}

/** `integer[]`. */
export function int4Array<Row>(rows: readonly Row[], of: Of<Row, number>): Buffer {
  return fixedArray(rows, INT4, of);
}

/** `bigint[]`, of safe integers. */
export function int8Array<Row>(rows: readonly Row[], of: Of<Row, number>): Buffer {
  return fixedArray(rows, INT8, of);
}

/** `timestamptz[]`, to the millisecond, of the years 1715 to 2285. */
export function timestampArray<Row>(rows: readonly Row[], of: Of<Row, Date>): Buffer {
  return fixedArray(rows, TIMESTAMPTZ, of);
}

/** `text[]`. Half characters become U+FFFD. */
export function textArray<Row>(rows: readonly Row[], of: Of<Row, string>): Buffer {
  if (rows.length === 0) return emptyArray(OIDS.text);
  const values = rows.map(of);
  let total = HEADER;
  let length = 0;
  let before: string | null = null;
  for (const value of values) {
    // rows of a moment are much alike
    if (value !== before) length = value === null ? 0 : Buffer.byteLength(value);
    total += LENGTH + length;
    before = value;
  }
  const bytes = Buffer.allocUnsafe(total);
  let at = HEADER;
  let hasNulls = false;
  before = null;
  for (const value of values) {
    if (value === null) {
      bytes.writeInt32BE(NULL, at);
      hasNulls = true;
      at += LENGTH;
    } else {
      if (value === before) bytes.copyWithin(at, at - LENGTH - length, at);
      else {
        length = bytes.write(value, at + LENGTH);
        bytes.writeInt32BE(length, at);
      }
      at += LENGTH + length;
    }
    before = value;
  }
  writeHeader(bytes, OIDS.text, rows.length, hasNulls);
  return bytes;
}

/** `bytea[]` of the pieces of one buffer, each as long. */
export function piecesArray(pieces: Buffer, width: number): Buffer {
  if (pieces.length % width !== 0) throw new RangeError(`not in pieces of ${width} bytes`);
  const starts = Array.from({ length: pieces.length / width }, (_, n) => n * width);
  const write = (into: Buffer, at: number, start: number) => void pieces.copy(into, at, start, start + width);
  return fixedArray(starts, { oid: OIDS.bytea, width, write }, (start) => start);
}

/** `bytea[]` of bytes of one length. @throws {RangeError} for any other: what was in memory before would fill it up. */
export function bytesArray<Row>(rows: readonly Row[], width: number, of: Of<Row, Uint8Array>): Buffer {
  const write = (into: Buffer, at: number, value: Uint8Array) => {
    if (value.length !== width) throw new RangeError(`not ${width} bytes`);
    into.set(value, at);
  };
  return fixedArray(rows, { oid: OIDS.bytea, width, write }, of);
}
