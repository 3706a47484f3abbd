import fc from "fast-check";
import { expect, test } from "vitest";
import type { Network } from "../places/network-database.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { addressesOf, type MapRecord, mapOf } from "./use-map.ts";

const GOOGLE: Network = { number: 15_169, name: "Google LLC" };
const networkOf = (address: string | null) => (address?.startsWith("8.8.") ? GOOGLE : null);
const options = { isCut: false, networkOf, builtAt: "2026-06-17" };

function record(change: Partial<MapRecord>): MapRecord {
  return {
    country: "DE",
    ip: "8.8.8.8",
    series: "allowed",
    uses: 1,
    first: new Date("2026-11-01T00:00:00Z"),
    last: new Date("2026-11-02T00:00:00Z"),
    ...change,
  };
}

test("sums addresses of one network and country up, by series, from the first to the last", () => {
  const map = mapOf(
    [
      record({ uses: 3 }),
      record({ ip: "8.8.4.4", uses: 2, series: "refused", last: new Date("2026-11-05T00:00:00Z") }),
      record({ ip: "8.8.4.4", uses: 9, country: "US" }),
    ],
    options,
  );
  expect(map).toMatchObject({ uses: 14, isCut: false, networksOf: "2026-06-17", moreNetworks: 0 });
  expect(map.countries).toEqual([
    expect.objectContaining({ country: "US", uses: 9 }),
    {
      country: "DE",
      uses: 5,
      counts: { allowed: 3, refused: 2 },
      firstAt: "2026-11-01T00:00:00.000Z",
      lastAt: "2026-11-05T00:00:00.000Z",
    },
  ]);
  expect(
    map.networks.map(({ country, network, networkName, uses }) => [country, network, networkName, uses]),
  ).toEqual([
    ["US", "AS15169", "Google LLC", 9],
    ["DE", "AS15169", "Google LLC", 5],
  ]);
});

test("tells addresses that no network announces by their stretch, and keeps what has no place or no address", () => {
  const map = mapOf(
    [
      record({ ip: "10.1.2.3", country: null }),
      record({ ip: "10.1.2.9", country: null }),
      record({ ip: null, country: null, uses: 4 }),
      record({ ip: "no address", country: null }),
    ],
    options,
  );
  expect(map.countries).toEqual([expect.objectContaining({ country: null, uses: 7 })]);
  expect(map.networks.map(({ network, uses }) => [network, uses])).toEqual([
    [null, 5],
    ["10.1.2.0/24", 2],
  ]);
});

test("counts each known country and network once, whatever lines they have, and none for what is not known", () => {
  const records = [
    record({ uses: 3 }),
    record({ uses: 2, country: "US" }),
    record({ ip: "10.1.2.3", country: null }),
    record({ ip: null, country: "BR", uses: 4 }),
    record({ ip: null, country: null }),
  ];
  const map = mapOf(records, options);
  expect(map.networks).toHaveLength(5);
  expect(map.known).toEqual({ countries: 3, networks: 2 });
});

test("lists the addresses with the most uses, with all outcomes of each together", () => {
  const records = [
    ...Array.from({ length: 6 }, (_, n) => record({ ip: `10.0.${n}.1`, uses: 6 - n })),
    record({ ip: "10.0.5.1", series: "refused", uses: 9, last: new Date("2026-11-05T00:00:00Z") }),
    record({ ip: "10.9.9.9", uses: 1 }),
  ];
  const addresses = addressesOf(records);
  expect(addresses.map(({ ip, uses }) => [ip, uses])).toEqual([
    ["10.0.5.1", 10],
    ["10.0.0.1", 6],
    ["10.0.1.1", 5],
    ["10.0.2.1", 4],
    ["10.0.3.1", 3],
    ["10.0.4.1", 2],
  ]);
  expect(addresses[0]).toMatchObject({
    country: "DE",
    counts: { allowed: 1, refused: 9 },
    lastAt: "2026-11-05T00:00:00.000Z",
  });
});

test("says how many networks it leaves out", () => {
  const many = Array.from({ length: 60 }, (_, n) => record({ ip: `10.0.${n}.1`, uses: 60 - n }));
  const map = mapOf(many, options);
  expect(map.networks).toHaveLength(50);
  expect(map.networks.at(-1)).toMatchObject({ network: "10.0.49.0/24", uses: 11 });
  expect(map.moreNetworks).toBe(10);
});

test("loses no use whatever comes", () => {
  const records = fc.array(
    fc.record({
      country: fc.option(fc.constantFrom("DE", "US", "BR")),
      ip: fc.option(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())),
      series: fc.constantFrom("allowed", "refused", "issued"),
      uses: fc.integer({ min: 1, max: 1_000 }),
      first: fc.date({ noInvalidDate: true }),
      last: fc.date({ noInvalidDate: true }),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(records, (some) => {
      const { uses, countries, networks } = mapOf(some, options);
      const total = some.reduce((sum, one) => sum + one.uses, 0);
      const all = (lines: typeof countries | typeof networks) =>
        lines.reduce((sum, line) => sum + Object.values(line.counts).reduce((a, b) => a + b, 0), 0);
      expect([uses, all(countries), all(networks)]).toEqual([total, total, total]);
    }),
    { numRuns: propertyRuns(200) },
  );
});
