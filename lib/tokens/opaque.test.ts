import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { uuidv7 } from "../ids.ts";
import { makeOpaque, parseOpaque } from "./opaque.ts";

const ID = "019aa7d1-5c00-7a3b-9d44-0123456789ab";
const counting = (bytes: Uint8Array) => bytes.map((_, index) => index);

const anyId = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map((at) => uuidv7(at));
const anyPrefix = fc.constantFrom("twa_", "twr_") as fc.Arbitrary<"twa_" | "twr_">;

describe("an opaque token value", () => {
  it("has its known form for a known id and known randomness", () => {
    const value = makeOpaque("twa_", ID, counting);
    expect(value).toBe("twa_02xkbUXkIkThaBM3vYAtxUO4EQWPtXmocZuJjYtRPZmfbYJm4gsOIGvXUmwim6rpX3MnCXg");
    expect(value).toHaveLength(75);
    expect(parseOpaque(value)).toEqual({ kind: "access", id: ID });
  });

  it("carries its kind and id and never the same secret twice", () => {
    fc.assert(
      fc.property(anyPrefix, anyId, (prefix, id) => {
        const value = makeOpaque(prefix, id);
        expect(parseOpaque(value)).toEqual({ kind: prefix === "twa_" ? "access" : "refresh", id });
        expect(makeOpaque(prefix, id)).not.toBe(value);
      }),
    );
  });

  it("ends with the CRC-32 that zlib computes over what stands before it", () => {
    const value = makeOpaque("twr_", ID, counting);
    const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const sum = [...value.slice(-6)].reduce((total, digit) => total * 62 + alphabet.indexOf(digit), 0);
    expect(sum).toBe(crc32(value.slice(0, -6)));
  });

  it("is refused when any one character is another", () => {
    const value = makeOpaque("twa_", ID, counting);
    fc.assert(
      fc.property(fc.nat(value.length - 1), fc.constantFrom(..."0Aaz_-. \0é"), (at, character) => {
        fc.pre(value[at] !== character);
        expect(parseOpaque(value.slice(0, at) + character + value.slice(at + 1))).toBeNull();
      }),
    );
  });

  it("is refused when it is cut, longer, of another prefix, in another alphabet, or over the range", () => {
    const value = makeOpaque("twa_", ID, counting);
    const tooLarge = `twa_${"z".repeat(65)}`;
    for (const bad of [
      "",
      "twa_",
      value.slice(1),
      value.slice(0, -1),
      `${value}0`,
      ` ${value}`,
      `${value}\n`,
      `twx_${value.slice(4)}`,
    ])
      expect(parseOpaque(bad), bad).toBeNull();
    expect(parseOpaque(tooLarge + "0".repeat(6))).toBeNull();
  });

  it("does not choke on arbitrary text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        expect(parseOpaque(text)).toBeNull();
      }),
    );
  });
});
