import fc from "fast-check";
import { expect, test } from "vitest";
import { tokenUsesTable } from "../audit/table.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { parseAddress } from "./address.ts";
import { encodeCursor, parseCursor } from "./cursor.ts";
import { defaultQuery, defineTable, type FilterValues, type ListQuery } from "./define-table.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { parseListQuery, parseListQueryStrict, toListParameters } from "./parse-list-query.ts";
import { compile, containing, sql, trusted } from "./sql-fragment.ts";
import { timeWindow } from "./time-window.ts";
import { formatTypedQuery, parseTypedQuery } from "./typed-query.ts";

const table = defineTable({
  name: "things",
  search: "q",
  filters: {
    q: { kind: "text", label: "Search" },
    owner: { kind: "id", label: "Owner", format: "uuid" },
    session: { kind: "id", label: "Session", format: "text" },
    permission: { kind: "set", label: "Permission", aliases: ["scope"] },
    state: { kind: "oneOf", label: "State", aliases: ["status"], options: ["active", "expired", "revoked"] },
    expires: { kind: "time", label: "Expires", looks: "ahead" },
    used: { kind: "time", label: "Used", looks: "back" },
    never: { kind: "flag", label: "Never used" },
    long: { kind: "longer", label: "Long-lived", aliases: ["lifetime"], defaultSeconds: 3_600 },
    ip: { kind: "address", label: "Address", aliases: ["network"] },
    asn: { kind: "network", label: "Network of the internet" },
  },
  sorts: {
    issued: { label: "Issued", type: "time" },
    name: { label: "Name", type: "text" },
    count: { label: "Count", type: "number" },
  },
  defaultSort: { key: "issued", direction: "desc" },
});
type Query = ListQuery<typeof table>;

const words = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
  .map((text) => text.trim())
  .filter((text) => text !== "" && text.isWellFormed() && !/\p{Cc}/u.test(text));
const instant = fc
  .date({ min: new Date("1971-01-01T00:00:00Z"), max: new Date("2200-01-01T00:00:00Z"), noInvalidDate: true })
  .map((date) => date.toISOString());
const time = fc.oneof(
  fc.record({
    type: fc.constantFrom("within" as const, "beyond" as const),
    seconds: fc.integer({ min: 1, max: 10_000_000 }),
  }),
  fc
    .tuple(fc.option(instant), fc.option(instant))
    .filter(([from, to]) => (from !== null || to !== null) && (from === null || to === null || from < to))
    .map(([from, to]) => ({ type: "range" as const, from, to })),
);
const filters = fc.record(
  {
    q: words,
    owner: fc.uuid().map((id) => id.toLowerCase()),
    session: words,
    permission: fc.uniqueArray(words, { minLength: 1, maxLength: 5 }).map((list) => list.sort()),
    state: fc.subarray(["active", "expired", "revoked"] as const, { minLength: 1 }),
    expires: time,
    used: time,
    never: fc.constant(true as const),
    long: fc.integer({ min: 1, max: 10_000_000 }).map((seconds) => ({ type: "longer" as const, seconds })),
    ip: fc.oneof(fc.ipV4(), fc.ipV6()).map((text) => parseAddress(text) ?? "::1"),
    asn: fc
      .uniqueArray(
        fc.nat({ max: 4_294_967_295 }).map((number) => `AS${number}`),
        { minLength: 1, maxLength: 3 },
      )
      .map((list) => list.sort()),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<FilterValues<typeof table>>;
const id = fc.date({ min: new Date(0), max: new Date("2200-01-01"), noInvalidDate: true }).map(uuidv7);

const queries: fc.Arbitrary<Query> = fc
  .record({
    filters,
    sort: fc.record({
      key: fc.constantFrom("issued" as const, "name" as const, "count" as const),
      direction: fc.constantFrom("asc" as const, "desc" as const),
    }),
    pageSize: fc.integer({ min: 1, max: 200 }),
    place: fc.option(fc.record({ at: instant, name: words, count: fc.integer(), id })),
    towards: fc.constantFrom("next" as const, "previous" as const),
  })
  .map(({ place, towards, ...query }) => {
    const value = place && { issued: place.at, name: place.name, count: String(place.count) }[query.sort.key];
    const cursor =
      place === null
        ? null
        : encodeCursor({
            table: "things",
            sortKey: query.sort.key,
            direction: query.sort.direction,
            towards,
            value: value as string,
            id: place.id,
          });
    return { ...query, cursor };
  });

test("a query survives the URL", () => {
  fc.assert(
    fc.property(queries, (query) => {
      const url = toListParameters(table, query).toString();
      expect(parseListQuery(table, new URLSearchParams(url))).toEqual({ query, dropped: [] });
      expect(parseListQueryStrict(table, new URLSearchParams(url))).toEqual(query);
      expect(toListParameters(table, parseListQueryStrict(table, new URLSearchParams(url))).toString()).toBe(
        url,
      );
    }),
  );
});

test("filters survive being typed", () => {
  fc.assert(
    fc.property(filters, (given) => {
      expect(parseTypedQuery(table, formatTypedQuery(table, given))).toEqual({
        filters: given,
        problems: [],
      });
    }),
  );
});

test("reads what a person types, by key, alias, quotes and comparison", () => {
  const { filters: read, problems } = parseTypedQuery(
    table,
    'ines scope:payments:write scope:"a b" STATUS:active expires<24h used>7d never:true moreau',
  );
  expect(problems).toEqual([]);
  expect(read).toEqual({
    q: "ines moreau",
    permission: ["a b", "payments:write"],
    state: ["active"],
    expires: { type: "within", seconds: 86_400 },
    used: { type: "beyond", seconds: 604_800 },
    never: true,
  });
});

test("reads a lifetime with a colon, a comparison or as its default, and writes it in one way", () => {
  const hour = { long: { type: "longer", seconds: 3_600 } };
  for (const text of ["long:true", "long:1h", "lifetime>60m"])
    expect(parseTypedQuery(table, text)).toEqual({ filters: hour, problems: [] });
  expect(formatTypedQuery(table, parseTypedQuery(table, "lifetime>60m").filters)).toBe("long>1h");
  expect(parseTypedQuery(table, "long<1h").problems).toEqual([
    { text: "long<1h", message: "long takes a colon or >." },
  ]);
});

test("reads addresses and networks, and names text that is neither", () => {
  expect(parseTypedQuery(table, "network:2001:DB8::/32").filters).toEqual({ ip: "2001:db8::/32" });
  expect(parseTypedQuery(table, "ip:10.0.0.0/99").problems).toHaveLength(1);
  // where rows hold one address a range is refused, rather than found nowhere
  for (const text of ["5.0.0.0/8", "5.0.0", "home"])
    expect(parseTypedQuery(tokenUsesTable, `ip:${text}`).problems[0]).toMatchObject({
      message: expect.stringContaining("no range"),
    });
  expect(parseTypedQuery(tokenUsesTable, "ip:2001:db8::1").filters).toEqual({ ip: "2001:db8::1" });
  expect(parseTypedQuery(table, "asn:15169 asn:as3333 asn:AS003333").filters).toEqual({
    asn: ["AS15169", "AS3333"],
  });
  expect(parseTypedQuery(table, "asn:Google").problems).toHaveLength(1);
});

test("an order that needs a filter is refused without one, and a page falls back to its own", () => {
  const picky = defineTable({
    name: "picky",
    filters: { owner: { kind: "id", label: "Owner", format: "text" } },
    sorts: {
      issued: { label: "Issued", type: "time" },
      used: { label: "Used", type: "time", needs: ["owner"] },
    },
    defaultSort: { key: "issued", direction: "desc" },
  });
  const bare = new URLSearchParams("sort=-used");
  expect(() => parseListQueryStrict(picky, bare)).toThrow(DomainError);
  expect(parseListQuery(picky, bare)).toMatchObject({
    query: { sort: { key: "issued" } },
    dropped: [{ path: "sort" }],
  });
  expect(parseListQueryStrict(picky, new URLSearchParams("sort=-used&owner=me")).sort.key).toBe("used");
  expect(() =>
    defineTable({
      name: "picky",
      filters: {},
      sorts: { issued: { label: "Issued", type: "time", needs: ["nobody"] } },
      defaultSort: { key: "issued", direction: "desc" },
    }),
  ).toThrow();
});

test("names what it does not understand instead of guessing", () => {
  const { filters: read, problems } = parseTypedQuery(table, "colour:red state:purple state<3 expires<soon");
  expect(read).toEqual({});
  expect(problems.map((problem) => problem.text)).toEqual([
    "colour:red",
    "state<3",
    "state:purple",
    "expires<soon",
  ]);
});

const HOSTILE = [
  "state=purple",
  "state[$ne]=active",
  "owner=1%20OR%201%3D1",
  "owner=a&owner=b",
  "expires=within:99999999999d",
  "expires=2026-13-40..",
  "expires=..",
  "never=false",
  "sort=__proto__",
  "sort=constructor",
  "sort=secret",
  "size=0",
  "size=1000000000",
  "size=NaN",
  "size=-1",
  "size=1e2",
  "q=%00",
  "q=",
  `q=${"x".repeat(201)}`,
  "cursor=abc",
  "cursor=%F0%9F%92%A9",
  `cursor=${"A".repeat(3000)}`,
  Array.from({ length: 21 }, (_, n) => `permission=p${n}`).join("&"),
];

test.each(HOSTILE)("an API refuses %s by name, a page drops it", (text) => {
  const params = new URLSearchParams(text);
  const name = text.split("=")[0]?.replace(/%5B|\[.*/, "") as string;
  expect(() => parseListQueryStrict(table, params)).toThrowError(DomainError);
  try {
    parseListQueryStrict(table, params);
  } catch (error) {
    expect((error as DomainError).code).toBe("INVALID_INPUT");
    expect((error as DomainError).fields.some((field) => field.path.startsWith(name))).toBe(true);
  }
  expect(parseListQuery(table, params).query).toEqual(defaultQuery(table));
});

test("an API refuses an unknown parameter, a page leaves it to whom it belongs", () => {
  expect(() => parseListQueryStrict(table, { tab: "uses" })).toThrowError(/tab/);
  expect(parseListQueryStrict(table, { tab: "uses" }, ["tab"])).toEqual(defaultQuery(table));
  expect(parseListQuery(table, { tab: "uses" })).toEqual({ query: defaultQuery(table), dropped: [] });
});

test("an API refuses a cursor given twice", () => {
  expect(() => parseListQueryStrict(table, { sort: ["issued", "name"] })).toThrowError(/sort/);
});

const place = { table: "things", sort: table.sorts.issued, sortKey: "issued", direction: "desc" as const };
const honest = {
  table: "things",
  sortKey: "issued",
  direction: "desc" as const,
  towards: "next" as const,
  value: "2026-11-21T10:00:00.000Z",
  id: "01a20044-3e85-7809-88e4-cec0504acb71",
};

test("a cursor comes back as it was", () => {
  expect(parseCursor(encodeCursor(honest), place)).toEqual(honest);
});

test.each([
  ["another table", { table: "tokens" }],
  ["another sort", { sortKey: "name" }],
  ["another direction", { direction: "asc" as const }],
  ["an id that is none", { id: "1; DROP TABLE token" }],
  ["a value that is no time", { value: "now()" }],
  ["a time written another way", { value: "2026-11-21" }],
  ["a way that is none", { towards: "sideways" as "next" }],
])("refuses a cursor of %s", (_, change) => {
  expect(parseCursor(encodeCursor({ ...honest, ...change }), place)).toBeNull();
});

test("no text at all makes the cursor's reader throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json().map(btoa8)), (text) => {
      expect(() => parseCursor(text, place)).not.toThrow();
    }),
  );
});

function btoa8(text: string): string {
  return Buffer.from(text).toString("base64url");
}

test("durations are read and written in one way", () => {
  expect(parseDuration("90S")).toBe(90);
  expect(
    ["24h", "48h", "90m", "61s", "2w"].map((text) => formatDuration(parseDuration(text) as number)),
  ).toEqual(["24h", "2d", "90m", "61s", "14d"]);
  expect(["0h", "-1h", "1.5h", "h", "1y", "99999d"].map(parseDuration)).toEqual([
    null,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test("windows look back or ahead of now", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  const hour = { type: "within" as const, seconds: 3600 };
  expect(timeWindow(hour, "ahead", now)).toEqual({ from: now, to: new Date("2026-11-21T13:00:00Z") });
  expect(timeWindow(hour, "back", now)).toEqual({ from: new Date("2026-11-21T11:00:00Z"), to: null });
  expect(timeWindow({ ...hour, type: "beyond" }, "back", now)).toEqual({
    from: null,
    to: new Date("2026-11-21T11:00:00Z"),
  });
});

test("values become parameters, never text", () => {
  const inner = sql`a = ${"'; DROP TABLE token; --"}`;
  expect(compile(sql`SELECT ${trusted("x")} WHERE ${inner} AND b = ${2}`)).toEqual({
    text: "SELECT x WHERE a = $1 AND b = $2",
    values: ["'; DROP TABLE token; --", 2],
  });
});

test("a text filter takes %, _ and \\ as they stand", () => {
  expect(containing("50%_\\")).toBe("%50\\%\\_\\\\%");
});

test("a declaration that contradicts itself is refused", () => {
  const base = {
    name: "x",
    sorts: { a: { label: "A", type: "time" } },
    defaultSort: { key: "a", direction: "asc" },
  } as const;
  expect(() => defineTable({ ...base, filters: { sort: { kind: "flag", label: "S" } } })).toThrow();
  expect(() =>
    defineTable({
      ...base,
      filters: { a: { kind: "flag", label: "A", aliases: ["b"] }, b: { kind: "flag", label: "B" } },
    }),
  ).toThrow();
});
