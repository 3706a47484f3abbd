import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import { openCountryDatabase } from "./country-database.ts";
import { ourCountryDatabase } from "./our-database.ts";

const { countryOf, builtAt } = openCountryDatabase(ourCountryDatabase());
const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-places-"));
afterAll(() => rmSync(folder, { recursive: true }));

// the networks of registries and root servers do not move
test.each([
  ["193.0.6.139", "NL"],
  ["8.8.8.8", "US"],
  ["200.160.2.3", "BR"],
  ["202.12.29.175", "AU"],
  ["2001:67c:2e8:22::c100:68b", "NL"],
  ["2001:4860:4860::8888", "US"],
  ["2001:4860:4860:0:0:0:0:8888", "US"],
  ["::ffff:193.0.6.139", "NL"],
  ["::FFFF:8.8.8.8", "US"],
])("knows that %s is in %s", (address, country) => expect(countryOf(address)).toBe(country));

test.each([
  null,
  "",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.1.1",
  "127.0.0.1",
  "100.64.0.1",
  "169.254.1.1",
  "0.0.0.0",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:10.1.2.3",
  "fe80::1",
  "fe80::1%eth0",
  "2001:4860:4860::8888%eth0",
  "fd00::1",
  "ff02::1",
  // of documents
  "192.0.2.1",
  "198.51.100.7",
  "203.0.113.7",
  "::ffff:203.0.113.7",
  "2001:db8::1",
  "2001:0DB8:1::",
  "2001:10::1",
  "3fff::1",
  // no addresses
  "unknown",
  "8.8.8",
  "8.8.8.8.8",
  "8.8.8.256",
  "08.8.8.8",
  "8.8.8.8/32",
  " 8.8.8.8",
  "::ffff:8.8.8",
  "2001:::1",
  "[::1]",
  "__proto__",
  "8".repeat(1_000),
])("knows of no country for %j", (address) => expect(countryOf(address)).toBeNull());

test.each([
  ["172.15.255.255", "172.32.0.1"],
  ["192.167.0.1", "192.169.0.1"],
  ["198.17.255.255", "198.20.0.1"],
])("knows of countries on both sides of a network that is in none: %s, %s", (before, after) => {
  expect([countryOf(before), countryOf(after)]).toEqual([expect.any(String), expect.any(String)]);
});

test("answers the same again, also once more addresses came than are remembered", () => {
  const first = countryOf("8.8.8.8");
  for (let n = 0; n < 25_000; n += 1) countryOf(`9.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  expect(countryOf("8.8.8.8")).toBe(first);
  expect(countryOf("10.1.2.3")).toBeNull();
  expect(countryOf("10.1.2.3")).toBeNull();
});

test("answers whatever it is asked with a code or null", () => {
  const asked = fc.oneof(fc.string(), fc.ipV4(), fc.ipV4Extended(), fc.ipV6());
  fc.assert(
    fc.property(asked, (text) => {
      expect(countryOf(text) ?? "DE").toMatch(/^[A-Z]{2}$/);
    }),
    { numRuns: propertyRuns(5_000) },
  );
});

test("says when its data is of", () => {
  expect(builtAt.getTime()).toBeGreaterThan(Date.parse("2026-06-01"));
  expect(builtAt.getTime()).toBeLessThan(Date.now());
});

test("refuses a file that is missing or no country database in one line that names it", () => {
  const file = path.join(folder, "places.mmdb");
  expect(() => openCountryDatabase(file)).toThrow(`the country database ${file} cannot be read: ENOENT`);
  writeFileSync(file, "not a database");
  expect(() => openCountryDatabase(file)).toThrow(`the country database ${file} cannot be read`);
  truncateSync(file);
  expect(() => openCountryDatabase(file)).toThrow(`the country database ${file} cannot be read`);
});
