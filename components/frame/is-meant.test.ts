import { expect, test } from "vitest";
import { ACTS, MORE_PAGES } from "./acts.ts";
import { SECTIONS } from "./destinations.ts";
import { isMeant } from "./is-meant.ts";

const named = (text: string) =>
  [...ACTS, ...SECTIONS.flatMap(({ destinations }) => destinations), ...MORE_PAGES].filter((one) =>
    isMeant(one, text),
  );

test("what people look for by the words of their work is found", () => {
  for (const [text, name] of [
    ["approve", "Approve or decline what waits"],
    ["recovery", "Make recovery codes"],
    ["end session", "End sessions of mine"],
    ["break-glass", "Review a break-glass"],
    ["passkey", "Add a passkey"],
    ["rotate key", "Rotate a signing key"],
  ] as const)
    expect(
      named(text).map((one) => one.name),
      text,
    ).toContain(name);
});

test("a word that stands nowhere finds nothing", () => {
  expect(named("rotate zebra")).toEqual([]);
});
