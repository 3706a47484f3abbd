import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ExpiringIdSet } from "./expiring-id-set.ts";

const bytesOf = (id: string) => Buffer.from(id.replaceAll("-", ""), "hex");

test("holds exactly what was added and has not expired, as a Map would", () => {
  const ids = Array.from({ length: 40 }, () => randomUUID());
  const step = fc.oneof(
    fc.record({
      act: fc.constant("add" as const),
      id: fc.constantFrom(...ids),
      expires: fc.option(fc.integer({ min: 1, max: 100 })),
    }),
    fc.record({ act: fc.constant("sweep" as const), now: fc.integer({ min: 0, max: 100 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const set = new ExpiringIdSet();
      const model = new Map<string, number>();
      for (const one of steps)
        if (one.act === "add") {
          set.add(one.id, one.expires);
          model.set(one.id, Math.max(model.get(one.id) ?? 0, one.expires ?? Number.POSITIVE_INFINITY));
        } else {
          set.sweep(one.now);
          for (const [id, until] of model) if (until < one.now) model.delete(id);
        }
      expect(set.size).toBe(model.size);
      for (const id of ids) expect(set.has(id)).toBe(model.has(id));
    }),
  );
});

test("takes thousands of ids, as bytes and as text, and gives memory back when they are over", () => {
  const set = new ExpiringIdSet();
  const ids = Array.from({ length: 20_000 }, () => randomUUID());
  const bytes = Buffer.concat(
    ids.map((id, index) => {
      const expiry = Buffer.alloc(4);
      expiry.writeUInt32BE(index < 15_000 ? 100 : 0);
      return Buffer.concat([bytesOf(id), expiry]);
    }),
  );
  set.addBytes(bytes, true);
  expect(set.size).toBe(20_000);
  expect(ids.every((id) => set.has(id))).toBe(true);
  expect(Array.from({ length: 1_000 }, () => randomUUID()).some((id) => set.has(id))).toBe(false);
  set.sweep(101);
  expect(set.size).toBe(5_000);
  expect(ids.slice(0, 15_000).some((id) => set.has(id))).toBe(false);
  expect(ids.slice(15_000).every((id) => set.has(id))).toBe(true);
});

test("ids that line up are found as well as random ones", () => {
  const set = new ExpiringIdSet();
  const ids = Array.from(
    { length: 5_000 },
    (_, index) => `00000000-0000-0000-0000-${(index + 1).toString(16).padStart(12, "0")}`,
  );
  for (const id of ids) expect(set.add(id, null)).toBe(true);
  expect(set.size).toBe(5_000);
  expect(ids.every((id) => set.has(id))).toBe(true);
});

test.each([
  "",
  "x",
  "00000000-0000-0000-0000-000000000000",
  "018F4E2A-0000-7000-8000-000000000001",
  `${randomUUID()} `,
])("takes no %j for an id", (id) => {
  const set = new ExpiringIdSet();
  expect(set.add(id, null)).toBe(false);
  expect(set.has(id)).toBe(false);
  expect(set.size).toBe(0);
});
