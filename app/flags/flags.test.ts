import { expect, test } from "vitest";
import { allCountries } from "#lib/list-query/country.ts";
import { GET } from "./[file]/route.ts";

const ask = (file: string) =>
  GET(new Request(`http://localhost/flags/${encodeURIComponent(file)}`), {
    params: Promise.resolve({ file }),
  });

test("a country's flag is a drawing that carries nothing out and may be kept", async () => {
  const answer = await ask("FR.svg");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("image/svg+xml");
  expect(answer.headers.get("cache-control")).toMatch(/^public, max-age=\d+/);
  expect(answer.headers.get("content-security-policy")).toContain("sandbox");
  const svg = await answer.text();
  expect(svg).toMatch(/^<svg/);
  expect(svg).not.toMatch(/script|href=|onload|foreignObject/i);
});

/** Regions of CLDR that are no countries of ISO 3166-1: parts of some, unions, outlying ones, pseudo-regions. No registry puts an address there. */
const NO_COUNTRIES = ["CP", "CQ", "DG", "EA", "EZ", "QO", "UN", "XB"];

test("every country has one", async () => {
  const without = [];
  for (const { code } of allCountries()) if ((await ask(`${code}.svg`)).status !== 200) without.push(code);
  expect(without.filter((code) => !NO_COUNTRIES.includes(code))).toEqual([]);
});

test.each([
  "FR",
  "fr.svg",
  "ZZ.svg",
  "__proto__.svg",
  "constructor.svg",
  "default.svg",
  "../../FR.svg",
  ".svg",
  "",
])("%j is no flag", async (file) => {
  const answer = await ask(file);
  expect([answer.status, await answer.text()]).toEqual([404, ""]);
});
