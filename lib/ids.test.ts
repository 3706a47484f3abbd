import { expect, test } from "vitest";
import { isUuid, uuidTexts, uuidv7, uuidv7s, uuidv7Time } from "./ids.ts";

test("ids that are made together are UUIDs of version 7 with their instant, as one that is made alone, and none is there twice", () => {
  const at = new Date("2026-11-29T12:00:00.123Z");
  const textOf = uuidTexts(uuidv7s(at, 2_000));
  const ids = [...Array.from({ length: 2_000 }, (_, place) => textOf(place)), uuidv7(at)];
  expect(new Set(ids).size).toBe(2_001);
  for (const id of ids) {
    expect(isUuid(id)).toBe(true);
    expect(uuidv7Time(id)).toEqual(at);
  }
  expect(new Set(ids.map((id) => id[19])), "all variants").toEqual(new Set("89ab"));
  expect(uuidv7s(at, 0)).toHaveLength(0);
});
