import { readFileSync } from "node:fs";
import countries from "i18n-iso-countries";
import { expect, test } from "vitest";
import { drawWorld, WORLD_FILE } from "./draw-world.ts";

const world = drawWorld();

test("the world that browsers draw is the one that the packages have", () => {
  expect(JSON.parse(readFileSync(WORLD_FILE, "utf8"))).toEqual(world);
});

test("every country that a use may come from has its place inside of the picture, but islands where nobody lives", () => {
  const missing = Object.keys(countries.getAlpha2Codes()).filter(
    (code) => world.countries[code] === undefined,
  );
  expect(missing.sort()).toEqual(["AQ", "BV", "UM"]);
  for (const [code, { x, y }] of Object.entries(world.countries)) {
    expect(x, code).toBeGreaterThanOrEqual(0);
    expect(x, code).toBeLessThanOrEqual(world.width);
    expect(y, code).toBeGreaterThanOrEqual(0);
    expect(y, code).toBeLessThanOrEqual(world.height);
  }
});

test("a country's place is on its mainland", () => {
  const { FR, GB, ES, US } = world.countries;
  expect(FR?.x).toBeGreaterThan(GB?.x ?? 0);
  expect(FR?.y).toBeLessThan(ES?.y ?? 0);
  expect(US?.x).toBeLessThan(world.width / 3);
});
