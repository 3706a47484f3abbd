import { expect, test } from "vitest";
import { requireNotGuessable, whyGuessable } from "./guessable.ts";

const olga = { email: "opet@example.com", name: "Olga Petrova" };

test.each([
  "password1234",
  "Password1234!",
  "qwertyuiop12",
  "123456789012",
  "aaaaaaaaaaaa",
  "hunter2hunter2",
  "Summer2026!!",
  "Petrova2026!",
  "examplecom12",
])("refuses %s, which is guessed soon", (password) => {
  expect(whyGuessable(password, olga)).toMatch(/^would be guessed soon/);
});

test.each([
  ["I am opet@example.com", "the e-mail address"],
  ["blue opet moon kettle", "the e-mail address"],
  ["the Olga Petrova of Brno", "the name"],
  ["TokenWarden kettle moon", "the product's name"],
])("refuses %s for what stands in it", (password, what) => {
  expect(() => requireNotGuessable(password, olga)).toThrow(`must not have ${what} in it`);
});

test.each([
  "correct horse battery 9",
  "correct horse battery",
  "a long sentence for eva",
  "a long enough sentence",
  "a sentence of my own",
  "a sentence of somebody evil",
  "a sentence is easier to keep",
  "what nobody else would take 7",
  "x9$kLq02!vvT",
])("takes %s", (password) => {
  expect(whyGuessable(password, olga)).toBeNull();
});

test("looks at a very long one without delay", () => {
  const start = performance.now();
  whyGuessable("pA55w0rd!@".repeat(25), olga);
  expect(performance.now() - start).toBeLessThan(1000);
});
