import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { StatusArray } from "./status-array.ts";

function arrayOf(size: number, bits: 1 | 2 | 4 | 8, statuses: Record<number, number>): StatusArray {
  const array = new StatusArray(size, bits);
  for (const [index, status] of Object.entries(statuses)) array.set(Number(index), status);
  return array;
}

const inflated = (lst: string) => inflateSync(Buffer.from(lst, "base64url"));

test("puts one bit a token as the draft's example has it (section 4.1 and 4.2)", async () => {
  const statuses = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1];
  const array = arrayOf(16, 1, { ...statuses });
  expect(array.bytes.toString("hex")).toBe("b9a3");
  expect(inflated("eNrbuRgAAhcBXQ").equals(array.bytes)).toBe(true);
  expect(inflated(await array.encode()).equals(array.bytes)).toBe(true);
});

test("puts two bits a token as the draft's example has it (section 4.1 and 4.2)", async () => {
  const statuses = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3];
  const array = arrayOf(12, 2, { ...statuses });
  expect(array.bytes.toString("hex")).toBe("c944f9");
  expect(inflated("eNo76fITAAPfAgc").equals(array.bytes)).toBe(true);
  expect(inflated(await array.encode()).equals(array.bytes)).toBe(true);
  expect(statuses.map((_, index) => array.get(index))).toEqual(statuses);
});

const ONE_BIT = [
  "eNrt3AENwCAMAEGogklACtKQPg9LugC9k_ACvreiogEAAKkeCQAAAAAAAAAAAAAAAAAAAIBylgQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAAAXG9IAAAAAAAAAPwsJAAAAAAAAAAAAAAAvhsSAAAAAAAAAAAA7KpLAAAAAAAAAAAAAAAAAAAAAJsLCQAAAAAAAAAAADjelAAAAAAAAAAAKjDMAQAA",
  "AACAZC8L2AEb",
].join("");

test("reads the draft's 1 bit test vector as the same list (appendix C.1)", () => {
  const revoked = [0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345];
  const array = arrayOf(2 ** 20, 1, Object.fromEntries(revoked.map((index) => [index, 1])));
  expect(inflated(ONE_BIT).equals(array.bytes)).toBe(true);
});

const TWO_BIT = [
  "eNrt2zENACEQAEEuoaBABP5VIO01fCjIHTMStt9ovGVIAAAAAABAbiEBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEB5WwIAAAAAAAAAAAAAAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAID0ugQAAAAAAAAAAAAAAAAAQG12SgAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAOCSIQEAAAAAAAAAAAAAAAAAAAAAAAD8ExIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAwJEuAQAAAAAAAAAAAAAA",
  "AAAAAAAAAMB9SwIAAAAAAAAAAAAAAAAAAACoYUoAAAAAAAAAAAAAAEBqH81gAQw",
].join("");

test("reads the draft's 2 bit test vector as the same list, and writes it as one that any decoder reads (appendix C.2)", async () => {
  const statuses = {
    0: 1,
    1993: 2,
    25460: 1,
    159495: 3,
    495669: 1,
    554353: 1,
    645645: 2,
    723232: 1,
    854545: 1,
    934534: 2,
    1000345: 3,
  };
  const array = arrayOf(2 ** 20, 2, statuses);
  expect(inflated(TWO_BIT).equals(array.bytes)).toBe(true);
  const encoded = await array.encode();
  expect(inflated(encoded).equals(array.bytes)).toBe(true);
  expect(encoded.startsWith("eJ")).toBe(true);
});

const FOUR_BIT = [
  "eNrt0EENgDAQADAIHwImkIIEJEwCUpCEBBQRHOy35Li1EjoOQGabAgAAAAAAAAAAAAAAAAAAACC1SQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABADrsCAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADoxaEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIIoCgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAAAAAACArpwKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGhqVkAzlwIAAAAAiGVRAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  "AAAAAABx3AoAgLpVAQAAAAAAAAAAAAAAwM89rwMAAAAAAAAAAAjsA9xMBMA",
].join("");

test("reads the draft's 4 bit test vector as the same list (appendix C.3)", () => {
  const statuses = {
    0: 1,
    1993: 2,
    35460: 3,
    459495: 4,
    595669: 5,
    754353: 6,
    845645: 7,
    923232: 8,
    924445: 9,
    934534: 10,
    1004534: 11,
    1000345: 12,
    1030203: 13,
    1030204: 14,
    1030205: 15,
  };
  const array = arrayOf(2 ** 20, 4, statuses);
  expect(inflated(FOUR_BIT).equals(array.bytes)).toBe(true);
});

test("gives a whole byte to each of eight bits (section 4.1)", () => {
  const array = arrayOf(256, 8, { 0: 255, 255: 7 });
  expect([array.bytes[0], array.bytes[1], array.bytes[255]]).toEqual([255, 0, 7]);
});

test("takes a status back without touching its neighbours", () => {
  const array = arrayOf(8, 2, { 0: 1, 1: 2, 2: 1, 3: 2 });
  array.set(1, 0);
  array.set(2, 2);
  expect([0, 1, 2, 3].map((index) => array.get(index))).toEqual([1, 0, 2, 2]);
});

test("refuses an index that a list does not have, and a status that does not fit (section 8.3, step 6)", () => {
  const array = new StatusArray(8, 2);
  for (const index of [-1, 8, 1.5, Number.NaN]) {
    expect(() => array.get(index)).toThrow(RangeError);
    expect(() => array.set(index, 1)).toThrow(RangeError);
  }
  for (const status of [4, -1, 0.5]) expect(() => array.set(0, status)).toThrow(RangeError);
});
