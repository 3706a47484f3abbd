import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import {
  hexArray,
  int2Array,
  int4Array,
  int8Array,
  piecesArray,
  textArray,
  timestampArray,
  uuidArray,
  uuidPieces,
} from "./binary-arrays.ts";
import { withColumnSpace } from "./column-space.ts";
import { openSqlDatabase, type SqlDatabase } from "./sql-database.ts";
import { testDatabase } from "./test-database.ts";

let db: SqlDatabase;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openSqlDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
});
afterAll(() => db.end());

const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const row = fc.record({
  uuid: orNull(fc.uuid()),
  // what the database takes as text has no NUL
  text: orNull(fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "").toWellFormed())),
  at: orNull(fc.date({ min: new Date("1970-01-01"), max: new Date("2285-01-01"), noInvalidDate: true })),
  small: orNull(fc.integer({ min: -32_768, max: 32_767 })),
  whole: orNull(fc.integer()),
  big: orNull(fc.maxSafeInteger()),
  bytes: orNull(
    fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString("hex")),
  ),
});

test("columns of any rows come out of the database side by side as they went in", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      const out = await db.query(
        `SELECT unnest($1::uuid[]) AS uuid, unnest($2::text[]) AS text, unnest($3::timestamptz[]) AS at, unnest($4::smallint[]) AS small,
           unnest($5::int[]) AS whole, unnest($6::bigint[]) AS big, unnest($7::bytea[]) AS bytes`,
        [
          uuidArray(rows, (one) => one.uuid),
          textArray(rows, (one) => one.text),
          timestampArray(rows, (one) => one.at),
          int2Array(rows, (one) => one.small),
          int4Array(rows, (one) => one.whole),
          int8Array(rows, (one) => one.big),
          hexArray(rows, 16, (one) => one.bytes),
        ],
      );
      expect(out).toEqual(
        rows.map((one) => ({
          ...one,
          uuid: one.uuid?.toLowerCase() ?? null,
          big: one.big === null ? null : BigInt(one.big),
          bytes: one.bytes === null ? null : Buffer.from(one.bytes, "hex"),
        })),
      );
    }),
    { numRuns: propertyRuns(40) },
  );
});

test("columns in lent space are as they were written until the statement is over, in space that was lent before too", async () => {
  const ids = Array.from({ length: 3_000 }, () => randomUUID());
  const texts = ids.map((id) => `of ${id}`);
  const ask = (count: number) =>
    withColumnSpace((space) => {
      const some = ids.slice(0, count);
      return db.query<{ id: string; text: string }>(
        "SELECT unnest($1::uuid[]) AS id, unnest($2::text[]) AS text",
        [uuidArray(some, (id) => id, space), textArray(some, (_id, place) => texts[place] as string, space)],
      );
    });
  const expected = ids.map((id, place) => ({ id, text: texts[place] }));
  // more than the space has at first, and two at once
  const answers = await Promise.all([ask(3_000), ask(10), ask(1_000)]);
  expect(answers).toEqual([expected, expected.slice(0, 10), expected.slice(0, 1_000)]);
  expect(await ask(2_999)).toEqual(expected.slice(0, 2_999));
});

test("pieces of one buffer are sent in their order", async () => {
  const pieces = Buffer.from("00112233445566778899aabb", "hex");
  expect(
    await db.query("SELECT encode(unnest($1::bytea[]), 'hex') AS piece", [piecesArray(pieces, 4)]),
  ).toEqual([{ piece: "00112233" }, { piece: "44556677" }, { piece: "8899aabb" }]);
  const uuid = "0196f0a0-0000-7000-8000-00000000000a";
  const bytes = Buffer.from(uuid.replaceAll("-", "").repeat(2), "hex");
  expect(await db.query("SELECT unnest($1::uuid[]) AS id", [uuidPieces(bytes)])).toEqual([
    { id: uuid },
    { id: uuid },
  ]);
});

test.each([
  "",
  "0",
  "00000000-0000-7000-8000-00000000000g",
  "00000000-0000-7000-8000-0000000000001",
  "\u{10330}0000000-0000-7000-8000-00000000000",
  "00000000-0000-7000-8000-00000000000\u0130",
])("%j is no UUID, and nothing is made of it", (id) => {
  expect(() => uuidArray([id], (one) => one)).toThrow(TypeError);
});

test("bytes of another length, an instant too far away and a number that is not exact are refused", () => {
  for (const digits of ["001122", "00".repeat(17), `${"00".repeat(15)}0g`, `${"00".repeat(15)}0\u0130`])
    expect(() => hexArray([digits], 16, (one) => one), digits).toThrow(RangeError);
  expect(() => piecesArray(Buffer.alloc(17), 16)).toThrow(RangeError);
  expect(() => timestampArray([new Date("2300-01-01")], (one) => one)).toThrow(RangeError);
  expect(() => timestampArray([new Date(Number.NaN)], (one) => one)).toThrow(RangeError);
  expect(() => int8Array([0.5], (one) => one)).toThrow(RangeError);
});

test("what is null takes no room, so that nothing of the memory that was there before is sent", async () => {
  const bytes = uuidArray([null, null], (one: string | null) => one);
  expect(bytes.length).toBe(20 + 2 * 4);
  expect(await db.query("SELECT unnest($1::uuid[]) AS id", [bytes])).toEqual([{ id: null }, { id: null }]);
});
