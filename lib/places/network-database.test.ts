import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { withSampleNetworks } from "../demo/sample-places.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { openNetworkDatabase } from "./network-database.ts";

const database = openNetworkDatabase(path.resolve(".cache/networks.bin"));
const { networkOf, rangesOf, builtAt } = database;
const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-networks-"));
afterAll(() => rmSync(folder, { recursive: true }));

// networks that have announced these addresses for decades
test.each([
  ["8.8.8.8", 15_169, /google/i],
  ["1.1.1.1", 13_335, /cloudflare/i],
  ["193.0.6.139", 3_333, /ripe/i],
  ["::ffff:8.8.8.8", 15_169, /google/i],
  ["2001:4860:4860::8888", 15_169, /google/i],
  ["2001:4860:4860:0:0:0:0:8888", 15_169, /google/i],
  ["2606:4700:4700::1111", 13_335, /cloudflare/i],
])("knows that %s is of AS%i", (address, number, name) => {
  expect(networkOf(address)).toEqual({ number, name: expect.stringMatching(name) });
});

test("finds networks by number and by name: what begins with it first, then the shorter names", () => {
  const { find } = database;
  expect(find("as3333", 5)[0]).toEqual({ number: 3_333, name: expect.stringMatching(/ripe/i) });
  expect(find("3333", 5).every(({ number }) => String(number).startsWith("3333"))).toBe(true);
  const named = find("GOOGLE", 20);
  expect(named.map(({ number }) => number)).toContain(15_169);
  expect(named.every(({ name }) => /google/i.test(name))).toBe(true);
  for (const nothing of ["", "  ", "no network is called so", "AS99999999999"])
    expect(find(nothing, 5)).toEqual([]);
  const sample = withSampleNetworks(database);
  expect(sample.find("sample hosting", 5)).toEqual([{ number: 64_511, name: "Sample Hosting" }]);
  expect(sample.find("a", 3)).toHaveLength(3);
});

test.each([
  null,
  "",
  "10.1.2.3",
  "127.0.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "::",
  "::1",
  "fe80::1",
  "fd00::1",
  "203.0.113.7",
  "2001:db8::1",
  "unknown",
  "8.8.8.8/32",
  "2001:::1",
  "8".repeat(1_000),
])("knows of no network for %j", (address) => expect(networkOf(address)).toBeNull());

test("answers whatever it is asked with a network that has a number and a name, or null", () => {
  const asked = fc.oneof(fc.string(), fc.ipV4(), fc.ipV4Extended(), fc.ipV6());
  fc.assert(
    fc.property(asked, (text) => {
      const network = networkOf(text);
      if (network === null) return;
      expect(network.number).toBeGreaterThan(0);
      expect(network.name).not.toBe("");
    }),
    { numRuns: propertyRuns(5_000) },
  );
});

test("says all addresses of a network, and both ends of each stretch are of it, and what lies beside is not", () => {
  for (const number of [13_335, 3_333, 16_509]) {
    const ranges = rangesOf(number);
    expect(ranges.length).toBeGreaterThan(1);
    for (const { first, last } of ranges) {
      expect(isIP(first), first).not.toBe(0);
      expect(isIP(last), last).not.toBe(0);
      // addresses that are in no network whatever a database says
      for (const end of [first, last])
        if (networkOf(end) !== null) expect(networkOf(end)?.number, end).toBe(number);
    }
  }
  expect(rangesOf(0)).toEqual([]);
  expect(rangesOf(4_294_967_295)).toEqual([]);
});

test("says what day its data is of", () => expect(builtAt).toBe("2026-06-17"));

test("refuses a file that is missing or another in one line that names it", () => {
  const file = path.join(folder, "networks.bin");
  expect(() => openNetworkDatabase(file)).toThrow(`the database of networks ${file} cannot be read: ENOENT`);
  writeFileSync(file, "not a database");
  expect(() => openNetworkDatabase(file)).toThrow(`the database of networks ${file} cannot be read`);
  writeFileSync(file, '{"form":99}'.padStart(256));
  expect(() => openNetworkDatabase(file)).toThrow("it is of form 99");
});

test("has made-up networks for the sample organisation's addresses alone, which say their stretches too", () => {
  const sample = withSampleNetworks(database);
  expect(sample.networkOf("8.8.8.8")).toEqual(networkOf("8.8.8.8"));
  const machines = sample.networkOf("192.0.2.7");
  expect(machines?.number).toBe(64_511);
  const home = sample.networkOf("203.0.113.7");
  const abroad = sample.networkOf("203.0.113.27");
  expect(home?.number).not.toBe(abroad?.number);
  expect(sample.rangesOf(home?.number ?? 0)).toContainEqual({ first: "203.0.113.0", last: "203.0.113.9" });
  expect(sample.networkOf("2001:db8:7:1::1")).toEqual(home);
});
