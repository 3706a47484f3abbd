import { expect, test } from "vitest";
import { isSaidOnce } from "./said-once.ts";

test.each([
  ["as it is written", '{"a":1,"b":[true,null,"x y"]}', true],
  ["set out in lines", '{\n  "a": 1,\n  "b": [ "x \\" y" ]\r\n}\n', true],
  ["with characters that are escaped", '{"a":"\\u003cb\\u003e \\u2028"}', true],
  ["a name twice", '{"a":1,"a":2}', false],
  ["a name twice, once by its escapes", '{"a":1,"\\u0061":2}', false],
  ["a name twice, within", '[{"b":{"a":"works","c":0,"a":"refused"}}]', false],
  ["a number that is written otherwise", '{"a":1.0}', false],
])("%s", (_what, text, isOnce) => {
  expect(isSaidOnce(text, JSON.parse(text))).toBe(isOnce);
});
