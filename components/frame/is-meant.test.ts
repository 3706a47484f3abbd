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
    ["redirect address", "Clients"],
    ["redirect address", "Sign-in"],
    ["who can sign in", "Admins"],
    ["email", "E-mail"],
  ] as const)
    expect(
      named(text).map((one) => one.name),
      text,
    ).toContain(name);
});

test("what is said of a page or an act reads as a phrase of its own, whatever it is called", () => {
  for (const { name, about } of named("")) {
    expect(about, name).toMatch(/^[A-Z].{12,}[^.]$/);
    expect(about, name).not.toMatch(/^(From|For|To|By|Of|On|Or|With|That|Whose|As)\b/);
  }
});

test("a word that stands nowhere finds nothing", () => {
  expect(named("rotate zebra")).toEqual([]);
});
