import fc from "fast-check";
import { expect, test } from "vitest";
import { givesNameTwice, nameGivenTwice } from "./name-given-twice.ts";

test.each([
  ['{"a":1,"a":1}', "a"],
  ['{"a":1,"b":2,"a":3}', "a"],
  ['{"a":1,"\\u0061":2}', "a"],
  ['{"a\\"b":1,"a\\u0022b":2}', 'a"b'],
  ['{"a":{"b":1,"b":2}}', "a.b"],
  ['{"a":[{},{"b":{"c":1,"c":1}}]}', "a.1.b.c"],
  ['[[],[{"x":[1,2],"x":0}]]', "1.0.x"],
  ['{"":1,"":2}', ""],
  ['{"__proto__":1,"__proto__":2}', "__proto__"],
  ['{ "a" : {"a":1} ,\n"a"\t: 2 }', "a"],
  ['{"a":"}","b":[],"a":{}}', "a"],
])("%s has a name twice", (text, path) => {
  expect(nameGivenTwice(text)).toBe(path);
  expect(givesNameTwice(text, JSON.parse(text))).toBe(true);
});

test.each([
  '{"a":{"a":{"a":1}}}',
  '[{"a":1},{"a":2}]',
  '{"a":"a","b":"\\"a\\":1,"}',
  '{"a":["a","a",","],"b":"a"}',
  '{"a":"{\\\\","b":1}',
  '{"constructor":1,"hasOwnProperty":2,"A":1,"a":2}',
  '"a"',
  "[]",
  "1",
])("%s has none", (text) => {
  expect(nameGivenTwice(text)).toBeNull();
  expect(givesNameTwice(text, JSON.parse(text))).toBe(false);
});

test("whatever JSON.stringify writes has none, and with its first name once more it has", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), (value) => {
      const text = JSON.stringify(value);
      expect(nameGivenTwice(text)).toBeNull();
      expect(givesNameTwice(JSON.stringify(value, null, 2), value)).toBe(false);
      const [first = ""] = Object.keys(value);
      const twice = `${text.slice(0, -1)},${JSON.stringify(first)}:0}`;
      expect(nameGivenTwice(twice)).toBe(first);
      expect(givesNameTwice(twice, JSON.parse(twice))).toBe(true);
    }),
  );
});

test.each([
  ["names", `{${Array.from({ length: 20_000 }, (_, n) => `"n${n}":${n}`).join(",")}}`],
  ["a nest", "[".repeat(128_000) + "]".repeat(128_000)],
  ["a string", JSON.stringify('"\\'.repeat(60_000))],
])("256 KB of %s takes no time to speak of", (_what, text) => {
  // of the processor: a busy machine gives others the time of the wall
  const before = process.cpuUsage();
  expect(nameGivenTwice(text)).toBeNull();
  expect(givesNameTwice(text, JSON.parse(text))).toBe(false);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000, "milliseconds").toBeLessThan(500);
});
