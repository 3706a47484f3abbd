import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uuidv7 } from "../ids.ts";
import { IdSet } from "./id-set.ts";

const bytesOf = (id: string) => Buffer.from(id.replaceAll("-", ""), "hex");

describe("a set of ids", () => {
  test("holds what was put in, by text or by bytes, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uuid(), { maxLength: 3_000 }),
        fc.array(fc.uuid(), { maxLength: 300 }),
        (one, other) => {
          const set = new IdSet();
          const known = new Set([...one, ...other]);
          for (const id of one) set.add(id);
          set.addBytes(Buffer.concat(other.map(bytesOf)));
          expect(set.size).toBe(known.size);
          for (const id of known) expect(set.has(id)).toBe(true);
          for (let count = 0; count < 50; count += 1) {
            const id = randomUUID();
            expect(set.has(id)).toBe(known.has(id));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  test("tells neighbours apart: ids of one millisecond, and ids that differ in one bit", () => {
    const set = new IdSet();
    const now = Date.now();
    const ids = Array.from({ length: 20_000 }, () => uuidv7(now));
    for (const id of ids) set.add(id);
    expect(set.size).toBe(ids.length);
    for (const id of ids.slice(0, 500)) {
      const last = Number.parseInt(id.slice(-1), 16);
      for (const bit of [1, 2, 4, 8])
        expect(set.has(id.slice(0, -1) + (last ^ bit).toString(16))).toBe(
          ids.includes(id.slice(0, -1) + (last ^ bit).toString(16)),
        );
    }
  });

  test("takes no text that is not the canonical form of an id", () => {
    const set = new IdSet();
    const id = uuidv7(Date.now());
    for (const text of [
      "",
      "*",
      "token",
      id.toUpperCase(),
      id.slice(1),
      ` ${id}`,
      `${id} `,
      id.replaceAll("-", ""),
      "00000000-0000-0000-0000-000000000000",
    ])
      expect([set.add(text), set.has(text)], text).toEqual([false, false]);
    expect(set.size).toBe(0);
  });
});
