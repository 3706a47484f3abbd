import { expect, test } from "vitest";
import { allCountries, countryName, parseCountry } from "./country.ts";

test.each([
  ["DE", "DE"],
  ["de", "DE"],
  ["Germany", "DE"],
  ["united states", "US"],
  ["uk", "GB"],
  ["Unknown", "unknown"],
])("reads %s as %s", (text, code) => expect(parseCountry(text)).toBe(code));

test.each(["", "D", "DEU", "ZZ", "QX", "1A", "DÉ", "Atlantis", "DE'--", "__proto__"])(
  "takes %j for no country",
  (text) => expect(parseCountry(text)).toBeNull(),
);

test("names a code, and gives back what it has no name for", () => {
  expect(countryName("DE")).toBe("Germany");
  expect(countryName("unknown")).toBe("Unknown place");
  expect(countryName("ZX")).toBe("ZX");
  expect(countryName("not a code")).toBe("not a code");
});

test("reads each country by its own code and its own name", () => {
  expect(allCountries().length).toBeGreaterThan(240);
  for (const { code, name } of allCountries()) {
    expect(parseCountry(code)).toBe(code);
    expect(parseCountry(name)).toBe(code);
  }
});
